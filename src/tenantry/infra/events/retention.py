"""Letting go of what is old: events, and jobs that have ended."""

from sqlalchemy import text

from tenantry.infra.jobs import Schedule, SystemJobContext, job

EVENT_DAYS = 90
OLD_EVENTS = text(f"DELETE FROM events_events WHERE at < now() - interval '{EVENT_DAYS} days'")


@job("events.prune", system=True)
async def prune_events(context: SystemJobContext) -> None:
    """Delete events older than 90 days."""
    async with context.scope() as scope:
        await scope.session.execute(OLD_EVENTS)


DAILY = Schedule(prune_events, "17 3 * * *")
