"""Letting go of jobs that ended: those that went well are gone at once, the others after a while."""

from uuid import UUID

from sqlalchemy import text

from tenantry.infra.database.scopes import SystemScope
from tenantry.infra.jobs.context import SystemJobContext
from tenantry.infra.jobs.definition import Schedule, job

CANCELLED_DAYS = 1
FAILED_DAYS = 30
OLD = text("""
DELETE FROM procrastinate_jobs
 WHERE status IN ('cancelled', 'aborted', 'succeeded')
       AND coalesce(ended_at, created_at) < now() - make_interval(days => :cancelled)
    OR status = 'failed' AND ended_at < now() - make_interval(days => :failed)
""")


TURN = text("DELETE FROM jobs_turns WHERE served = :org")


async def forget_turn(scope: SystemScope, org_id: UUID) -> None:
    """Forget when an organization was last served: it is gone."""
    await scope.session.execute(TURN, {"org": org_id})


@job("jobs.prune", system=True)
async def prune_jobs(context: SystemJobContext) -> None:
    """Delete called-off jobs after a day, and dead letters after 30."""
    async with context.scope() as scope:
        await scope.session.execute(OLD, {"cancelled": CANCELLED_DAYS, "failed": FAILED_DAYS})


DAILY = Schedule(prune_jobs, "7 3 * * *")
