"""Between the two factors: nobody is signed in yet, and all that can be done is the second step."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from fastapi import Response
from sqlalchemy import delete, select, update
from starlette.requests import HTTPConnection

from tenantry.chassis.access import Visitor
from tenantry.chassis.access.entrance import secret_hash
from tenantry.chassis.audit.actions import record
from tenantry.chassis.identity.models import Person
from tenantry.chassis.identity.second_factors.actions import CODE_RATE, use_code
from tenantry.chassis.identity.second_factors.codes import CodeKeys
from tenantry.chassis.identity.second_factors.models import PendingSignIn
from tenantry.chassis.identity.second_factors.queries import methods
from tenantry.chassis.identity.second_factors.schemas import SecondStep
from tenantry.chassis.identity.sessions import begin_session
from tenantry.core.actors import Actor
from tenantry.core.errors import Invalid, Unauthenticated
from tenantry.core.ids import new_id
from tenantry.infra.database.scopes import SystemScope, UserScope

LASTS = timedelta(minutes=10)
MOST_ATTEMPTS = 5
"""After so many wrong codes the first factor is asked for again."""


@dataclass(frozen=True)
class PendingCookie:
    """The cookie that carries the token of a sign-in which waits for its second step."""

    name: str
    secure: bool

    def set(self, response: Response, token: str) -> None:
        """Hand the token to the browser, where no script can read it."""
        response.set_cookie(
            self.name,
            token,
            max_age=int(LASTS.total_seconds()),
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def clear(self, response: Response) -> None:
        """Have the browser forget it."""
        response.delete_cookie(self.name, path="/", secure=self.secure, httponly=True, samesite="lax")

    def token(self, connection: HTTPConnection) -> str:
        """The token that came with a request; empty when none did."""
        return connection.cookies.get(self.name) or ""


@dataclass(frozen=True)
class SignedIn:
    """All that was wanted has been shown: the person's scope, and the token of their new session."""

    scope: UserScope
    token: str


@dataclass(frozen=True)
class HalfWay:
    """A second factor is wanted: what to tell, and the token with which the second step can be taken."""

    step: SecondStep
    token: str


async def enter(scope: UserScope, *, first: str, address: str, device: str) -> SignedIn | HalfWay:
    """The first factor was right: sign the person in, or have them take the second step if they have set one up.

    `first` says what it was: `password`, or the provider of another sign-in.
    """
    factors = await methods(scope)
    if not factors:
        session = await begin_session(scope, address=address, device=device, by=first)
        return SignedIn(scope, session)
    token, now = secrets.token_urlsafe(32), scope.now()
    scope.session.add(
        PendingSignIn(
            id=new_id(), token_hash=secret_hash(token), first=first, attempts=0, created_at=now, expires_at=now + LASTS
        )
    )
    await scope.session.flush()
    return HalfWay(SecondStep(second_factor=factors, expires_at=now + LASTS), token)


@dataclass(frozen=True)
class Waiting:
    """A sign-in that waits for its second step."""

    actor: Actor
    pending: PendingSignIn


async def waiting(visitor: Visitor, token: str) -> Waiting:
    """Whose sign-in it is that this token belongs to.

    Raises:
        Unauthenticated: `sign_in.expired`; unknown, used, run out, or guessed at too often.
    """
    async with visitor.database.presented_scope(secret_hash(token), read_only=True) as scope:
        row = (
            await scope.session.execute(
                select(PendingSignIn, Person.name)
                .join(Person, Person.id == PendingSignIn.user_id)
                .where(PendingSignIn.token_hash == secret_hash(token))
            )
        ).one_or_none()
        if row is None or row.PendingSignIn.expires_at <= scope.now():
            raise _expired()
        scope.session.expunge_all()
    return Waiting(Actor.user(row.PendingSignIn.user_id, row.name), row.PendingSignIn)


async def second_step(visitor: Visitor, token: str) -> SecondStep:
    """What can be given as the second factor of this sign-in.

    Raises:
        Unauthenticated: `sign_in.expired`.
    """
    found = await waiting(visitor, token)
    scope = await (await visitor.open()).to_user(found.actor)
    return SecondStep(second_factor=await methods(scope), expires_at=found.pending.expires_at)


async def count_attempt(visitor: Visitor, found: Waiting) -> None:
    """Count one more try, for good whatever becomes of it.

    Raises:
        Unauthenticated: `sign_in.expired`; it was one too many.
        TooMany: too many tries on this person's account.
    """
    await visitor.limiter.require(CODE_RATE, str(found.actor.id))
    async with visitor.database.user_scope(found.actor) as scope:
        counted = await scope.session.execute(
            update(PendingSignIn)
            .where(PendingSignIn.id == found.pending.id, PendingSignIn.attempts < MOST_ATTEMPTS)
            .values(attempts=PendingSignIn.attempts + 1)
            .returning(PendingSignIn.id)
        )
        if counted.one_or_none() is None:
            raise _expired()


async def finish_with_code(visitor: Visitor, keys: CodeKeys, token: str, code: str) -> SignedIn:
    """Take the second step with a code, and be signed in.

    Raises:
        Unauthenticated: `sign_in.expired`.
        Invalid: `second_factor.wrong`, `second_factor.replayed`.
        TooMany: too many tries on this person's account.
    """
    found = await waiting(visitor, token)
    await count_attempt(visitor, found)
    method = await checked_second(visitor, found.actor, lambda scope: use_code(scope, keys, code))
    return await complete(visitor, found, method)


async def checked_second(visitor: Visitor, actor: Actor, check: Callable[[UserScope], Awaitable[str]]) -> str:
    """What was shown, as `check` finds it. Both what is used up and what is refused is kept, whatever follows.

    Raises:
        Invalid: it was refused, and the person's log says so.
    """
    try:
        async with visitor.database.user_scope(actor, origin=visitor.origin) as scope:
            return await check(scope)
    except Invalid as refusal:
        async with visitor.database.user_scope(actor, origin=visitor.origin) as scope:
            await record(scope, "identity.second_factor.failed", after={"code": refusal.code})
        raise


async def complete(visitor: Visitor, found: Waiting, method: str) -> SignedIn:
    """Both factors were right: use the pending sign-in up and begin the session.

    Raises:
        Unauthenticated: `sign_in.expired`; somebody else was faster with the same token.
    """
    pending = found.pending
    scope = await (await visitor.open()).to_user(found.actor)
    used = await scope.session.execute(
        delete(PendingSignIn).where(PendingSignIn.id == pending.id).returning(PendingSignIn.id)
    )
    if used.one_or_none() is None:
        raise _expired()
    await visitor.limiter.forget(CODE_RATE, str(scope.user_id))
    session = await begin_session(
        scope, address=visitor.address, device=visitor.device, by=pending.first, method=method
    )
    return SignedIn(scope, session)


async def forget_expired_sign_ins(scope: SystemScope) -> None:
    """Remove sign-ins that nobody completed in time."""
    await scope.session.execute(delete(PendingSignIn).where(PendingSignIn.expires_at <= scope.now()))


def _expired() -> Unauthenticated:
    return Unauthenticated(
        "sign_in.expired",
        "This sign-in took too long, or too many codes were wrong.",
        hint="Begin again with your password.",
    )
