"""What can be asked about how an organization's people sign in."""

from uuid import UUID

from sqlalchemy import select

from tenantry.chassis.identity.federation.providers import Provider
from tenantry.chassis.organizations.directory.models import Organization
from tenantry.chassis.organizations.directory.queries import entry_of
from tenantry.chassis.organizations.sign_in.models import Connection, EmailDomain, domain_hash
from tenantry.chassis.organizations.sign_in.schemas import ConnectionOut, DomainOut, SignInOut
from tenantry.core.actors import ANONYMOUS
from tenantry.core.errors import Conflict, NotFound
from tenantry.infra.database.database import Database
from tenantry.infra.database.scopes import OrganizationRef, OrgScope
from tenantry.infra.secrets import Sealer

PREFIX = "sso-"


def provider_id(org_id: UUID) -> str:
    """What an organization's own issuer is called among providers."""
    return f"{PREFIX}{org_id}"


async def sign_in_out(scope: OrgScope, base_url: str) -> SignInOut:
    """The whole of it."""
    entry = await entry_of(scope)
    connection = await own_connection(scope)
    return SignInOut(
        second_factor_required=entry.second_factor_required,
        single_sign_on_required=entry.single_sign_on_required,
        connection=connection and ConnectionOut.model_validate(connection, from_attributes=True),
        redirect_uri=f"{base_url}/api/v1/auth/federated/{provider_id(scope.org_id)}/callback",
    )


async def own_connection(scope: OrgScope) -> Connection | None:
    """The issuer that is connected, if one is."""
    return (await scope.session.scalars(select(Connection))).one_or_none()


async def domains(scope: OrgScope) -> list[DomainOut]:
    """The organization's domains, by name."""
    rows = await scope.session.scalars(select(EmailDomain).order_by(EmailDomain.domain))
    return [domain_out(row) for row in rows]


def domain_out(row: EmailDomain) -> DomainOut:
    """A domain with its record."""
    return DomainOut(
        id=row.id,
        domain=row.domain,
        record_name=f"_tenantry.{row.domain}",
        record_value=f"tenantry-verification={row.token}",
        verified_at=row.verified_at,
        created_at=row.created_at,
    )


async def find_domain(scope: OrgScope, id: UUID) -> EmailDomain:
    """One of them.

    Raises:
        NotFound: `domain.not_found`.
    """
    row = await scope.session.get(EmailDomain, (scope.org_id, id))
    if row is None:
        raise NotFound("domain.not_found", "There is no such domain here.", hint="It may be removed already.")
    return row


async def verified_domains(scope: OrgScope) -> set[str]:
    """Those that are the organization's own."""
    return set(await scope.session.scalars(select(EmailDomain.domain).where(EmailDomain.verified_at.is_not(None))))


async def organization_of_domain(database: Database, email: str) -> OrganizationRef | None:
    """The organization which an address belongs to by its domain, and which has single sign-on."""
    domain = domain_of(email)
    async with database.presented_scope(domain_hash(domain), read_only=True) as scope:
        row = (
            await scope.session.execute(
                select(Organization.id, Organization.slug, Organization.name)
                .join(EmailDomain, EmailDomain.org_id == Organization.id)
                .where(
                    EmailDomain.domain_hash == domain_hash(domain),
                    EmailDomain.verified_at.is_not(None),
                    Organization.deleted_at.is_(None),
                )
            )
        ).one_or_none()
    if row is None:
        return None
    organization = OrganizationRef(row.id, row.slug, row.name)
    async with database.org_scope(organization, ANONYMOUS, read_only=True) as inside:
        return organization if await own_connection(inside) else None


async def connected_provider(database: Database, sealer: Sealer, id: str) -> Provider | None:
    """The provider that an organization has connected, by its id."""
    try:
        org_id = UUID(id.removeprefix(PREFIX))
    except ValueError:
        return None
    if id != provider_id(org_id):
        return None
    async with database.anonymous_scope(read_only=True) as scope:
        entry = await scope.session.scalar(
            select(Organization).where(Organization.id == org_id, Organization.deleted_at.is_(None))
        )
        if entry is None:
            return None
        organization = OrganizationRef(entry.id, entry.slug, entry.name)
    async with database.org_scope(organization, ANONYMOUS, read_only=True) as inside:
        return await own_provider(inside, sealer) if await own_connection(inside) else None


async def own_provider(scope: OrgScope, sealer: Sealer) -> Provider:
    """The organization's own issuer, as somebody is sent to it.

    Raises:
        Conflict: `connection.missing`.
    """
    connection = await own_connection(scope)
    if connection is None:
        raise Conflict("connection.missing", "No issuer is connected.", hint="Connect one under Sign-in first.")
    secret = sealer.open(connection.sealed_secret, secret_context(scope.org_id)).decode()
    return Provider(
        provider_id(scope.org_id), scope.organization.name, connection.issuer, connection.client_id, secret or None
    )


def secret_context(org_id: UUID) -> str:
    """To what the issuer's secret is bound when it is sealed."""
    return f"organizations.connection:{org_id}"


def domain_of(email: str) -> str:
    """The domain of a normalized address, as domains are stored."""
    domain = email.rpartition("@")[2]
    try:
        return domain.encode("idna").decode().lower()
    except UnicodeError:
        return domain
