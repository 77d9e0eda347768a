"""The table of invitations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenantry.infra.database.models import TenantModel


class Invitation(TenantModel):
    """Leave to join an organization, for whoever holds the link. One sent by mail is good for that `email` alone, and once;
    one that is handed on is good `max_uses` times, and for addresses of its `domain` if it has one."""

    __tablename__ = "organizations_invitations"
    __presented__ = "token_hash"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        UniqueConstraint("org_id", "email"),
        Index(None, "org_id", "created_at", "id"),
    )

    token_hash: Mapped[bytes]
    email: Mapped[str | None]
    domain: Mapped[str | None]
    role: Mapped[str]
    max_uses: Mapped[int]
    uses: Mapped[int] = mapped_column(default=0)
    days: Mapped[int]
    invited_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
