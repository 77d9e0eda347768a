"""What happens to organizations."""

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from tenantry.chassis.access import Permissions
from tenantry.chassis.organizations import slugs
from tenantry.chassis.organizations.models import Membership, Organization
from tenantry.core.errors import Conflict
from tenantry.core.ids import new_id
from tenantry.core.roles import Role
from tenantry.infra.database.scopes import OrganizationRef, OrgScope, UserScope

_NUMBERED_TRIES = 20


async def create_organization(
    scope: UserScope, permissions: Permissions, *, name: str, slug: str | None = None
) -> OrgScope:
    """Found an organization with the actor as its owner, and go on inside it.

    Raises:
        Invalid: `slug.invalid`, `slug.reserved`.
        Conflict: `slug.taken`, when the slug was chosen and not made.
    """
    organization = await _enter(scope, name, slug)
    inside = await scope.to_organization(
        organization, scope.actor, role=Role.OWNER, permissions=permissions.of(Role.OWNER)
    )
    inside.session.add(Membership(user_id=scope.user_id, role=Role.OWNER.word, created_at=scope.now()))
    await inside.session.flush()
    return inside


async def _enter(scope: UserScope, name: str, slug: str | None) -> OrganizationRef:
    """Into the directory, under the first free slug."""
    if slug is not None:
        chosen = slugs.checked(slug)
        entry = await _try(scope, name, chosen)
        if entry is None:
            message = "This address is taken; choose another."
            raise Conflict("slug.taken", message, errors=[{"field": "slug", "message": message}])
        return entry
    base = slugs.slug_of(name)
    candidates = [base, *(slugs.numbered(base, number) for number in range(2, _NUMBERED_TRIES))]
    for candidate in candidates:
        if not slugs.is_reserved(candidate) and (entry := await _try(scope, name, candidate)):
            return entry
    entry = await _try(scope, name, slugs.made_up())
    assert entry is not None, "a made-up slug is random"
    return entry


async def _try(scope: UserScope, name: str, slug: str) -> OrganizationRef | None:
    entry = OrganizationRef(new_id(), slug, name)
    added = await scope.session.execute(
        insert(Organization)
        .values(id=entry.id, slug=slug, name=name, created_at=scope.now())
        .on_conflict_do_nothing()
        .returning(Organization.id)
    )
    return entry if added.one_or_none() else None


async def rename_organization(scope: OrgScope, name: str) -> None:
    """Give the organization another name; its slug stays."""
    await scope.session.execute(update(Organization).where(Organization.id == scope.org_id).values(name=name))
