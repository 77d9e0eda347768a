"""Saving what was counted."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import case, delete, or_, update
from sqlalchemy.dialects.postgresql import array, insert

from tenantry.chassis.api_keys.models import ApiKey
from tenantry.chassis.api_keys.usage.durations import BUCKETS
from tenantry.chassis.api_keys.usage.models import Usage
from tenantry.chassis.audit.actions import record
from tenantry.core.ids import new_id
from tenantry.infra.database.scopes import OrgScope, SystemScope

if TYPE_CHECKING:
    from tenantry.chassis.api_keys.usage.meter import Called, Tally

ROWS = 500
"""How many rows one statement writes."""


async def save_usage(scope: OrgScope, tallies: "Mapping[Called, Tally]", used: Mapping[UUID, datetime]) -> None:
    """Add to the hours' counts, and note when each key was last used."""
    # In one order everywhere, so that processes saving at the same moment wait for each other instead of locking up.
    rows = [
        {
            "id": new_id(),
            "key_id": called.key_id,
            "hour": datetime.fromtimestamp(called.hour * 3600, UTC),
            "operation": called.operation,
            "method": called.method,
            "status": called.status,
            "count": tally.count,
            "total_ms": round(tally.milliseconds),
            "buckets": tally.buckets,
        }
        for called, tally in sorted(tallies.items())
    ]
    for start in range(0, len(rows), ROWS):
        adding = insert(Usage).values(rows[start : start + ROWS])
        more = adding.excluded
        await scope.session.execute(
            adding.on_conflict_do_update(
                index_elements=["org_id", "key_id", "hour", "operation", "method", "status"],
                set_={
                    "count": Usage.count + more.count,
                    "total_ms": Usage.total_ms + more.total_ms,
                    "buckets": array([Usage.buckets[n] + more.buckets[n] for n in range(1, BUCKETS + 1)]),
                },
            )
        )
    await _note_use(scope, used)


async def _note_use(scope: OrgScope, used: Mapping[UUID, datetime]) -> None:
    if not used:
        return
    when = case(used, value=ApiKey.id)
    await scope.session.execute(
        update(ApiKey)
        .where(
            ApiKey.org_id == scope.org_id,
            ApiKey.id.in_(used),
            or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < when),
        )
        .values(last_used_at=when)
    )


async def note_refusals(scope: OrgScope, reasons: Iterable[str]) -> None:
    """Write into the organization's log that a key was tried which is over. The scope's actor is the key."""
    for why in reasons:
        await record(scope, "api_keys.refused", subject=scope.actor.id, after={"name": scope.actor.name, "reason": why})


async def prune_usage(scope: SystemScope, days: int) -> None:
    """Remove what was counted more than so many days ago."""
    await scope.session.execute(delete(Usage).where(Usage.hour < scope.now() - timedelta(days=days)))
