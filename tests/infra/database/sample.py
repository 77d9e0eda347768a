"""Tables of every kind, apart from the service's own: what the tests of the database layer work with."""

from uuid import UUID

from sqlalchemy import Index, MetaData, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tenantry.infra.database.models import NAMES, GlobalModel, PersonalModel, TenantModel, tenant_key

METADATA = MetaData(naming_convention=NAMES)


class Shelf(TenantModel):
    """An organization's."""

    __tablename__ = "sample_shelves"
    __table_args__ = (UniqueConstraint("org_id", "name"),)
    metadata = METADATA

    name: Mapped[str]


class Book(TenantModel):
    """Stands on a shelf of the same organization, or on none."""

    __tablename__ = "sample_books"
    __table_args__ = (
        tenant_key("sample_shelves", "shelf_id", ondelete="SET NULL"),
        Index(None, "org_id", "shelf_id"),
    )
    metadata = METADATA

    title: Mapped[str]
    shelf_id: Mapped[UUID | None]
    shelf: Mapped[Shelf | None] = relationship(
        primaryjoin="and_(Book.org_id == Shelf.org_id, foreign(Book.shelf_id) == Shelf.id)"
    )


class Reader(TenantModel):
    """A person's membership: seen by the organization, and by the person."""

    __tablename__ = "sample_readers"
    __table_args__ = (UniqueConstraint("org_id", "user_id"), Index(None, "user_id"))
    __member__ = True
    metadata = METADATA

    user_id: Mapped[UUID]


class Ticket(PersonalModel):
    """A person's own, found by its secret."""

    __tablename__ = "sample_tickets"
    __presented__ = "secret_hash"
    metadata = METADATA

    secret_hash: Mapped[bytes] = mapped_column(unique=True)


class Notice(GlobalModel):
    """Everybody's."""

    __tablename__ = "sample_notices"
    __reason__ = "A notice is for everybody."
    __grants__ = "SELECT"
    metadata = METADATA

    id: Mapped[int] = mapped_column(primary_key=True)
