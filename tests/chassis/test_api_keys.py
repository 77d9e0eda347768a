"""API keys: programs come in with what was given to them, and with nothing more."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import websockets
from sqlalchemy import text

from tenantry.chassis.api_keys.actions import forget_rotated
from tenantry.chassis.api_keys.tokens import PATTERN, checksum, is_token, new_token, shown
from tenantry.chassis.api_keys.usage.actions import prune_usage
from tenantry.chassis.api_keys.usage.durations import BOUNDS, BUCKETS, bucket_of, percentile
from tests.service import PASSWORD, Person, Service, served


async def make(person: Person, *permissions: str, **given: Any) -> dict[str, Any]:
    body = {"name": "Nightly", "permissions": list(permissions) or ["organization.read"], **given}
    answer = await person.client.post(person.url("/api-keys"), json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def make_own(person: Person, org: str, *permissions: str) -> dict[str, Any]:
    body = {"name": "Mine", "permissions": list(permissions), "organization": org}
    answer = await person.client.post("/api/v1/me/api-keys", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def program(service: Service, secret: str) -> httpx.AsyncClient:
    return await service.client(headers={"authorization": f"Bearer {secret}"})


async def code_of(client: httpx.AsyncClient, url: str, method: str = "GET", **given: Any) -> tuple[int, str | None]:
    answer = await client.request(method, url, **given)
    return answer.status_code, answer.json().get("code") if answer.status_code >= 400 else None


async def actions_of(person: Person, prefix: str = "api_keys.") -> list[str]:
    answer = await person.client.get(person.url("/audit"), params={"action": prefix})
    return [item["action"].removeprefix(prefix) for item in answer.json()["items"]]


def test_a_secret_can_be_recognised_by_anybody() -> None:
    token = new_token()
    assert re.fullmatch(PATTERN, token)
    assert is_token(token)
    assert len(token) == 45
    changed = token[:20] + ("a" if token[20] != "a" else "b") + token[21:]
    assert not any(map(is_token, (changed, token[:-1], token + "a", token.replace("live", "test"), "")))
    assert checksum("a" * 30) == "1yLcDB", "the checksum never changes its meaning"
    assert shown(token) == token[:13]


async def test_a_key_does_what_it_was_given(service: Service) -> None:
    ada, bob = await service.sign_up("Ada"), await service.sign_up("Bob")
    made = await make(ada, "notes.read", "organization.read")
    assert made["secret"].startswith(made["prefix"])
    assert (made["status"], made["owner"], made["made_by"]["name"]) == ("active", None, "Ada")
    key = await program(service, made["secret"])
    assert (await key.get(ada.url("/notes/notes"))).status_code == 200
    refused = await key.post(ada.url("/notes/notes"), json={"title": "x"})
    assert (refused.status_code, refused.json()["permission"]) == (403, "notes.write")
    assert await code_of(key, bob.url()) == (404, "organization.not_found")
    assert await code_of(key, "/api/v1/me") == (403, "session.required")
    assert await code_of(key, ada.url("/api-keys")) == (403, "permission.missing")
    listed = (await ada.client.get(ada.url("/api-keys"))).json()["items"]
    assert [item["id"] for item in listed] == [made["id"]]
    assert made["secret"] not in str(listed)
    async with service.database.system_scope("look for secrets in a test") as scope:
        stored = await scope.session.scalar(text("SELECT api_keys_keys::text FROM api_keys_keys"))
    assert made["secret"] not in stored
    assert await actions_of(ada) == ["made"]


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"permissions": ["pinata.everything"]}, "permissions", "no permission pinata.everything"),
        ({"permissions": []}, "permissions", "at least 1"),
        ({"expires_at": "2001-01-01T00:00:00Z"}, "expires_at", "still to come"),
        ({"name": " "}, "name", "visible"),
    ],
)
async def test_bad_input_is_told_by_field(service: Service, given: dict[str, Any], field: str, said: str) -> None:
    ada = await service.sign_up("Ada")
    body = {"name": "Key", "permissions": ["organization.read"]} | given
    answer = await ada.client.post(ada.url("/api-keys"), json=body)
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["field"].startswith(field)
    assert said in error["message"]


async def test_an_expiry_can_be_demanded(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENANTRY_API_KEYS_LONGEST_DAYS", "30")
    ada = await service.sign_up("Ada")
    made = await make(ada)
    left = datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=29) < left <= timedelta(days=30)
    later = (datetime.now(UTC) + timedelta(days=40)).isoformat()
    answer = await ada.client.post(
        ada.url("/api-keys"), json={"name": "x", "permissions": ["organization.read"], "expires_at": later}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "api_key.expiry")


async def test_a_key_never_makes_a_stronger_one(service: Service) -> None:
    ada = await service.sign_up("Ada")
    key = await program(service, (await make(ada, "api_keys.write", "api_keys.read"))["secret"])
    body = {"name": "Child", "permissions": ["notes.read"]}
    assert await code_of(key, ada.url("/api-keys"), "POST", json=body) == (422, "api_key.permissions")
    child = await key.post(ada.url("/api-keys"), json=body | {"permissions": ["api_keys.read"]})
    assert child.status_code == 201
    assert child.json()["made_by"] is None
    entries = (await ada.client.get(ada.url("/audit"))).json()["items"]
    assert entries[0]["actor"]["kind"] == "api_key"


async def test_rotation_overlaps(service: Service) -> None:
    ada = await service.sign_up("Ada")
    made = await make(ada)
    old = await program(service, made["secret"])
    url = ada.url(f"/api-keys/{made['id']}")
    rotated = (await ada.client.post(f"{url}/rotation", json={"overlap_hours": 2})).json()
    new = await program(service, rotated["secret"])
    assert [(await client.get(ada.url())).status_code for client in (old, new)] == [200, 200]
    left = datetime.fromisoformat(rotated["old_secret_until"]) - datetime.now(UTC)
    assert timedelta(hours=1) < left <= timedelta(hours=2)
    async with service.database.system_scope("let the overlap end in a test") as scope:
        await scope.session.execute(text("UPDATE api_keys_rotated_secrets SET expires_at = now() - interval '1 s'"))
    assert await code_of(old, ada.url()) == (401, "api_key.invalid")
    assert (await new.get(ada.url())).status_code == 200
    at_once = (await ada.client.post(f"{url}/rotation", json={"overlap_hours": 0})).json()
    assert await code_of(new, ada.url()) == (401, "api_key.invalid")
    assert at_once["old_secret_until"] is None
    assert (await (await program(service, at_once["secret"])).get(ada.url())).status_code == 200
    await service.app.state.usage.flush()
    assert await actions_of(ada) == ["refused", "rotated", "rotated", "made"]


async def test_a_revoked_key_is_over_at_once(service: Service) -> None:
    ada = await service.sign_up("Ada")
    made = await make(ada, "notes.read")
    rotated = (await ada.client.post(ada.url(f"/api-keys/{made['id']}/rotation"), json={})).json()
    renamed = await ada.client.patch(ada.url(f"/api-keys/{made['id']}"), json={"name": "Other"})
    assert renamed.json()["name"] == "Other"
    async with served(service) as base:
        live = f"{base.replace('http', 'ws')}{ada.url('/live')}"
        headers = {"authorization": f"Bearer {rotated['secret']}"}
        async with websockets.connect(live, additional_headers=headers) as socket:
            await socket.recv()
            assert (await ada.client.delete(ada.url(f"/api-keys/{made['id']}"))).status_code == 204
            with pytest.raises(websockets.ConnectionClosed) as closed:
                async with asyncio.timeout(20):
                    while True:
                        await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4401
    for secret in (made["secret"], rotated["secret"]):
        assert await code_of(await program(service, secret), ada.url()) == (401, "api_key.invalid")
    assert await code_of(ada.client, ada.url(f"/api-keys/{made['id']}"), "DELETE") == (404, "api_key.not_found")
    assert (await ada.client.get(ada.url("/api-keys"))).json()["items"] == []
    kept = (await ada.client.get(ada.url("/api-keys"), params={"which": "revoked"})).json()["items"]
    assert [(item["id"], item["status"]) for item in kept] == [(made["id"], "revoked")]
    await service.app.state.usage.flush()
    assert (await actions_of(ada))[:2] == ["refused", "revoked"]


async def test_a_persons_key_shrinks_with_them(service: Service) -> None:
    ada, bob = await service.sign_up("Ada"), await service.sign_up("Bob")
    await join(service, ada, bob, "admin")
    made = await make_own(bob, ada.org, "notes.read", "notes.write", "audit.read")
    assert (made["owner"]["name"], made["organization"]) == ("Bob", ada.org)
    key = await program(service, made["secret"])
    assert (await key.get(ada.url("/audit"))).status_code == 200
    assert (await key.post(ada.url("/notes/notes"), json={"title": "x"})).status_code == 201
    await service_sql(service, "UPDATE organizations_memberships SET role = 'viewer' WHERE user_id = :u", bob)
    assert await code_of(key, ada.url("/audit")) == (403, "permission.missing")
    assert await code_of(key, ada.url("/notes/notes"), "POST", json={"title": "x"}) == (403, "permission.missing")
    assert (await key.get(ada.url("/notes/notes"))).status_code == 200
    mine = (await bob.client.get("/api/v1/me/api-keys")).json()["items"]
    assert [item["id"] for item in mine] == [made["id"]]
    assert (await ada.client.get("/api/v1/me/api-keys")).json()["items"] == []
    other = f"/api/v1/me/api-keys/{made['id']}"
    assert await code_of(ada.client, other, "DELETE") == (404, "api_key.not_found")
    rotated = await bob.client.post(f"{other}/rotation", json={"overlap_hours": 1})
    assert rotated.json()["old_secret_until"]
    assert (await bob.client.get("/api/v1/me/api-keys")).json()["items"][0]["old_secret_until"]
    await service_sql(service, "DELETE FROM organizations_memberships WHERE user_id = :u AND role = 'viewer'", bob)
    assert await code_of(key, ada.url("/notes/notes")) == (401, "api_key.invalid")


async def test_who_left_without_admin_cannot_be_given(service: Service) -> None:
    ada, bob = await service.sign_up("Ada"), await service.sign_up("Bob")
    await join(service, ada, bob, "viewer")
    body = {"name": "Mine", "permissions": ["audit.read"], "organization": ada.org}
    assert await code_of(bob.client, "/api/v1/me/api-keys", "POST", json=body) == (422, "api_key.permissions")
    assert await code_of(bob.client, "/api/v1/me/api-keys", "POST", json=body | {"organization": "nowhere"}) == (
        404,
        "organization.not_found",
    )
    nul = {"organization": "\0"}
    assert await code_of(bob.client, "/api/v1/me/api-keys", "POST", json=body | nul) == (422, "input.invalid")
    assert await code_of(bob.client, "/api/v1/me/api-keys/grantable", params=nul) == (422, "input.invalid")
    may = await bob.client.get("/api/v1/me/api-keys/grantable", params={"organization": ada.org})
    names = [item["name"] for item in may.json()["items"]]
    assert "notes.read" in names
    assert "notes.write" not in names


async def test_a_mistyped_key_asks_no_database(service: Service) -> None:
    ada = await service.sign_up("Ada")
    asked: list[object] = []
    inner = service.database.presented_scope
    service.database.presented_scope = lambda *a, **k: asked.append(a) or inner(*a, **k)  # type: ignore[method-assign]
    try:
        key = await program(service, new_token()[:-1] + "!")
        assert await code_of(key, ada.url()) == (401, "api_key.malformed")
        assert asked == []
        unknown = await program(service, new_token())
        assert await code_of(unknown, ada.url()) == (401, "api_key.invalid")
        assert len(asked) == 1
    finally:
        del service.database.presented_scope  # type: ignore[method-assign]


async def test_a_key_needs_no_cookie_and_beats_one(service: Service) -> None:
    ada, bob = await service.sign_up("Ada"), await service.sign_up("Bob")
    secret = (await make(ada))["secret"]
    answer = await bob.client.get(ada.url(), headers={"authorization": f"bearer {secret}"})
    assert answer.status_code == 200
    assert await code_of(bob.client, bob.url(), headers={"authorization": f"Bearer {secret}"}) == (
        404,
        "organization.not_found",
    )


async def test_making_keys_wants_a_recent_proof(service: Service) -> None:
    ada = await service.sign_up("Ada")
    made = await make(ada)
    async with service.database.system_scope("let the proof grow old in a test") as scope:
        await scope.session.execute(text("UPDATE identity_proofs SET at = at - interval '1 hour'"))
    body = {"name": "Key", "permissions": ["organization.read"]}
    for url, json in (
        (ada.url("/api-keys"), body),
        (ada.url(f"/api-keys/{made['id']}/rotation"), {}),
        ("/api/v1/me/api-keys", body | {"organization": ada.org}),
    ):
        assert await code_of(ada.client, url, "POST", json=json) == (403, "proof.required")
    assert (await ada.client.post("/api/v1/me/proof", json={"password": PASSWORD})).status_code < 300
    assert (await ada.client.post(ada.url("/api-keys"), json=body)).status_code == 201


async def test_usage_is_counted_by_key(service: Service) -> None:
    ada = await service.sign_up("Ada")
    made, other = await make(ada, "notes.read"), await make(ada)
    key, second = await program(service, made["secret"]), await program(service, other["secret"])
    for _ in range(3):
        await key.get(ada.url("/notes/notes"))
    await key.get(ada.url("/audit"))
    await second.get(ada.url())
    await service.app.state.usage.flush()
    await key.get(ada.url("/notes/notes"))
    await service.app.state.usage.flush()
    used = (await ada.client.get(ada.url(f"/api-keys/{made['id']}/usage"))).json()
    assert (used["requests"], used["errors"]) == (5, 1)
    assert used["statuses"] == [{"status": 200, "requests": 4}, {"status": 403, "requests": 1}]
    busiest = used["endpoints"][0]
    assert (busiest["operation"], busiest["method"]) == ("notes_list_notes", "GET")
    assert (busiest["path"], busiest["requests"]) == ("/api/v1/orgs/{org}/notes/notes", 4)
    assert 0 < busiest["p95_ms"] <= BOUNDS[-1]
    assert busiest["mean_ms"] > 0
    everything = (await ada.client.get(ada.url("/usage"))).json()
    assert everything["requests"] == 6
    assert [(item["name"], item["requests"]) for item in everything["keys"]] == [("Nightly", 5), ("Nightly", 1)]
    key_out = (await ada.client.get(ada.url(f"/api-keys/{made['id']}"))).json()
    assert datetime.now(UTC) - datetime.fromisoformat(key_out["last_used_at"]) < timedelta(minutes=5)
    for granularity, least in (("day", 30), ("week", 5), ("month", 2)):
        for url in (ada.url("/usage/history"), ada.url(f"/api-keys/{made['id']}/usage/history")):
            history = (await ada.client.get(url, params={"granularity": granularity})).json()
            assert len(history["items"]) >= least
            assert sum(item["requests"] for item in history["items"]) in (5, 6)
            assert history["items"][-1]["requests"] in (5, 6)
    wrong = await ada.client.get(ada.url("/usage"), params={"since": "2030-01-01T00:00:00Z"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "since")
    for extreme in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"):
        for name in ("since", "until"):
            for url in (ada.url("/usage"), ada.url("/usage/history")):
                assert (await ada.client.get(url, params={name: extreme})).status_code == 422, (name, extreme)
            assert (await ada.client.get(ada.url("/audit"), params={name: extreme})).status_code == 200
    long = await ada.client.get(ada.url("/usage/history"), params={"since": "2010-01-01T00:00:00Z"})
    assert (long.status_code, long.json()["code"]) == (422, "usage.period")


async def test_what_cannot_be_saved_is_kept(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = await service.sign_up("Ada")
    made = await make(ada)
    key = await program(service, made["secret"])
    meter = service.app.state.usage
    await key.get(ada.url())
    monkeypatch.setattr(type(service.database), "org_scope", _away)
    await meter.flush()
    monkeypatch.undo()
    await key.get(ada.url())
    await meter.stop()
    assert (await ada.client.get(ada.url("/usage"))).json()["requests"] == 2


def _away(*_: Any, **__: Any) -> Any:
    raise ConnectionError("the database is away")


def test_percentiles_are_right_to_a_bucket() -> None:
    buckets = [0] * BUCKETS
    assert percentile(buckets, 0.95) is None
    for milliseconds in range(1, 101):
        buckets[bucket_of(milliseconds)] += 1
    assert percentile(buckets, 0.95) == 95
    assert percentile(buckets, 0.5) == 50
    buckets[bucket_of(60_000)] += 1000
    assert percentile(buckets, 0.95) == BOUNDS[-1]


async def join(service: Service, owner: Person, member: Person, role: str) -> None:
    """Make somebody a member, as an invitation would."""
    from tests.isolation.world import actor_of

    ref_id = UUID((await owner.client.get(owner.url())).json()["id"])
    async with service.database.system_scope("admit somebody in a test") as scope:
        await scope.session.execute(
            text(
                "INSERT INTO organizations_memberships (org_id, id, user_id, email, role, created_at)"
                " VALUES (:o, gen_random_uuid(), :u, :e, :r, now())"
            ),
            {"o": ref_id, "u": actor_of(member).id, "e": member.me["email"], "r": role},
        )


async def service_sql(service: Service, statement: str, person: Person) -> None:
    async with service.database.system_scope("change a membership in a test") as scope:
        await scope.session.execute(text(statement), {"u": UUID(person.me["id"])})


async def test_what_is_old_is_cleared_away(service: Service) -> None:
    ada = await service.sign_up("Ada")
    made = await make(ada)
    await (await program(service, made["secret"])).get(ada.url())
    await service.app.state.usage.flush()
    await ada.client.post(ada.url(f"/api-keys/{made['id']}/rotation"), json={"overlap_hours": 1})
    async with service.database.system_scope("grow old in a test") as scope:
        await scope.session.execute(text("UPDATE api_keys_rotated_secrets SET expires_at = now() - interval '1 hour'"))
        await forget_rotated(scope)
        await prune_usage(scope, 1)
        assert await scope.session.scalar(text("SELECT count(*) FROM api_keys_rotated_secrets")) == 0
        assert await scope.session.scalar(text("SELECT count(*) FROM api_keys_usage")) == 1
        await scope.session.execute(text("UPDATE api_keys_usage SET hour = hour - interval '2 days'"))
        await prune_usage(scope, 1)
        assert await scope.session.scalar(text("SELECT count(*) FROM api_keys_usage")) == 0
