"""The table of memberships."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from tenantry.infra.database.models import TenantModel


class Membership(TenantModel):
    """That a person belongs to an organization, and as what. The person sees it too, wherever they are.

    An account is its owner's alone, so `email` and `seen_at` are what the person last brought along into this
    organization; they are brought up to date as they come.
    """

    __tablename__ = "organizations_memberships"
    __member__ = True
    __table_args__ = (UniqueConstraint("org_id", "user_id"), Index(None, "user_id"), Index(None, "org_id", "role"))

    user_id: Mapped[UUID]
    role: Mapped[str]
    email: Mapped[str | None]
    second_factor: Mapped[bool | None]
    seen_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
