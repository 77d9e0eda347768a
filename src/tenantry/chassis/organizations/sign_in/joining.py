"""Becoming a member by single sign-on, at the moment one comes."""

from uuid import UUID

from sqlalchemy import select

from tenantry.chassis.identity.federation.flow import Asserted
from tenantry.chassis.organizations.directory.models import Organization
from tenantry.chassis.organizations.members.actions import admit
from tenantry.chassis.organizations.members.arrivals import newcomer
from tenantry.chassis.organizations.members.queries import role_of
from tenantry.chassis.organizations.sign_in.queries import PREFIX, domain_of, own_connection, verified_domains
from tenantry.core.actors import ANONYMOUS
from tenantry.core.errors import Forbidden
from tenantry.core.roles import Role
from tenantry.infra.database.database import Database
from tenantry.infra.database.scopes import OrganizationRef, UserScope


async def vouched(database: Database, provider_id: str, asserted: Asserted, email: str) -> OrganizationRef:
    """The organization whose issuer says so, if the address is of one of its own domains: it can speak for no other.

    Raises:
        Forbidden: `single_sign_on.foreign_domain`, `federation.email_unverified`.
    """
    organization = await _organization(database, provider_id)
    async with database.org_scope(organization, ANONYMOUS, read_only=True) as scope:
        own = domain_of(email) in await verified_domains(scope)
    if not own:
        raise Forbidden(
            "single_sign_on.foreign_domain",
            f"This address is of no domain of {organization.name}.",
            hint="Sign in another way, or ask its owners to verify the domain.",
        )
    return organization


async def join(scope: UserScope, organization: OrganizationRef) -> UserScope:
    """Make the person a member of the organization they come from, unless they are one, and go on as themselves.

    Raises:
        Forbidden: `single_sign_on.no_member`; the organization lets nobody in by itself.
    """
    arriving = await newcomer(scope)
    inside = await scope.to_organization(organization, scope.actor, role=Role.VIEWER, permissions=())
    connection = await own_connection(inside)
    if await role_of(inside, arriving.user_id) is None:
        if connection is None or not connection.joins:
            raise Forbidden(
                "single_sign_on.no_member",
                f"You are no member of {organization.name}.",
                hint="Ask one of its owners to invite you.",
            )
        await admit(inside, arriving, Role.of(connection.role))
    return await scope.to_user(scope.actor)


async def _organization(database: Database, provider_id: str) -> OrganizationRef:
    async with database.anonymous_scope(read_only=True) as scope:
        entry = (
            await scope.session.scalars(
                select(Organization).where(Organization.id == UUID(provider_id.removeprefix(PREFIX)))
            )
        ).one()
        return OrganizationRef(entry.id, entry.slug, entry.name)
