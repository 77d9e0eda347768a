"""The audit log: rows that nobody can change, about people who can be forgotten."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import ProgrammingError

from tenantry.chassis.audit.actions import erase_person, personal, record, stranger
from tenantry.chassis.audit.export import PAGE
from tenantry.chassis.audit.keys import keys_of, open_fields
from tenantry.chassis.audit.models import Entry, InstallationEntry, OwnEntry, OwnKey, PersonKey
from tenantry.chassis.audit.queries import list_entries
from tenantry.chassis.audit.retention import prune
from tenantry.chassis.audit.schemas import EntryFilters
from tenantry.core.actors import Actor
from tenantry.core.clock import ManualClock
from tenantry.core.ids import new_id
from tenantry.core.pages import PageParams
from tenantry.infra.database.database import Database
from tenantry.infra.database.scopes import OrganizationRef, OrgScope, Origin
from tenantry.infra.secrets import SealBrokenError
from tests.conftest import OpenScope
from tests.service import Service

HOME = Origin("192.0.2.7", "Firefox", "req-1")


async def opened(scope: OrgScope, entry: Entry) -> dict[str, object]:
    keys = await keys_of(scope, PersonKey, scope.org_id)
    found: dict[str, object] = {}
    for person, kept in (entry.sealed or {}).items():
        found |= open_fields(keys[UUID(person)], kept, entry.id)
    return found


async def only(scope: OrgScope) -> Entry:
    return (await scope.session.scalars(select(Entry))).one()


async def test_a_row_says_who_did_what_from_where(
    database: Database, org_a: OrganizationRef, org_b: OrganizationRef, ada: Actor, bob: Actor
) -> None:
    async with database.org_scope(org_a, ada, origin=HOME) as scope:
        await record(
            scope,
            "organizations.member.changed",
            subject=bob.id,
            before={"role": "viewer", "name": personal("Bob", of=bob.id)},
            after={"role": "admin", "email": "bob@example.com"},
            person=bob.id,
        )
    async with database.org_scope(org_a, ada) as scope:
        entry = await only(scope)
        assert (entry.action, entry.actor_kind, entry.actor_id) == ("organizations.member.changed", "user", ada.id)
        assert (entry.subject, entry.request_id) == (str(bob.id), "req-1")
        assert (entry.before, entry.after) == ({"role": "viewer", "name": None}, {"role": "admin", "email": None})
        assert (entry.actor_name, entry.address, entry.user_agent) == (None, None, None)
        assert await opened(scope, entry) == {
            "actor_name": "Ada",
            "address": "192.0.2.7",
            "user_agent": "Firefox",
            "before.name": "Bob",
            "after.email": "bob@example.com",
        }
        row = await scope.session.scalar(text("SELECT audit_entries::text FROM audit_entries"))
        assert not any(word in row for word in ("Ada", "Bob", "bob@", "192.0.2", "Firefox")), row
    async with database.org_scope(org_b, bob) as scope:
        assert not (await scope.session.scalars(select(Entry))).all()
        assert not (await scope.session.scalars(select(PersonKey))).all()


async def test_an_erased_person_cannot_be_read_any_more(
    database: Database, org_a: OrganizationRef, ada: Actor, bob: Actor
) -> None:
    async with database.org_scope(org_a, ada, origin=HOME) as scope:
        await record(scope, "organizations.member.added", subject=bob.id, after={"email": "b@c.d"}, person=bob.id)
    async with database.user_scope(bob, origin=HOME) as own:
        await record(own, "identity.signed_in", after={"device": "Firefox on Linux"})
    assert bob.id
    async with database.system_scope("erase somebody in a test") as system:
        await erase_person(system, bob.id)
    async with database.org_scope(org_a, ada, origin=HOME) as scope:
        kept = await opened(scope, await only(scope))
        assert kept["after.email"] == "erased person"
        assert kept["actor_name"] == "Ada", "nobody else is forgotten"
        await record(scope, "organizations.member.removed", subject=bob.id, before={"email": "b@c.d"}, person=bob.id)
        later = (await scope.session.scalars(select(Entry).where(Entry.action == "organizations.member.removed"))).one()
        assert (await opened(scope, later))["before.email"] == "erased person", "nor is a new key made for them"
        assert "box" not in (later.sealed or {})[str(bob.id)]
    async with database.user_scope(bob) as own:
        entry = (await own.session.scalars(select(OwnEntry))).one()
        keys = await keys_of(own, OwnKey, bob.id)
        assert keys == {bob.id: None}
        assert open_fields(keys[bob.id], (entry.sealed or {})[str(bob.id)], entry.id)["actor_name"] == "erased person"


@pytest.mark.parametrize("table", ["audit_entries", "audit_own_entries"])
@pytest.mark.parametrize("change", ["UPDATE {} SET action = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
async def test_the_service_can_neither_change_nor_delete(
    database: Database, open_scope: OpenScope, org_a: OrganizationRef, table: str, change: str
) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with open_scope(org_a) as scope:
            await scope.session.execute(text(change.format(table)))


async def test_keys_cannot_be_replaced_by_the_service(open_scope: OpenScope, org_a: OrganizationRef) -> None:
    for change in ("UPDATE audit_person_keys SET sealed = NULL", "DELETE FROM audit_own_keys"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with open_scope(org_a) as scope:
                await scope.session.execute(text(change))


async def test_a_box_opens_in_its_own_row_alone(open_scope: OpenScope, org_a: OrganizationRef, ada: Actor) -> None:
    async with open_scope(org_a) as scope:
        await record(scope, "pets.exported")
        entry = await only(scope)
        keys = await keys_of(scope, PersonKey, scope.org_id)
        with pytest.raises(SealBrokenError):
            open_fields(keys[ada.id], (entry.sealed or {})[str(ada.id)], new_id())  # type: ignore[index]


async def test_a_failure_goes_into_the_log_of_whose_account_it_was(database: Database, ada: Actor) -> None:
    async with database.anonymous_scope(origin=HOME) as scope:
        await record(scope, "identity.sign_in.failed", person=ada.id)
        assert not (await scope.session.scalars(select(OwnEntry))).all(), "whoever tried sees nothing of it"
        await record(scope, "identity.sign_in.failed", after={"email": personal("x@y.z", of=stranger("x@y.z"))})
    async with database.user_scope(ada) as own:
        entry = (await own.session.scalars(select(OwnEntry))).one()
        assert (entry.actor_kind, entry.actor_id) == ("anonymous", None)
        assert entry.address is None
        assert entry.address_hash
    async with database.system_scope("look at the log of the installation") as system:
        unknown = (await system.session.scalars(select(InstallationEntry))).one()
        assert (unknown.address, unknown.after) == ("192.0.2.7", {"email": None}), "no key, so nothing personal"


async def test_the_system_writes_where_it_is_told(database: Database, org_a: OrganizationRef, ada: Actor) -> None:
    async with database.system_scope("write in a test") as system:
        await record(system, "organizations.deleted", organization=org_a.id)
        await record(system, "identity.email.bounced", person=ada.id, after={"email": "ada@example.com"})
        await record(system, "audit.pruned", after={"days": 400})
        for table in (Entry, OwnEntry, InstallationEntry):
            assert await system.session.scalar(select(func.count()).select_from(table)) == 1
        assert (await system.session.scalars(select(Entry))).one().actor_name == "Tenantry"


async def test_what_fails_leaves_no_row(open_scope: OpenScope, org_a: OrganizationRef) -> None:
    with pytest.raises(ValueError, match="larger than"):
        async with open_scope(org_a) as scope:
            await record(scope, "pets.exported")
            await record(scope, "pets.exported", after={"all": "x" * 40_000})
    async with open_scope(org_a) as scope:
        assert not (await scope.session.scalars(select(Entry))).all()


async def test_members_look_for_what_was_done(service: Service) -> None:
    ada, bob = await service.sign_up("Ada"), await service.sign_up("Bob")
    assert (await ada.client.post(ada.url("/samples/notes"))).status_code == 201
    ref = OrganizationRef(UUID((await ada.client.get(ada.url())).json()["id"]), ada.org, "Ada")
    eve = Actor.user(new_id(), "=Eve")
    async with service.database.org_scope(ref, eve, origin=Origin("198.51.100.9", "curl", "r")) as scope:
        await record(scope, "pets.exported", subject="=1+1", before={"n": 1}, after={"n": 2})
        await record(scope, "pets.opened")

    async def found(**filters: str) -> list[str]:
        answer = await ada.client.get(ada.url("/audit"), params=filters)
        assert answer.status_code == 200, answer.text
        return [item["action"] for item in answer.json()["items"]]

    everything = await found()
    assert everything[:3] == ["pets.opened", "pets.exported", "samples.created"]
    assert await found(action="pets.") == ["pets.opened", "pets.exported"]
    assert await found(actor=str(eve.id)) == ["pets.opened", "pets.exported"]
    assert await found(actor="system") == []
    assert await found(subject="=1+1") == ["pets.exported"]
    assert await found(address="198.51.100.9") == ["pets.opened", "pets.exported"]
    assert await found(address="127.0.0.1") == everything[2:]
    assert await found(address="203.0.113.1") == []
    item = (await ada.client.get(ada.url("/audit"), params={"subject": "=1+1"})).json()["items"][0]
    assert item["actor"] == {"kind": "user", "id": str(eve.id), "name": "=Eve"}
    assert (item["address"], item["user_agent"], item["before"], item["after"]) == (
        "198.51.100.9",
        "curl",
        {"n": 1},
        {"n": 2},
    )
    assert (await ada.client.get(ada.url(f"/audit/{item['id']}"))).json() == item
    assert await found(since=item["at"], until="2100-01-01T00:00:00Z") == ["pets.opened", "pets.exported"]
    assert await found(until=item["at"]) == everything[2:]
    for path, name, value in (("", "since", "yesterday"), ("", "address", "\0"), ("/export", "subject", "\0")):
        wrong = await ada.client.get(ada.url(f"/audit{path}"), params={name: value})
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, name)
    pages, after = [], None
    while after is not None or not pages:
        params = {"limit": 1} | ({"after": after} if after else {})
        answer = (await ada.client.get(ada.url("/audit"), params=params)).json()
        pages.append(answer["items"][0]["action"])
        after = answer["next"]
    assert pages == await found()
    assert (await bob.client.get(ada.url("/audit"))).status_code == 404


async def test_an_export_is_harmless_and_is_recorded(service: Service) -> None:
    ada = await service.sign_up("Ada")
    ref = OrganizationRef(UUID((await ada.client.get(ada.url())).json()["id"]), ada.org, "Ada")
    async with service.database.org_scope(ref, Actor.user(new_id(), "=HYPERLINK(1)")) as scope:
        for number in range(PAGE):  # more than one page
            await record(scope, "pets.exported", subject=f"@{number}", after={"text": "=1"})
    file = await ada.client.get(ada.url("/audit/export"), params={"action": "pets."})
    assert file.headers["content-disposition"].startswith('attachment; filename="ada-audit-')
    rows = list(csv.DictReader(io.StringIO(file.text)))
    assert [row["subject"] for row in rows] == [f"'@{number}" for number in reversed(range(PAGE))]
    assert rows[0]["actor_name"] == "'=HYPERLINK(1)"
    lines = (await ada.client.get(ada.url("/audit/export"), params={"format": "jsonl"})).text.splitlines()
    entries = [json.loads(line) for line in lines]
    assert len(entries) > PAGE
    assert entries[0]["action"] == "audit.exported", "the export before this one"
    assert entries[0]["after"] == {"format": "csv", "action": "pets."}
    newest = (await ada.client.get(ada.url("/audit"))).json()["items"][0]
    assert (newest["action"], newest["after"]) == ("audit.exported", {"format": "jsonl"})


async def test_a_page_costs_one_look_for_keys(database: Database, org_a: OrganizationRef) -> None:
    for _ in range(5):
        async with database.org_scope(org_a, Actor.user(new_id(), "Somebody"), origin=HOME) as scope:
            await record(scope, "pets.exported")
    statements: list[str] = []

    def note(*given: object) -> None:
        statements.append(str(given[2]))

    async with database.org_scope(org_a, Actor.user(new_id(), "Ada")) as scope:
        engine = (await scope.session.connection()).sync_connection
        assert engine is not None
        event.listen(engine, "before_cursor_execute", note)
        page = await list_entries(scope, EntryFilters(), PageParams(limit=50))
    assert [item.address for item in page.items] == ["192.0.2.7"] * 5
    assert len(statements) == 2, statements


async def test_only_retention_removes(database: Database, org_a: OrganizationRef, org_b: OrganizationRef) -> None:
    await_days = [timedelta(days=days) for days in (500, 10)]
    for ref in (org_a, org_b):
        for ago in await_days:
            clock = ManualClock(datetime.now(UTC) - ago)
            async with database.org_scope(ref, Actor.user(new_id(), "Ada")) as scope:
                scope.clock = clock
                await record(scope, "pets.exported")
    async with database.system_scope("prune in a test") as system:
        assert await prune(system, datetime.now(UTC) - timedelta(days=400)) == 2
        assert await system.session.scalar(select(func.count()).select_from(Entry)) == 2


async def test_a_person_sees_their_own(service: Service) -> None:
    ada, bob = await service.sign_up("Ada"), await service.sign_up("Bob")
    async with service.database.anonymous_scope(origin=HOME) as scope:
        await record(scope, "identity.sign_in.failed", person=UUID(ada.me["id"]))
    mine = (await ada.client.get("/api/v1/me/audit", params={"action": "identity.sign_in"})).json()["items"]
    assert [(item["action"], item["address"]) for item in mine] == [("identity.sign_in.failed", "192.0.2.7")]
    assert not (await bob.client.get("/api/v1/me/audit", params={"action": "identity.sign_in"})).json()["items"]
