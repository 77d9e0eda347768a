"""What happens in the directory."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from tenantry.chassis.audit.actions import record
from tenantry.chassis.organizations.directory import slugs
from tenantry.chassis.organizations.directory.models import Address, Organization
from tenantry.core.errors import Conflict
from tenantry.core.ids import new_id
from tenantry.infra.database.scopes import OrganizationRef, OrgScope, Scope, UserScope
from tenantry.infra.events import emit

_NUMBERED_TRIES = 20


async def enter(scope: UserScope, name: str, slug: str | None) -> OrganizationRef:
    """A new organization in the directory, under the slug that was chosen or the first free one made from its name.

    Raises:
        Invalid: `slug.invalid`, `slug.reserved`.
        Conflict: `slug.taken`, when the slug was chosen and not made.
    """
    org_id = new_id()
    claimed = await _chosen(scope, org_id, slug) if slug is not None else await _made(scope, org_id, name)
    entry = OrganizationRef(org_id, claimed, name)
    scope.session.add(Organization(id=org_id, slug=claimed, name=name, members=0, created_at=scope.now()))
    await scope.session.flush()
    return entry


async def rename(scope: OrgScope, name: str) -> None:
    """Give the organization another name; its address stays."""
    entry = await alone_with(scope)
    if entry.name == name:
        return
    before, entry.name = entry.name, name
    await scope.session.flush()
    await _changed(scope, "renamed", before, name)


async def move(scope: OrgScope, slug: str) -> None:
    """Give the organization another address. The old one leads to it from now on, and it may take it back.

    Raises:
        Invalid: `slug.invalid`, `slug.reserved`.
        Conflict: `slug.taken`, now or in the past, by another organization.
    """
    entry = await alone_with(scope)
    if entry.slug == slug:
        return
    before, entry.slug = entry.slug, await _chosen(scope, scope.org_id, slug)
    if entry.slug == before:
        return
    await scope.session.flush()
    await _changed(scope, "moved", before, entry.slug)


async def _changed(scope: OrgScope, how: str, before: str, after: str) -> None:
    what = {"renamed": "name", "moved": "slug"}[how]
    name = f"organizations.organization.{how}"
    await record(scope, name, subject=scope.org_id, before={what: before}, after={what: after})
    await emit(scope, name, scope.org_id, {"before": before, "after": after})


async def alone_with(scope: OrgScope) -> Organization:
    """The organization's entry, which nobody else can change until this transaction ends. Whoever changes an organization
    or its members takes this first, so that two such changes happen one after the other and each sees what is."""
    statement = select(Organization).where(Organization.id == scope.org_id).with_for_update(key_share=True)
    return (await scope.session.scalars(statement.execution_options(populate_existing=True))).one()


async def _chosen(scope: Scope, org_id: UUID, slug: str) -> str:
    checked = slugs.checked(slug)
    if not await _claim(scope, org_id, checked):
        message = "This address is taken; choose another."
        raise Conflict("slug.taken", message, errors=[{"field": "slug", "message": message}])
    return checked


async def _made(scope: Scope, org_id: UUID, name: str) -> str:
    base = slugs.slug_of(name)
    for candidate in (base, *(slugs.numbered(base, number) for number in range(2, _NUMBERED_TRIES))):
        if not slugs.is_reserved(candidate) and await _claim(scope, org_id, candidate):
            return candidate
    invented = slugs.made_up()
    claimed = await _claim(scope, org_id, invented)
    assert claimed, "a made-up slug is random"
    return invented


async def _claim(scope: Scope, org_id: UUID, slug: str) -> bool:
    """Whether the slug is the organization's from now on: nobody else ever had it, or they are gone for good."""
    given = insert(Address).values(slug=slug, organization_id=org_id, since=scope.now())
    claimed = await scope.session.execute(
        given.on_conflict_do_update(
            index_elements=[Address.slug], set_={"since": given.excluded.since}, where=Address.organization_id == org_id
        ).returning(Address.slug)
    )
    return claimed.one_or_none() is not None


async def note_members(scope: OrgScope, members: int) -> None:
    """Write down how many members there are now."""
    await scope.session.execute(update(Organization).where(Organization.id == scope.org_id).values(members=members))
