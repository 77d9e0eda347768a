"""Letting go of jobs that ended: those that went well are gone at once, the others after a while."""

from sqlalchemy import text

from tenantry.infra.jobs.context import SystemJobContext
from tenantry.infra.jobs.definition import Schedule, job

CANCELLED_DAYS = 1
FAILED_DAYS = 30
OLD = text(f"""
DELETE FROM procrastinate_jobs
 WHERE status IN ('cancelled', 'aborted', 'succeeded') AND coalesce(ended_at, created_at) < now() - interval '{CANCELLED_DAYS} days'
    OR status = 'failed' AND ended_at < now() - interval '{FAILED_DAYS} days'
""")


@job("jobs.prune", system=True)
async def prune_jobs(context: SystemJobContext) -> None:
    """Delete called-off jobs after a day, and dead letters after 30."""
    async with context.scope() as scope:
        await scope.session.execute(OLD)


DAILY = Schedule(prune_jobs, "7 3 * * *")
