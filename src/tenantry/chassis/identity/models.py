"""Tables of people."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenantry.core.ids import new_id
from tenantry.infra.database.models import GlobalModel, PersonalModel, SecretModel


class Person(GlobalModel):
    """The card of a person: what others may see."""

    __tablename__ = "identity_people"
    __reason__ = (
        "People see the names and pictures of those they work with, in any organization, and whether somebody is who "
        "the mail says is asked there too; nothing else stands on a card."
    )
    __grants__ = "SELECT, INSERT, UPDATE"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    verified_at: Mapped[datetime | None]
    avatar: Mapped[str | None]


class User(PersonalModel):
    """A person's own account. Before anybody is known it is found by presenting the address's hash."""

    __tablename__ = "identity_users"
    __presented__ = "email_hash"
    __table_args__ = (UniqueConstraint("user_id"), UniqueConstraint("email_hash"))

    email: Mapped[str]
    email_hash: Mapped[bytes]
    password_hash: Mapped[str | None]
    """None where the person signs in by other ways alone."""
    created_at: Mapped[datetime]
    time_zone: Mapped[str | None]
    locale: Mapped[str | None]
    currency: Mapped[str | None]
    theme: Mapped[str] = mapped_column(server_default="system")


class Session(PersonalModel):
    """A place where a person is signed in. Ending it is deleting it."""

    __tablename__ = "identity_sessions"
    __presented__ = "token_hash"
    __table_args__ = (UniqueConstraint("token_hash"), Index(None, "user_id", "created_at"), Index(None, "expires_at"))

    token_hash: Mapped[bytes]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    rotated_at: Mapped[datetime | None]
    """When it got its present token; none while that is its first."""
    used_at: Mapped[datetime | None]
    """When the present token was first used; none while its holder may not have got it."""
    address: Mapped[str]
    country: Mapped[str | None]
    device: Mapped[str]


class Invitation(SecretModel):
    """Leave to create one account, for whoever holds the link. Using it is deleting it."""

    __tablename__ = "identity_invitations"
    __presented__ = "token_hash"
    __table_args__ = (Index(None, "expires_at"),)

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    email: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
