"""Deleting an organization: closed at once, restorable for 30 days, and then gone from every table and every file."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import websockets
from sqlalchemy import text

from tenantry.chassis.organizations.erasure.actions import GRACE
from tenantry.chassis.organizations.erasure.erase import erase
from tenantry.core.roles import Role
from tenantry.infra.database.models import isolations
from tenantry.infra.database.roles import SYSTEM
from tests.chassis.organizations.people import join, mails_to, verify
from tests.service import Person, Service, served

REMEMBERED = {"audit_installation_entries", "database_system_scopes"}
"""They say, outside any organization, that one was erased."""


async def delete(who: Person, org: str, confirm: str = "") -> Any:
    return await who.client.post(f"/api/v1/orgs/{org}/deletion", json={"confirm": confirm or org})


async def rows_with(service: Service, value: str, tables: set[str]) -> dict[str, int]:
    """How many rows of each table say this anywhere."""
    found = {}
    async with service.database.system_scope("look in a test") as scope:
        for table in sorted(tables):
            count = text(f"SELECT count(*) FROM {table} t WHERE strpos(t::text, :value) > 0")
            found[table] = await scope.session.scalar(count, {"value": value}) or 0
    return {table: count for table, count in found.items() if count}


async def all_tables(service: Service) -> set[str]:
    async with service.database.system_scope("look in a test") as scope:
        names = await scope.session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        return {name for name in names if not name.endswith("_migrations")}


async def test_a_deleted_organization_is_closed_and_its_owners_can_restore_it(service: Service) -> None:
    ada = await service.sign_up("Ada")
    bob, eve = await join(service, ada, "Bob", Role.OWNER), await join(service, ada, "Eve", Role.ADMIN)
    assert (await delete(eve, "ada")).status_code == 403
    unsure = await delete(ada, "ada", "Ada, I think")
    assert (unsure.status_code, unsure.json()["code"]) == (422, "confirmation.wrong")
    early = await ada.client.delete("/api/v1/orgs/ada/deletion")
    assert (early.status_code, early.json()["code"]) == (409, "organization.not_deleted")

    deletion = (await delete(ada, "ada", " ADA ")).json()
    for path in ("", "/members", "/notes/notes"):
        closed = await bob.client.get(f"/api/v1/orgs/ada{path}")
        assert (closed.status_code, closed.json()["code"]) == (410, "organization.deleted")
        assert closed.json()["erase_at"] == deletion["erase_at"].replace("Z", "+00:00")
        hidden = await eve.client.get(f"/api/v1/orgs/ada{path}")
        assert (hidden.status_code, hidden.json()["code"]) == (404, "organization.not_found")
    assert [o["slug"] for o in (await eve.client.get("/api/v1/me")).json()["organizations"]] == ["eve"]
    assert [(o["slug"], bool(o["erase_at"])) for o in (await bob.client.get("/api/v1/me")).json()["organizations"]] == [
        ("bob", False),
        ("ada", True),
    ]
    taken = await eve.client.patch("/api/v1/orgs/eve", json={"slug": "ada"})
    assert taken.json()["code"] == "slug.taken"
    assert (await eve.client.delete("/api/v1/orgs/ada/deletion")).status_code == 404
    assert (await bob.client.delete("/api/v1/orgs/ada/deletion")).status_code == 204
    assert (await eve.client.get("/api/v1/orgs/ada")).json()["members"] == 3
    subjects = [mail["Subject"] for mail in await mails_to(service, "bob@example.com")]
    assert [subject.partition(" on ")[0] for subject in subjects[-2:]] == ["Ada will be gone", "Ada is back"]


async def test_deletion_closes_every_socket_at_once(service: Service) -> None:
    ada = await service.sign_up("Ada")
    async with served(service) as base:
        cookie = f"tenantry_session={ada.client.cookies['tenantry_session']}"
        url = f"{base.replace('http', 'ws')}/api/v1/orgs/ada/live"
        async with websockets.connect(url, additional_headers={"cookie": cookie}) as socket:
            await socket.recv()
            await delete(ada, "ada")
            with pytest.raises(websockets.ConnectionClosed) as closed:
                while True:
                    await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4403


async def test_after_the_time_of_grace_nothing_is_left_in_any_table_or_file(service: Service) -> None:
    ada, bob = await service.sign_up("Ada"), await service.sign_up("Bob")
    await verify(service, ada, bob)
    for person in (ada, bob):
        for product in ("pinata", "notes"):
            assert (await person.client.post(person.url(f"/samples/{product}"))).status_code == 201
        await person.client.post(person.url("/invitations"), json={"emails": ["grace@example.com"]})
    await service.work()
    for person in (ada, bob):
        await person.client.post(person.url("/samples/notes"))  # with a job that waits
        await person.client.patch(person.url(), json={"slug": f"{person.org}-moved"})
    org, other = (UUID(person.me["organizations"][0]["id"]) for person in (ada, bob))
    tables = await all_tables(service) - REMEMBERED
    before = await rows_with(service, str(org), tables)
    kept = await rows_with(service, str(other), tables)
    ours = {name for name, isolation in isolations().items() if isolation.kind == "tenant"}
    assert {"notes_notes", "pinata_scans", "audit_entries", "procrastinate_jobs", "events_events"} <= set(before) & ours
    storage = service.app.state.storage
    assert await storage.of_organization(org).list("")

    erase_at = service.database.clock() + GRACE
    await delete(ada, "ada-moved")
    async with service.database.system_scope("too early in a test") as scope:
        await erase(scope, storage, org)
    assert "notes_notes" in await rows_with(service, str(org), tables)
    async with service.database.system_scope("let time pass in a test") as scope:
        await scope.session.execute(
            text("UPDATE organizations_directory SET erase_at = now() WHERE id = :id"), {"id": org}
        )
        for _ in range(2):  # a job may run twice
            await erase(scope, storage, org)
    assert erase_at > service.database.clock() + GRACE - timedelta(minutes=5)
    assert await rows_with(service, str(org), tables) == {}
    assert await storage.of_organization(org).list("") == []
    assert await rows_with(service, str(other), tables) == kept
    assert await storage.of_organization(other).list("")
    assert (await ada.client.get("/api/v1/orgs/ada-moved")).status_code == 404
    assert (await ada.client.get("/api/v1/me")).json()["organizations"] == []
    freed = await bob.client.post("/api/v1/orgs", json={"name": "New", "slug": "ada"})
    assert freed.status_code == 201


async def test_the_schedule_erases_what_is_due(service: Service) -> None:
    from tenantry.chassis.organizations.erasure.jobs import erase_deleted
    from tenantry.infra.jobs.context import Parts, SystemJobContext

    ada = await service.sign_up("Ada")
    await delete(ada, "ada")
    context = SystemJobContext(
        service.database, 1, erase_deleted.name, 1, False, Parts([service.app.state.storage]), lambda: False
    )
    await erase_deleted.function(context)
    assert (await ada.client.get("/api/v1/orgs/ada")).status_code == 410
    async with service.database.system_scope("let time pass in a test") as scope:
        await scope.session.execute(text("UPDATE organizations_directory SET erase_at = now()"))
    await erase_deleted.function(context)
    assert (await ada.client.get("/api/v1/orgs/ada")).status_code == 404


def test_whatever_belongs_to_an_organization_can_be_erased() -> None:
    kept = [n for n, i in isolations().items() if i.kind == "tenant" and "DELETE" not in i.grants()[SYSTEM]]
    assert kept == [], "these tables would outlive their organization"
