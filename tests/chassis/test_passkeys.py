"""Passkeys, against an authenticator in software that can also lie; the browser tests meet Chromium's own."""

import copy
from typing import Any

import httpx
import pytest
from sqlalchemy import text, update

from tenantry.chassis.identity.passkeys.challenges import forget_expired_challenges
from tenantry.chassis.identity.passkeys.models import Challenge
from tenantry.chassis.identity.passkeys.relying_party import RelyingParty
from tenantry.core.settings import Settings
from tests.chassis.authenticator import Authenticator
from tests.chassis.test_second_factors import LOGIN, enrolled, grow_old, half_way
from tests.service import PASSWORD, Person, Service


async def options(client: httpx.AsyncClient, path: str) -> dict[str, Any]:
    answer = await client.post(f"/api/v1{path}/options")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["options"]
    return found


async def register(person: Person, key: Authenticator, name: str = "MacBook") -> httpx.Response:
    made = key.create(await options(person.client, "/me/passkeys"))
    return await person.client.post("/api/v1/me/passkeys", json={"name": name, "credential": made})


async def with_passkey(service: Service, **about: Any) -> tuple[Person, Authenticator]:
    """Ada, who has a passkey."""
    ada, key = await service.sign_up("Ada"), Authenticator(**about)
    answer = await register(ada, key)
    assert answer.status_code == 201, answer.text
    return ada, key


async def enter(client: httpx.AsyncClient, key: Authenticator, **said: Any) -> httpx.Response:
    """Sign in with the passkey and nothing else."""
    signed = key.get(await options(client, "/auth/passkey"), **said)
    return await client.post("/api/v1/auth/passkey", json={"credential": signed})


def refused(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.json()["code"]) == (422, "passkey.invalid"), answer.text
    assert "set-cookie" not in answer.headers


async def test_several_with_names(service: Service) -> None:
    ada, first = await with_passkey(service)
    second = Authenticator()
    asked = await options(ada.client, "/me/passkeys")
    assert asked["rp"] == {"id": "localhost", "name": "Tenantry"}
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert [excluded["id"] for excluded in asked["excludeCredentials"]] == [first.get(asked)["id"]]
    made = (await register(ada, second, "  Blue   key ")).json()
    assert (made["name"], made["used_at"], made["verifies"], made["synced"]) == ("Blue key", None, True, False)
    renamed = await ada.client.patch(f"/api/v1/me/passkeys/{made['id']}", json={"name": "Green key"})
    assert renamed.json()["name"] == "Green key"
    listed = (await ada.client.get("/api/v1/me/passkeys")).json()["items"]
    assert [key["name"] for key in listed] == ["MacBook", "Green key"]
    assert (await ada.client.delete(f"/api/v1/me/passkeys/{made['id']}")).status_code == 204
    assert (await ada.client.delete(f"/api/v1/me/passkeys/{made['id']}")).status_code == 404
    again = await register(ada, first)
    assert (again.status_code, again.json()["code"]) == (409, "passkey.in_use")
    unnamed = await ada.client.post("/api/v1/me/passkeys", json={"name": " ", "credential": {}})
    assert unnamed.json()["errors"][0]["field"] == "name"


async def test_signing_in_without_a_name_and_a_password(service: Service) -> None:
    _, key = await with_passkey(service)
    client = await service.client()
    asked = await options(client, "/auth/passkey")
    assert asked["userVerification"] == "required"
    assert asked["allowCredentials"] == []
    answer = await enter(client, key)
    assert (answer.status_code, answer.json()["email"]) == (200, "ada@example.com")
    listed = (await client.get("/api/v1/me/passkeys")).json()["items"]
    assert listed[0]["used_at"]


async def test_signing_in_takes_no_second_step_but_the_password_does(service: Service) -> None:
    ada, key = await with_passkey(service)
    await enrolled(ada)
    assert (await enter(await service.client(), key)).status_code == 200
    client = await half_way(service)
    step = (await client.get("/api/v1/auth/second-factor")).json()
    assert step["second_factor"] == ["passkey", "authenticator_app", "recovery_code"]
    asked = await options(client, "/auth/second-factor/passkey")
    assert [allowed["id"] for allowed in asked["allowCredentials"]] == [key.get(asked)["id"]]
    body = {"credential": key.get(asked)}
    done = await client.post("/api/v1/auth/second-factor/passkey", json=body)
    assert (done.status_code, done.json()["email"]) == (200, "ada@example.com")


@pytest.mark.parametrize(
    "bent",
    [
        {"origin": "http://localhost:0.evil.example"},
        {"origin": "https://localhost:0"},
        {"origin": "http://evil.example"},
        {"party": "evil.example"},
        {"verifies": False},
    ],
    ids=str,
)
async def test_what_was_signed_elsewhere_opens_nothing(service: Service, bent: dict[str, Any]) -> None:
    _, key = await with_passkey(service)
    for name, value in bent.items():
        setattr(key, name, value)
    refused(await enter(await service.client(), key))


@pytest.mark.parametrize("bent", [{"origin": "http://evil.example"}, {"party": "evil.example"}], ids=str)
async def test_a_passkey_made_elsewhere_is_not_kept(service: Service, bent: dict[str, Any]) -> None:
    ada = await service.sign_up("Ada")
    refused(await register(ada, Authenticator(**bent)))


async def test_a_signature_for_something_else_opens_nothing(service: Service) -> None:
    _, key = await with_passkey(service)
    client = await service.client()
    refused(await enter(client, key, type="webauthn.create"))
    refused(await enter(client, key, challenge="AAAA"))  # not one of ours
    good = key.get(await options(client, "/auth/passkey"))
    for part in ("signature", "authenticatorData", "clientDataJSON"):
        bad = copy.deepcopy(good)
        bad["response"][part] = "AAAA" + bad["response"][part][4:]
        refused(await client.post("/api/v1/auth/passkey", json={"credential": bad}))
    for nonsense in ({}, {"response": {}}, good | {"response": {}}, {"response": {"clientDataJSON": "e30"}}):
        refused(await client.post("/api/v1/auth/passkey", json={"credential": nonsense}))


async def test_a_challenge_is_good_once_for_one_purpose_and_person(service: Service) -> None:
    ada, key = await with_passkey(service)
    client = await service.client()
    signed = key.get(await options(client, "/auth/passkey"))
    assert (await client.post("/api/v1/auth/passkey", json={"credential": signed})).status_code == 200
    refused(await (await service.client()).post("/api/v1/auth/passkey", json={"credential": signed}))
    # One that was refused is used up too.
    asked = await options(client, "/auth/passkey")
    refused(
        await client.post("/api/v1/auth/passkey", json={"credential": key.get(asked, origin="http://evil.example")})
    )
    refused(await client.post("/api/v1/auth/passkey", json={"credential": key.get(asked)}))
    # A proof's challenge opens no session, and a stranger's challenge is no proof.
    proof = key.get(await options(ada.client, "/me/proof/passkey"))
    refused(await (await service.client()).post("/api/v1/auth/passkey", json={"credential": proof}))
    stolen = key.get(await options(client, "/auth/passkey"))
    refused(await ada.client.post("/api/v1/me/proof/passkey", json={"credential": stolen}))
    # Another person's challenge makes no passkey here.
    bob = await service.sign_up("Bob")
    made = Authenticator().create(await options(bob.client, "/me/passkeys"))
    refused(await ada.client.post("/api/v1/me/passkeys", json={"name": "Bob's", "credential": made}))
    # It runs out.
    late = key.get(await options(client, "/auth/passkey"))
    async with service.database.system_scope("let time pass in a test") as scope:
        await scope.session.execute(update(Challenge).values(expires_at=scope.now()))
    refused(await client.post("/api/v1/auth/passkey", json={"credential": late}))
    async with service.database.system_scope("clear away in a test") as scope:
        await forget_expired_challenges(scope)
        assert await scope.session.scalar(text("SELECT count(*) FROM identity_challenges")) == 0


async def test_anothers_passkey_is_no_second_factor(service: Service) -> None:
    await with_passkey(service)
    bob, theirs = await service.sign_up("Bob"), Authenticator()
    await register(bob, theirs)
    client = await half_way(service)  # Ada's, with her password
    signed = theirs.get(await options(client, "/auth/second-factor/passkey"))
    refused(await client.post("/api/v1/auth/second-factor/passkey", json={"credential": signed}))
    # A passkey that says it is somebody else's is believed neither.
    theirs.user = b"x" * 16
    refused(await enter(await service.client(), theirs))


async def test_a_counter_that_goes_back_tells_of_a_copy(service: Service) -> None:
    _, key = await with_passkey(service, count=5)
    twin = copy.copy(key)
    assert (await enter(await service.client(), key)).status_code == 200
    answer = await enter(await service.client(), twin)
    assert (answer.status_code, answer.json()["code"]) == (422, "passkey.copied")
    assert (await enter(await service.client(), key)).status_code == 200
    async with service.database.system_scope("read the log in a test") as scope:
        rows = await scope.session.execute(
            text("SELECT after FROM audit_own_entries WHERE action = 'identity.second_factor.failed'")
        )
        assert [row.after for row in rows] == [{"code": "passkey.copied"}]


async def test_a_way_in_is_always_left(service: Service) -> None:
    ada, key = await with_passkey(service)
    weak = Authenticator(verifies=False)
    await register(ada, weak, "Old key")
    (strong_id, weak_id) = [item["id"] for item in (await ada.client.get("/api/v1/me/passkeys")).json()["items"]]
    assert (await ada.client.delete("/api/v1/me/password")).status_code == 204
    again = await ada.client.delete("/api/v1/me/password")
    assert (again.status_code, again.json()["code"]) == (409, "password.missing")
    for password in (PASSWORD, "nobody’s password", ""):
        refusal = await (await service.client()).post("/api/v1/auth/login", json=LOGIN | {"password": password})
        assert (refusal.status_code, refusal.json()["code"]) == (401, "login.failed")
    assert (await enter(await service.client(), key)).status_code == 200
    last = await ada.client.delete(f"/api/v1/me/passkeys/{strong_id}")
    assert (last.status_code, last.json()["code"]) == (409, "sign_in.last_way")
    assert (await enter(await service.client(), key)).status_code == 200
    assert (await ada.client.delete(f"/api/v1/me/passkeys/{weak_id}")).status_code == 204


async def test_the_password_stays_while_it_is_the_only_way(service: Service) -> None:
    ada = await service.sign_up("Ada")
    await register(ada, Authenticator(verifies=False))
    answer = await ada.client.delete("/api/v1/me/password")
    assert (answer.status_code, answer.json()["code"]) == (409, "sign_in.last_way")
    assert (await (await service.client()).post("/api/v1/auth/login", json=LOGIN)).status_code == 202


async def test_a_passkey_proves_that_it_is_still_the_same_person(service: Service) -> None:
    ada, key = await with_passkey(service)
    await grow_old(service)
    refusal = await ada.client.post("/api/v1/me/passkeys/options")
    assert (refusal.status_code, refusal.json()["code"]) == (403, "proof.required")
    assert refusal.json()["methods"] == ["password", "passkey"]
    signed = key.get(await options(ada.client, "/me/proof/passkey"))
    proved = await ada.client.post("/api/v1/me/proof/passkey", json={"credential": signed})
    assert proved.status_code == 200
    assert proved.json()["until"]
    assert (await ada.client.post("/api/v1/me/passkeys/options")).status_code == 200


@pytest.mark.parametrize(
    ("public_url", "id", "origin"),
    [
        ("https://app.example.com", "app.example.com", "https://app.example.com"),
        ("http://127.0.0.1:8000", "localhost", "http://localhost:8000"),
        ("http://[::1]:8000", "localhost", "http://localhost:8000"),
    ],
)
def test_who_we_are_to_passkeys(public_url: str, id: str, origin: str) -> None:
    party = RelyingParty.of(Settings(_env_file=None, public_url=public_url))
    assert (party.id, party.origin) == (id, origin)
