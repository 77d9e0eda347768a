"""Reading events in the order in which they were committed, from any position on."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from tenantry.core.errors import Invalid
from tenantry.infra.database.scopes import OrgScope

# Below `xmin` every transaction has ended, so nothing can appear there any more.
HORIZON = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
FUTURE = text("SELECT CAST(CAST(:transaction AS text) AS xid8) > pg_snapshot_xmax(pg_current_snapshot())")
AFTER = text("""
SELECT id, name, subject, data, at, transaction::text || '.' || number AS position
  FROM events_events
 WHERE (transaction, number) > (CAST(CAST(:transaction AS text) AS xid8), CAST(:number AS bigint))
   AND transaction < pg_snapshot_xmin(pg_current_snapshot())
 ORDER BY transaction, number
 LIMIT :limit
""")
POSITION = re.compile(r"(\d{1,19})\.(\d{1,18})")


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as readers see it. `position` is where to go on after it; it is opaque to them."""

    id: UUID
    name: str
    subject: str
    data: dict[str, Any]
    at: datetime
    position: str


async def present_position(scope: OrgScope) -> str:
    """The position behind everything that has been committed for sure."""
    return f"{await scope.session.scalar(HORIZON)}.0"


async def events_after(scope: OrgScope, position: str, *, limit: int = 100) -> list[Happened]:
    """The organization's events behind a position, in commit order. One under way holds back those that came after it.

    Raises:
        Invalid: `events.position.invalid`.
    """
    found = POSITION.fullmatch(position)
    if found is None:
        raise _invalid()
    values = {"transaction": found[1], "number": int(found[2]), "limit": limit}
    rows: Any = await scope.session.execute(AFTER, values)
    events = [Happened(*row) for row in rows]
    # A position from before a restore may lie in this server's future; whoever waited there would hear nothing for long.
    if not events and await scope.session.scalar(FUTURE, {"transaction": found[1]}):
        raise _invalid()
    return events


def _invalid() -> Invalid:
    return Invalid(
        "events.position.invalid", "This position is not one of ours.", hint="Leave it out to start from now."
    )
