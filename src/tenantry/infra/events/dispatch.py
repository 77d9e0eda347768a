"""From an event to the jobs of its subscribers."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from tenantry.infra.events.models import Event
from tenantry.infra.jobs import Job, JobContext, defer, job


@dataclass(frozen=True)
class Subscriber:
    """A job started for every event of a name, or of all names with `*`. It takes `event_id: UUID` and nothing else."""

    event: str
    job: Job


class Subscribers:
    """Who wants to know what; one of the worker's parts."""

    def __init__(self, subscribers: Iterable[Subscriber] = ()) -> None:
        self._all = tuple(subscribers)
        for subscriber in self._all:
            if set(subscriber.job.input) != {"event_id"}:
                raise TypeError(f"{subscriber.job.name} must take event_id alone to be told of {subscriber.event}.")

    def of(self, name: str) -> list[Job]:
        """The jobs to start for an event of this name."""
        return [subscriber.job for subscriber in self._all if subscriber.event in (name, "*")]


@job("events.dispatch", retries=10)
async def dispatch(context: JobContext, *, event_id: UUID) -> None:
    """Start one job for each subscriber, so that one that fails holds no other up. All of them, or none and then again."""
    subscribers = context.part(Subscribers)
    async with context.scope() as scope:
        event = await scope.session.get(Event, (scope.org_id, event_id))
        if event is not None:
            for subscribed in subscribers.of(event.name):
                await defer(scope, subscribed, event_id=event_id)
