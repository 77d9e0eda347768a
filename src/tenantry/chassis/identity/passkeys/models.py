"""Tables of passkeys, and of the challenges that they sign."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenantry.infra.database.models import PersonalModel, SecretModel


class Passkey(PersonalModel):
    """The public half of a passkey. Before anybody is known it is found by the hash of its credential id."""

    __tablename__ = "identity_passkeys"
    __presented__ = "credential_hash"
    __table_args__ = (UniqueConstraint("credential_hash"), Index(None, "user_id", "created_at"))

    credential_hash: Mapped[bytes]
    credential_id: Mapped[bytes]
    public_key: Mapped[bytes]
    sign_count: Mapped[int]
    verifies: Mapped[bool]
    """Whether it makes sure of its person (by finger, face or PIN), so that it can be the only factor."""
    synced: Mapped[bool]
    """Whether it lives in more than one device."""
    transports: Mapped[list[Any]]
    name: Mapped[str]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Challenge(SecretModel):
    """What a passkey is asked to sign, once. Taking it is deleting it."""

    __tablename__ = "identity_challenges"
    __presented__ = "challenge_hash"
    __table_args__ = (Index(None, "expires_at"),)

    challenge_hash: Mapped[bytes] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    user_id: Mapped[UUID | None]
    """Who must sign it; none where anybody may, to say who they are."""
    expires_at: Mapped[datetime]
