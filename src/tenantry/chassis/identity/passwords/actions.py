"""Changing passwords, and setting forgotten ones anew."""

from uuid import UUID

from sqlalchemy import select, update

from tenantry.chassis.access import Visitor
from tenantry.chassis.audit.actions import record
from tenantry.chassis.audit.personal import stranger
from tenantry.chassis.identity.emails import email_hash, normalized
from tenantry.chassis.identity.links.actions import find_link, follow, forget_links, make_link
from tenantry.chassis.identity.models import Person, User
from tenantry.chassis.identity.notices.actions import tell
from tenantry.chassis.identity.passwords.hashing import hash_password, refuse_trivial, verify_password
from tenantry.chassis.identity.queries import own_account
from tenantry.chassis.identity.sessions.actions import end_other_sessions
from tenantry.chassis.identity.verification.actions import set_verified
from tenantry.core.actors import Actor
from tenantry.core.errors import Invalid
from tenantry.infra.database.scopes import Origin, UserScope
from tenantry.infra.jobs import PersonalJobContext, defer, job
from tenantry.infra.rate_limits import Rate, RateLimiter

CHANGE_RATE = Rate.of("password-change", "10/15 minutes")
FORGOT_RATE = Rate.of("forgotten-password", "5/hour")


async def change_password(
    scope: UserScope, limiter: RateLimiter, session_id: UUID | None, *, current: str, new: str
) -> None:
    """Replace the password; everywhere else the person is signed out.

    Raises:
        Invalid: `password.wrong`, `password.weak`.
        TooMany: too many wrong ones.
    """
    await limiter.require(CHANGE_RATE, str(scope.user_id))
    account = await own_account(scope)
    if not await verify_password(current, account.password_hash):
        raise Invalid(
            "password.wrong",
            "This is not your present password.",
            hint="Check it, or have it reset by mail.",
            errors=[{"field": "current_password", "message": "Not your present password."}],
        )
    await refuse_trivial(new, account.email, scope.actor.name)
    await limiter.forget(CHANGE_RATE, str(scope.user_id))
    await _set(scope, new, keep=session_id)


async def request_reset(visitor: Visitor, email: str) -> None:
    """Have a link sent, if the address has an account. What happens here is the same whether it has or not, to the last
    statement: the worker looks.

    Raises:
        Invalid: `email.invalid`.
        TooMany: too many for this address from this place.
    """
    email = normalized(email)
    await visitor.limiter.require(FORGOT_RATE, email, visitor.address)
    # The job belongs to whoever has the address, known or not, by a name that is made from the address.
    whoever = await (await visitor.open()).to_user(Actor.user(stranger(email), ""))
    await defer(whoever, send_reset_link, email=email, origin=visitor.origin)


@job("identity.send_reset_link", personal=True)
async def send_reset_link(context: PersonalJobContext, *, email: str, origin: Origin) -> None:
    """Send the link, if there is such an account."""
    async with context.database.presented_scope(email_hash(email), origin=origin) as looking:
        found = (
            await looking.session.execute(select(User.user_id, Person.name).join(Person, Person.id == User.user_id))
        ).one_or_none()
        if found is None:
            await record(looking, "identity.password.reset_requested", person=stranger(email), after={"email": email})
            return
        scope = await looking.to_user(Actor.user(found.user_id, found.name))
        link = await make_link(scope, "reset", email, "/reset")
        await record(scope, "identity.password.reset_requested")
        await tell(scope, __package__, "reset", link=link)


async def reset_password(visitor: Visitor, token: str, new: str) -> None:
    """Set a new password by a link from a mail; the person is signed out everywhere, and their address is verified by it.

    Raises:
        Problem: `link.gone` (410).
        Invalid: `password.weak`, which leaves the link good.
    """
    async with visitor.database.anonymous_scope(read_only=True) as looking:
        actor, link = await find_link(looking, token, "reset")
        about = (link.email, actor.name)
    await refuse_trivial(new, *about)
    hashed = await hash_password(new)
    followed = await follow(visitor, token, "reset")
    await _set(followed.scope, hashed, keep=None, hashed=True)
    if (await own_account(followed.scope)).email == followed.email:
        await set_verified(followed.scope)


async def _set(scope: UserScope, password: str, *, keep: UUID | None, hashed: bool = False) -> None:
    stored = password if hashed else await hash_password(password)
    await scope.session.execute(update(User).where(User.user_id == scope.user_id).values(password_hash=stored))
    scope.session.expire_all()
    await forget_links(scope, "reset")
    await end_other_sessions(scope, keep)
    await record(scope, "identity.password.changed", after={"by": "link" if hashed else "password"})
    await tell(scope, __package__, "password_changed")
