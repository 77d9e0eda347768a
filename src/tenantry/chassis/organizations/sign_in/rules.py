"""Who is kept out of an organization until they sign in as it wants."""

from typing import Any

from sqlalchemy import select

from tenantry.chassis.identity.proofs.queries import signed_in_by
from tenantry.chassis.identity.queries import own_account
from tenantry.chassis.identity.second_factors.queries import has_second_factor
from tenantry.chassis.organizations.sign_in.models import EmailDomain, domain_hash
from tenantry.chassis.organizations.sign_in.queries import domain_of, provider_id
from tenantry.core.errors import Forbidden
from tenantry.core.roles import Role
from tenantry.infra.database.scopes import UserScope


async def refuse_unsafe_sign_in(scope: UserScope, row: Any) -> None:
    """Go on only if the person signs in as the organization of this row of the directory wants.

    Raises:
        Forbidden: `second_factor.required`, `single_sign_on.required`.
    """
    organization = {"slug": row.slug, "name": row.name}
    if row.second_factor_required and not await has_second_factor(scope):
        raise Forbidden(
            "second_factor.required",
            f"{row.name} requires a second factor, and you have none yet.",
            hint="Set up a passkey or an authenticator app under Security (/me/security); then you are let in.",
            organization=organization,
        )
    if row.single_sign_on_required and row.role != Role.OWNER.word and await _must_come_from(scope, row):
        raise Forbidden(
            "single_sign_on.required",
            f"{row.name} requires that you come by its single sign-on.",
            hint="Sign out, and sign in again with single sign-on.",
            organization=organization,
            provider=provider_id(row.id),
        )


async def _must_come_from(scope: UserScope, row: Any) -> bool:
    """Whether the person has an address of the organization's domains, and came another way."""
    if await signed_in_by(scope, scope.session_id) == provider_id(row.id):
        return False
    wanted = domain_hash(domain_of((await own_account(scope)).email))
    await scope.present(wanted)
    theirs = await scope.session.scalar(
        select(EmailDomain.id).where(
            EmailDomain.org_id == row.id, EmailDomain.domain_hash == wanted, EmailDomain.verified_at.is_not(None)
        )
    )
    return theirs is not None
