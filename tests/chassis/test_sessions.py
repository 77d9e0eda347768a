"""Sessions: where one is signed in, tokens that change, and copies that are found out."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
import websockets
from sqlalchemy import text, update

from tenantry.chassis.identity.models import Session
from tenantry.chassis.identity.sessions.rotation import GRACE
from tenantry.chassis.identity.sessions.settings import SessionSettings
from tenantry.infra.database.database import Database
from tests.chassis.mails import last_mail, text_of
from tests.service import PASSWORD, Person, Service, served

ADA, COOKIE, ME = "ada@example.com", "tenantry_session", "/api/v1/me"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)


async def sign_in(service: Service, **headers: str) -> httpx.AsyncClient:
    client = await service.client(headers=headers)
    answer = await client.post("/api/v1/auth/login", json={"email": ADA, "password": PASSWORD})
    assert answer.status_code == 200
    return client


async def age(database: Database, by: timedelta) -> None:
    """So much time passes for all sessions and their tokens."""
    async with database.system_scope("let time pass in a test") as scope:
        for table, columns in (
            ("identity_sessions", ("created_at", "rotated_at", "used_at")),
            ("identity_retired_tokens", ("retired_at",)),
        ):
            changed = ", ".join(f"{column} = {column} - :by" for column in columns)
            await scope.session.execute(text(f"UPDATE {table} SET {changed}"), {"by": by})


async def status(service: Service, token: str) -> int:
    """What somebody is answered who sends just this token."""
    client = await service.client(cookies={COOKIE: token})
    return (await client.get(ME)).status_code


async def rotated(ada: Person, database: Database) -> tuple[str, str]:
    """Ada's token before and after it has changed."""
    before = ada.client.cookies[COOKIE]
    await age(database, SessionSettings.load().rotation)
    answer = await ada.client.get(ME)
    assert answer.status_code == 200
    after = ada.client.cookies[COOKIE]
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert before != after
    return before, after


async def test_the_list_says_where_one_is_signed_in(service: Service) -> None:
    ada = await service.sign_up("Ada")
    await sign_in(service, **{"user-agent": IPHONE})
    answer = await ada.client.get("/api/v1/me/sessions")
    here, phone = answer.json()["items"]
    assert (here["current"], phone["current"]) == (True, False)
    assert phone["device"] == {"name": "Safari on iPhone", "kind": "phone"}
    assert phone["address"] == "127.0.0.1"
    assert "token" not in answer.text


async def test_one_session_ends_or_all_others(service: Service) -> None:
    ada = await service.sign_up("Ada")
    bob = await service.sign_up("Bob")
    first, second, third = [await sign_in(service) for _ in range(3)]
    items = (await ada.client.get("/api/v1/me/sessions")).json()["items"]
    foreign = await bob.client.delete(f"/api/v1/me/sessions/{items[1]['id']}")
    assert (foreign.status_code, foreign.json()["code"]) == (404, "session.not_found")
    mine = (await first.get("/api/v1/me/sessions")).json()["items"][0]["id"]
    assert (await ada.client.delete(f"/api/v1/me/sessions/{mine}")).status_code == 204
    assert (await first.get(ME)).status_code == 401
    assert (await second.get(ME)).status_code == 200
    assert (await ada.client.delete("/api/v1/me/sessions")).status_code == 204
    assert [(await client.get(ME)).status_code for client in (second, third, ada.client)] == [401, 401, 200]
    assert (await bob.client.get(ME)).status_code == 200
    here = (await ada.client.get("/api/v1/me/sessions")).json()["items"]
    assert [one["current"] for one in here] == [True]
    assert (await ada.client.delete(f"/api/v1/me/sessions/{here[0]['id']}")).status_code == 204
    assert COOKIE not in ada.client.cookies


async def test_a_token_changes_and_the_last_one_is_good_for_a_moment(service: Service, database: Database) -> None:
    ada = await service.sign_up("Ada")
    before, after = await rotated(ada, database)
    assert await status(service, before) == 200, "requests that were on their way together"
    assert (await ada.client.get(ME)).status_code == 200
    assert await status(service, before) == 200, "the moment has only begun"
    assert ada.client.cookies[COOKIE] == after
    assert len((await ada.client.get("/api/v1/me/sessions")).json()["items"]) == 1


async def test_a_copy_of_an_old_token_ends_the_session_for_everybody(service: Service, database: Database) -> None:
    ada = await service.sign_up("Ada")
    elsewhere = await sign_in(service)
    before, _ = await rotated(ada, database)
    assert (await ada.client.get(ME)).status_code == 200  # the new token has arrived
    await age(database, GRACE)
    assert await status(service, before) == 401
    assert (await ada.client.get(ME)).status_code == 401
    assert (await elsewhere.get(ME)).status_code == 200, "other sessions have nothing to do with it"
    assert "somebody may have copied it" in text_of(await last_mail(service, ADA, "copy of your session"))
    async with database.system_scope("look in a test") as scope:
        actions = (await scope.session.scalars(text("SELECT action FROM audit_own_entries"))).all()
    assert actions.count("identity.session.copied") == 1


async def test_who_never_got_the_new_token_is_no_thief(service: Service, database: Database) -> None:
    ada = await service.sign_up("Ada")
    before, lost = await rotated(ada, database)
    await age(database, timedelta(hours=2))
    ada.client.cookies.set(COOKIE, before, domain="localhost.local", path="/")
    client = await service.client(cookies={COOKIE: before})
    answer = await client.get(ME)
    assert answer.status_code == 200
    third = answer.headers["set-cookie"].split("=", 1)[1].split(";")[0]
    assert third not in (before, lost)
    assert await status(service, third) == 200
    # The one that was lost and turns up now is a copy.
    await age(database, GRACE)
    assert await status(service, lost) == 401
    assert await status(service, third) == 401


async def test_requests_side_by_side_rotate_once(service: Service, database: Database) -> None:
    ada = await service.sign_up("Ada")
    await age(database, SessionSettings.load().rotation)
    token = ada.client.cookies[COOKIE]
    clients = [await service.client(cookies={COOKIE: token}) for _ in range(8)]
    answers = await asyncio.gather(*(client.get(ME) for client in clients))
    assert [answer.status_code for answer in answers] == [200] * 8
    async with database.system_scope("look in a test") as scope:
        kept = await scope.session.scalar(text("SELECT count(DISTINCT token_hash) FROM identity_retired_tokens"))
        total = await scope.session.scalar(text("SELECT count(*) FROM identity_retired_tokens"))
    assert kept == total
    assert any("set-cookie" in answer.headers for answer in answers)
    newest = next(a for a in reversed(answers) if "set-cookie" in a.headers)
    assert newest.status_code == 200


async def test_a_refused_request_keeps_its_token(service: Service, database: Database) -> None:
    ada = await service.sign_up("Ada")
    before = ada.client.cookies[COOKIE]
    await age(database, SessionSettings.load().rotation)
    refused = await ada.client.patch(ME, json={"name": ""})
    assert refused.status_code == 422
    missing = await ada.client.get("/api/v1/orgs/no-such-organization")
    assert missing.status_code == 404
    assert "set-cookie" not in missing.headers, "what was rolled back must not be handed over"
    assert ada.client.cookies[COOKIE] == before
    assert (await ada.client.get(ME)).status_code == 200


async def test_signing_out_when_a_new_token_was_due(service: Service, database: Database) -> None:
    ada = await service.sign_up("Ada")
    await age(database, SessionSettings.load().rotation)
    answer = await ada.client.post("/api/v1/auth/logout")
    assert answer.status_code == 204
    assert len(answer.headers.get_list("set-cookie")) == 1
    assert COOKIE not in ada.client.cookies


async def test_an_open_socket_outlives_its_token_and_not_its_session(service: Service, database: Database) -> None:
    ada = await service.sign_up("Ada")
    async with served(service) as base:
        url = f"{base.replace('http', 'ws')}/api/v1/orgs/{ada.org}/live"
        headers = {"cookie": f"{COOKIE}={ada.client.cookies[COOKIE]}"}
        async with websockets.connect(url, additional_headers=headers) as socket:
            assert json.loads(await socket.recv())["type"] == "hello"
            await rotated(ada, database)
            assert (await ada.client.get(ME)).status_code == 200
            await age(database, GRACE * 2)
            # Reading again under the reader's own scope, long after the token was replaced.
            await socket.send(
                json.dumps({"type": "subscribe", "topic": "pinata.scan:00000000-0000-7000-8000-000000000000"})
            )
            assert json.loads(await socket.recv())["problem"]["code"] == "live.topic.not_found"
            assert (await ada.client.get(ME)).status_code == 200
            current = (await ada.client.get("/api/v1/me/sessions")).json()["items"][0]
            assert (await ada.client.delete(f"/api/v1/me/sessions/{current['id']}")).status_code == 204
            with pytest.raises(websockets.ConnectionClosed) as closed:
                async with asyncio.timeout(10):
                    while True:
                        await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


async def test_the_country_is_believed_of_trusted_proxies_alone(service: Service) -> None:
    await service.sign_up("Ada")
    for port, country in ((0, "JP"), (40000, None)):
        transport = httpx.ASGITransport(service.app, client=("203.0.113.7", port))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://localhost", headers={"cf-ipcountry": "JP"}
        ) as client:
            await client.post("/api/v1/auth/login", json={"email": ADA, "password": PASSWORD})
            assert (await client.get("/api/v1/me/sessions")).json()["items"][0]["country"] == country


async def test_a_session_costs_no_more_statements_than_before(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Finding out who calls is one statement; rotation costs when it is due, and only then."""
    from tenantry.infra.database.transaction import Transaction
    from tests.chassis.test_sign_in import statements

    ada = await service.sign_up("Ada")
    asked = 0
    rows = Transaction.rows

    async def counted(self: Transaction, *given: Any) -> Any:
        nonlocal asked
        asked += 1
        return await rows(self, *given)

    monkeypatch.setattr(Transaction, "rows", counted)
    async with statements() as said:
        await ada.client.get("/api/v1/me/sessions")
    assert asked == 1, "whose session it is"
    assert len(said) == 1, f"the list itself, and no more: {said}"


async def test_old_tokens_go_with_their_session(service: Service, database: Database) -> None:
    from tenantry.chassis.identity.sessions import forget_ended

    ada = await service.sign_up("Ada")
    await rotated(ada, database)
    async with database.system_scope("clear in a test") as scope:
        assert await scope.session.scalar(text("SELECT count(*) FROM identity_retired_tokens")) == 1
        await scope.session.execute(update(Session).values(expires_at=scope.now()))
        await forget_ended(scope)
        assert await scope.session.scalar(text("SELECT count(*) FROM identity_retired_tokens")) == 0
