"""Tables of the audit log. The role that serves requests may add rows and read its own, never change or delete one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeEngine

from tenantry.core.ids import new_id
from tenantry.infra.database.models import GlobalModel, PersonalModel, TenantModel, sealed_as

_C: TypeEngine[str] = Text(collation="C")
"""Compared byte by byte, so that an index finds a prefix."""


class _Row:
    """What every row of the log has, whosever it is.

    `before` and `after` hold what is nobody's personal matter. What is lies in `sealed`, by person:
    `{person: {"fields": [...], "box": "…"}}`, and is unreadable once that person's key is destroyed.
    """

    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(_C)
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str | None]
    subject: Mapped[str | None] = mapped_column(_C)
    address: Mapped[str | None]
    address_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    user_agent: Mapped[str | None]
    request_id: Mapped[str | None]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    sealed: Mapped[dict[str, Any] | None]


class Entry(_Row, TenantModel):
    """Something that was done in an organization."""

    __tablename__ = "audit_entries"
    __grants__ = "SELECT, INSERT"
    __system_grants__ = "SELECT, INSERT, DELETE"
    __table_args__ = (
        Index(None, "org_id", "at", "id"),
        Index(None, "org_id", "actor_id", "at", "id"),
        Index(None, "org_id", "action", "at", "id"),
        Index(None, "org_id", "subject", "at", "id"),
        Index(None, "org_id", "address_hash", "at", "id"),
    )


class OwnEntry(_Row, PersonalModel):
    """Something a person did with their own account, or that was tried on it."""

    __tablename__ = "audit_own_entries"
    __grants__ = "SELECT, INSERT"
    __system_grants__ = "SELECT, INSERT, DELETE"
    __table_args__ = (Index(None, "user_id", "at", "id"),)


class InstallationEntry(_Row, GlobalModel):
    """Something that concerns no organization and no account."""

    __tablename__ = "audit_installation_entries"
    __reason__ = (
        "Attempts on accounts that do not exist, and acts of the installation itself; the service can only add to it."
    )
    __grants__ = "INSERT"
    __system_grants__ = "SELECT, INSERT, DELETE"
    __table_args__ = (Index(None, "at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)


class PersonKey(TenantModel):
    """The key that seals what an organization's log says about one person, itself sealed; `id` is the person.

    Without `sealed` the key was destroyed, and no other is ever made for that person.
    """

    __tablename__ = "audit_person_keys"
    __grants__ = "SELECT, INSERT"

    sealed: Mapped[bytes | None] = sealed_as("audit_person_keys:{org_id}:{id}")


class OwnKey(PersonalModel):
    """The key that seals what a person's own log says about somebody, nearly always about themselves; `id` is that person."""

    __tablename__ = "audit_own_keys"
    __grants__ = "SELECT, INSERT"

    sealed: Mapped[bytes | None] = sealed_as("audit_own_keys:{user_id}:{id}")
