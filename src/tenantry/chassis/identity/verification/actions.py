"""Verifying addresses."""

from tenantry.chassis.access import Visitor
from tenantry.chassis.identity.actions import confirm_address
from tenantry.chassis.identity.email_change.actions import confirm_change
from tenantry.chassis.identity.links.actions import follow, forget_links, make_link
from tenantry.chassis.identity.notices.actions import tell
from tenantry.chassis.identity.profile.queries import own_profile
from tenantry.chassis.identity.queries import own_account
from tenantry.chassis.identity.verification.schemas import Verified
from tenantry.core.errors import Conflict
from tenantry.infra.database.scopes import UserScope
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
    if (await own_profile(scope)).email_verified:
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
    await confirm_address(scope)
    await forget_links(scope, "verify")
