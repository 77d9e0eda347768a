"""Jobs that failed for good: looking at them, and having one tried again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from tenantry.core.errors import NotFound
from tenantry.infra.database.scopes import OrgScope, SystemScope

LIST = text("""
SELECT id, org_id, task_name, attempts, error, created_at, ended_at FROM procrastinate_jobs
 WHERE status = 'failed' AND (CAST(:before AS bigint) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit
""")
AGAIN = text("""
UPDATE procrastinate_jobs SET status = 'todo', attempts = 0, scheduled_at = NULL, ended_at = NULL
 WHERE id = :id AND status = 'failed'
RETURNING id, pg_notify('procrastinate_queue_v1#' || queue_name, '{"type": "job_inserted", "job_id": 0}')
""")


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A job whose last attempt failed. Its input stays in the database, and is shown to nobody."""

    id: int
    org_id: UUID | None
    name: str
    attempts: int
    error: str
    created_at: datetime
    failed_at: datetime


async def dead_letters(
    scope: OrgScope | SystemScope, *, before: int | None = None, limit: int = 50
) -> list[DeadLetter]:
    """The latest first: those of the organization, or everybody's in a system scope. `before` is the last id already seen."""
    rows: Any = await scope.session.execute(LIST, {"before": before, "limit": limit})
    return [DeadLetter(*row) for row in rows]


async def retry_dead_letter(scope: OrgScope | SystemScope, job_id: int) -> None:
    """Have it run again, with all its retries before it.

    Raises:
        NotFound: `jobs.dead_letter.not_found`.
    """
    if (await scope.session.execute(AGAIN, {"id": job_id})).first() is None:
        raise NotFound(
            "jobs.dead_letter.not_found", "There is no such failed job.", hint="It may have been tried again already."
        )
