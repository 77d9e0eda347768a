"""API keys: how programs come in, for an organization or for one of its members."""
