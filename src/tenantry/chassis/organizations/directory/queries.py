"""What can be asked of the directory."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnExpressionArgument, Select, select

from tenantry.chassis.organizations.directory.models import Address, Organization
from tenantry.infra.database.scopes import OrgScope, Scope


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


async def had_slug(scope: Scope, organization_id: UUID, slug: str) -> bool:
    """Whether this address leads to the organization, from now or from earlier times."""
    found = select(Address.slug).where(Address.slug == slug, Address.organization_id == organization_id)
    return await scope.session.scalar(found) is not None


async def slugs_of(scope: Scope, organizations: Iterable[UUID]) -> dict[UUID, str]:
    """The slugs of organizations by their ids."""
    found = select(Organization.id, Organization.slug).where(Organization.id.in_(set(organizations)))
    return {row.id: row.slug for row in await scope.session.execute(found)}


def with_directory(
    statement: Select[*tuple[Any, ...]], org_id: ColumnExpressionArgument[UUID]
) -> Select[*tuple[Any, ...]]:
    """The statement, with `organization_id`, `organization_slug` and `organization_name` beside what it asks for. What belongs
    to an organization that is being deleted is not found."""
    named = [getattr(Organization, name).label(f"organization_{name}") for name in ("id", "slug", "name")]
    joined = statement.add_columns(*named).join(Organization, Organization.id == org_id)
    return joined.where(Organization.deleted_at.is_(None))
