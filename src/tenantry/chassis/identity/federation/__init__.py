"""Signing in at another issuer (OpenID Connect, and GitHub's OAuth 2): an identity there is linked to an account here."""
