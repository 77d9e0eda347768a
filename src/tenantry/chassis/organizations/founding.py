"""Founding an organization: an entry in the directory, and its first owner."""

from tenantry.chassis.access import Permissions
from tenantry.chassis.audit.actions import record
from tenantry.chassis.organizations.directory.actions import enter
from tenantry.chassis.organizations.members.actions import admit
from tenantry.chassis.organizations.members.arrivals import newcomer
from tenantry.core.roles import Role
from tenantry.infra.database.scopes import OrgScope, UserScope
from tenantry.infra.events import emit


async def create_organization(
    scope: UserScope, permissions: Permissions, *, name: str, slug: str | None = None
) -> OrgScope:
    """Found an organization with the actor as its owner, and go on inside it.

    Raises:
        Invalid: `slug.invalid`, `slug.reserved`.
        Conflict: `slug.taken`, when the slug was chosen and not made.
    """
    arriving = await newcomer(scope)
    organization = await enter(scope, name, slug)
    inside = await scope.to_organization(
        organization, scope.actor, role=Role.OWNER, permissions=permissions.of(Role.OWNER)
    )
    await admit(inside, arriving, Role.OWNER)
    about = {"name": name, "slug": organization.slug}
    await record(inside, "organizations.organization.created", subject=inside.org_id, after=about)
    await emit(inside, "organizations.organization.created", inside.org_id, about)
    return inside
