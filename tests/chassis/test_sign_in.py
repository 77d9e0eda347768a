"""Signing in: what failures cost, whom they cost it, and what nobody learns from them."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, event, text, update

from tenantry.chassis.identity.attempts.actions import FREE, forget_old_attempts, key_of, wait_after
from tenantry.chassis.identity.attempts.models import Attempts
from tenantry.chassis.identity.models import User
from tenantry.chassis.identity.passwords import hashing
from tenantry.infra.database.database import Database
from tests.chassis.mails import empty_mailbox, last_mail, mails_to, text_of
from tests.service import PASSWORD, Service

LOGIN = "/api/v1/auth/login"
ADA = "ada@example.com"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def client_at(service: Service, address: str, **options: Any) -> httpx.AsyncClient:
    """Somebody at this address."""
    transport = httpx.ASGITransport(service.app, raise_app_exceptions=False, client=(address, 40000))
    client = httpx.AsyncClient(transport=transport, base_url="http://localhost", **options)
    return await service._open.enter_async_context(client)


async def attempt(client: httpx.AsyncClient, email: str, password: str) -> httpx.Response:
    return await client.post(LOGIN, json={"email": email, "password": password})


async def later(database: Database, by: timedelta) -> None:
    """So much time passes for those who wait."""
    async with database.system_scope("let time pass in a test") as scope:
        await scope.session.execute(update(Attempts).values(wait_until=Attempts.wait_until - by))


def test_waits_grow_and_have_an_end() -> None:
    waits = [wait_after(failures).total_seconds() for failures in range(FREE + 4)]
    assert waits == [0.0] * FREE + [5, 10, 20, 40]
    assert wait_after(1000) == timedelta(hours=1)


def test_who_is_counted_together() -> None:
    assert key_of(ADA, address="2001:db8::1", device=None) == key_of(ADA, address="2001:db8::2", device=None)
    assert key_of(ADA, address="2001:db8:0:1::1", device=None) != key_of(ADA, address="2001:db8::1", device=None)
    assert key_of(ADA, address="192.0.2.1", device=None) != key_of(ADA, address="192.0.2.2", device=None)
    assert key_of(ADA, address="192.0.2.1", device="d") == key_of(ADA, address="192.0.2.2", device="d")
    assert key_of(ADA, address="unknown", device=None) != key_of("bob@example.com", address="unknown", device=None)


async def test_guessing_waits_and_nobody_else_does(service: Service, database: Database) -> None:
    ada = await service.sign_up("Ada")
    await service.sign_up("Bob")
    thief = await client_at(service, "203.0.113.7")
    guesses = [await attempt(thief, ADA, f"guess number {number}") for number in range(FREE)]
    assert [guess.status_code for guess in guesses] == [401] * FREE
    early = await attempt(thief, ADA, PASSWORD)
    assert (early.status_code, early.json()["code"]) == (429, "sign_in.wait")
    assert 1 <= int(early.headers["retry-after"]) <= 5
    # Who is somewhere else, at somebody else's account, or at their own device, does not notice.
    assert (await attempt(thief, "bob@example.com", PASSWORD)).status_code == 200
    assert (await attempt(await client_at(service, "198.51.100.1"), ADA, PASSWORD)).status_code == 200
    ada.client.cookies.delete("tenantry_session")
    assert (await attempt(ada.client, ADA, PASSWORD)).status_code == 200
    # Waiting is all it takes; the next failure costs twice as much.
    await later(database, timedelta(seconds=5))
    again = await attempt(thief, ADA, "one more guess")
    assert again.status_code == 401
    waiting = await attempt(thief, ADA, PASSWORD)
    assert 6 <= int(waiting.headers["retry-after"]) <= 10
    await later(database, timedelta(seconds=10))
    assert (await attempt(thief, ADA, PASSWORD)).status_code == 200
    assert (await attempt(thief, ADA, "a typing error")).status_code == 401
    assert (await attempt(thief, ADA, PASSWORD)).status_code == 200


async def test_a_known_device_is_counted_by_itself(service: Service) -> None:
    ada = await service.sign_up("Ada")
    ada.client.cookies.delete("tenantry_session")
    device = ada.client.cookies["tenantry_device"]
    for number in range(FREE):
        assert (await attempt(ada.client, ADA, f"guess number {number}")).status_code == 401
    assert (await attempt(ada.client, ADA, PASSWORD)).status_code == 429
    # The cookie is good for this account alone, and only as we wrote it.
    other = await client_at(service, "127.0.0.1")
    assert (await attempt(other, ADA, "wrong here too")).status_code == 401
    forged = await client_at(service, "127.0.0.1", cookies={"tenantry_device": device[:-1] + "x"})
    for number in range(FREE - 2):
        assert (await attempt(forged, ADA, f"forged {number}")).status_code == 401
    assert (await attempt(forged, ADA, "the last one that is free")).status_code == 401
    assert (await attempt(forged, ADA, PASSWORD)).status_code == 429


async def test_old_attempts_are_forgotten(service: Service, database: Database) -> None:
    client = await service.client()
    await attempt(client, ADA, "wrong")
    async with database.system_scope("clear in a test") as scope:
        await forget_old_attempts(scope)
        assert await scope.session.scalar(text("SELECT count(*) FROM identity_attempts")) == 1
        await scope.session.execute(update(Attempts).values(expires_at=scope.now()))
        await forget_old_attempts(scope)
        assert await scope.session.scalar(text("SELECT count(*) FROM identity_attempts")) == 0


@asynccontextmanager
async def statements() -> AsyncIterator[list[str]]:
    """What is said to the database meanwhile."""
    said: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)


class CountingHasher:
    """argon2 as it is, counted: what a sign-in costs is the verifying."""

    def __init__(self, hasher: Any) -> None:
        self.hasher, self.verified = hasher, 0

    def verify(self, *given: Any) -> Any:
        self.verified += 1
        return self.hasher.verify(*given)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.hasher, name)


@pytest.mark.parametrize("path", ["/api/v1/auth/login", "/api/v1/auth/forgot"])
async def test_nothing_tells_whether_an_address_has_an_account(
    service: Service, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By mechanism: the same statements, the same hashing, the same answer to the letter, and the same use of rates."""
    await service.sign_up("Ada")
    client = await service.client()
    hasher = CountingHasher(hashing._hasher)
    monkeypatch.setattr(hashing, "_hasher", hasher)
    seen = []
    for email in (ADA, "eve@example.com"):
        await attempt(client, email, "warm up")
        await service.app.state.limiter.reset()
        hasher.verified = 0
        async with statements() as said:
            answer = await client.post(path, json={"email": email, "password": "wrong password"})
        body = answer.json() and {**answer.json(), "request_id": ""}
        told = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
        headers = told | {"ratelimit": told["ratelimit"].partition(";t=")[0]}  # how long the window lasts still
        seen.append((answer.status_code, body, headers, [re.sub("'[^']*'", "", one) for one in said], hasher.verified))
    assert seen[0] == seen[1]
    assert seen[0][4] == (1 if path.endswith("login") else 0)


async def test_a_failure_is_written_down_for_its_person(service: Service, database: Database) -> None:
    ada = await service.sign_up("Ada")
    await attempt(await client_at(service, "203.0.113.7"), ADA, "wrong")
    await attempt(await client_at(service, "203.0.113.7"), "nobody@example.com", "wrong")
    await service.work()
    async with database.system_scope("look in a test") as scope:
        rows = (
            await scope.session.execute(
                text("SELECT user_id, action FROM audit_own_entries WHERE action = 'identity.sign_in.failed'")
            )
        ).all()
    assert len(rows) == 2
    assert [str(row.user_id) for row in rows].count(ada.me["id"]) == 1


async def test_a_new_device_is_told_about_and_a_known_one_is_not(service: Service) -> None:
    await service.sign_up("Ada", time_zone="Asia/Tokyo")
    await mails_to(service, ADA)
    empty_mailbox(service)
    new = await client_at(service, "203.0.113.7", headers={"user-agent": FIREFOX})
    assert (await attempt(new, ADA, PASSWORD)).status_code == 200
    mail = await last_mail(service, ADA, "new device")
    said = text_of(mail)
    assert "Firefox on Windows" in said
    assert "203.0.113.7" in said
    assert "(Asia/Tokyo)" in said
    assert mail.get_body(("html",)) is not None
    empty_mailbox(service)
    new.cookies.delete("tenantry_session")
    assert (await attempt(new, ADA, PASSWORD)).status_code == 200
    assert await mails_to(service, ADA) == []


async def test_an_old_hash_is_renewed_on_sign_in(service: Service, database: Database) -> None:
    from argon2 import PasswordHasher

    await service.sign_up("Ada")
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    async with database.system_scope("weaken in a test") as scope:
        await scope.session.execute(update(User).values(password_hash=weak))
    assert (await attempt(await service.client(), ADA, PASSWORD)).status_code == 200
    async with database.system_scope("look in a test") as scope:
        stored = (await scope.session.scalars(text("SELECT password_hash FROM identity_users"))).one()
    assert "m=19456,t=2" in stored
