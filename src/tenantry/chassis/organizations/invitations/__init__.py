"""Letting others in: by mail, for one address, or by a link that may be handed on."""
