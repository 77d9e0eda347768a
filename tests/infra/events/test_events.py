"""Events: in the action's transaction, read in commit order, one job for each subscriber, kept apart."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tenantry.core.actors import Actor
from tenantry.core.errors import Invalid
from tenantry.core.ids import new_id
from tenantry.infra.database import dump
from tenantry.infra.database.database import Database
from tenantry.infra.database.roles import APP, OWNER
from tenantry.infra.database.scopes import OrganizationRef
from tenantry.infra.database.urls import DatabaseUrls
from tenantry.infra.events import (
    JOBS,
    Subscriber,
    Subscribers,
    access_changed,
    emit,
    events_after,
    present_position,
    prune_events,
    touch,
)
from tenantry.infra.events.emit import CHANNEL
from tenantry.infra.jobs import JobContext, NoRetry, Schedule, job
from tenantry.infra.jobs.worker import Worker
from tests.conftest import OpenScope

START = "0.0"


async def names(open_scope: OpenScope, org: OrganizationRef, position: str = START) -> list[str]:
    async with open_scope(org) as scope:
        return [event.name for event in await events_after(scope, position)]


async def test_an_event_is_read_with_what_was_said(open_scope: OpenScope, org_a: OrganizationRef) -> None:
    subject = new_id()
    async with open_scope(org_a) as scope:
        event_id = await emit(scope, "tests.happened", subject, {"when": scope.now(), "thing": subject, "number": 1})
    async with open_scope(org_a) as scope:
        [event] = await events_after(scope, START)
    assert (event.id, event.name, event.subject) == (event_id, "tests.happened", str(subject))
    assert event.data["thing"] == str(subject)
    assert event.data["number"] == 1


async def test_events_are_small(open_scope: OpenScope, org_a: OrganizationRef) -> None:
    async with open_scope(org_a) as scope:
        with pytest.raises(ValueError, match="larger than"):
            await emit(scope, "tests.large", 1, {"blob": "x" * 40_000})


async def test_rollback_leaves_no_event_no_job_and_no_notification(
    database: Database, open_scope: OpenScope, org_a: OrganizationRef
) -> None:
    async with await psycopg.AsyncConnection.connect(database.urls.of(APP), autocommit=True) as listener:
        await listener.execute(f"LISTEN {CHANNEL}")
        with pytest.raises(RuntimeError):
            async with open_scope(org_a) as scope:
                await emit(scope, "tests.undone", 1)
                await touch(scope, "tests.topic")
                raise RuntimeError
        async with open_scope(org_a) as scope:
            await touch(scope, "tests.done")
        heard = [json.loads(notice.payload) async for notice in listener.notifies(timeout=2, stop_after=1)]
    assert heard == [{"org": str(org_a.id), "topic": "tests.done"}]
    assert await names(open_scope, org_a) == []
    async with open_scope(org_a) as scope:
        assert await scope.session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0


async def test_late_committers_are_not_lost(open_scope: OpenScope, org_a: OrganizationRef) -> None:
    """The first writer commits last: whoever reads by number alone would pass over its event."""
    written, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with open_scope(org_a) as scope:
            await emit(scope, "tests.first", 1)
            written.set()
            await go_on.wait()

    late = asyncio.create_task(slow())
    await written.wait()
    async with open_scope(org_a) as scope:
        await emit(scope, "tests.second", 2)
    async with open_scope(org_a) as scope:
        seen = await events_after(scope, START)
        position = seen[-1].position if seen else START
    assert [event.name for event in seen] == [], "what came after an open transaction must wait for it"
    go_on.set()
    await late
    assert await names(open_scope, org_a, position) == ["tests.first", "tests.second"]


async def test_reading_goes_on_where_it_stopped(open_scope: OpenScope, org_a: OrganizationRef) -> None:
    for number in range(5):
        async with open_scope(org_a) as scope:
            await emit(scope, f"tests.{number}", number)
    async with open_scope(org_a) as scope:
        first = await events_after(scope, START, limit=3)
        rest = await events_after(scope, first[-1].position)
        now = await present_position(scope)
        assert await events_after(scope, now) == []
    assert [event.subject for event in [*first, *rest]] == ["0", "1", "2", "3", "4"]
    async with open_scope(org_a) as scope:
        await emit(scope, "tests.later", 9)
    assert await names(open_scope, org_a, now) == ["tests.later"]


@pytest.mark.parametrize(
    "position", ["", "x", "1", "1.2.3", "-1.2", "9" * 30 + ".1", "999999999999.1", "1.1; DROP TABLE events_events"]
)
async def test_a_made_up_position_is_refused(open_scope: OpenScope, org_a: OrganizationRef, position: str) -> None:
    async with open_scope(org_a) as scope:
        with pytest.raises(Invalid) as caught:
            await events_after(scope, position)
    assert caught.value.code == "events.position.invalid"


async def test_restored_events_are_the_oldest_whatever_the_other_server_counted(
    clone: Callable[[], DatabaseUrls], org_a: OrganizationRef, ada: Actor, tmp_path: Path
) -> None:
    database = Database(clone())
    async with database.org_scope(org_a, ada) as scope:
        await emit(scope, "tests.before", 1)
    with psycopg.connect(database.urls.of(OWNER)) as connection:
        connection.execute("UPDATE events_events SET transaction = '999999999999'")
    await asyncio.to_thread(dump.dump, database.urls, tmp_path / "dump")
    await database.close()
    await asyncio.to_thread(dump.restore, database.urls, tmp_path / "dump")
    async with database.org_scope(org_a, ada) as scope:
        await emit(scope, "tests.after", 2)
    async with database.org_scope(org_a, ada) as scope:
        assert [event.name for event in await events_after(scope, START)] == ["tests.before", "tests.after"]
    await database.close()


async def test_organizations_do_not_see_each_others_events(
    open_scope: OpenScope, org_a: OrganizationRef, org_b: OrganizationRef
) -> None:
    async with open_scope(org_a) as scope:
        await emit(scope, "tests.mine", 1)
    assert await names(open_scope, org_b) == []
    assert await names(open_scope, org_a) == ["tests.mine"]


async def test_events_are_never_changed(open_scope: OpenScope, org_a: OrganizationRef) -> None:
    async with open_scope(org_a) as scope:
        await emit(scope, "tests.fixed", 1)
    for statement in ("UPDATE events_events SET name = 'x'", "DELETE FROM events_events"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with open_scope(org_a) as scope:
                await scope.session.execute(text(statement))


async def test_each_subscriber_gets_its_own_job(
    database: Database, open_scope: OpenScope, org_a: OrganizationRef
) -> None:
    told: list[tuple[str, UUID, OrganizationRef]] = []

    @job("tests.one")
    async def one(context: JobContext, *, event_id: UUID) -> None:
        told.append(("one", event_id, context.organization))

    @job("tests.all")
    async def all_of_them(context: JobContext, *, event_id: UUID) -> None:
        told.append(("all", event_id, context.organization))

    @job("tests.broken")
    async def broken(context: JobContext, *, event_id: UUID) -> None:
        raise NoRetry("broken")

    subscribers = Subscribers(
        [
            Subscriber("tests.a", one),
            Subscriber("*", all_of_them),
            Subscriber("tests.a", broken),
            Subscriber("tests.z", one),
        ]
    )
    async with open_scope(org_a) as scope:
        a = await emit(scope, "tests.a", 1)
        b = await emit(scope, "tests.b", 2)
    worker = Worker(database, [*JOBS, one, all_of_them, broken], parts=[subscribers])
    await worker.run_until_idle()
    await worker.run_until_idle()
    assert sorted(told) == sorted([("one", a, org_a), ("all", a, org_a), ("all", b, org_a)])


def test_a_subscriber_takes_the_events_id_alone() -> None:
    @job("tests.other")
    async def other(context: JobContext, *, number: int) -> None: ...

    with pytest.raises(TypeError, match="event_id alone"):
        Subscribers([Subscriber("tests.a", other)])


async def test_access_changes_carry_the_persons_id_alone(database: Database) -> None:
    person = new_id()
    async with await psycopg.AsyncConnection.connect(database.urls.of(APP), autocommit=True) as listener:
        await listener.execute(f"LISTEN {CHANNEL}")
        async with database.anonymous_scope() as scope:
            await access_changed(scope, person)
        heard = [json.loads(notice.payload) async for notice in listener.notifies(timeout=2, stop_after=1)]
    assert heard == [{"user": str(person)}]


async def test_old_events_are_let_go(database: Database, open_scope: OpenScope, org_a: OrganizationRef) -> None:
    async with open_scope(org_a) as scope:
        await emit(scope, "tests.new", 1)
        await emit(scope, "tests.old", 2)
    async with database.system_scope("tests") as system:
        await system.session.execute(
            text("UPDATE events_events SET at = at - interval '91 days' WHERE name = 'tests.old'")
        )
    worker = Worker(database, [*JOBS], [Schedule(prune_events, "* * * * * *")], parts=[Subscribers()])
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(10):
        while await names(open_scope, org_a) != ["tests.new"]:
            await asyncio.sleep(0.05)
    worker.stop()
    await running
