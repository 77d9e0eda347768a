"""`scope.rows`: what a cursor would give, in the same transaction as the session, and never somebody else's."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from sqlalchemy import Integer, bindparam, cast, column, func, literal, select, text, values
from sqlalchemy.dialects.postgresql import JSONB

from tenantry.core.actors import Actor
from tenantry.core.errors import Unavailable
from tenantry.infra.database.database import Database
from tenantry.infra.database.embedded import EmbeddedServer
from tenantry.infra.database.scopes import OrganizationRef, OrgScope
from tenantry.infra.database.statements import _by_key
from tenantry.infra.database.urls import DatabaseUrls
from tests.infra.database.sample import Shelf

NAMES = select(Shelf.name).order_by(Shelf.name)
NAMED = select(Shelf.id, Shelf.name).where(Shelf.name == bindparam("name"))


@pytest.fixture
async def narrow(sample_urls: DatabaseUrls) -> AsyncIterator[Database]:
    """Everybody must take turns on one connection."""
    database = Database(sample_urls, pool_size=1)
    yield database
    await database.close()


async def names(scope: OrgScope) -> list[str]:
    return [row.name for row in await scope.rows(NAMES)]


async def test_rows_are_those_of_the_session(narrow: Database, org_a: OrganizationRef, ada: Actor) -> None:
    everything = select(
        literal(UUID(int=7)).label("id"),
        literal("Grüße ✓ 'quoted'").label("text"),
        literal(datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)).label("at"),
        literal(timedelta(days=3, seconds=5)).label("span"),
        cast(literal({"a": [1, None, "ü"]}, JSONB), JSONB).label("json"),
        literal(2**40).label("large"),
        literal(1.5).label("ratio"),
        literal(b"\x00\xff").label("bytes"),
        func.array_agg(column("x")).label("list"),
        literal(None).label("nothing"),
    ).select_from(values(column("x", Integer), name="v").data([(1,), (2,)]))
    async with narrow.org_scope(org_a, ada) as scope:
        (ours,) = await scope.rows(everything)
        theirs = (await scope.session.execute(everything)).one()
    assert tuple(ours) == tuple(theirs)
    assert ours._mapping == theirs._mapping
    assert (ours.id, ours.text) == (UUID(int=7), "Grüße ✓ 'quoted'")


async def test_values_are_given_by_name_and_statements_compiled_once(
    narrow: Database, org_a: OrganizationRef, ada: Actor
) -> None:
    async with narrow.org_scope(org_a, ada) as scope:
        scope.session.add_all([Shelf(name="one"), Shelf(name="two")])
        for name, number in (("one", 1), ("two", 1), ("three", 0)):
            assert len(await scope.rows(NAMED, name=name)) == number
        before = len(_by_key)
        for limit in (1, 2):  # built anew, and known by what it says without its values
            assert len(await scope.rows(select(Shelf.name).order_by(Shelf.id).limit(limit))) == limit
        assert len(_by_key) == before + 1
        for some in (["one"], ["one", "two"], []):
            assert len(await scope.rows(select(Shelf.id).where(Shelf.name.in_(some)))) == len(some)
        with pytest.raises(Exception, match="name"):
            await scope.rows(NAMED)


async def test_session_and_rows_share_one_transaction(narrow: Database, org_a: OrganizationRef, ada: Actor) -> None:
    async with narrow.org_scope(org_a, ada) as scope:
        scope.session.add(Shelf(name="kept"))
        assert await names(scope) == ["kept"]  # what the session holds back is sent first
        async with scope.savepoint():
            scope.session.add(Shelf(name="kept too"))
        assert await names(scope) == ["kept", "kept too"]
        with pytest.raises(psycopg.errors.DivisionByZero):
            async with scope.savepoint():
                scope.session.add(Shelf(name="lost"))
                await scope.rows(select(literal(1) / bindparam("zero", 0)))
        assert await names(scope) == ["kept", "kept too"]
    with pytest.raises(LookupError):
        async with narrow.org_scope(org_a, ada) as scope:
            scope.session.add(Shelf(name="lost"))
            assert await names(scope) == ["kept", "kept too", "lost"]
            raise LookupError
    async with narrow.org_scope(org_a, ada) as scope:
        assert await names(scope) == ["kept", "kept too"]


async def test_a_failure_that_was_swallowed_is_not_saved_in_silence(
    narrow: Database, org_a: OrganizationRef, ada: Actor
) -> None:
    with pytest.raises(RuntimeError, match="nothing of it can be saved"):
        async with narrow.org_scope(org_a, ada) as scope:
            with contextlib.suppress(psycopg.errors.DivisionByZero):
                await scope.rows(select(literal(1) / bindparam("zero", 0)))
    async with narrow.org_scope(org_a, ada) as scope:
        assert await names(scope) == []


async def test_what_is_cancelled_leaves_nothing_for_the_next(
    narrow: Database, org_a: OrganizationRef, org_b: OrganizationRef, ada: Actor
) -> None:
    slow = select(literal("theirs"), func.pg_sleep(0.05))

    async def visit() -> None:
        async with narrow.org_scope(org_a, ada) as scope:
            await scope.rows(slow)

    for delay in (0, 0.001, 0.005, 0.02):
        visiting = asyncio.create_task(visit())
        await asyncio.sleep(delay)
        visiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await visiting
        async with narrow.org_scope(org_b, ada) as scope:
            assert await scope.rows(select(func.current_setting("app.org_id").label("org"))) == [(str(org_b.id),)]


async def test_a_connection_that_died_idle_is_replaced_under_the_first_question(
    sample: Database, server: EmbeddedServer, ada: Actor
) -> None:
    process = select(func.pg_backend_pid().label("pid"))
    async with sample.presented_scope(b"x" * 32) as scope:
        (before,) = await scope.rows(process)
    with psycopg.connect(make_conninfo(server.admin), autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 1000)", [before.pid])
    async with sample.presented_scope(b"x" * 32) as scope:
        assert (await scope.rows(process))[0].pid != before.pid
    with pytest.raises(Unavailable):
        async with sample.presented_scope(b"x" * 32) as scope:
            (now,) = await scope.rows(process)
            with psycopg.connect(make_conninfo(server.admin), autocommit=True) as admin:
                admin.execute("SELECT pg_terminate_backend(%s, 1000)", [now.pid])
            await scope.rows(process)


async def test_scopes_interleaved_on_one_connection_by_rows_and_session(narrow: Database, ada: Actor) -> None:
    """Changes of view that wait for the next question never reach somebody else's."""
    seen = select(func.current_setting("app.org_id").label("org"), func.current_setting("app.user_id").label("person"))

    async def visit(number: int) -> None:
        organization = OrganizationRef(uuid4(), f"org-{number}", "")
        async with narrow.presented_scope(b"x" * 32) as scope:
            if number % 2:
                assert (await scope.rows(seen))[0] == ("", "")
            person = await scope.to_user(ada)
            if number % 3 == 0:
                assert (await person.rows(seen))[0] == ("", str(ada.id))
            inside = await person.to_organization(organization, ada, role=None, permissions=())  # type: ignore[arg-type]
            if number % 5 == 0:
                return
            if number % 4 == 0:
                assert await inside.session.scalar(text("SELECT current_setting('app.org_id')")) == str(organization.id)
            elif number % 4 == 1:
                connection = await inside.driver_connection()
                row = await (await connection.execute("SELECT current_setting('app.org_id')")).fetchone()
                assert row == (str(organization.id),)
            assert (await inside.rows(seen))[0] == (str(organization.id), "")

    await asyncio.gather(*(visit(number) for number in range(120)))
