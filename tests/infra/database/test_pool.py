"""The pool is fair, survives its connections, and has a clear answer when the database is away."""

import asyncio
import os
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from sqlalchemy import func, select, text

from tenantry.core.actors import Actor
from tenantry.core.errors import Problem, Unavailable
from tenantry.core.roles import Role
from tenantry.infra.database import pool as pools
from tenantry.infra.database.database import Database
from tenantry.infra.database.embedded import EmbeddedServer
from tenantry.infra.database.scopes import OrganizationRef
from tenantry.infra.database.urls import DatabaseUrls
from tests.infra.database.sample import Shelf, Ticket


async def messages_of(database: Database, connection: psycopg.AsyncConnection, trace: Path, work: Any) -> list[str]:
    """The messages that libpq sends for a transaction; each `Sync` and each `Query` is one round trip."""
    with trace.open("w+") as file:
        connection.pgconn.trace(file.fileno())
        await work()
        connection.pgconn.untrace()
        file.seek(0)
        return [" ".join(line.split("\t")[3:]).strip() for line in file if line.split("\t")[1] == "F"]


def round_trips(messages: list[str]) -> int:
    return sum(message.startswith(("Sync", "Query")) for message in messages)


async def test_begin_and_tenant_go_in_one_message(
    sample_urls: DatabaseUrls, org_a: OrganizationRef, ada: Actor, tmp_path: Path
) -> None:
    """As libpq itself reports the messages of a whole transaction on a connection that was used before."""
    database = Database(sample_urls, pool_size=1)

    async def by_session() -> None:
        async with database.org_scope(org_a, ada) as scope:
            assert await scope.session.scalar(text("SELECT 7")) == 7

    async with database.org_scope(org_a, ada) as scope:
        connection = await scope.driver_connection()
    sent = await messages_of(database, connection, tmp_path / "trace", by_session)
    await database.close()
    assert round_trips(sent) == 3, sent  # BEGIN with the settings, the question, COMMIT
    first = sent[: next(place for place, message in enumerate(sent) if message.startswith("Sync"))]
    assert sum(message.startswith("Execute") for message in first) == 2
    assert any(str(org_a.id) in message for message in first)


async def test_a_whole_request_takes_four_round_trips(
    sample_urls: DatabaseUrls, org_a: OrganizationRef, ada: Actor, tmp_path: Path
) -> None:
    """Secret, person, organization, answer: each change of view travels with the question behind it."""
    database = Database(sample_urls, pool_size=1)
    shelves, tickets = select(Shelf.id, Shelf.name), select(Ticket.user_id)

    async def request() -> None:
        async with database.presented_scope(b"a" * 32) as stranger:
            [ticket] = await stranger.rows(tickets)
            person = await stranger.to_user(Actor.user(ticket.user_id, "Ada"))
            assert len(await person.rows(tickets)) == 1
            inside = await person.to_organization(org_a, person.actor, role=Role.OWNER, permissions=())
            assert [shelf.name for shelf in await inside.rows(shelves)] == ["one"]
            assert await inside.rows(tickets) == []

    async with database.user_scope(ada) as scope:
        scope.session.add(Ticket(secret_hash=b"a" * 32))
    async with database.org_scope(org_a, ada) as scope:
        scope.session.add(Shelf(name="one"))
        connection = await scope.driver_connection()
    await request()
    sent = await messages_of(database, connection, tmp_path / "trace", request)
    await database.close()
    assert round_trips(sent) == 5, sent  # … and one more question, and COMMIT
    assert not [message for message in sent if message.startswith("Parse")], "everything is prepared by now"


async def test_waiters_are_served_in_order(sample_urls: DatabaseUrls, ada: Actor) -> None:
    database = Database(sample_urls, pool_size=1)
    served: list[int] = []

    async def visit(number: int) -> None:
        async with database.user_scope(ada) as scope:
            served.append(number)
            await scope.session.execute(text("SELECT pg_sleep(0.001)"))

    await asyncio.gather(*(visit(number) for number in range(60)))
    assert served == list(range(60))
    await database.close()


async def test_nobody_waits_for_ever(sample_urls: DatabaseUrls, ada: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "WAIT_SECONDS", 0.05)
    database = Database(sample_urls, pool_size=1)
    async with database.user_scope(ada):
        with pytest.raises(Unavailable) as caught:
            async with database.user_scope(ada):
                pass
    assert (caught.value.code, caught.value.headers) == ("database.busy", {"Retry-After": "2"})
    async with database.user_scope(ada) as scope:  # the place in the queue was given back
        assert await scope.session.scalar(text("SELECT 1")) == 1
    await database.close()


async def test_connections_that_died_idle_are_replaced_unnoticed(
    sample: Database, server: EmbeddedServer, org_a: OrganizationRef, ada: Actor
) -> None:
    async with sample.org_scope(org_a, ada) as scope:
        process = await scope.session.scalar(select(func.pg_backend_pid()))
    with psycopg.connect(make_conninfo(server.admin), autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 1000)", [process])
    async with sample.org_scope(org_a, ada) as scope:
        assert await scope.session.scalar(select(func.pg_backend_pid())) != process
        scope.session.add(Shelf(name="kept"))
    async with sample.org_scope(org_a, ada) as scope:
        assert await scope.session.scalar(select(func.count()).select_from(Shelf)) == 1


async def test_a_connection_that_dies_in_use_is_a_clear_problem(
    sample: Database, server: EmbeddedServer, org_a: OrganizationRef, ada: Actor
) -> None:
    with pytest.raises(Unavailable) as caught:
        async with sample.org_scope(org_a, ada) as scope:
            process = await scope.session.scalar(select(func.pg_backend_pid()))
            with psycopg.connect(server.admin, autocommit=True) as admin:
                admin.execute("SELECT pg_terminate_backend(%s, 1000)", [process])
            scope.session.add(Shelf(name="lost"))
            await scope.session.flush()
    assert (caught.value.code, caught.value.status) == ("database.unavailable", 503)
    async with sample.org_scope(org_a, ada) as scope:
        assert await scope.session.scalar(select(func.count()).select_from(Shelf)) == 0


async def test_a_change_whose_commit_got_no_answer_is_said_to_be_uncertain(
    sample: Database, server: EmbeddedServer, org_a: OrganizationRef, ada: Actor
) -> None:
    with pytest.raises(Unavailable, match="while your change was being saved"):
        async with sample.org_scope(org_a, ada) as scope:
            scope.session.add(Shelf(name="perhaps"))
            await scope.session.flush()
            process = await scope.session.scalar(select(func.pg_backend_pid()))
            with psycopg.connect(server.admin, autocommit=True) as admin:
                admin.execute("SELECT pg_terminate_backend(%s, 1000)", [process])


async def test_what_is_cancelled_gives_its_connection_back(sample_urls: DatabaseUrls, ada: Actor) -> None:
    database = Database(sample_urls, pool_size=1)

    async def linger() -> None:
        async with database.user_scope(ada) as scope:
            await scope.session.execute(text("SELECT pg_sleep(30)"))

    for patience in (1, 2, 3, 5, 8, 13):
        lingering = asyncio.create_task(linger())
        await asyncio.sleep(0.03)
        while not lingering.done():  # whoever gives up may say so again and again
            lingering.cancel()
            for _ in range(patience):
                await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await lingering
    async with database.user_scope(ada) as scope:
        assert await scope.session.scalar(text("SELECT current_setting('app.user_id')")) == str(ada.id)
    await database.close()


async def test_restarted_under_load(
    sample: Database, server: EmbeddedServer, org_a: OrganizationRef, ada: Actor
) -> None:
    """Twenty callers write without pause while PostgreSQL is killed twice: every answer is a saved row or a 503, no row
    that was answered with success is missing, and everything works again at once."""
    with psycopg.connect(server.admin, autocommit=True) as admin:  # the tests' server is otherwise hasty about commits
        admin.execute(f"ALTER DATABASE {sample.urls.name} SET synchronous_commit = on".encode())
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    stopping = asyncio.Event()

    async def call(number: int) -> None:
        nonlocal slowest
        for turn in range(1_000_000):
            if stopping.is_set():
                return
            began = time.monotonic()
            try:
                async with sample.org_scope(org_a, ada) as scope:
                    scope.session.add(Shelf(name=f"{number}-{turn}"))
                outcomes["saved"] += 1
            except Problem as problem:
                outcomes[problem.code] += 1
            slowest = max(slowest, time.monotonic() - began)

    callers = [asyncio.create_task(call(number)) for number in range(20)]
    for _ in range(2):
        await asyncio.sleep(0.4)
        before = server.pid
        assert before is not None
        os.kill(before, signal.SIGKILL)
        while server.pid == before:
            await asyncio.sleep(0.01)
        await asyncio.sleep(1.0)
    stopping.set()
    await asyncio.gather(*callers)
    assert outcomes.keys() <= {"saved", "database.unavailable"}
    assert outcomes["saved"] > 100
    assert slowest < 8
    async with sample.org_scope(org_a, ada) as scope:
        kept = await scope.session.scalar(select(func.count()).select_from(Shelf))
    assert kept is not None
    # A commit whose answer was lost may have counted; one that was answered must have.
    assert outcomes["saved"] <= kept <= outcomes["saved"] + outcomes["database.unavailable"]
