"""Tables of identities at other issuers, and of sign-ins there that were begun here."""

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenantry.infra.database.models import PersonalModel, SecretModel, sealed_as


class LinkedIdentity(PersonalModel):
    """Who a person is at an issuer: (issuer, subject) and nothing else, least of all an e-mail address."""

    __tablename__ = "identity_linked_identities"
    __presented__ = "identity_hash"
    __table_args__ = (UniqueConstraint("identity_hash"), Index(None, "user_id", "created_at"))

    identity_hash: Mapped[bytes]
    issuer: Mapped[str]
    subject: Mapped[str]
    provider: Mapped[str]
    label: Mapped[str]
    """What the person is called there: an e-mail address or a login name."""
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Attempt(SecretModel):
    """A sign-in that was begun here and goes on at an issuer; it comes back once, with its state, in the same browser."""

    __tablename__ = "identity_federation_attempts"
    __presented__ = "state_hash"
    __table_args__ = (Index(None, "expires_at"),)

    state_hash: Mapped[bytes] = mapped_column(primary_key=True)
    browser_hash: Mapped[bytes]
    provider: Mapped[str]
    issuer: Mapped[str]
    purpose: Mapped[str]
    user_id: Mapped[UUID | None]
    """Who is signed in already, and wants to link."""
    sealed: Mapped[bytes] = sealed_as("identity.federation:{state_hash}")
    """Nonce and PKCE verifier."""
    next: Mapped[str]
    expires_at: Mapped[datetime]


def identity_hash(issuer: str, subject: str) -> bytes:
    """By what an account is found whose person came from an issuer."""
    return hashlib.sha256(f"{issuer}\0{subject}".encode()).digest()
