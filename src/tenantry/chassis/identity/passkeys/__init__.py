"""Passkeys (WebAuthn): a second factor that cannot be phished, or the only one, without any password."""
