"""The record of every time somebody looked across organizations: only ever added to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from tenantry.core.ids import new_id
from tenantry.infra.database.models import GlobalModel


class SystemScopeRecord(GlobalModel):
    """That all organizations were seen at once: when, why, by whom."""

    __tablename__ = "database_system_scopes"
    __reason__ = "Says who looked across organizations, so it belongs to none. The service cannot reach it."
    __grants__ = ""
    __system_grants__ = "SELECT, INSERT"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(index=True)
    reason: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
