"""What happens to jobs when workers are killed, frozen or stopped, and when PostgreSQL goes away. Nothing is lost."""

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from tenantry.core.actors import Actor
from tenantry.core.ids import new_id
from tenantry.core.roles import Role
from tenantry.infra.database.database import Database
from tenantry.infra.database.embedded import EmbeddedServer
from tenantry.infra.database.migrate import Migrations
from tenantry.infra.database.packages import Package
from tenantry.infra.database.roles import OWNER
from tenantry.infra.database.scopes import OrganizationRef
from tenantry.infra.database.urls import DatabaseUrls
from tenantry.infra.heavy import HeavyPool, use_pool
from tenantry.infra.jobs import Job, JobContext, cancel, dead_letters, defer, job
from tenantry.infra.jobs.rescue import LOST, this_place
from tenantry.infra.jobs.worker import Worker
from tests.conftest import OpenScope
from tests.infra.jobs import process

ROOT = Path(__file__).parents[3]


class Process:
    """A worker process."""

    def __init__(self, running: asyncio.subprocess.Process) -> None:
        self._running = running

    def send(self, number: signal.Signals) -> None:
        self._running.send_signal(number)

    async def ended(self) -> int:
        return await asyncio.wait_for(self._running.wait(), 20)


@asynccontextmanager
async def worker_process(urls: DatabaseUrls, *, silence: float = 15, concurrency: int = 2) -> AsyncIterator[Process]:
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.infra.jobs.process"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert running.stdin is not None
    told = {"conninfo": urls.conninfo, "passwords": urls.passwords, "silence": silence, "concurrency": concurrency}
    running.stdin.write(json.dumps(told).encode() + b"\n")
    await running.stdin.drain()
    try:
        yield Process(running)
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()


@asynccontextmanager
async def working(worker: Worker) -> AsyncIterator[None]:
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await task


async def until(reached: Callable[[], object], seconds: float = 20) -> float:
    started = time.monotonic()
    async with asyncio.timeout(seconds):
        while not reached():
            await asyncio.sleep(0.01)
    return time.monotonic() - started


def effects(urls: DatabaseUrls) -> list[UUID]:
    with psycopg.connect(urls.of(OWNER)) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM events_events ORDER BY id")]


def jobs(urls: DatabaseUrls) -> list[tuple[str, int]]:
    with psycopg.connect(urls.of(OWNER)) as connection:
        return connection.execute("SELECT status::text, attempts FROM procrastinate_jobs ORDER BY id").fetchall()


def lines(mark: Path) -> list[str]:
    return mark.read_text().splitlines() if mark.exists() else []


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    return tmp_path / "attempts"


async def deferred(
    open_scope: OpenScope, org: OrganizationRef, kind: Job, mark: Path, **input: object
) -> tuple[int, UUID]:
    once = new_id()
    async with open_scope(org) as scope:
        return await defer(scope, kind, mark=str(mark), once=once, **input), once


@pytest.mark.clock
async def test_a_killed_worker_s_job_is_run_again_at_once_by_the_next_to_start(
    database: Database, open_scope: OpenScope, org_a: OrganizationRef, mark: Path
) -> None:
    _, once = await deferred(open_scope, org_a, process.slow_first, mark)
    async with worker_process(database.urls) as first:
        await until(lambda: lines(mark))
        first.send(signal.SIGKILL)
        await first.ended()
    assert jobs(database.urls) == [("doing", 0)]
    started = time.monotonic()
    async with working(Worker(database, process.JOBS)):
        await until(lambda: effects(database.urls) == [once])
        seconds = time.monotonic() - started
        await until(lambda: jobs(database.urls) == [])
    assert seconds < 2, f"{seconds:.1f} s"
    assert [line.split()[1] for line in lines(mark)] == ["1", "2"]


@pytest.mark.clock
async def test_a_killed_worker_s_job_is_taken_over_by_another_on_the_same_machine(
    database: Database, open_scope: OpenScope, org_a: OrganizationRef, mark: Path
) -> None:
    async with worker_process(database.urls) as first:
        _, once = await deferred(open_scope, org_a, process.slow_first, mark)
        await until(lambda: lines(mark))
        async with working(Worker(database, process.JOBS)):
            await asyncio.sleep(0.5)
            first.send(signal.SIGKILL)
            seconds = await until(lambda: effects(database.urls) == [once])
    assert seconds < 6, f"{seconds:.1f} s"
    assert len(lines(mark)) == 2


@pytest.mark.clock
async def test_a_worker_on_another_machine_is_dead_when_it_is_silent(
    database: Database, open_scope: OpenScope, org_a: OrganizationRef, mark: Path
) -> None:
    async with worker_process(database.urls, silence=1.5) as first:
        _, once = await deferred(open_scope, org_a, process.slow_first, mark)
        await until(lambda: lines(mark))
        with psycopg.connect(database.urls.of(OWNER), autocommit=True) as connection:
            connection.execute("UPDATE procrastinate_workers SET place = 'another machine'")
        async with working(Worker(database, process.JOBS, silence=1.5)):
            await asyncio.sleep(2.5)
            assert effects(database.urls) == [], "it gives signs of life, so its job is its own"
            first.send(signal.SIGKILL)
            seconds = await until(lambda: effects(database.urls) == [once])
    assert 0.5 < seconds < 5, f"{seconds:.1f} s"


async def test_a_frozen_worker_that_comes_back_ends_nothing_of_its_successor(
    database: Database, open_scope: OpenScope, org_a: OrganizationRef, mark: Path
) -> None:
    async with worker_process(database.urls, silence=1.0) as frozen:
        _, once = await deferred(open_scope, org_a, process.slow_first, mark, seconds=3)
        await until(lambda: lines(mark))
        frozen.send(signal.SIGSTOP)
        release = asyncio.Event()

        @job("tests.slow_first", retries=0)
        async def successor(context: JobContext, *, mark: str, once: UUID, seconds: float) -> None:
            process.attempted(mark, context)
            await release.wait()
            await process.effect(context, once)

        async with working(Worker(database, [successor], silence=1.0)):
            await until(lambda: len(lines(mark)) == 2)
            frozen.send(signal.SIGCONT)
            await asyncio.sleep(4)  # the first one wakes, finishes, and finds that the job isn't its own any more
            assert jobs(database.urls) == [("doing", 1)]
            release.set()
            await until(lambda: jobs(database.urls) == [])
    assert effects(database.urls) == [once]


async def test_a_worker_holds_no_transaction_open_in_which_it_could_freeze(
    database: Database,
) -> None:
    worker = Worker(database, process.JOBS)
    async with worker._app.open_async(), worker._connector.pool.connection() as connection:
        await connection.execute("SELECT FROM jobs_claim(0, 1, '{}')")
        assert connection.info.transaction_status is psycopg.pq.TransactionStatus.IDLE


async def test_sigterm_puts_the_job_back_and_ends_well(
    database: Database, open_scope: OpenScope, org_a: OrganizationRef, mark: Path
) -> None:
    _, once = await deferred(open_scope, org_a, process.slow_first, mark)
    async with worker_process(database.urls) as first:
        await until(lambda: lines(mark))
        first.send(signal.SIGTERM)
        assert await first.ended() == 0
    assert jobs(database.urls) == [("todo", 0)]
    await Worker(database, process.JOBS).run_until_idle()
    assert effects(database.urls) == [once]


async def _orphan(urls: DatabaseUrls, job_id: int, *, attempts: int = 0) -> None:
    """As if the job's worker had been killed: its process id is nobody's."""
    async with await psycopg.AsyncConnection.connect(urls.of(OWNER), autocommit=True) as connection:
        found = await connection.execute(
            "INSERT INTO procrastinate_workers (place, process) VALUES (%s, '4194305 1') RETURNING id", [this_place()]
        )
        row = await found.fetchone()
        assert row is not None
        await connection.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s WHERE id = %s",
            [row[0], attempts, job_id],
        )


async def test_a_job_that_keeps_killing_its_workers_is_given_up(
    database: Database, open_scope: OpenScope, org_a: OrganizationRef, mark: Path
) -> None:
    told: list[str] = []

    async def given_up(context: JobContext, *, error: str, mark: str, once: UUID) -> None:
        async with context.scope() as scope:
            told.append(f"{scope.organization.slug}: {error}")

    @job("tests.deadly", retries=1, on_failure=given_up)
    async def deadly(context: JobContext, *, mark: str, once: UUID) -> None:
        raise AssertionError("It is not run any more.")

    job_id, _ = await deferred(open_scope, org_a, deadly, mark)
    await _orphan(database.urls, job_id, attempts=4)
    await Worker(database, [deadly]).run_until_idle()
    assert told == [f"ada: {LOST}"]
    async with open_scope(org_a) as scope:
        [letter] = await dead_letters(scope)
    assert (letter.error, letter.attempts) == (LOST, 5)


async def test_a_job_called_off_while_its_worker_was_dead_stays_off(
    database: Database, open_scope: OpenScope, org_a: OrganizationRef, mark: Path
) -> None:
    job_id, _ = await deferred(open_scope, org_a, process.steady, mark)
    await _orphan(database.urls, job_id)
    async with open_scope(org_a) as scope:
        assert await cancel(scope, job_id)
    await Worker(database, process.JOBS).run_until_idle()
    assert jobs(database.urls) == [("aborted", 1)]
    assert lines(mark) == []


@pytest.fixture
async def heavy_pool() -> AsyncIterator[HeavyPool]:
    pool = HeavyPool(1)
    use_pool(pool)
    yield pool
    use_pool(None)
    await pool.close()


async def test_a_killed_heavy_process_costs_one_attempt(
    database: Database, open_scope: OpenScope, org_a: OrganizationRef, mark: Path, heavy_pool: HeavyPool
) -> None:
    _, once = await deferred(open_scope, org_a, process.heavy, mark)
    heavy = Path(f"{mark}.heavy")
    async with working(Worker(database, process.JOBS)):
        await until(lambda: lines(heavy))
        os.kill(int(heavy.read_text()), signal.SIGKILL)
        await until(lambda: effects(database.urls) == [once])
    assert [line.split()[1] for line in lines(mark)] == ["1", "2"]


@pytest.mark.clock
async def test_cancelling_a_job_kills_its_heavy_process_within_a_second(
    database: Database, open_scope: OpenScope, org_a: OrganizationRef, mark: Path, heavy_pool: HeavyPool
) -> None:
    job_id, _ = await deferred(open_scope, org_a, process.heavy, mark)
    heavy = Path(f"{mark}.heavy")
    async with working(Worker(database, process.JOBS)):
        await until(lambda: lines(heavy))
        pid = int(heavy.read_text())
        async with open_scope(org_a) as scope:
            assert await cancel(scope, job_id)
        seconds = await until(lambda: not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text())
        await until(lambda: jobs(database.urls) == [("aborted", 1)])
    assert seconds < 1, f"{seconds:.2f} s"
    assert effects(database.urls) == []


@pytest.fixture
def restartable() -> Iterator[EmbeddedServer]:
    """A server of its own, since this one is going to be stopped under its users."""
    folder = Path(tempfile.mkdtemp(prefix="tenantry-test-"))
    server = EmbeddedServer(folder)
    Migrations(
        server.start(), [Package(name, f"tenantry.infra.{name}") for name in ("database", "jobs", "events")]
    ).upgrade()
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.mark.clock
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
async def test_postgresql_restarted_under_running_jobs(
    restartable: EmbeddedServer, org_a: OrganizationRef, org_b: OrganizationRef, tmp_path: Path, how: signal.Signals
) -> None:
    """`SIGINT` is an orderly restart, which ends every connection; after `SIGKILL` there is a recovery as well."""
    urls = restartable.urls
    database = Database(urls)
    expected = []

    async def defer_some() -> None:
        for org in (org_a, org_b):
            async with database.org_scope(org, Actor.user(new_id(), "Ada"), role=Role.OWNER) as scope:
                for _ in range(3):
                    expected.append(new_id())
                    await defer(scope, process.steady, mark=str(tmp_path / str(expected[-1])), once=expected[-1])

    await defer_some()
    async with working(Worker(database, process.JOBS)):
        await until(lambda: any(tmp_path.iterdir()))
        assert restartable.pid is not None
        os.kill(restartable.pid, how)
        await asyncio.sleep(0.5)
        await defer_some()

        def all_done() -> bool:
            try:
                return sorted(effects(urls)) == sorted(expected)
            except psycopg.OperationalError:
                return False

        await until(all_done, 30)
        async with database.org_scope(org_a, Actor.user(new_id(), "Ada")) as scope:
            assert await dead_letters(scope) == []
        await until(lambda: jobs(urls) == [])
        # And it hears of new jobs and cancels as before.
        seconds_mark = tmp_path / "after"
        async with database.org_scope(org_a, Actor.user(new_id(), "Ada"), role=Role.OWNER) as scope:
            job_id = await defer(scope, process.steady, mark=str(seconds_mark), once=new_id(), seconds=60)
        assert await until(lambda: lines(seconds_mark)) < 2
        async with database.org_scope(org_a, Actor.user(new_id(), "Ada"), role=Role.OWNER) as scope:
            await cancel(scope, job_id)
        assert await until(lambda: jobs(urls) == [("aborted", 1)]) < 1.5
    await database.close()
