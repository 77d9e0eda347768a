"""Running one attempt of one job: its context, its time limit, and what becomes of what it raises."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import structlog
from procrastinate import RetryDecision
from procrastinate.exceptions import JobAborted, JobRetry
from procrastinate.job_context import AbortReason
from procrastinate.job_context import JobContext as Running
from procrastinate.jobs import Job as QueuedJob
from procrastinate.retry import BaseRetryStrategy

from tenantry.infra.database.database import Database
from tenantry.infra.jobs.context import Parts, context_of
from tenantry.infra.jobs.definition import Job, NoRetry
from tenantry.infra.jobs.queue import Queue
from tenantry.infra.telemetry import Metrics

log = structlog.get_logger(__name__)


class Released(BaseException):
    """The worker stops before the job is done. Somebody else takes it up, at once and at no cost."""


class Runner:
    """Runs attempts for one worker."""

    def __init__(
        self,
        database: Database,
        queue: Queue,
        *,
        permissions: Iterable[str] = (),
        parts: Iterable[object] = (),
        metrics: Metrics | None = None,
    ) -> None:
        self._database, self._queue = database, queue
        self._permissions, self._part = frozenset(permissions), Parts(parts)
        self._metrics = metrics or Metrics()

    async def run(self, job: Job, running: Running, arguments: Mapping[str, Any]) -> None:
        """One attempt.

        Raises:
            JobAborted: it was called off.
            Released: the worker is stopping.
            Exception: whatever the job raised; noted for the list of dead letters, and logged.
        """
        job_id, attempt = running.job.id or 0, running.job.attempts + 1
        told = log.bind(job=job.name, job_id=job_id, org_id=arguments.get("org_id"), attempt=attempt)
        told.info("job.started")
        started = time.monotonic()

        def ended(outcome: str, say: Callable[..., Any] = told.info, **facts: Any) -> None:
            seconds = time.monotonic() - started
            self._metrics.jobs.labels(job.name, outcome).observe(seconds)
            say(f"job.{outcome}", seconds=round(seconds, 3), **facts)

        try:
            context = self._context(job, job_id, arguments, attempt, running.should_abort)
            await _within(job.timeout, job.function(context, **job.load(arguments.get("input") or {})))
        except asyncio.CancelledError:
            if running.abort_reason() is AbortReason.USER_REQUEST:
                ended("cancelled")
                raise JobAborted from None
            ended("released")
            raise Released from None
        except Exception as error:
            final = is_final(job, attempt, error)
            self._queue.errors[job_id] = _describe(error)
            ended("failed", told.error if final else told.warning, final=final, exc_info=error)
            if final:
                await self.tell_failure(job, job_id, arguments, attempt, _describe(error))
            raise
        ended("finished")

    async def tell_failure(self, job: Job, job_id: int, arguments: Mapping[str, Any], attempt: int, error: str) -> None:
        """Have the job's owner write down that nothing will be tried again."""
        if job.on_failure is None:
            return
        try:
            context = self._context(job, job_id, arguments, attempt, lambda: False)
            await job.on_failure(context, error=error, **job.load(arguments.get("input") or {}))
        except Exception:
            # The job's own failure is what counts, and is stored; this one must be seen as well.
            log.exception("job.on_failure.failed", job=job.name, job_id=job_id)

    def _context(
        self, job: Job, job_id: int, arguments: Mapping[str, Any], attempt: int, cancelled: Callable[[], bool]
    ) -> Any:
        return context_of(
            arguments,
            database=self._database,
            job_id=job_id,
            name=job.name,
            attempt=attempt,
            last_attempt=attempt > job.retries,
            part=self._part,
            permissions=self._permissions,
            cancelled=cancelled,
        )


class Retries(BaseRetryStrategy):
    """Whether, and when, an attempt that raised is followed by another."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def get_retry_exception(self, exception: BaseException, job: QueuedJob) -> JobRetry | None:
        """Procrastinate's question."""
        if isinstance(exception, Released):
            return JobRetry(RetryDecision())
        attempt = job.attempts + 1
        if not isinstance(exception, Exception) or is_final(self._job, attempt, exception):
            return None
        return JobRetry(RetryDecision(retry_at=datetime.now(UTC) + self._job.wait(attempt)))


def is_final(job: Job, attempt: int, error: Exception) -> bool:
    """Whether nothing is tried again after this."""
    return attempt > job.retries or isinstance(error, NoRetry)


async def _within(seconds: float, work: Awaitable[None]) -> None:
    try:
        async with asyncio.timeout(seconds) as limit:
            await work
    except TimeoutError as error:
        if limit.expired():
            raise TimeoutError(f"It took longer than {seconds:g} seconds.") from error
        raise


def _describe(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:2000]
