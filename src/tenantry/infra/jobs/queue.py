"""The queue as a worker sees it: Procrastinate's own job manager, made fair between organizations and patient with a
database that goes away for a while."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar, cast

import structlog
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job as QueuedJob
from procrastinate.jobs import Notification, Status
from procrastinate.manager import JobManager, NotificationCallback
from procrastinate.psycopg_connector import PsycopgConnector
from psycopg_pool import PoolTimeout

from tenantry.infra.database.failures import is_away
from tenantry.infra.jobs import statements

T = TypeVar("T")
WAKE: Notification = cast(Notification, {"type": "job_inserted", "job_id": 0})
PAUSE = 0.25

log = structlog.get_logger(__name__)


class Queue(JobManager):
    """Claims in turn, ends only what this worker still holds, and keeps trying while the database is away.

    Procrastinate's worker stops when any of these calls raises; a restart of PostgreSQL would end every worker.
    """

    def __init__(
        self, connector: PsycopgConnector, *, place: str, process: str, most_per_organization: int, tasks: Iterable[str]
    ) -> None:
        super().__init__(connector)
        self._place, self._process = place, process
        self._most, self._tasks = most_per_organization, list(tasks)
        self._patience_ends = math.inf
        self._wakes = 0
        self._wake: NotificationCallback | None = None
        self.errors: dict[int, str] = {}
        """What the attempt that is about to end has raised, by job."""

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> QueuedJob | None:
        """The next job whose turn it is, or None."""
        while True:
            wakes = self._wakes
            rows = await self._patiently(self._claim, worker_id)
            if rows:
                return QueuedJob.from_row(rows[0])
            if wakes == self._wakes:  # a job that came in while we looked must not wait for the next poll
                return None

    async def _claim(self, worker_id: int) -> list[dict[str, Any]]:
        return await self.connector.execute_query_all_async(
            statements.CLAIM, worker=worker_id, most=self._most, tasks=self._tasks
        )

    async def listen_for_jobs(
        self, *, on_notification: NotificationCallback, queues: Iterable[str] | None = None
    ) -> None:
        """Wake up at new jobs and cancels; connect again whenever the connection is lost."""

        async def wake(*, channel: str, notification: Notification) -> None:
            self._wakes += 1
            await on_notification(channel=channel, notification=notification)

        self._wake = wake
        while True:
            try:
                await super().listen_for_jobs(on_notification=wake, queues=queues)
            except ConnectorException as error:
                if not _away(error):
                    raise
                log.warning("jobs.listen.lost", error=str(error.__cause__))
            await asyncio.sleep(PAUSE)

    async def finish_job(self, job: QueuedJob, status: Status, delete_job: bool) -> None:
        """Tick the job off, if this worker holds it still."""
        query = statements.DELETE if delete_job else statements.FINISH
        await self._end(job, query, status=status.value)

    async def retry_job(
        self,
        job: QueuedJob,
        retry_at: datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """Put it back. Without a time it is given up unfinished by a worker that stops, which isn't the job's fault."""
        await self._end(job, statements.RETRY, retry_at=retry_at, counted=1 if retry_at else 0)

    async def _end(self, job: QueuedJob, query: str, **values: Any) -> None:
        assert job.id is not None
        error = self.errors.pop(job.id, None)
        rows = await self._patiently(
            self.connector.execute_query_all_async,
            query,
            id=job.id,
            worker=job.worker_id,
            error=error,
            **values,
        )
        if not rows:
            log.warning("jobs.taken_over", job=job.task_name, job_id=job.id)
        self._wakes += 1
        if self._wake:
            await self._wake(channel="", notification=WAKE)

    async def register_worker(self) -> int:
        """Write this process into the list of workers."""
        rows = await self._patiently(
            self.connector.execute_query_all_async, statements.REGISTER, place=self._place, process=self._process
        )
        return int(rows[0]["id"])

    async def update_heartbeat(self, worker_id: int) -> None:
        """Say that this process lives; enter it again if somebody took it for dead."""
        await self._patiently(
            self.connector.execute_query_all_async,
            statements.HEARTBEAT,
            id=worker_id,
            place=self._place,
            process=self._process,
        )

    async def prune_stalled_workers(self, seconds_since_heartbeat: float) -> list[int]:
        """Left to `Rescue`, which does not take a worker for dead because PostgreSQL was."""
        return []

    async def defer_periodic_job(self, job: QueuedJob, periodic_id: str, defer_timestamp: int) -> int | None:
        """Start a schedule's job, once among all workers."""
        return await self._patiently(super().defer_periodic_job, job, periodic_id, defer_timestamp)

    def hurry(self, seconds: float) -> None:
        """The worker stops: wait no longer than this for a database that is away."""
        self._patience_ends = time.monotonic() + seconds

    async def _patiently(self, call: Callable[..., Awaitable[T]], *arguments: Any, **values: Any) -> T:
        told = False
        while True:
            try:
                return await call(*arguments, **values)
            except ConnectorException as error:
                if not _away(error) or time.monotonic() > self._patience_ends:
                    raise
                if not told:
                    log.warning("jobs.database_away", error=str(error.__cause__))
                told = True
            await asyncio.sleep(PAUSE)


def _away(error: ConnectorException) -> bool:
    cause = error.__cause__ or error.__context__
    return isinstance(cause, PoolTimeout) or (cause is not None and is_away(cause))
