"""What tables inherit. The kind of model says whose rows they are, and isolation follows from it.

class Repository(TenantModel):
    __tablename__ = "pinata_repositories"          # always <slice or package>_<plural>
    name: Mapped[str]
    __table_args__ = (UniqueConstraint("org_id", "name"),)   # every key and index begins with org_id

class Scan(TenantModel):
    __tablename__ = "pinata_scans"
    repository_id: Mapped[UUID]
    __table_args__ = (tenant_key("pinata_repositories", "repository_id", ondelete="CASCADE"),
                      Index(None, "org_id", "repository_id"))
    repository: Mapped[Repository] = relationship(
        primaryjoin="and_(Scan.org_id == Repository.org_id, foreign(Scan.repository_id) == Repository.id)")
"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import TIMESTAMP, BigInteger, ForeignKeyConstraint, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from tenantry.core.ids import new_id
from tenantry.infra.database.isolation import ALL, Isolation, Kind

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def sealed_as(context: str) -> Any:
    """A column that holds what a `Sealer` sealed in this context, whose names in braces are columns of the row:

        sealed: Mapped[bytes] = sealed_as("identity.authenticator_app:{user_id}")

    `tenantry secrets rotate` finds it by that.
    """
    return mapped_column(info={"sealed": context})


class Base(DeclarativeBase):
    """All our tables. Text has no length, times are aware, whole numbers are 64 bits wide, dictionaries are JSON."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        int: BigInteger,
        datetime: TIMESTAMP(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }

    __isolation__: ClassVar[Isolation]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        table = getattr(cls, "__table__", None)
        if isinstance(table, Table):
            cls.__isolation__ = cls._isolate()
            table.info.update(isolation=cls.__isolation__, module=cls.__module__)

    @classmethod
    def _isolate(cls) -> Isolation:
        raise TypeError(f"{cls.__name__} must inherit TenantModel, PersonalModel or GlobalModel.")


class _Guarded(Base):
    """Options of tables under row-level security.

    `__presented__` names a `bytes` column with the hash of a secret: who presents the secret may read its row.
    `__grants__` is what the service may do with its own rows, `"SELECT, INSERT"` for what is only ever added to.
    """

    __abstract__ = True
    __kind__: ClassVar[Kind]
    __member__: ClassVar[bool] = False
    __presented__: ClassVar[str | None] = None
    __grants__: ClassVar[str] = ALL
    __system_grants__: ClassVar[str] = ALL

    @classmethod
    def _isolate(cls) -> Isolation:
        return Isolation(
            cls.__kind__,
            member=cls.__member__,
            presented=cls.__presented__,
            app=cls.__grants__,
            system=cls.__system_grants__,
        )


class TenantModel(_Guarded):
    """A row of an organization. `org_id` fills itself from the scope; `__member__ = True` lets `user_id` read it too."""

    __abstract__ = True
    __kind__ = "tenant"

    org_id: Mapped[UUID] = mapped_column(
        primary_key=True,
        sort_order=-20,
        server_default=text("(nullif(current_setting('app.org_id', true), ''))::uuid"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-10, insert_sentinel=True)


class PersonalModel(_Guarded):
    """A row of one person, whatever organization they are in. `user_id` fills itself from the scope."""

    __abstract__ = True
    __kind__ = "personal"

    user_id: Mapped[UUID] = mapped_column(
        primary_key=True,
        sort_order=-20,
        server_default=text("(nullif(current_setting('app.user_id', true), ''))::uuid"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-10, insert_sentinel=True)


class SecretModel(_Guarded):
    """A row that belongs to whoever presents its secret; `__presented__` names the column with the secret's hash, its key."""

    __abstract__ = True
    __kind__ = "secret"


class GlobalModel(Base):
    """A row that is nobody's own. `__reason__` says why it may be so; `__grants__` what the service may do with it."""

    __abstract__ = True
    __reason__: ClassVar[str]
    __grants__: ClassVar[str]
    __system_grants__: ClassVar[str] = ALL

    @classmethod
    def _isolate(cls) -> Isolation:
        return Isolation("global", app=cls.__grants__, system=cls.__system_grants__, reason=cls.__reason__)


def tenant_key(table: str, column: str, *, ondelete: str | None = None) -> ForeignKeyConstraint:
    """A foreign key which cannot reach into another organization: `(org_id, column)` → `table (org_id, id)`.

    `ondelete="SET NULL"` clears `column` alone, never `org_id`.
    """
    return ForeignKeyConstraint(
        ["org_id", column],
        [f"{table}.org_id", f"{table}.id"],
        ondelete=f"SET NULL ({column})" if ondelete == "SET NULL" else ondelete,
    )


EXTERNAL_TABLES: dict[str, Isolation] = {}
"""Tables which a library makes and ours is only to guard, such as the job queue's."""


def external_table(name: str, isolation: Isolation) -> None:
    """Say how a library's table is kept apart, so that the catalogue test can account for it."""
    EXTERNAL_TABLES[name] = isolation


def isolations() -> dict[str, Isolation]:
    """How every table known so far is kept apart, by its name."""
    ours: dict[str, Isolation] = {table.name: table.info["isolation"] for table in Base.metadata.sorted_tables}
    return ours | EXTERNAL_TABLES
