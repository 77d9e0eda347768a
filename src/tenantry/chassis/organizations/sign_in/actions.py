"""What happens to how an organization's people sign in."""

import secrets
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from tenantry.chassis.audit.actions import record
from tenantry.chassis.identity.second_factors.queries import actor_has_second_factor
from tenantry.chassis.organizations.directory.models import Organization
from tenantry.chassis.organizations.directory.queries import entry_of
from tenantry.chassis.organizations.sign_in.dns import TxtOf
from tenantry.chassis.organizations.sign_in.models import Connection, EmailDomain, domain_hash
from tenantry.chassis.organizations.sign_in.queries import (
    domain_out,
    find_domain,
    own_connection,
    secret_context,
    verified_domains,
)
from tenantry.chassis.organizations.sign_in.schemas import ConnectionNew, DomainOut, SignInChange
from tenantry.core.errors import Conflict, Invalid
from tenantry.infra.database.scopes import OrgScope
from tenantry.infra.secrets import Sealer

MOST_DOMAINS = 20


async def change_sign_in(scope: OrgScope, change: SignInChange) -> None:
    """Require something of everybody, or no longer.

    Raises:
        Conflict: `second_factor.missing`, who requires one must have one; `single_sign_on.unready`, without issuer or domain.
    """
    entry = await entry_of(scope)
    before = {
        "second_factor_required": entry.second_factor_required,
        "single_sign_on_required": entry.single_sign_on_required,
    }
    after = before | change.model_dump(exclude_none=True)
    if after["second_factor_required"] and not before["second_factor_required"]:
        if not await actor_has_second_factor(scope):
            raise Conflict(
                "second_factor.missing",
                "You have no second factor yourself, and would lock yourself out.",
                hint="Set one up under Security (/me/security) first.",
            )
    if after["single_sign_on_required"] and not before["single_sign_on_required"]:
        if await own_connection(scope) is None or not await verified_domains(scope):
            raise Conflict(
                "single_sign_on.unready",
                "Single sign-on is not ready: it needs an issuer and a verified domain.",
                hint="Connect the issuer and verify a domain first.",
            )
    await scope.session.execute(update(Organization).where(Organization.id == scope.org_id).values(after))
    await record(scope, "organizations.sign_in.changed", before=before, after=after)


async def connect(scope: OrgScope, sealer: Sealer, new: ConnectionNew) -> None:
    """Connect an issuer, or change what is known about it.

    Raises:
        Invalid: `connection.secret_missing`; another issuer does not get the secret of the one before.
    """
    known = await own_connection(scope)
    issuer = new.issuer.rstrip("/")
    given = new.client_secret.get_secret_value() if new.client_secret else None
    if given is None and known is not None and known.issuer != issuer:
        message = "Give the client secret of the new issuer."
        raise Invalid("connection.secret_missing", message, errors=[{"field": "client_secret", "message": message}])
    values = {"issuer": issuer, "client_id": new.client_id, "joins": new.joins, "role": new.role}
    before = {name: getattr(known, name) for name in values} if known else None
    if known is None:
        known = Connection(created_at=scope.now(), **values)
        scope.session.add(known)
    for name, value in values.items():
        setattr(known, name, value)
    if given is not None or known.sealed_secret is None:
        known.sealed_secret = sealer.seal((given or "").encode(), secret_context(scope.org_id))
    await scope.session.flush()
    await record(scope, "organizations.connection.changed", before=before, after=values)


async def disconnect(scope: OrgScope) -> None:
    """Let nobody come from the issuer any more; what was required of them no longer is.

    Raises:
        Conflict: `connection.missing`.
    """
    known = await own_connection(scope)
    if known is None:
        raise Conflict("connection.missing", "No issuer is connected.", hint="Connect one first.")
    before = {"issuer": known.issuer, "client_id": known.client_id}
    await scope.session.execute(delete(Connection))
    await scope.session.execute(
        update(Organization).where(Organization.id == scope.org_id).values(single_sign_on_required=False)
    )
    await record(scope, "organizations.connection.removed", before=before)


async def add_domain(scope: OrgScope, domain: str) -> DomainOut:
    """Begin to show that a domain is the organization's.

    Raises:
        Conflict: `domain.in_use`, it is listed already; `domain.too_many`.
    """
    listed = set(await scope.session.scalars(select(EmailDomain.domain)))
    if domain in listed:
        message = "This domain is listed already."
        raise Conflict("domain.in_use", message, errors=[{"field": "domain", "message": message}])
    if len(listed) >= MOST_DOMAINS:
        raise Conflict("domain.too_many", f"An organization has {MOST_DOMAINS} domains at most.")
    row = EmailDomain(
        domain=domain,
        domain_hash=domain_hash(domain),
        token=secrets.token_urlsafe(24),
        verified_at=None,
        created_at=scope.now(),
    )
    scope.session.add(row)
    await scope.session.flush()
    await record(scope, "organizations.domain.added", subject=row.id, after={"domain": domain})
    return domain_out(row)


async def verify_domain(scope: OrgScope, id: UUID, txt_of: TxtOf) -> DomainOut:
    """Look for the TXT record.

    Raises:
        NotFound: `domain.not_found`.
        Conflict: `domain.unproven`, the record isn't there; `domain.verified_elsewhere`.
    """
    row = await find_domain(scope, id)
    wanted = domain_out(row)
    if row.verified_at is None:
        if wanted.record_value not in [text.strip() for text in await txt_of(wanted.record_name)]:
            raise Conflict(
                "domain.unproven",
                f"There is no such TXT record at {wanted.record_name} yet.",
                hint="Add the record as shown. It can take a while until it is seen everywhere.",
            )
        try:
            async with scope.savepoint():
                row.verified_at = scope.now()
                await scope.session.flush()
        except IntegrityError as error:
            raise Conflict(
                "domain.verified_elsewhere",
                "Another organization has shown already that this domain is theirs.",
                hint="Have it removed there first.",
            ) from error
        await record(scope, "organizations.domain.verified", subject=id, after={"domain": row.domain})
    return domain_out(row)


async def remove_domain(scope: OrgScope, id: UUID) -> None:
    """Give a domain up.

    Raises:
        NotFound: `domain.not_found`.
        Conflict: `domain.needed`; single sign-on is required, and this is the last one.
    """
    row = await find_domain(scope, id)
    domain = row.domain
    await scope.session.execute(delete(EmailDomain).where(EmailDomain.id == id))
    if (await entry_of(scope)).single_sign_on_required and not await verified_domains(scope):
        raise Conflict(
            "domain.needed",
            "Single sign-on is required for the addresses of this domain.",
            hint="Stop requiring it first.",
        )
    await record(scope, "organizations.domain.removed", subject=id, before={"domain": domain})
