"""The job that ends organizations."""

from tenantry.chassis.organizations.erasure.erase import due, erase
from tenantry.infra.jobs import Schedule, SystemJobContext, job
from tenantry.infra.storage import Storage


@job("organizations.erase", system=True, timeout=3600.0)
async def erase_deleted(context: SystemJobContext) -> None:
    """Erase the organizations whose time of grace is over, each in a transaction of its own."""
    async with context.scope(read_only=True) as scope:
        waiting = await due(scope)
    for org_id in waiting:
        async with context.scope() as scope:
            await erase(scope, context.part(Storage), org_id)


JOBS = [erase_deleted]
SCHEDULES = [Schedule(erase_deleted, "37 * * * *")]
