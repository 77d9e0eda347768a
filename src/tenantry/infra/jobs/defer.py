"""Handing work over, and calling it off, inside the caller's own transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from tenantry.infra.database.scopes import OrgScope, UserScope
from tenantry.infra.jobs.definition import Job

QUEUE_NAME = "default"

# Procrastinate's own function for this raises where a key waits already, which would end the caller's transaction.
PUT = text("""
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, scheduled_at, args)
VALUES (:queue, :name, :lock, :key, :at, :args)
    ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
RETURNING id
""").bindparams(bindparam("args", type_=JSONB))
CANCEL = text("SELECT procrastinate_cancel_job_v1(:id, true, false)")


async def defer(
    scope: OrgScope | UserScope, job: Job, *, lock: str | None = None, at: datetime | None = None, **input: Any
) -> int:
    """Have the job run once this transaction is committed; if it is rolled back there is no job. Returns the job's id.

    In a person's own scope it is that person's job, and must be `personal`.

    `lock`: of the organization's jobs with the same lock, one runs at a time. `at`: not before that moment.
    """
    job_id = await _put(scope, job, input, lock=lock, at=at, key=None)
    assert job_id is not None
    return job_id


async def defer_once(
    scope: OrgScope, job: Job, *, key: str, lock: str | None = None, at: datetime | None = None, **input: Any
) -> int | None:
    """The same, unless a job with this key waits already in this organization; then None."""
    return await _put(scope, job, input, lock=lock, at=at, key=key)


async def cancel(scope: OrgScope, job_id: int) -> bool:
    """Call a job off: one that waits never runs, one that runs gets `asyncio.CancelledError` as soon as this is committed.

    Returns whether there was such a job, waiting or running, in this organization.
    """
    return await scope.session.scalar(CANCEL, {"id": job_id}) is not None


async def _put(
    scope: OrgScope | UserScope,
    job: Job,
    input: Mapping[str, Any],
    *,
    lock: str | None,
    at: datetime | None,
    key: str | None,
) -> int | None:
    if job.system:
        raise ValueError(f"{job.name} belongs to no organization; only its schedule starts it.")
    await scope.session.flush()
    if isinstance(scope, UserScope):
        if not job.personal:
            raise ValueError(
                f"{job.name} is an organization's job; make it with personal=True to have it run for a person."
            )
        owner: UUID = scope.user_id
        whose: dict[str, Any] = {"user_id": str(owner)}
    else:
        owner, organization = scope.org_id, scope.organization
        whose = {"org_id": str(owner), "organization": [organization.slug, organization.name]}
    actor = scope.actor
    values = {
        "queue": QUEUE_NAME,
        "name": job.name,
        # Locks and keys are unique across all organizations, so each begins with its own.
        "lock": f"{owner}:{lock}" if lock else None,
        "key": f"{owner}:{key}" if key else None,
        "at": at,
        "args": whose
        | {"actor": [actor.kind, str(actor.id) if actor.id else None, actor.name], "input": job.dump(input)},
    }
    job_id: int | None = await scope.session.scalar(PUT, values)
    return job_id
