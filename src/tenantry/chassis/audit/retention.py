"""Letting go of rows that are old enough: the only way in which one is ever removed."""

from datetime import datetime, timedelta

from sqlalchemy import delete, text

from tenantry.chassis.audit.actions import record
from tenantry.chassis.audit.models import InstallationEntry, OwnEntry
from tenantry.chassis.audit.settings import AuditSettings
from tenantry.infra.database.scopes import SystemScope
from tenantry.infra.jobs import Schedule, SystemJobContext, job

# Organization by organization, along the index that begins with it; each is found from the one before.
_OLD = text("""
WITH RECURSIVE logs AS (
    (SELECT org_id FROM audit_entries ORDER BY org_id LIMIT 1)
    UNION ALL
    SELECT (SELECT e.org_id FROM audit_entries e WHERE e.org_id > logs.org_id ORDER BY e.org_id LIMIT 1)
      FROM logs WHERE logs.org_id IS NOT NULL
)
DELETE FROM audit_entries e USING logs WHERE e.org_id = logs.org_id AND e.at < :before
""")


async def prune(scope: SystemScope, before: datetime) -> int:
    """Remove what was done before this moment, from every log; the number of rows that went."""
    removed = (await scope.session.execute(_OLD, {"before": before})).rowcount  # type: ignore[attr-defined]
    for table in (OwnEntry, InstallationEntry):
        gone = await scope.session.execute(delete(table).where(table.at < before))
        removed += gone.rowcount  # type: ignore[attr-defined]
    return int(removed)


@job("audit.prune", system=True, timeout=3600)
async def prune_audit(context: SystemJobContext) -> None:
    """Remove rows older than TENANTRY_AUDIT_RETENTION_DAYS, and write down that this was done."""
    days = AuditSettings.load().retention_days
    async with context.scope() as scope:
        removed = await prune(scope, scope.now() - timedelta(days=days))
        if removed:
            await record(scope, "audit.pruned", after={"days": days, "rows": removed})


JOBS = [prune_audit]
SCHEDULES = [Schedule(prune_audit, "27 3 * * *")]
