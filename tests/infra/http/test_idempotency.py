"""A POST with an Idempotency-Key is done once."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from tenantry.infra.database.database import Database
from tenantry.infra.http.idempotency import KEPT, forget_expired
from tenantry.infra.http.models import Answer
from tests.sample_product.models import Note
from tests.service import Person, Service

KEY = {"Idempotency-Key": "0d0e-1"}


async def count(service: Service, table) -> int:
    async with service.database.system_scope("count in a test") as scope:
        return await scope.session.scalar(select(func.count()).select_from(table))


async def write(person: Person, title: str = "Once", headers=KEY):
    return await person.client.post(person.url("/notes/notes"), json={"title": title}, headers=headers)


async def test_the_same_again_is_answered_and_not_done(service: Service) -> None:
    ada = await service.sign_up()
    first, again = await write(ada), await write(ada)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["content-type"] == first.headers["content-type"]
    assert await count(service, Note) == 1


async def test_another_body_is_refused(service: Service) -> None:
    ada = await service.sign_up()
    await write(ada)
    other = await write(ada, "Twice")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency.key_reused")
    assert await count(service, Note) == 1


async def test_a_key_is_its_owners_own(service: Service) -> None:
    ada, bob = await service.sign_up("Ada"), await service.sign_up("Bob")
    await write(ada)
    assert (await write(bob, "Bob’s")).json()["title"] == "Bob’s"
    elsewhere = (await ada.client.post("/api/v1/orgs", json={"name": "Elsewhere"})).json()["slug"]
    there = await ada.client.post(f"/api/v1/orgs/{elsewhere}/notes/notes", json={"title": "Else"}, headers=KEY)
    assert there.json()["title"] == "Else"
    assert await count(service, Note) == 3


async def test_two_at_once_are_one(service: Service) -> None:
    ada = await service.sign_up()
    answers = await asyncio.gather(*(write(ada) for _ in range(6)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"idempotency.in_progress"}
    assert await count(service, Note) == 1
    assert (await write(ada)).status_code == 201


async def test_what_failed_may_be_repeated(service: Service) -> None:
    ada = await service.sign_up()
    assert (await write(ada, "")).status_code == 422
    assert (await write(ada, "Now")).status_code == 201


async def test_signing_up_twice_gives_one_account_and_a_session(service: Service) -> None:
    body = {"email": "ada@example.com", "password": "four unrelated words", "name": "Ada"}
    first, second = await service.client(), await service.client()
    one = await first.post("/api/v1/auth/register", json=body, headers=KEY)
    two = await second.post("/api/v1/auth/register", json=body, headers=KEY)
    assert one.json() == two.json()
    assert (await second.get("/api/v1/me")).json()["email"] == "ada@example.com"
    other = await second.post("/api/v1/auth/register", json=body | {"password": "another long password"}, headers=KEY)
    assert other.json()["code"] == "idempotency.key_reused"


async def test_signed_out_means_no_answer_either(service: Service) -> None:
    ada = await service.sign_up()
    await write(ada)
    token = ada.client.cookies["tenantry_session"]
    await ada.client.post("/api/v1/auth/logout")
    ada.client.cookies.set("tenantry_session", token)
    assert (await write(ada)).status_code == 401


async def test_answers_are_sealed_and_forgotten(service: Service, database: Database) -> None:
    ada = await service.sign_up()
    await write(ada, "A secret title")
    async with database.system_scope("look at a stored answer") as scope:
        answer = (await scope.session.scalars(select(Answer))).one()
        assert b"secret title" not in answer.sealed
        answer.expires_at -= KEPT + timedelta(seconds=1)
    assert (await write(ada, "Another")).status_code == 201  # the key is free again
    async with database.system_scope("forget") as scope:
        await scope.session.execute(text("UPDATE http_answers SET expires_at = now() - interval '1 hour'"))
        await forget_expired(scope)
    assert await count(service, Answer) == 0


async def test_nobody_else_finds_the_row(service: Service, database: Database) -> None:
    ada = await service.sign_up()
    await write(ada)
    async with database.anonymous_scope() as scope:
        assert (await scope.session.scalars(select(Answer))).all() == []
    async with database.presented_scope(b"x" * 32) as scope:
        assert (await scope.session.scalars(select(Answer))).all() == []


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "a b", "ä".encode("latin-1")])
async def test_a_key_must_be_usable(service: Service, key) -> None:
    ada = await service.sign_up()
    answer = await write(ada, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency.key_invalid")


async def test_conditions_guard_against_unseen_changes(service: Service) -> None:
    ada = await service.sign_up()
    note = (await write(ada)).json()
    url = ada.url(f"/notes/notes/{note['id']}")
    read = await ada.client.get(url)
    assert (await ada.client.get(url, headers={"If-None-Match": read.headers["etag"]})).status_code == 304
    changed = await ada.client.patch(url, json={"title": "New"}, headers={"If-Match": read.headers["etag"]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != read.headers["etag"]
    late = await ada.client.patch(url, json={"title": "Late"}, headers={"If-Match": read.headers["etag"]})
    assert (late.status_code, late.json()["code"]) == (412, "etag.mismatch")
    assert (await ada.client.get(url)).headers["etag"] == changed.headers["etag"]
