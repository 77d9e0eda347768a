"""Verifying addresses."""

from sqlalchemy import select, update

from tenantry.chassis.access import Visitor
from tenantry.chassis.audit.actions import record
from tenantry.chassis.identity.email_change.actions import confirm_change
from tenantry.chassis.identity.links.actions import follow, forget_links, make_link
from tenantry.chassis.identity.models import Person
from tenantry.chassis.identity.notices.actions import tell
from tenantry.chassis.identity.queries import own_account
from tenantry.chassis.identity.verification.schemas import Verified
from tenantry.core.errors import Conflict, Forbidden
from tenantry.infra.database.scopes import Scope, UserScope
from tenantry.infra.rate_limits import Rate, RateLimiter

RESEND_RATE = Rate.of("verification-mail", "5/hour")


async def send_verification(scope: UserScope) -> None:
    """Send a link to the address of the account."""
    account = await own_account(scope)
    link = await make_link(scope, "verify", account.email, "/verify")
    await tell(scope, __package__, "verify", user=account, link=link)


async def resend_verification(scope: UserScope, limiter: RateLimiter) -> None:
    """Send another link; the earlier one is worth nothing from now on.

    Raises:
        Conflict: `email.verified`, there is nothing to verify any more.
        TooMany: too many mails in an hour.
    """
    if await is_verified(scope):
        raise Conflict("email.verified", "Your e-mail address is verified already.")
    await limiter.require(RESEND_RATE, str(scope.user_id))
    await send_verification(scope)


async def verify(visitor: Visitor, token: str) -> Verified:
    """Follow a link of a verification, or of a change of address.

    Raises:
        Problem: `link.gone` (410).
        Conflict: `email.in_use`; meanwhile another account has the new address.
    """
    link = await follow(visitor, token, "verify", "email.old", "email.new")
    if link.purpose != "verify":
        return await confirm_change(link.scope, link.purpose, link.email)
    await set_verified(link.scope)
    return Verified(email=link.email, change=None)


async def set_verified(scope: UserScope) -> None:
    """The person reads the mail of their address: a link that was sent there was followed."""
    fresh = await scope.session.execute(
        update(Person)
        .where(Person.id == scope.user_id, Person.verified_at.is_(None))
        .values(verified_at=scope.now())
        .returning(Person.id)
    )
    await forget_links(scope, "verify")
    if fresh.one_or_none() is not None:
        await record(scope, "identity.email.verified")


async def is_verified(scope: Scope) -> bool:
    """Whether the actor's address is verified."""
    return await scope.session.scalar(select(Person.verified_at).where(Person.id == scope.actor.person)) is not None


async def require_verified(scope: Scope) -> None:
    """Go on only if the person who acts has verified their address; in any scope.

    Raises:
        Forbidden: `email.unverified`.
    """
    if not await is_verified(scope):
        raise Forbidden(
            "email.unverified",
            "Your e-mail address is not verified yet.",
            hint="Follow the link in the mail we sent you, or have it sent again from the banner.",
        )
