"""Jobs: work done later, for an organization, by a worker.

@job("pinata.scan", retries=2, timeout=1800)
async def run_scan(context: JobContext, *, scan_id: UUID) -> None:
    async with context.scope() as scope: ...

job_id = await defer(scope, run_scan, scan_id=scan.id)      # inside the caller's own transaction
"""

from tenantry.infra.jobs.context import JobContext, PersonalJobContext, SystemJobContext
from tenantry.infra.jobs.dead_letters import DeadLetter, dead_letters, retry_dead_letter
from tenantry.infra.jobs.defer import cancel, defer, defer_once
from tenantry.infra.jobs.definition import Job, NoRetry, Schedule, job
from tenantry.infra.jobs.retention import DAILY, forget_turn, prune_jobs

JOBS = (prune_jobs,)
SCHEDULES = (DAILY,)

__all__ = [
    "JOBS",
    "SCHEDULES",
    "DeadLetter",
    "Job",
    "JobContext",
    "NoRetry",
    "PersonalJobContext",
    "Schedule",
    "SystemJobContext",
    "cancel",
    "dead_letters",
    "defer",
    "defer_once",
    "forget_turn",
    "job",
    "prune_jobs",
    "retry_dead_letter",
]
