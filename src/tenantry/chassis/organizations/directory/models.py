"""Tables of the directory."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tenantry.core.ids import new_id
from tenantry.infra.database.models import GlobalModel


class Organization(GlobalModel):
    """An entry of the directory. `members` is how many there are; `deleted_at` begins the time of grace, `erase_at` ends it."""

    __tablename__ = "organizations_directory"
    __reason__ = (
        "An address names an organization before anybody knows who asks, and people choose among theirs before one is "
        "entered: how each is called and drawn, how large it is, what coming in takes, and whether it is being deleted are all there is."
    )
    __grants__ = "SELECT, INSERT, UPDATE"
    __table_args__ = (UniqueConstraint("slug"), Index(None, "erase_at", postgresql_where=text("erase_at IS NOT NULL")))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str]
    name: Mapped[str]
    logo: Mapped[str | None]
    members: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime]
    second_factor_required: Mapped[bool] = mapped_column(server_default=text("false"))
    single_sign_on_required: Mapped[bool] = mapped_column(server_default=text("false"))
    deleted_at: Mapped[datetime | None]
    erase_at: Mapped[datetime | None]


class Address(GlobalModel):
    """A slug that an organization has or had. One that it had leads to it for as long as it exists, and is nobody else's.

    Present and former slugs share this table, so that its key alone decides who gets one, whoever asks at the same moment.
    """

    __tablename__ = "organizations_addresses"
    __reason__ = "An address is looked up before anybody knows who asks; it says which organization it leads to."
    __grants__ = "SELECT, INSERT, UPDATE"
    __table_args__ = (Index(None, "organization_id"),)

    slug: Mapped[str] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID]
    since: Mapped[datetime]
