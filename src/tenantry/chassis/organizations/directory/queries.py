"""What can be asked of the directory."""

from sqlalchemy import select

from tenantry.chassis.organizations.directory.models import Address, Organization
from tenantry.infra.database.scopes import OrgScope


async def entry_of(scope: OrgScope) -> Organization:
    """The organization's own entry."""
    return (await scope.session.scalars(select(Organization).where(Organization.id == scope.org_id))).one()


async def former_slugs(scope: OrgScope, present: str) -> list[str]:
    """The addresses that lead to the organization from earlier times, the latest first."""
    statement = select(Address.slug).where(Address.organization_id == scope.org_id, Address.slug != present)
    return list(await scope.session.scalars(statement.order_by(Address.since.desc())))


def logo_address(entry: Organization) -> str | None:
    """Where its members' browsers find its picture; another picture has another address."""
    return f"/api/v1/orgs/{entry.slug}/logo?v={entry.logo}" if entry.logo else None
