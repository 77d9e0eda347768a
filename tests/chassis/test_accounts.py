"""Signing up, in and out."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text, update

from tenantry.chassis.identity import actions as identity
from tenantry.chassis.identity.models import Invitation, Session
from tenantry.chassis.identity.sessions import forget_ended
from tenantry.chassis.identity.sessions.settings import SessionSettings
from tenantry.core.actors import Actor
from tenantry.infra.database.database import Database
from tests.service import PASSWORD, Service

BODY = {"email": "ada@example.com", "password": PASSWORD, "name": "Ada Lovelace"}


async def test_a_newcomer_has_an_account_an_organization_and_a_session(service: Service) -> None:
    ada = await service.sign_up("Ada Lovelace", email=" Ada@Example.COM ")
    assert ada.me["email"] == "ada@example.com"
    (own,) = ada.me["organizations"]
    assert (own["slug"], own["name"], own["role"], own["members"]) == ("ada-lovelace", "Ada Lovelace", "owner", 1)
    assert (await ada.client.get("/api/v1/me")).json() == ada.me
    organization = (await ada.client.get(ada.url())).json()
    assert organization["role"] == "owner"
    assert organization["members"] == 1
    assert "notes.write" in organization["permissions"]


async def test_the_same_address_is_told_once_and_only_here(service: Service) -> None:
    await service.sign_up("Ada")
    client = await service.client()
    again = await client.post("/api/v1/auth/register", json=BODY | {"email": "ADA@example.com"})
    assert (again.status_code, again.json()["code"]) == (409, "email.in_use")
    assert "set-cookie" not in again.headers
    wrong = await client.post("/api/v1/auth/login", json={"email": "ada@example.com", "password": "wrong password"})
    unknown = await client.post("/api/v1/auth/login", json={"email": "eve@example.com", "password": "wrong password"})
    assert wrong.status_code == unknown.status_code == 401
    assert {**wrong.json(), "request_id": ""} == {**unknown.json(), "request_id": ""}


@pytest.mark.clock
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": "password123"}, "password"),
        ({"password": "adalovelace"}, "password"),
        ({"password": "x" * 257}, "password"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@b"}, "email"),
        ({"email": "x" * 300 + "@example.com"}, "email"),
        ({"name": "   "}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "x" * 81}, "name"),
    ],
)
async def test_bad_input_is_named_by_field(service: Service, change: dict[str, str], field: str) -> None:
    answer = await (await service.client()).post("/api/v1/auth/register", json=BODY | change)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_sign_in_and_out(service: Service) -> None:
    await service.sign_up("Ada")
    client = await service.client()
    answer = await client.post("/api/v1/auth/login", json={"email": "ADA@example.com", "password": PASSWORD})
    assert answer.status_code == 200
    assert answer.json()["organizations"][0]["slug"] == "ada"
    token = client.cookies["tenantry_session"]
    assert len(token) >= 43
    signed_out = await client.post("/api/v1/auth/logout")
    assert signed_out.status_code == 204
    assert "tenantry_session" not in client.cookies
    client.cookies.set("tenantry_session", token)
    again = await client.get("/api/v1/me")
    assert (again.status_code, again.json()["code"]) == (401, "session.invalid")


async def test_a_session_ends_after_long_disuse_and_is_cleared_away(service: Service, database: Database) -> None:
    ada = await service.sign_up("Ada")

    async def age(**values: object) -> None:
        async with database.system_scope("age a session in a test") as scope:
            await scope.session.execute(update(Session).values(**values))

    now = database.clock()
    await age(seen_at=now - timedelta(minutes=10))
    assert (await ada.client.get("/api/v1/me")).status_code == 200
    async with database.user_scope(Actor.user(UUID(ada.me["id"]), "Ada")) as scope:
        seen = (await scope.session.scalars(text("SELECT seen_at FROM identity_sessions"))).one()
    assert seen >= now - timedelta(seconds=1)
    await age(seen_at=now - SessionSettings.load().idle)
    assert (await ada.client.get("/api/v1/me")).status_code == 401
    await age(seen_at=now, expires_at=now)
    assert (await ada.client.get("/api/v1/me")).status_code == 401
    async with database.system_scope("clear in a test") as scope:
        await forget_ended(scope)
        assert (await scope.session.scalars(text("SELECT count(*) FROM identity_sessions"))).one() == 0


async def test_nothing_readable_is_stored(service: Service, database: Database) -> None:
    ada = await service.sign_up("Ada")
    token = ada.client.cookies["tenantry_session"]
    async with database.system_scope("look in a test") as scope:
        user = (await scope.session.execute(text("SELECT password_hash FROM identity_users"))).one()
        rows = (await scope.session.execute(text("SELECT s::text FROM identity_sessions s"))).scalars().all()
    assert user.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert token not in "".join(rows)
    assert token.encode().hex() not in "".join(rows)


def with_policy(service: Service, policy: str) -> Service:
    return Service.of(service.settings.model_copy(update={"sign_up": policy}), service.database)


async def test_closed_means_closed(service: Service) -> None:
    closed = with_policy(service, "closed")
    client = await closed.client()
    assert (await client.get("/api/v1/meta")).json()["sign_up"] == "closed"
    answer = await client.post("/api/v1/auth/register", json=BODY)
    assert (answer.status_code, answer.json()["code"]) == (403, "sign_up.closed")
    await closed.close()


async def test_an_invitation_works_once_for_its_address(service: Service, database: Database) -> None:
    invited = with_policy(service, "invited")
    client = await invited.client()

    async def register(**change: object) -> str | None:
        answer = await client.post("/api/v1/auth/register", json=BODY | change)
        return None if answer.status_code == 201 else answer.json()["code"]

    async with database.system_scope("invite in a test") as scope:
        token = await identity.invite(scope, "ada@example.com")
        late = await identity.invite(scope, "ada@example.com")
        await scope.session.execute(
            update(Invitation).where(Invitation.token_hash == identity.secret_hash(late)).values(expires_at=scope.now())
        )
    assert await register() == "invitation.required"
    assert await register(invitation="invented") == "invitation.invalid"
    assert await register(invitation=late) == "invitation.invalid"
    assert await register(invitation=token, email="eve@example.com") == "invitation.invalid"
    assert await register(invitation=token, password="password") == "password.weak"
    assert await register(invitation=token) is None
    assert await register(invitation=token, email="ada@example.com") == "invitation.invalid"
    async with database.system_scope("clear in a test") as scope:
        await identity.forget_expired_invitations(scope)
        assert (await scope.session.scalars(text("SELECT count(*) FROM identity_invitations"))).one() == 0
    await invited.close()
