"""People in an organization, for tests."""

from typing import Any
from uuid import UUID

from tenantry.chassis.organizations.members.actions import admit
from tenantry.chassis.organizations.members.arrivals import Newcomer
from tenantry.core.actors import Actor
from tenantry.core.roles import Role
from tenantry.infra.database.scopes import OrganizationRef
from tests.service import Person, Service


async def ref_of(person: Person, slug: str | None = None) -> OrganizationRef:
    """The organization of that slug, or the person's own."""
    found: dict[str, Any] = (await person.client.get(f"/api/v1/orgs/{slug or person.org}")).json()
    return OrganizationRef(UUID(found["id"]), found["slug"], found["name"])


async def join(service: Service, owner: Person, name: str, role: Role) -> Person:
    """A new person who is a member of the owner's organization too."""
    person = await service.sign_up(name)
    actor = Actor.user(UUID(owner.me["id"]), owner.me["name"])
    async with service.database.org_scope(await ref_of(owner), actor, role=Role.OWNER) as scope:
        await admit(scope, Newcomer(UUID(person.me["id"]), person.me["email"], None), role)
    return person


async def member_ids(owner: Person) -> dict[str, str]:
    """The members' ids by their names."""
    return {member["name"]: member["id"] for member in (await owner.client.get(owner.url("/members"))).json()["items"]}
