"""The live socket: real clients on a real server, told by a real PostgreSQL."""

import asyncio
import json
import os
import secrets
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import text
from starlette.middleware import Middleware
from starlette.websockets import WebSocket
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tenantry.core.actors import Actor
from tenantry.core.errors import NotFound, Unauthenticated
from tenantry.core.ids import new_id
from tenantry.core.roles import Role
from tenantry.infra.database.database import Database
from tenantry.infra.database.embedded import EmbeddedServer
from tenantry.infra.database.roles import APP
from tenantry.infra.database.scopes import OrganizationRef, OrgScope
from tenantry.infra.events import access_changed, emit, touch
from tenantry.infra.http.hosts import OriginCheck
from tenantry.infra.http.problems import Errors
from tenantry.infra.live import Hub, Reader, Topic, live_router
from tests.conftest import OpenScope

READ = "tests.things.read"


@dataclass
class Live:
    """A server with a hub, and who may enter it."""

    hub: Hub
    port: int = 0
    loads: list[tuple[UUID, str]] = field(default_factory=list)
    members: dict[tuple[str, str], Actor] = field(default_factory=dict)
    """Who a token is of, in which organization (by slug)."""
    permissions: frozenset[str] = frozenset({READ})

    @asynccontextmanager
    async def connect(self, token: str = "ada", org: str = "ada", **options: Any) -> AsyncIterator[ClientConnection]:
        url = f"ws://127.0.0.1:{self.port}/api/v1/orgs/{org}/live"
        async with connect(
            url, additional_headers={"Authorization": token} | options.pop("headers", {}), **options
        ) as client:
            yield client


async def receive(client: ClientConnection, seconds: float = 3) -> dict[str, Any]:
    async with asyncio.timeout(seconds):
        message: dict[str, Any] = json.loads(await client.recv())
        return message


async def subscribe(client: ClientConnection, topic: str) -> dict[str, Any]:
    await client.send(json.dumps({"type": "subscribe", "topic": topic}))
    return await receive(client)


async def quiet(client: ClientConnection, seconds: float = 0.4) -> None:
    with pytest.raises(TimeoutError):
        print(await receive(client, seconds))


@pytest.fixture
async def live(
    database: Database, org_a: OrganizationRef, org_b: OrganizationRef, ada: Actor, bob: Actor
) -> AsyncIterator[Live]:
    """Things are events' subjects here: a table that is there already, and under row-level security like every other."""

    async def load(scope: OrgScope, thing: str) -> dict[str, Any] | None:
        state.loads.append((scope.org_id, thing))
        count = await scope.session.scalar(
            text("SELECT count(*) FROM events_events WHERE subject = :thing"), {"thing": thing}
        )
        return {"count": count, "name": thing} if count else None

    async def load_all(scope: OrgScope, _: str) -> dict[str, Any]:
        return {"count": await scope.session.scalar(text("SELECT count(*) FROM events_events"))}

    organizations = {org.slug: org for org in (org_a, org_b)}

    async def authenticate(socket: WebSocket, slug: str) -> Reader:
        token = socket.headers.get("authorization", "")

        @asynccontextmanager
        async def open_scope() -> AsyncIterator[OrgScope]:
            if token not in {known for known, _ in state.members}:
                raise Unauthenticated("session.missing", "You are not signed in.")
            actor = state.members.get((token, slug))
            if actor is None:
                raise NotFound("organization.not_found", "There is no such organization.")
            async with database.org_scope(
                organizations[slug], actor, role=Role.MEMBER, permissions=state.permissions
            ) as scope:
                yield scope

        async with open_scope() as scope:
            return Reader(scope.org_id, scope.actor.id, open_scope)

    hub = Hub(
        database,
        [
            Topic("tests.thing", load, READ),
            Topic("tests.things", load_all, READ),
            Topic("tests.closed", load_all, "tests.other"),
        ],
        events={"tests.shown": READ, "tests.hidden": "tests.other"},
    )
    state = Live(hub, members={("ada", "ada"): ada, ("bob", "bob"): bob})
    app = FastAPI(middleware=[Middleware(Errors), Middleware(OriginCheck)])
    app.include_router(live_router(hub, authenticate), prefix="/api/v1")
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off"))
    await hub.start()
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    state.port = server.servers[0].sockets[0].getsockname()[1]
    yield state
    await hub.stop()
    server.should_exit = True
    await serving


@pytest.fixture
def happen(open_scope: OpenScope) -> Callable[..., Any]:
    async def happen(org: OrganizationRef, thing: str, name: str = "tests.shown", topic: bool = True) -> None:
        async with open_scope(org) as scope:
            await emit(scope, name, thing, {"n": 1})
            if topic:
                await touch(scope, f"tests.thing:{thing}")

    return happen


@pytest.mark.clock
async def test_state_on_subscribing_and_after_each_touch(live: Live, org_a: OrganizationRef, happen: Any) -> None:
    await happen(org_a, "x", name="tests.quiet")
    async with live.connect() as client:
        assert (await receive(client))["type"] == "hello"
        first = await subscribe(client, "tests.thing:x")
        assert first == {"type": "state", "topic": "tests.thing:x", "data": {"count": 1, "name": "x"}}
        started = time.monotonic()
        await happen(org_a, "x", name="tests.quiet")
        assert (await receive(client))["data"]["count"] == 2
        assert time.monotonic() - started < 1
        assert (await subscribe(client, "tests.things"))["data"] == {"count": 2}
        await client.send(json.dumps({"type": "unsubscribe", "topic": "tests.thing:x"}))
        await asyncio.sleep(0.1)
        await happen(org_a, "x", name="tests.quiet")
        await quiet(client)


async def test_many_touches_are_one_reading_each_150_ms(
    live: Live, org_a: OrganizationRef, open_scope: OpenScope, happen: Any
) -> None:
    await happen(org_a, "x", name="tests.quiet")
    async with live.connect() as client:
        await receive(client)
        await subscribe(client, "tests.thing:x")
        live.loads.clear()
        started = time.monotonic()
        for _ in range(60):
            async with open_scope(org_a) as scope:
                await touch(scope, "tests.thing:x")
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.4)
        assert 2 <= len(live.loads) <= (time.monotonic() - started) / 0.15 + 1


async def test_another_organizations_things_do_not_exist(
    live: Live, org_a: OrganizationRef, org_b: OrganizationRef, happen: Any
) -> None:
    await happen(org_a, "secret")
    async with live.connect("bob", "bob") as client:
        await receive(client)
        answer = await subscribe(client, "tests.thing:secret")
        assert (answer["type"], answer["problem"]["code"]) == ("error", "live.topic.not_found")
        assert (await subscribe(client, "tests.things"))["data"] == {"count": 0}
        await happen(org_a, "secret")
        await quiet(client)
    with pytest.raises(InvalidStatus) as refused:
        async with live.connect("bob", "ada"):
            pass
    assert refused.value.response.status_code == 404
    assert json.loads(refused.value.response.body)["code"] == "organization.not_found"


async def test_a_topic_needs_its_permission_and_must_exist(live: Live) -> None:
    async with live.connect() as client:
        await receive(client)
        assert (await subscribe(client, "tests.closed"))["problem"]["code"] == "permission.missing"
        assert (await subscribe(client, "tests.nothing:1"))["problem"]["code"] == "live.topic.unknown"


async def test_events_arrive_in_order_with_permission_and_resume_where_one_stopped(
    live: Live, org_a: OrganizationRef, org_b: OrganizationRef, happen: Any
) -> None:
    async with live.connect() as client:
        last = (await receive(client))["last"]
        await happen(org_b, "foreign")
        await happen(org_a, "1")
        await happen(org_a, "2", name="tests.hidden")
        await happen(org_a, "3", name="tests.undeclared")
        await happen(org_a, "4")
        seen = [await receive(client), await receive(client)]
        assert [(event["type"], event["name"], event["subject"]) for event in seen] == [
            ("event", "tests.shown", "1"),
            ("event", "tests.shown", "4"),
        ]
        await quiet(client)
    await happen(org_a, "5")
    for after, expected in ((last, ["1", "4", "5"]), (seen[0]["id"], ["4", "5"]), (seen[1]["id"], ["5"])):
        async with live.connect() as client:
            await client.send(json.dumps({"type": "resume", "after": after}))
            await receive(client)
            assert [(await receive(client))["subject"] for _ in expected] == expected
            await quiet(client, 0.2)


async def test_an_event_held_back_by_an_open_transaction_still_arrives(
    live: Live, org_a: OrganizationRef, open_scope: OpenScope, happen: Any
) -> None:
    async with live.connect() as client:
        await receive(client)
        async with open_scope(org_a) as scope:
            await scope.session.execute(text("SELECT pg_current_xact_id()"))
            await happen(org_a, "held")
            await quiet(client, 0.5)
        assert (await receive(client))["subject"] == "held"


async def test_a_made_up_position_is_an_error_and_no_end(live: Live, org_a: OrganizationRef, happen: Any) -> None:
    async with live.connect() as client:
        await receive(client)
        await client.send(json.dumps({"type": "resume", "after": "made up"}))
        assert (await receive(client))["problem"]["code"] == "events.position.invalid"
        await happen(org_a, "1")
        assert (await receive(client))["subject"] == "1"


async def test_nothing_is_missed_while_the_connection_to_postgresql_was_lost(
    live: Live, database: Database, org_a: OrganizationRef, happen: Any
) -> None:
    await happen(org_a, "x", name="tests.quiet")
    async with live.connect() as client:
        await receive(client)
        await subscribe(client, "tests.thing:x")
        with psycopg.connect(database.urls.of(APP), autocommit=True) as own:
            ended = own.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tenantry_live'"
            ).fetchall()
        assert len(ended) >= 1
        await happen(org_a, "x", name="tests.quiet")
        async with asyncio.timeout(3):
            while (await receive(client))["data"]["count"] != 2:
                pass
        await happen(org_a, "x")
        messages = [await receive(client), await receive(client)]
        assert {message["type"] for message in messages} == {"state", "event"}


async def test_sockets_outlive_a_restart_of_postgresql(
    live: Live, server: EmbeddedServer, org_a: OrganizationRef, happen: Any
) -> None:
    await happen(org_a, "x", name="tests.quiet")
    async with live.connect() as client:
        await receive(client)
        await subscribe(client, "tests.thing:x")
        assert server.pid is not None
        os.kill(server.pid, signal.SIGINT)
        await asyncio.sleep(0.2)
        await happen(org_a, "x", name="tests.quiet")
        async with asyncio.timeout(10):
            while (await receive(client))["data"]["count"] != 2:
                pass
        await happen(org_a, "x")
        # The restart's own reading anew may come in between.
        async with asyncio.timeout(5):
            seen: set[str] = set()
            while seen != {"state", "event"}:
                seen.add((await receive(client))["type"])


@pytest.mark.clock
@pytest.mark.parametrize(("how", "code"), [("session", 4401), ("membership", 4403)])
async def test_revocation_closes_the_socket_at_once(
    live: Live, database: Database, ada: Actor, how: str, code: int
) -> None:
    async with live.connect() as client:
        await receive(client)
        live.members.clear()
        if how == "membership":
            live.members["ada", "elsewhere"] = ada
        assert ada.id is not None
        started = time.monotonic()
        async with database.anonymous_scope() as scope:
            await access_changed(scope, ada.id)
        with pytest.raises(ConnectionClosed):
            await receive(client)
        assert client.close_code == code
        assert time.monotonic() - started < 1


async def test_a_lost_permission_ends_the_subscription(live: Live, database: Database, ada: Actor) -> None:
    async with live.connect() as client:
        await receive(client)
        assert (await subscribe(client, "tests.things"))["type"] == "state"
        live.permissions = frozenset()
        assert ada.id is not None
        async with database.anonymous_scope() as scope:
            await access_changed(scope, ada.id)
        assert (await receive(client))["problem"]["code"] == "permission.missing"


async def test_somebody_elses_change_leaves_the_socket_open(live: Live, database: Database) -> None:
    async with live.connect() as client:
        await receive(client)
        async with database.anonymous_scope() as scope:
            await access_changed(scope, new_id())
        await quiet(client, 0.3)


async def test_strangers_and_foreign_pages_are_refused(live: Live) -> None:
    for headers, status in (({"Authorization": "nobody"}, 401), ({"Origin": "https://evil.example"}, 403)):
        with pytest.raises(InvalidStatus) as refused:
            async with live.connect(headers=headers):
                pass
        assert refused.value.response.status_code == status
    async with live.connect(headers={"Origin": f"http://127.0.0.1:{live.port}"}) as client:
        assert (await receive(client))["type"] == "hello"


async def test_nonsense_is_answered_and_bounded(live: Live) -> None:
    async with live.connect() as client:
        await receive(client)
        for sent, code in (
            ("{", "live.message.invalid"),
            ("[]", "live.message.invalid"),
            ('{"type": "dance"}', "live.message.unknown"),
            ('{"type": "subscribe", "topic": 5}', "live.message.unknown"),
            (json.dumps({"type": "subscribe", "topic": "x" * 3000}), "live.message.too_large"),
        ):
            await client.send(sent)
            assert (await receive(client))["problem"]["code"] == code
        for number in range(101):
            await client.send(json.dumps({"type": "subscribe", "topic": f"tests.thing:{number}"}))
        codes = set()
        for _ in range(101):
            codes.add((await receive(client))["problem"]["code"])
        assert codes == {"live.topic.not_found", "live.topics.too_many"}


async def test_a_client_that_reads_nothing_is_dropped_and_holds_nobody_up(
    live: Live, org_a: OrganizationRef, open_scope: OpenScope, monkeypatch: pytest.MonkeyPatch, happen: Any
) -> None:
    monkeypatch.setattr("tenantry.infra.live.connection.SEND_SECONDS", 0.5)
    large = "y" * 150
    async with open_scope(org_a) as scope:
        for _ in range(400):
            await emit(scope, "tests.shown", large, {"blob": secrets.token_hex(15_000)})
    async with live.connect(max_queue=1, compression=None, close_timeout=0.2) as slow, live.connect() as quick:
        await receive(quick)
        await slow.send(json.dumps({"type": "resume", "after": "0.0"}))
        async with asyncio.timeout(10):
            while live.hub.size > 1:
                await asyncio.sleep(0.05)
        await happen(org_a, "after")
        assert (await receive(quick))["subject"] == "after"


async def test_stopping_sends_clients_away_to_come_back(live: Live) -> None:
    async with live.connect() as client:
        await receive(client)
        await live.hub.stop()
        with pytest.raises(ConnectionClosed):
            await receive(client)
        assert client.close_code == 1012
