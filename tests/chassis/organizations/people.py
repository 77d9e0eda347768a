"""People in an organization, for tests."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from uuid import UUID

from sqlalchemy import update

from tenantry.chassis.identity.models import Person as PersonCard
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


async def verify(service: Service, *people: Person) -> None:
    """Have their addresses confirmed."""
    async with service.database.system_scope("confirm addresses in a test") as scope:
        ids = [UUID(person.me["id"]) for person in people]
        await scope.session.execute(update(PersonCard).where(PersonCard.id.in_(ids)).values(verified_at=scope.now()))


async def mails_to(service: Service, address: str) -> list[EmailMessage]:
    """What was sent to an address, the latest last; jobs that wait run first."""
    await service.work()
    kept = sorted((service.settings.data_dir / "mailbox").glob("*.eml"))
    messages = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in kept]
    return [message for message in messages if isinstance(message, EmailMessage) and message["To"] == address]


async def invited(service: Service, address: str) -> str:
    """The token in the latest invitation to an address."""
    body = (await mails_to(service, address))[-1].get_body(("plain",))
    assert body is not None
    return re.findall(r"/invitation#(\S+)", body.get_content())[-1]
