"""Tables of API keys."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from tenantry.infra.database.models import TenantModel, tenant_key


class ApiKey(TenantModel):
    """A key to one organization. With `user_id` it is that person's own, who sees it wherever they are.

    A revoked key stays, so that what it did can still be read; its secret opens nothing.
    """

    __tablename__ = "api_keys_keys"
    __member__ = True
    __presented__ = "secret_hash"
    __table_args__ = (
        UniqueConstraint("secret_hash"),
        Index(None, "org_id", "created_at", "id"),
        Index(None, "user_id", "created_at"),
    )

    secret_hash: Mapped[bytes]
    prefix: Mapped[str]
    name: Mapped[str]
    permissions: Mapped[list[Any]]
    role: Mapped[str]
    """What its maker was when it was made: it never may more than that role."""
    user_id: Mapped[UUID | None]
    made_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    rotated_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class RotatedSecret(TenantModel):
    """A secret that was replaced, and works until its time is over."""

    __tablename__ = "api_keys_rotated_secrets"
    __member__ = True
    __presented__ = "secret_hash"
    __table_args__ = (
        UniqueConstraint("secret_hash"),
        tenant_key("api_keys_keys", "key_id", ondelete="CASCADE"),
        Index(None, "org_id", "key_id"),
        Index(None, "user_id"),
    )

    key_id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    secret_hash: Mapped[bytes]
    expires_at: Mapped[datetime]
