"""What happened, in each organization."""

from datetime import datetime
from typing import Any

from sqlalchemy import Identity, Index, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from tenantry.infra.database.models import TenantModel


class Xid8(UserDefinedType[str]):
    """PostgreSQL's 64-bit transaction id, which never wraps around."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Its name in SQL."""
        return "xid8"


ischema_names["xid8"] = Xid8  # so that comparing models with the database recognises it


class Event(TenantModel):
    """A fact that something happened. Only ever added to.

    `transaction` and `number` say where it stands in commit order: numbers alone are given before the commit, so a reader
    going by them would pass over whoever commits late.
    """

    __tablename__ = "events_events"
    __grants__ = "SELECT, INSERT"
    __table_args__ = (Index(None, "org_id", "transaction", "number"),)

    transaction: Mapped[str] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))
    number: Mapped[int] = mapped_column(Identity(always=True))
    name: Mapped[str]
    subject: Mapped[str]
    data: Mapped[dict[str, Any]]
    actor: Mapped[list[Any]]
    at: Mapped[datetime] = mapped_column(server_default=text("now()"))
