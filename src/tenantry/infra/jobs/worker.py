"""The worker: claims jobs and runs several at once, in a process of its own or beside the requests."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

import psycopg
import structlog
from procrastinate import App
from procrastinate.exceptions import ConnectorException
from procrastinate.job_context import JobContext as Running
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.worker import Worker as LibraryWorker

from tenantry.infra.database.database import Database
from tenantry.infra.database.roles import QUEUE
from tenantry.infra.jobs.defer import QUEUE_NAME
from tenantry.infra.jobs.definition import Job, Schedule
from tenantry.infra.jobs.queue import Queue
from tenantry.infra.jobs.rescue import Rescue, this_place, this_process
from tenantry.infra.jobs.run import Retries, Runner
from tenantry.infra.telemetry import Metrics

log = structlog.get_logger(__name__)


class Worker:
    """`run` works until `stop` is called; `run_until_idle` until nothing waits.

    Args:
        concurrency: how many jobs run at once; one organization takes at most half of the places.
        grace: seconds a running job may go on after `stop`; then it is put back, and somebody runs it again.
        silence: seconds without a sign of life after which a worker on another machine is taken for dead.
        permissions: what a job may do in its organization.
        parts: what jobs find by `context.part(Kind)`.
        metrics: where it is counted how long jobs took, and how they ended.
    """

    def __init__(
        self,
        database: Database,
        jobs: Sequence[Job],
        schedules: Sequence[Schedule] = (),
        *,
        concurrency: int = 4,
        grace: float = 5.0,
        silence: float = 15.0,
        permissions: Iterable[str] = (),
        parts: Iterable[object] = (),
        metrics: Metrics | None = None,
    ) -> None:
        _quieten()
        self._concurrency, self._grace, self._silence = concurrency, grace, silence
        self._connector = PsycopgConnector(
            conninfo=database.urls.of(QUEUE, direct=True),
            min_size=1,
            max_size=3,
            timeout=5.0,
            kwargs={"application_name": QUEUE},
            configure=_commit_at_once,
        )
        self._queue = Queue(
            self._connector,
            place=this_place(),
            process=this_process(),
            most_per_organization=max(1, (concurrency + 1) // 2),
            tasks=(job.name for job in jobs),
        )
        self._runner = Runner(database, self._queue, permissions=permissions, parts=parts, metrics=metrics)
        named = {job.name: job for job in jobs}
        if len(named) < len(jobs):
            raise ValueError("Two jobs have the same name.")
        self._rescue = Rescue(self._connector, named, self._runner, silence=silence)
        self._app = App(connector=self._connector)
        self._app.job_manager = self._queue
        self._register(jobs, schedules)
        self._library: LibraryWorker | None = None
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Work until told to stop. Cancelling does the same as `stop`."""
        async with self._app.open_async():
            rescuing = asyncio.create_task(self._keep_rescuing(), name="jobs rescue")
            try:
                while not self._stopping.is_set():
                    await self._work(wait=True)
            finally:
                rescuing.cancel()
                with suppress(asyncio.CancelledError):
                    await rescuing

    async def run_until_idle(self) -> None:
        """Run what waits now, and what that leads to; for tests and the command line."""
        async with self._app.open_async():
            await self._rescue.run_once(None)
            await self._work(wait=False)

    def stop(self) -> None:
        """Take no more jobs; give running ones their grace."""
        self._stopping.set()
        self._queue.hurry(self._grace + 5)
        if self._library:
            self._library.stop()

    async def _work(self, *, wait: bool) -> None:
        self._library = LibraryWorker(
            self._app,
            queues=[QUEUE_NAME],
            concurrency=self._concurrency,
            wait=wait,
            fetch_job_polling_interval=1.0,
            abort_job_polling_interval=0.4,
            shutdown_graceful_timeout=self._grace if wait else None,
            install_signal_handlers=False,
            update_heartbeat_interval=self._silence / 3,
            delete_jobs="successful",
        )
        try:
            await self._library.run()
        except Exception:
            log.exception("jobs.worker_failed")
            await asyncio.sleep(1.0)

    async def _keep_rescuing(self) -> None:
        """At the start, and then often. Of a dead worker on this machine one knows at once."""
        while True:
            try:
                own = self._library.worker_id if self._library else None
                if own is not None:  # after a long sleep of the machine we would take ourselves for dead
                    await self._queue.update_heartbeat(own)
                await self._rescue.run_once(own)
            except ConnectorException as error:
                log.warning("jobs.rescue.failed", error=str(error.__cause__))
            await asyncio.sleep(self._silence / 5)

    def _register(self, jobs: Sequence[Job], schedules: Sequence[Schedule]) -> None:
        tasks = {}
        for job in jobs:
            tasks[job.name] = self._app.task(name=job.name, pass_context=True, queue=QUEUE_NAME, retry=Retries(job))(
                self._entrance(job)
            )
        for schedule in schedules:
            if schedule.job.name not in tasks:
                raise ValueError(f"The schedule of {schedule.job.name} needs the job itself among the worker's jobs.")
            self._app.periodic(cron=schedule.cron, periodic_id=schedule.cron)(tasks[schedule.job.name])

    def _entrance(self, job: Job) -> Any:
        async def run(running: Running, **arguments: Any) -> None:
            await self._runner.run(job, running, arguments)

        return run


async def _commit_at_once(connection: psycopg.AsyncConnection[Any]) -> None:
    """A claim holds a lock until it is committed: a worker frozen between the two would hold every other one up."""
    await connection.set_autocommit(True)


def _quieten() -> None:
    """Procrastinate logs each job with its whole input, which may hold what is nobody's business; we log the rest ourselves."""
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    for name in ("procrastinate.worker", "procrastinate.worker.worker", "procrastinate.periodic"):
        logger = logging.getLogger(name)
        if not any(isinstance(known, _NoInput) for known in logger.filters):
            logger.addFilter(_NoInput())


class _NoInput(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return not hasattr(record, "job")
