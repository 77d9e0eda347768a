"""Letting go of what is old: events, and jobs that have ended."""

from sqlalchemy import text

from tenantry.infra.jobs import Schedule, SystemJobContext, job

EVENT_DAYS = 90
OLD_EVENTS = text("DELETE FROM events_events WHERE at < now() - make_interval(days => :days)")


@job("events.prune", system=True)
async def prune_events(context: SystemJobContext) -> None:
    """Delete events older than 90 days."""
    async with context.scope() as scope:
        await scope.session.execute(OLD_EVENTS, {"days": EVENT_DAYS})


DAILY = Schedule(prune_events, "17 3 * * *")
