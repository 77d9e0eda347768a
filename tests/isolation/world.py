"""Two organizations with everything in them, and everybody who might try something: the ground on which attacks are made."""

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import func, select, text, update

from tenantry.app import PERMISSIONS
from tenantry.chassis.audit.models import Entry, InstallationEntry, OwnEntry
from tenantry.chassis.identity.federation.models import LinkedIdentity
from tenantry.chassis.identity.models import Person as PersonCard
from tenantry.chassis.identity.passkeys.models import Passkey
from tenantry.chassis.organizations.members.actions import admit
from tenantry.chassis.organizations.members.arrivals import Newcomer
from tenantry.chassis.organizations.sign_in.actions import add_domain
from tenantry.core.actors import Actor
from tenantry.core.ids import new_id
from tenantry.core.roles import Role
from tenantry.core.settings import Settings
from tenantry.infra.database.database import Database
from tenantry.infra.database.models import isolations
from tenantry.infra.database.scopes import OrganizationRef
from tenantry.infra.database.urls import DatabaseUrls
from tests.isolation.keys import KeyCaller, bad_keys, good_keys, make, permissions_of, program
from tests.service import Person, Service, heavy_work

HAVE_ID = """SELECT table_name FROM information_schema.columns
    WHERE table_name = ANY(:names) AND column_name = 'id' AND data_type = 'uuid' ORDER BY 1"""

SPARES = 6
MALFORMED = ("not-an-id", "0", "%00", "%2e%2e", "%27%20OR%201=1--")


@dataclass(frozen=True)
class Operation:
    """One route of the OpenAPI document."""

    method: str
    path: str
    about: dict[str, Any] = field(compare=False, hash=False)

    @property
    def permission(self) -> str | None:
        """What it needs in the organization."""
        return self.about.get("x-permission")

    @property
    def public(self) -> bool:
        """Whether anybody may call it."""
        return "security" not in self.about

    @property
    def for_keys(self) -> bool:
        """Whether API keys may call it at all."""
        return {"api_key": []} in self.about["security"]

    @property
    def parameters(self) -> list[str]:
        """Names of what stands in its path, but for the organization."""
        return [
            part[1:-1].partition(":")[0] for part in self.path.split("/") if part.startswith("{") and part != "{org}"
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def operations_of(document: dict[str, Any]) -> list[Operation]:
    """All routes, those that only read first."""
    found = [
        Operation(m.upper(), path, about) for path, methods in document["paths"].items() for m, about in methods.items()
    ]
    return sorted(found, key=lambda op: (["GET", "POST", "PATCH", "PUT", "DELETE"].index(op.method), op.path))


@dataclass
class Side:
    """One organization: its owner, and what its samples put there."""

    owner: Person
    ref: OrganizationRef


@dataclass
class World:
    """`a` is attacked and `b` is what must not show. `callers` are all who may try something in `a`."""

    service: Service
    a: Side
    b: Side
    members: dict[Role, Person]
    strangers: dict[str, httpx.AsyncClient]
    outsiders: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    """Who is at home in `b`."""
    keys: dict[str, KeyCaller] = field(default_factory=dict)
    """Programs with keys to `a`."""
    lasting: set[str] = field(default_factory=set)
    """Ids of rows which the attack needs itself, and leaves alone."""
    printed: dict[str, Any] | None = None
    """The fingerprint of `b` after the last attack that must not have touched it."""
    _with_id: list[str] = field(default_factory=list)
    _hidden: set[str] = field(default_factory=set)

    @property
    def document(self) -> dict[str, Any]:
        """The OpenAPI document."""
        return self.service.app.openapi()

    def may(self, role: Role, permission: str | None) -> bool:
        """Whether the manifests say so; what the service makes of them is for the attack to find out."""
        products = self.service.app.state.products
        declared: dict[str, Role] = {}
        for part in (*PERMISSIONS, *(product.permissions for product in products)):
            declared |= part
        return permission is not None and role >= declared[permission]

    def names(self, parameter: str) -> str | None:
        """What stands in a path and names no row."""
        return {"product": next(p.slug for p in self.service.app.state.products if p.sample)}.get(parameter)

    async def ids(self, side: Side, operation: Operation) -> dict[str, str] | None:
        """For each parameter an id from the organization's samples; none when there is no list to take one from."""
        return await self._walk(side, "", operation.path.replace("{org}", side.owner.org).split("/")[1:])

    async def _walk(self, side: Side, walked: str, rest: list[str]) -> dict[str, str] | None:
        """Each id comes from the list it stands behind; the first with which the way to the end can be gone."""
        for place, part in enumerate(rest):
            if part.startswith("{"):
                name = part[1:-1].partition(":")[0]
                known = self.names(name)
                for value in [known] if known else await self._listed(side, walked):
                    further = await self._walk(side, f"{walked}/{value}", rest[place + 1 :])
                    if further is not None:
                        return {name: value} | further
                return None
            walked += f"/{part}"
        return {}

    async def _listed(self, side: Side, collection: str) -> list[str]:
        answer = await side.owner.client.get(collection, params={"limit": 10})
        items = answer.json().get("items") if answer.status_code == 200 else None
        return [str(item["id"]) for item in items or [] if "id" in item and str(item["id"]) not in self.lasting]

    def url(self, side: Side, operation: Operation, ids: dict[str, str]) -> str:
        """The address with these ids in it."""
        path = operation.path.replace("{org}", side.owner.org)
        for name, value in ids.items():
            path = path.replace(f"{{{name}}}", value)
        return path

    def request(self, operation: Operation) -> dict[str, Any]:
        """A body (and query) which the route accepts."""
        given: dict[str, Any] = {}
        query = {
            p["name"]: instance(p["schema"], self.document)
            for p in operation.about.get("parameters", ())
            if p["in"] == "query" and p.get("required")
        }
        if query:
            given["params"] = query
        if "requestBody" in operation.about:
            schema = operation.about["requestBody"]["content"]["application/json"]["schema"]
            given["json"] = instance(schema, self.document)
        return given

    async def fill(self, side: Side) -> None:
        """Run every product's sample, and the jobs it starts; and put in what the chassis itself keeps for an organization."""
        if side is self.b:
            self._hidden, self.printed = set(), None
        await self._spare_members(side)
        emails = [f"grace-{secrets.token_hex(4)}@example.com" for _ in range(SPARES)]
        invited = await side.owner.client.post(side.owner.url("/invitations"), json={"emails": emails})
        assert invited.status_code == 201, invited.text
        for product in self.service.app.state.products:
            if product.sample:
                answer = await side.owner.client.post(side.owner.url(f"/samples/{product.slug}"))
                assert answer.status_code == 201, answer.text
        for own in (False, True):
            await make(side.owner, side.owner.org, ["organization.read"], own=own)
        await _fill_sign_in(self.service.database, side)
        await self.service.work()

    async def _spare_members(self, side: Side) -> None:
        """Members who may be removed: they stand first in the list, and nobody acts as one of them."""
        async with self.service.database.org_scope(side.ref, actor_of(side.owner), role=Role.OWNER) as scope:
            for number in range(SPARES):
                person = PersonCard(id=new_id(), name=f"Aaron {number}")
                scope.session.add(person)
                await admit(scope, Newcomer(person.id, f"{person.id}@example.com", None), Role.VIEWER)

    async def known_ids(self, side: Side, each: int = 100_000) -> set[str]:
        """The ids of the organization's rows, at most so many of each table: those that must never show elsewhere."""
        return {id for ids in (await self.ids_by_table(side, each)).values() for id in ids}

    async def hidden_ids(self) -> set[str]:
        """Everything of `b`; nobody but us changes it, so it is read once."""
        self._hidden = self._hidden or await self.known_ids(self.b)
        return self._hidden

    async def forgeries_for(self, place: str) -> list[str]:
        """Ids of `b` to be tried where `place` takes one: of the tables it is named after, or else one of every table. (Each
        place × every table × every route would be hours, once there are hundreds of each.)"""
        tables = await self.ids_by_table(self.b, each=2)
        stem = place.removesuffix("_ids").removesuffix("_id").rstrip("s")
        stem = stem.removesuffix("y")
        named = [id for table, ids in tables.items() if len(stem) > 2 and stem in table for id in ids]
        return named or [ids[0] for ids in tables.values()]

    async def ids_by_table(self, side: Side, each: int = 100_000) -> dict[str, list[str]]:
        """The same by table, in one question however many tables there are."""
        async with self.service.database.system_scope("collect ids in a test") as scope:
            if not self._with_id:
                owning = [name for name, i in isolations().items() if i.kind == "tenant" and i.org == "org_id"]
                self._with_id = list(await scope.session.scalars(text(HAVE_ID), {"names": owning}))
            every = " UNION ALL ".join(
                f"(SELECT '{table}' AS name, id FROM {table} WHERE org_id = :o ORDER BY id LIMIT :n)"
                for table in self._with_id
            )
            rows = (await scope.session.execute(text(every), {"o": side.ref.id, "n": each})).all()
        found: dict[str, list[str]] = {}
        for row in rows:
            found.setdefault(row.name, []).append(str(row.id))
        return found

    async def newcomer(self) -> Side:
        """Somebody new with an organization of their own, a key and a passkey."""
        person = await self.service.sign_up(f"New {secrets.token_hex(4)}", email=f"{secrets.token_hex(6)}@example.com")
        await _fill_account(self.service.database, person)
        await make(person, person.org, ["organization.read"], own=True)
        return Side(person, await _ref(self.service.database, person))

    async def recorded(self) -> int:
        """How many rows the audit logs have together."""
        async with self.service.database.system_scope("count in a test") as scope:
            logs = (Entry, OwnEntry, InstallationEntry)
            counts = [await scope.session.scalar(select(func.count()).select_from(log)) or 0 for log in logs]
            return sum(counts)

    async def fingerprint(self, side: Side) -> dict[str, Any]:
        """What the rows and files of an organization are."""
        tables = {
            table: isolation.org
            for table, isolation in isolations().items()
            if isolation.kind == "tenant" and not table.startswith("procrastinate")
        }
        every = " UNION ALL ".join(
            f"SELECT '{table}' AS name, coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') AS sum "
            f"FROM {table} t WHERE {org} = :o"
            for table, org in tables.items()
        )
        async with self.service.database.system_scope("compare in a test") as scope:
            rows = (await scope.session.execute(text(every), {"o": side.ref.id})).all()
        found: dict[str, Any] = {row.name: row.sum for row in rows}
        files = self.service.app.state.storage.of_organization(side.ref.id)
        found["files"] = sorted((stored.name, stored.size) for stored in await files.list(""))
        return found


@asynccontextmanager
async def world(settings: Settings, urls: DatabaseUrls) -> AsyncIterator[World]:
    """The two organizations, in a database of their own."""
    database = await Database.connect(settings, urls)
    service = Service.of(settings, database)
    service.app.state.limiter.hit = _unlimited(service.app.state.limiter.hit)
    ada, bob = await service.sign_up("Ada"), await service.sign_up("Bob")
    a, b = [Side(person, await _ref(database, person)) for person in (ada, bob)]
    members = {Role.OWNER: ada}
    for role in (Role.ADMIN, Role.MEMBER, Role.VIEWER):
        members[role] = person = await service.sign_up(f"{role.word.title()} of A")
        async with database.org_scope(a.ref, actor_of(ada)) as scope:
            await admit(scope, Newcomer(UUID(person.me["id"]), person.me["email"], None), role)
    for side in (a, b):
        await _fill_account(database, side.owner)

    async def no_records(_: str) -> list[str]:
        return []  # no test asks the internet

    service.app.state.txt_of = no_records
    made = World(service, a, b, members, await _strangers(service))
    async with database.system_scope("confirm addresses in a test") as system:
        await system.session.execute(update(PersonCard).values(verified_at=system.now()))
    await _add_keys(made)
    async with heavy_work():
        for side in (a, b):
            await made.fill(side)
        yield made
    await service.close()
    await database.close()


async def _fill_account(database: Database, person: Person) -> None:
    """What a person has that no product's sample makes, so that its routes have something to be tried on."""
    async with database.user_scope(actor_of(person)) as scope:
        key, now = secrets.token_bytes(32), scope.now()
        scope.session.add(
            Passkey(
                credential_hash=key,
                credential_id=key,
                public_key=key,
                sign_count=0,
                verifies=True,
                synced=False,
                transports=[],
                name="MacBook",
                created_at=now,
                used_at=None,
            )
        )
        scope.session.add(
            LinkedIdentity(
                identity_hash=secrets.token_bytes(32),
                issuer="https://issuer.example",
                subject="subject",
                provider="example",
                label=person.me["email"],
                created_at=now,
                used_at=None,
            )
        )


async def _add_keys(w: World) -> None:
    """Programs beside the people: with keys to `a`, with one to `b`, and with keys that are good for nothing."""
    leaving = await w.service.sign_up("Leaving")
    async with w.service.database.org_scope(w.a.ref, actor_of(w.a.owner)) as scope:
        await admit(scope, Newcomer(UUID(leaving.me["id"]), leaving.me["email"], None), Role.ADMIN)
    w.keys, lasting = await good_keys(w.service, w.a.owner.org, w.members)
    bad, more = await bad_keys(w.service, w.a.owner, leaving)
    w.strangers |= bad
    w.lasting |= lasting | more
    key = await make(w.b.owner, w.b.owner.org, await permissions_of(w.b.owner, w.b.owner.org))
    w.lasting.add(key["id"])
    w.outsiders = {
        "a member of another organization": w.b.owner.client,
        "a key to another organization": await program(w.service, key["secret"]),
    }


async def _fill_sign_in(database: Database, side: Side) -> None:
    """An organization's e-mail domain, which no product's sample makes either."""
    async with database.org_scope(side.ref, actor_of(side.owner)) as scope:
        await add_domain(scope, f"{side.owner.org}-{secrets.token_hex(3)}.example")


async def _strangers(service: Service) -> dict[str, httpx.AsyncClient]:
    gone = await service.sign_up("Signed Out")
    token = gone.client.cookies["tenantry_session"]
    await gone.client.post("/api/v1/auth/logout")
    return {
        "nobody": await service.client(),
        "an invented session": await service.client(cookies={"tenantry_session": secrets.token_urlsafe(32)}),
        "an ended session": await service.client(cookies={"tenantry_session": token}),
        "no session at all": await service.client(cookies={"tenantry_session": "'; DROP TABLE identity_users; --"}),
        "an invented key": await service.client(headers={"authorization": f"Bearer {secrets.token_urlsafe(32)}"}),
    }


def actor_of(person: Person) -> Actor:
    """Who this person is to a scope."""
    return Actor.user(UUID(person.me["id"]), person.me["name"])


async def _ref(database: Database, person: Person) -> OrganizationRef:
    organization = (await person.client.get(person.url())).json()
    return OrganizationRef(UUID(organization["id"]), organization["slug"], organization["name"])


def _unlimited(hit: Any) -> Any:
    """Rates are tested elsewhere; here everybody comes from one address, very often."""

    async def free(rate: Any, *key: str) -> Any:
        return await hit(rate, *key, secrets.token_hex(8))

    return free


def instance(schema: dict[str, Any], document: dict[str, Any]) -> Any:
    """Something the schema accepts: its example where it has one, else the least."""
    if "$ref" in schema:
        return instance(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], document)
    if schema.get("examples"):
        return schema["examples"][0]
    if choices := schema.get("anyOf") or schema.get("oneOf") or schema.get("enum"):
        return instance(choices[0], document) if isinstance(choices[0], dict) else choices[0]
    if "const" in schema:
        return schema["const"]
    match schema.get("type"):
        case "object":
            # A body in which everything is optional still changes something.
            wanted = schema.get("required") or list(schema.get("properties", {}))[:1]
            return {
                name: instance(schema["properties"][name], document)
                for name in wanted
                if name in schema.get("properties", {})
            }
        case "array":
            return [instance(schema["items"], document)] * schema.get("minItems", 0)
        case "integer" | "number":
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        case "boolean":
            return True
        case "null":
            return None
    formats = {
        "uuid": str(uuid4()),
        "email": "eve@example.com",
        "password": "four unrelated words",
        "uri": "https://example.com/x.git",
    }
    return formats.get(schema.get("format", ""), "Something".ljust(schema.get("minLength", 0), "g"))


def forged(schema: dict[str, Any], document: dict[str, Any], value: str) -> Iterator[Any]:
    """Everything the schema accepts in which one place that takes an id has this one."""
    if "$ref" in schema:
        yield from forged(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], document, value)
    for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from forged(choice, document, value)
    if schema.get("format") == "uuid":
        yield value
    for name, inner in schema.get("properties", {}).items():
        for one in forged(inner, document, value):
            yield instance(schema, document) | {name: one}
