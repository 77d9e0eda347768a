"""Changing the address."""

from datetime import timedelta

from psycopg.errors import UniqueViolation
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from tenantry.chassis.audit.actions import record
from tenantry.chassis.identity.email_change.models import EmailChange
from tenantry.chassis.identity.email_change.schemas import EmailChangeOut, EmailOut
from tenantry.chassis.identity.emails import email_hash, normalized
from tenantry.chassis.identity.links.actions import LASTS, Purpose, forget_links, gone, make_link
from tenantry.chassis.identity.models import Person, User
from tenantry.chassis.identity.notices.actions import tell
from tenantry.chassis.identity.queries import own_account
from tenantry.chassis.identity.verification.schemas import Verified
from tenantry.core.errors import Conflict, Invalid
from tenantry.infra.database.scopes import Origin, SystemScope, UserScope
from tenantry.infra.jobs import PersonalJobContext, defer, job
from tenantry.infra.rate_limits import Rate, RateLimiter

CHANGE_RATE = Rate.of("email-change", "5/hour")
_LASTS: timedelta = LASTS["email.new"]


async def begin_change(scope: UserScope, limiter: RateLimiter, email: str) -> None:
    """Have the account get another address, once both have confirmed it. Whether somebody else has the address already is
    for the mail there to say, and for nobody else.

    Raises:
        Invalid: `email.invalid`, or `email.same`.
        TooMany: too many changes in an hour.
    """
    email = normalized(email)
    account = await own_account(scope)
    if email == account.email:
        message = "This is your address already."
        raise Invalid("email.same", message, errors=[{"field": "email", "message": message}])
    await limiter.require(CHANGE_RATE, str(scope.user_id))
    await cancel_change(scope)
    now = scope.now()
    scope.session.add(EmailChange(email=email, created_at=now, expires_at=now + _LASTS))
    await record(scope, "identity.email.change_begun", before={"email": account.email}, after={"email": email})
    await defer(scope, send_change_links, email=email, origin=scope.origin)


@job("identity.send_change_links", personal=True)
async def send_change_links(context: PersonalJobContext, *, email: str, origin: Origin | None) -> None:
    """Write to both addresses. It is a job so that the request takes as long whether or not the new one is in use."""
    async with context.database.presented_scope(email_hash(email), read_only=True) as looking:
        taken = await looking.session.scalar(select(User.user_id)) is not None
    async with context.database.user_scope(context.actor, origin=origin) as scope:
        if await _pending(scope, email) is None:
            return
        account = await own_account(scope)
        if taken:
            await tell(scope, __package__, "address_in_use", to=email, user=account, new=email)
        else:
            link = await make_link(scope, "email.new", email, "/verify")
            await tell(scope, __package__, "confirm_new", to=email, user=account, link=link, new=email)
        if await _old_is_verified(scope):
            link = await make_link(scope, "email.old", account.email, "/verify")
            await tell(scope, __package__, "confirm_old", user=account, link=link, new=email)


async def cancel_change(scope: UserScope) -> None:
    """Forget the change that waits, if there is one, and its links."""
    await scope.session.execute(delete(EmailChange).where(EmailChange.user_id == scope.user_id))
    await forget_links(scope, "email.old", "email.new")


async def confirm_change(scope: UserScope, purpose: Purpose, sent_to: str) -> Verified:
    """One of the two mailboxes has confirmed; with both the account has its new address.

    Raises:
        Problem: `link.gone`; the change was cancelled, or another was begun.
        Conflict: `email.in_use`; meanwhile another account has the new address.
    """
    change = await _pending(scope)
    if change is None or (purpose == "email.new" and change.email != sent_to):
        raise gone()
    if purpose == "email.new":
        change.confirmed_new_at = scope.now()
    else:
        change.confirmed_old_at = scope.now()
    await scope.session.flush()
    email = change.email
    if not change.confirmed_new_at or (not change.confirmed_old_at and await _old_is_verified(scope)):
        return Verified(email=email, change="half")
    await _change(scope, email)
    return Verified(email=email, change="done")


async def _change(scope: UserScope, email: str) -> None:
    before = (await own_account(scope)).email
    try:
        await scope.session.execute(
            update(User).where(User.user_id == scope.user_id).values(email=email, email_hash=email_hash(email))
        )
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        raise Conflict(
            "email.in_use",
            "Meanwhile there is another account with this address.",
            hint="Delete that account first, or choose another address.",
        ) from None
    await scope.session.execute(update(Person).where(Person.id == scope.user_id).values(verified_at=scope.now()))
    await cancel_change(scope)
    await forget_links(scope, "verify", "reset")
    await record(scope, "identity.email.changed", before={"email": before}, after={"email": email})
    scope.session.expire_all()
    for address in (before, email):
        await tell(scope, __package__, "email_changed", to=address, before=before, after=email)


async def own_email(scope: UserScope) -> EmailOut:
    """The address of the person who asks, and the one it is about to become."""
    account, change = await own_account(scope), await _pending(scope)
    waiting = change and EmailChangeOut(
        email=change.email,
        confirmed_old=change.confirmed_old_at is not None,
        confirmed_new=change.confirmed_new_at is not None,
        expires_at=change.expires_at,
    )
    return EmailOut(email=account.email, verified=await _old_is_verified(scope), change=waiting)


async def _pending(scope: UserScope, email: str | None = None) -> EmailChange | None:
    found = select(EmailChange).where(EmailChange.user_id == scope.user_id, EmailChange.expires_at > scope.now())
    return (await scope.session.scalars(found.where(EmailChange.email == email) if email else found)).one_or_none()


async def _old_is_verified(scope: UserScope) -> bool:
    """Nobody can be asked at an address that was never theirs: one that isn't verified need not confirm."""
    return await scope.session.scalar(select(Person.verified_at).where(Person.id == scope.user_id)) is not None


async def forget_expired_changes(scope: SystemScope) -> None:
    """Remove changes that were not confirmed in time."""
    await scope.session.execute(delete(EmailChange).where(EmailChange.expires_at <= scope.now()))
