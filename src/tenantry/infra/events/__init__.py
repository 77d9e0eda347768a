"""Events: facts that something happened, in the transaction in which it did.

await emit(scope, "pinata.scan.finished", scan.id, {"number": scan.number})
await touch(scope, f"pinata.scan:{scan.id}")       # no event, only: look again
"""

from tenantry.infra.events.dispatch import Subscriber, Subscribers, dispatch
from tenantry.infra.events.emit import access_changed, emit, everybody_changed, touch
from tenantry.infra.events.read import Happened, events_after, present_position
from tenantry.infra.events.retention import DAILY, prune_events

JOBS = (dispatch, prune_events)
SCHEDULES = (DAILY,)

__all__ = [
    "JOBS",
    "SCHEDULES",
    "Happened",
    "Subscriber",
    "Subscribers",
    "access_changed",
    "emit",
    "events_after",
    "everybody_changed",
    "present_position",
    "touch",
]
