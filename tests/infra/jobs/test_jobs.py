"""Jobs: deferred in the caller's transaction, run for their organization, retried, cancelled, kept apart."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tenantry.core.errors import NotFound
from tenantry.core.ids import new_id
from tenantry.infra.database.database import Database
from tenantry.infra.database.roles import APP, OWNER
from tenantry.infra.database.scopes import OrganizationRef
from tenantry.infra.jobs import (
    JobContext,
    NoRetry,
    SystemJobContext,
    cancel,
    dead_letters,
    defer,
    defer_once,
    job,
    prune_jobs,
    retry_dead_letter,
)
from tenantry.infra.jobs.definition import Job, Schedule
from tenantry.infra.jobs.worker import Worker
from tenantry.infra.telemetry import Metrics

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def working(worker: Worker) -> AsyncIterator[Worker]:
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        worker.stop()
        await task


async def until(reached: Callable[[], bool | Awaitable[bool]], seconds: float = 10) -> float:
    started = time.monotonic()
    async with asyncio.timeout(seconds):
        while True:
            answer = reached()
            if answer if isinstance(answer, bool) else await answer:
                return time.monotonic() - started
            await asyncio.sleep(0.005)


def jobs_of(urls, columns: str = "task_name, status, attempts"):  # type: ignore[no-untyped-def]
    with psycopg.connect(urls.of(OWNER)) as connection:
        return connection.execute(f"SELECT {columns} FROM procrastinate_jobs ORDER BY id").fetchall()


class Seen:
    """What jobs did, and a job to do it."""

    def __init__(self) -> None:
        self.calls: list[tuple[JobContext, int]] = []

    def job(self, name: str = "tests.note", **options: object) -> Job:
        @job(name, **options)  # type: ignore[arg-type]
        async def note(context: JobContext, *, number: int = 0) -> None:
            self.calls.append((context, number))

        return note

    @property
    def numbers(self) -> list[int]:
        return [number for _, number in self.calls]


async def test_commit_runs_it_with_its_organization_actor_and_typed_input(database, org_a, open_scope) -> None:
    seen: dict[str, object] = {}

    @job("tests.look")
    async def look(context: JobContext, *, thing: UUID, ratio: float = 0.5) -> None:
        async with context.scope() as scope:
            setting = await scope.session.scalar(text("SELECT current_setting('app.org_id')"))
        seen.update(context=context, thing=thing, ratio=ratio, setting=setting)

    thing = new_id()
    async with open_scope(org_a) as scope:
        actor = scope.actor
        job_id = await defer(scope, look, thing=thing)
    await Worker(database, [look], parts=["a part"]).run_until_idle()
    context = seen["context"]
    assert isinstance(context, JobContext)
    assert (context.organization, context.actor, context.job_id, context.attempt) == (org_a, actor, job_id, 1)
    assert (seen["thing"], seen["ratio"], seen["setting"]) == (thing, 0.5, str(org_a.id))
    assert context.part(str) == "a part"
    with pytest.raises(LookupError, match="no int"):
        context.part(int)
    assert jobs_of(database.urls) == []


async def test_attempts_are_counted_by_how_they_ended(database, org_a, open_scope) -> None:
    note, metrics = Seen().job(), Metrics()

    @job("tests.refuse")
    async def refuse(context: JobContext) -> None:
        raise NoRetry

    async with open_scope(org_a) as scope:
        await defer(scope, note)
        await defer(scope, refuse)
    await Worker(database, [note, refuse], metrics=metrics).run_until_idle()
    for name, outcome in (("tests.note", "finished"), ("tests.refuse", "failed")):
        assert metrics.registry.get_sample_value("tenantry_job_seconds_count", {"job": name, "outcome": outcome}) == 1


async def test_rollback_drops_it(database, org_a, open_scope) -> None:
    seen = Seen()
    note = seen.job()
    with pytest.raises(RuntimeError):
        async with open_scope(org_a) as scope:
            await defer(scope, note)
            raise RuntimeError
    await Worker(database, [note]).run_until_idle()
    assert seen.calls == []


async def test_input_is_checked_when_it_is_deferred(org_a, open_scope) -> None:
    note = Seen().job()
    async with open_scope(org_a) as scope:
        with pytest.raises(TypeError, match="takes no other"):
            await defer(scope, note, other=1)
        with pytest.raises(ValueError, match="valid integer"):
            await defer(scope, note, number="many")


async def test_failures_are_retried_with_longer_waits_and_end_as_dead_letters(
    database, org_a, org_b, open_scope
) -> None:
    attempts: list[int] = []
    told: list[str] = []

    async def give_up(context: JobContext, *, error: str, number: int) -> None:
        told.append(f"{context.organization.slug} {number} {error}")

    @job("tests.fail", retries=2, backoff=0.01, on_failure=give_up)
    async def fail(context: JobContext, *, number: int) -> None:
        attempts.append(context.attempt)
        raise ValueError(f"no {context.last_attempt}")

    async with open_scope(org_a) as scope:
        await defer(scope, fail, number=7)
    async with working(Worker(database, [fail])):
        await until(lambda: len(told) == 1)
    assert attempts == [1, 2, 3]
    assert told == ["ada 7 ValueError: no True"]
    async with open_scope(org_b) as scope:
        assert await dead_letters(scope) == []
        with pytest.raises(NotFound):
            await retry_dead_letter(scope, 1)
    async with open_scope(org_a) as scope:
        [letter] = await dead_letters(scope)
        assert (letter.name, letter.attempts, letter.error) == ("tests.fail", 3, "ValueError: no True")
        await retry_dead_letter(scope, letter.id)
    async with database.system_scope("tests") as system:
        assert await dead_letters(system) == []
    async with working(Worker(database, [fail])):
        await until(lambda: len(told) == 2)
    async with database.system_scope("tests") as system:
        [letter] = await dead_letters(system)
        assert letter.org_id == org_a.id


async def test_waits_grow_threefold_up_to_an_hour() -> None:
    note = Seen().job(backoff=5.0)
    for attempts, seconds in ((1, 5), (2, 15), (3, 45), (20, 3600)):
        assert seconds * 0.8 <= note.wait(attempts).total_seconds() <= seconds * 1.2


async def test_no_retry_and_a_timeout(database, org_a, open_scope) -> None:
    @job("tests.final")
    async def final(context: JobContext) -> None:
        raise NoRetry("never")

    @job("tests.slow", retries=0, timeout=0.05)
    async def slow(context: JobContext) -> None:
        await asyncio.sleep(30)

    async with open_scope(org_a) as scope:
        await defer(scope, final)
        await defer(scope, slow)
    await Worker(database, [final, slow]).run_until_idle()
    async with open_scope(org_a) as scope:
        errors = {letter.name: letter.error for letter in await dead_letters(scope)}
    assert errors == {"tests.final": "NoRetry: never", "tests.slow": "TimeoutError: It took longer than 0.05 seconds."}


@pytest.mark.clock
async def test_a_running_job_learns_of_its_cancel_within_a_second(database, org_a, org_b, open_scope) -> None:
    running, ended = asyncio.Event(), asyncio.Event()
    context_of: list[JobContext] = []

    @job("tests.long")
    async def long(context: JobContext) -> None:
        context_of.append(context)
        running.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.set()
            raise

    async with open_scope(org_a) as scope:
        job_id = await defer(scope, long)
    async with working(Worker(database, [long])):
        await running.wait()
        async with open_scope(org_b) as scope:
            assert not await cancel(scope, job_id)
        await asyncio.sleep(0.2)
        assert not ended.is_set()
        async with open_scope(org_a) as scope:
            assert await cancel(scope, job_id)
        started = time.monotonic()
        await asyncio.wait_for(ended.wait(), 5)
        assert time.monotonic() - started < 1
        assert context_of[0].cancelled()

        async def aborted() -> bool:
            return jobs_of(database.urls) == [("tests.long", "aborted", 1)]

        await until(aborted)
        async with open_scope(org_a) as scope:
            assert not await cancel(scope, job_id)


async def test_a_waiting_job_that_is_cancelled_never_runs(database, org_a, open_scope) -> None:
    seen = Seen()
    note = seen.job()
    async with open_scope(org_a) as scope:
        job_id = await defer(scope, note)
    async with open_scope(org_a) as scope:
        assert await cancel(scope, job_id)
    await Worker(database, [note]).run_until_idle()
    assert seen.calls == []


async def test_one_key_waits_once_in_each_organization_and_the_transaction_lives(
    database, org_a, org_b, open_scope
) -> None:
    seen = Seen()
    note = seen.job()
    async with open_scope(org_a) as scope:
        assert await defer_once(scope, note, key="k", number=1) is not None
        assert await defer_once(scope, note, key="k", number=2) is None
        assert await defer(scope, note, number=3)
    async with open_scope(org_b) as scope:
        assert await defer_once(scope, note, key="k", number=4) is not None
    await Worker(database, [note]).run_until_idle()
    assert sorted(seen.numbers) == [1, 3, 4]


async def test_one_lock_runs_one_at_a_time_in_its_organization(database, org_a, org_b, open_scope) -> None:
    now: dict[UUID, int] = {}
    most: dict[UUID, int] = {}
    together: list[int] = []

    @job("tests.locked")
    async def locked(context: JobContext) -> None:
        org = context.organization.id
        now[org] = now.get(org, 0) + 1
        most[org] = max(most.get(org, 0), now[org])
        together.append(sum(now.values()))
        await asyncio.sleep(0.05)
        now[org] -= 1

    for org in (org_a, org_b):
        async with open_scope(org) as scope:
            for _ in range(4):
                await defer(scope, locked, lock="same")
    await Worker(database, [locked], concurrency=8).run_until_idle()
    async with working(Worker(database, [locked], concurrency=8)):
        await until(lambda: len(together) == 8)
    assert most == {org_a.id: 1, org_b.id: 1}
    assert max(together) == 2


async def test_floods_of_two_tenants_do_not_hold_up_a_third(database, org_a, org_b, open_scope) -> None:
    seen = Seen()

    @job("tests.short")
    async def short(context: JobContext, *, number: int = 0) -> None:
        await asyncio.sleep(0.01)
        seen.calls.append((context, number))

    for org in (org_a, org_b):
        async with open_scope(org) as scope:
            for number in range(80):
                await defer(scope, short, number=number)
    third = OrganizationRef(new_id(), "c", "C")
    async with working(Worker(database, [short], concurrency=2)):
        await until(lambda: len(seen.calls) > 20)
        async with open_scope(third) as scope:
            for number in range(3):
                await defer(scope, short, number=number)
        before = len(seen.calls)
        await until(lambda: sum(context.organization == third for context, _ in seen.calls) == 3)
        done = len(seen.calls) - before
        assert done <= 15, f"the third tenant's three jobs waited for {done} others"
        await until(lambda: len(seen.calls) == 163, 60)
    halves = [context.organization.slug for context, _ in seen.calls[:20]]
    assert 8 <= halves.count("ada") <= 12


@pytest.mark.clock
async def test_long_jobs_of_one_tenant_leave_room_for_others(database, org_a, org_b, open_scope) -> None:
    release, seen = asyncio.Event(), Seen()
    note = seen.job()
    held: list[int] = []

    @job("tests.hold")
    async def hold(context: JobContext) -> None:
        held.append(context.job_id)
        await release.wait()

    async with open_scope(org_a) as scope:
        for _ in range(4):
            await defer(scope, hold)
    async with working(Worker(database, [hold, note], concurrency=4)):
        await until(lambda: len(held) == 2)
        async with open_scope(org_b) as scope:
            await defer(scope, note)
        assert await until(lambda: len(seen.calls) == 1) < 3
        assert len(held) == 2
        release.set()
        await until(lambda: len(held) == 4)


async def test_a_foreign_organization_is_refused_and_unseen(database, org_a, org_b, open_scope) -> None:
    note = Seen().job()
    async with open_scope(org_a) as scope:
        await defer(scope, note)
    async with open_scope(org_b) as scope:
        assert await scope.session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0
        scope.organization = org_a
        with pytest.raises(ProgrammingError, match="row-level security"):
            async with scope.savepoint():
                await defer(scope, note)
    with psycopg.connect(database.urls.of(APP)) as nobody:
        assert nobody.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (0,)


async def test_stopping_puts_running_jobs_back_and_the_next_worker_finishes_them(database, org_a, open_scope) -> None:
    attempts: list[int] = []

    @job("tests.patient", retries=0)
    async def patient(context: JobContext) -> None:
        attempts.append(context.attempt)
        await asyncio.sleep(60 if len(attempts) == 1 else 0)

    async with open_scope(org_a) as scope:
        await defer(scope, patient)
    async with working(Worker(database, [patient], grace=0.1)):
        await until(lambda: len(attempts) == 1)
    assert jobs_of(database.urls) == [("tests.patient", "todo", 0)]
    await Worker(database, [patient]).run_until_idle()
    assert attempts == [1, 1]
    assert jobs_of(database.urls) == []


async def test_schedules_start_system_jobs_once_among_workers(database) -> None:
    starts: list[SystemJobContext] = []

    @job("tests.tick", system=True)
    async def tick(context: SystemJobContext) -> None:
        async with context.scope() as scope:
            starts.append(context)
            assert scope.reason == "job tests.tick"

    def worker() -> Worker:
        return Worker(database, [tick], [Schedule(tick, "* * * * * *")])

    async with working(worker()), working(worker()):
        await until(lambda: len(starts) >= 2)
        await asyncio.sleep(0.3)
    stamps = [context.job_id for context in starts]
    assert len(stamps) == len(set(stamps)) <= 5


async def test_only_system_jobs_are_scheduled_and_they_are_not_deferred(org_a, open_scope) -> None:
    with pytest.raises(ValueError, match="only a system job"):
        Schedule(Seen().job(), "* * * * *")
    system = Seen().job(system=True)
    async with open_scope(org_a) as scope:
        with pytest.raises(ValueError, match="belongs to no organization"):
            await defer(scope, system)


async def test_a_job_nobody_here_knows_waits_for_who_does(database, org_a, open_scope) -> None:
    seen, other = Seen(), Seen()
    note, stranger = seen.job(), other.job("tests.of_another_version")
    async with open_scope(org_a) as scope:
        await defer(scope, stranger)
        await defer(scope, note)
    await Worker(database, [note]).run_until_idle()
    assert (len(seen.calls), other.calls) == (1, [])
    await Worker(database, [stranger]).run_until_idle()
    assert len(other.calls) == 1


async def test_work_deferred_for_later_waits(database, org_a, open_scope) -> None:
    seen = Seen()
    note = seen.job()
    async with open_scope(org_a) as scope:
        moment = await scope.session.scalar(text("SELECT now() + interval '1 hour'"))
        await defer(scope, note, at=moment)
    await Worker(database, [note]).run_until_idle()
    assert seen.calls == []
    assert jobs_of(database.urls) == [("tests.note", "todo", 0)]


async def test_jobs_that_ended_are_let_go_after_a_while(database, org_a, open_scope) -> None:
    note = Seen().job()
    ages = {"cancelled": ("1 hour", "2 days"), "failed": ("29 days", "31 days"), "todo": ("90 days",)}
    async with open_scope(org_a) as scope:
        for status, all_ages in ages.items():
            for age in all_ages:
                job_id = await defer(scope, note)
                await scope.session.execute(
                    text(
                        "UPDATE procrastinate_jobs SET status = CAST(:status AS procrastinate_job_status),"
                        " created_at = now() - CAST(:age AS interval), ended_at = now() - CAST(:age AS interval) WHERE id = :id"
                    ),
                    {"status": status, "age": age, "id": job_id},
                )
    now = Schedule(prune_jobs, "* * * * * *")
    async with working(Worker(database, [prune_jobs], [now])):
        await until(lambda: len([row for row in jobs_of(database.urls) if row[0] == "tests.note"]) == 3)
    left = sorted(status for name, status, _ in jobs_of(database.urls) if name == "tests.note")
    assert left == ["cancelled", "failed", "todo"]


async def test_the_input_of_jobs_is_not_logged(database, org_a, open_scope, caplog: pytest.LogCaptureFixture) -> None:
    @job("tests.secretive", retries=0)
    async def secretive(context: JobContext, *, body: str) -> None:
        raise ValueError("failed")

    async with open_scope(org_a) as scope:
        await defer(scope, secretive, body="between you and me")
    with caplog.at_level("DEBUG", logger="procrastinate.worker"):
        await Worker(database, [secretive]).run_until_idle()
    assert "between you and me" not in caplog.text


async def test_every_migration_of_the_library_is_in_place(database: Database) -> None:
    from tenantry.infra.jobs.schema import library_migrations, upgrade

    with psycopg.connect(database.urls.of(OWNER)) as connection:
        applied = [name for (name,) in connection.execute("SELECT name FROM jobs_library_migrations ORDER BY name")]
        assert applied == library_migrations(), "a newer Procrastinate wants a revision which calls schema.upgrade"
        assert upgrade(connection) == ()
