"""Writing down that all organizations are about to be seen."""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tenantry.core.actors import Actor
from tenantry.infra.database.system_scopes.models import SystemScopeRecord


async def record(session: AsyncSession, at: datetime, reason: str, actor: Actor) -> None:
    """Write it down."""
    values = {"at": at, "reason": reason, "actor_kind": actor.kind, "actor_id": actor.id, "actor_name": actor.name}
    await session.execute(insert(SystemScopeRecord).values(**values))
