"""API keys of every kind, good and bad: further credentials with which the attack is made."""

import json
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import text

from tenantry.chassis.api_keys.tokens import new_token
from tenantry.core.roles import Role
from tests.service import Person, Service


@dataclass(frozen=True)
class KeyCaller:
    """A program with a good key: the role behind it, and what was given to it. It may do what is in both."""

    client: httpx.AsyncClient
    role: Role
    given: frozenset[str]


async def make(person: Person, org: str, permissions: list[str], *, own: bool = False) -> dict[str, Any]:
    """A key to an organization, the organization's or the person's own, with its secret."""
    body: dict[str, Any] = {"name": "Attack", "permissions": permissions}
    url, more = ("/api/v1/me/api-keys", {"organization": org}) if own else (f"/api/v1/orgs/{org}/api-keys", {})
    answer = await person.client.post(url, json=body | more)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def program(service: Service, secret: str) -> httpx.AsyncClient:
    """A client that sends this key."""
    return await service.client(headers={"authorization": f"Bearer {secret}"})


async def permissions_of(person: Person, org: str) -> list[str]:
    """All that somebody may do there."""
    permissions: list[str] = (await person.client.get(f"/api/v1/orgs/{org}")).json()["permissions"]
    return permissions


async def good_keys(service: Service, org: str, members: dict[Role, Person]) -> tuple[dict[str, KeyCaller], set[str]]:
    """Keys that open something in the organization, and the ids of all that exist now, which must outlive the attack."""
    owner, viewer = members[Role.OWNER], members[Role.VIEWER]
    everything = await permissions_of(owner, org)
    found: dict[str, KeyCaller] = {}
    ids: set[str] = set()

    async def add(name: str, person: Person, permissions: list[str], role: Role, *, own: bool) -> str:
        made = await make(person, org, permissions, own=own)
        found[name] = KeyCaller(await program(service, made["secret"]), role, frozenset(permissions))
        ids.add(made["id"])
        id: str = made["id"]
        return id

    await add("a key with every permission", owner, everything, Role.OWNER, own=False)
    await add("a key that only reads", owner, ["organization.read", "notes.read"], Role.OWNER, own=False)
    admin = members[Role.ADMIN]
    await add("an admin’s own key", admin, await permissions_of(admin, org), Role.ADMIN, own=True)
    shrunk = await add("an own key of a former owner", viewer, ["organization.read"], Role.VIEWER, own=True)
    async with service.database.system_scope("remember a better past in a test") as scope:
        await scope.session.execute(
            text("UPDATE api_keys_keys SET permissions = CAST(:all AS jsonb), role = 'owner' WHERE id = :id"),
            {"all": json.dumps(everything), "id": shrunk},
        )
    former = found["an own key of a former owner"]
    found["an own key of a former owner"] = KeyCaller(former.client, Role.VIEWER, frozenset(everything))
    return found, ids


async def bad_keys(service: Service, owner: Person, leaving: Person) -> tuple[dict[str, httpx.AsyncClient], set[str]]:
    """Keys to the owner's organization that open nothing any more. `leaving` is a member who is removed afterwards."""
    org = owner.org
    revoked, expired, rotated = [await make(owner, org, ["organization.read"]) for _ in range(3)]
    left = await make(leaving, org, ["organization.read"], own=True)
    await owner.client.delete(owner.url(f"/api-keys/{revoked['id']}"))
    await owner.client.post(owner.url(f"/api-keys/{rotated['id']}/rotation"), json={"overlap_hours": 1})
    async with service.database.system_scope("let keys run out in a test") as scope:
        over = "SET expires_at = now() - interval '1 minute'"
        await scope.session.execute(text(f"UPDATE api_keys_keys {over} WHERE id = :id"), {"id": expired["id"]})
        await scope.session.execute(
            text(f"UPDATE api_keys_rotated_secrets {over} WHERE key_id = :id"), {"id": rotated["id"]}
        )
        await scope.session.execute(
            text("DELETE FROM organizations_memberships WHERE user_id = :u AND org_id <> :own"),
            {"u": leaving.me["id"], "own": leaving.me["organizations"][0]["id"]},
        )
    secrets = {
        "a revoked key": revoked["secret"],
        "an expired key": expired["secret"],
        "a replaced secret": rotated["secret"],
        "a key whose owner left": left["secret"],
        "a key nobody has": new_token(),
        "a key with a wrong checksum": new_token()[:-1] + "!",
    }
    clients = {who: await program(service, secret) for who, secret in secrets.items()}
    return clients, {made["id"] for made in (revoked, expired, rotated, left)}
