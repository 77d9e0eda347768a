"""Tables of organizations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenantry.core.ids import new_id
from tenantry.infra.database.models import GlobalModel, TenantModel


class Organization(GlobalModel):
    """An entry of the directory."""

    __tablename__ = "organizations_directory"
    __reason__ = (
        "An address names an organization before anybody knows who asks; the slug and the name are all there is."
    )
    __grants__ = "SELECT, INSERT, UPDATE"
    __table_args__ = (UniqueConstraint("slug"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str]
    name: Mapped[str]
    created_at: Mapped[datetime]


class Membership(TenantModel):
    """That a person belongs to an organization, and as what. The person sees it too, wherever they are."""

    __tablename__ = "organizations_memberships"
    __member__ = True
    __table_args__ = (UniqueConstraint("org_id", "user_id"), Index(None, "user_id"))

    user_id: Mapped[UUID]
    role: Mapped[str]
    created_at: Mapped[datetime]
