"""What can be asked about organizations."""

from sqlalchemy import func, select

from tenantry.chassis import access
from tenantry.chassis.organizations.models import Membership, Organization
from tenantry.chassis.organizations.schemas import OrganizationCard, OrganizationOut
from tenantry.core.roles import Role
from tenantry.infra.database.scopes import OrganizationRef, OrgScope, UserScope


async def membership_of(scope: UserScope, slug: str) -> access.Membership | None:
    """What the person is to the organization of this slug."""
    row = (
        await scope.session.execute(
            select(Organization.id, Organization.slug, Organization.name, Membership.role)
            .join(Membership, Membership.org_id == Organization.id)
            .where(Organization.slug == slug)
        )
    ).one_or_none()
    return row and access.Membership(OrganizationRef(row.id, row.slug, row.name), Role.of(row.role))


async def own_organizations(scope: UserScope) -> list[OrganizationCard]:
    """Where the person is a member, in the order in which they joined."""
    rows = await scope.session.execute(
        select(Organization.slug, Organization.name, Membership.role)
        .join(Membership, Membership.org_id == Organization.id)
        .order_by(Membership.created_at, Membership.id)
    )
    return [OrganizationCard(slug=row.slug, name=row.name, role=row.role) for row in rows]


async def organization_out(scope: OrgScope) -> OrganizationOut:
    """The organization itself, as the actor sees it."""
    entry = (await scope.session.scalars(select(Organization).where(Organization.id == scope.org_id))).one()
    members = await scope.session.scalar(select(func.count()).select_from(Membership))
    return OrganizationOut(
        id=entry.id,
        slug=entry.slug,
        name=entry.name,
        role=scope.role.word,
        permissions=sorted(scope.permissions),
        members=members or 0,
        created_at=entry.created_at,
    )
