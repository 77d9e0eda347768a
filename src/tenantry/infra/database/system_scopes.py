"""The record of every time somebody looked across organizations: only ever added to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from tenantry.core.actors import Actor
from tenantry.core.ids import new_id
from tenantry.infra.database.models import GlobalModel


class SystemScopeRecord(GlobalModel):
    """That all organizations were seen at once: when, why, by whom."""

    __tablename__ = "database_system_scopes"
    __reason__ = "Says who looked across organizations, so it belongs to none. The service itself can neither read nor write it."
    __grants__ = ""
    __system_grants__ = "SELECT, INSERT"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(index=True)
    reason: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]


async def record(session: AsyncSession, at: datetime, reason: str, actor: Actor) -> None:
    """Write it down."""
    values = {"at": at, "reason": reason, "actor_kind": actor.kind, "actor_id": actor.id, "actor_name": actor.name}
    await session.execute(insert(SystemScopeRecord).values(**values))
