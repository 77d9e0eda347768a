"""What happens to people."""

import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from tenantry.chassis.access import Visitor
from tenantry.chassis.access.entrance import secret_hash
from tenantry.chassis.audit.actions import record
from tenantry.chassis.audit.personal import stranger
from tenantry.chassis.identity.attempts.actions import count_attempt, forget_attempts, key_of
from tenantry.chassis.identity.devices.cookie import KnownDevice
from tenantry.chassis.identity.emails import email_hash, normalized
from tenantry.chassis.identity.models import Invitation, Person, User
from tenantry.chassis.identity.passwords import hash_password, is_outdated, verify_password
from tenantry.chassis.identity.second_factors.pending import HalfWay, SignedIn, enter
from tenantry.core.actors import Actor
from tenantry.core.errors import Conflict, Forbidden, Unauthenticated
from tenantry.core.ids import new_id
from tenantry.infra.database.database import Database
from tenantry.infra.database.scopes import AnonymousScope, Origin, SystemScope, UserScope
from tenantry.infra.jobs import PersonalJobContext, defer, job

INVITATION_LASTS = timedelta(days=14)


async def create_user(
    scope: AnonymousScope,
    *,
    email: str,
    name: str,
    password_hash: str | None,
    time_zone: str | None = None,
) -> UserScope:
    """Add a person, and go on as them.

    Raises:
        Conflict: `email.in_use`.
    """
    user_id = new_id()
    scope.session.add(Person(id=user_id, name=name))
    user = await scope.to_user(Actor.user(user_id, name))
    added = await user.session.execute(
        insert(User)
        .values(
            id=user_id,
            user_id=user_id,
            email=email,
            email_hash=email_hash(email),
            password_hash=password_hash,
            created_at=scope.now(),
            time_zone=time_zone,
        )
        .on_conflict_do_nothing()
        .returning(User.id)
    )
    if added.one_or_none() is None:
        raise Conflict(
            "email.in_use",
            "There is already an account with this e-mail address.",
            hint="Sign in instead.",
            errors=[{"field": "email", "message": "This address is in use."}],
        )
    return user


async def sign_in(visitor: Visitor, device: KnownDevice, email: str, password: str) -> SignedIn | HalfWay:
    """Sign in, or half the way where a second factor is set up. A wrong password and an unknown address are answered alike,
    after the same work.

    Raises:
        Unauthenticated: `login.failed`.
        TooMany: `sign_in.wait`; too many failures on this account from here.
    """
    email = normalized(email)
    async with visitor.database.presented_scope(email_hash(email), read_only=True) as looking:
        found = (
            await looking.session.execute(
                select(User.user_id, User.password_hash, Person.name).join(Person, Person.id == User.user_id)
            )
        ).one_or_none()
    known = device.knows(found.user_id if found else new_id())
    key = key_of(email, address=visitor.address, device=device.id if known else None)
    await count_attempt(visitor.database, key)
    if not await verify_password(password, found.password_hash if found else None) or found is None:
        await _note_failure(visitor, email)
        raise Unauthenticated(
            "login.failed",
            "The e-mail address or the password is wrong.",
            hint="Check both and try again.",
        )
    await forget_attempts(visitor.database, key)
    renewed = await hash_password(password) if found.password_hash and is_outdated(found.password_hash) else None
    user = await (await visitor.open()).to_user(Actor.user(found.user_id, found.name))
    if renewed:
        await user.session.execute(update(User).where(User.user_id == user.user_id).values(password_hash=renewed))
    return await enter(user, first="password", address=visitor.address, device=visitor.device)


async def _note_failure(visitor: Visitor, email: str) -> None:
    """Have the failure written down by a job, in a transaction of its own: the sign-in rolls back, and nobody may be able to
    tell by the work that is done here whether there is such an account."""
    whoever = Actor.user(stranger(email), "")
    async with visitor.database.user_scope(whoever, origin=visitor.origin) as scope:
        await defer(scope, note_failed_sign_in, email=email, origin=visitor.origin)


@job("identity.note_failed_sign_in", personal=True)
async def note_failed_sign_in(context: PersonalJobContext, *, email: str, origin: Origin) -> None:
    """Write a failed sign-in into the log of the person, or of whoever the address belongs to one day."""
    async with context.database.presented_scope(email_hash(email), origin=origin) as scope:
        user_id = await scope.session.scalar(select(User.user_id))
        await record(scope, "identity.sign_in.failed", person=user_id or stranger(email), after={"email": email})


async def has_account(database: Database, email: str) -> bool:
    """Whether there is an account with this (normalized) address. Never tell a stranger who hasn't shown that it is theirs."""
    async with database.presented_scope(email_hash(email), read_only=True) as scope:
        return await scope.session.scalar(select(User.user_id).where(User.email_hash == email_hash(email))) is not None


async def invite(scope: SystemScope, email: str) -> str:
    """Give leave to create one account with this address, and answer with the one-time secret for the link.

    Raises:
        Invalid: `email.invalid`.
    """
    token = secrets.token_urlsafe(32)
    now = scope.now()
    scope.session.add(
        Invitation(
            token_hash=secret_hash(token), email=normalized(email), created_at=now, expires_at=now + INVITATION_LASTS
        )
    )
    await scope.session.flush()
    return token


async def use_invitation(scope: AnonymousScope, token: str | None, email: str) -> None:
    """Use up the invitation to this address.

    Raises:
        Forbidden: `invitation.required`, `invitation.invalid` (unknown, used, expired, or for another address).
    """
    if not token:
        raise Forbidden(
            "invitation.required",
            "An account can only be created with an invitation here.",
            hint="Ask whoever runs this server to invite you.",
        )
    await scope.present(secret_hash(token))
    used = await scope.session.execute(
        delete(Invitation)
        .where(
            Invitation.token_hash == secret_hash(token), Invitation.email == email, Invitation.expires_at > scope.now()
        )
        .returning(Invitation.email)
    )
    if used.one_or_none() is None:
        raise Forbidden(
            "invitation.invalid",
            "This invitation is not good for this e-mail address, was used already, or has expired.",
            hint="Use the address the invitation was sent to, or ask for a new one.",
        )


async def confirm_address(scope: UserScope) -> None:
    """Note that mail to the person's address reaches them, unless that was known before."""
    unconfirmed = update(Person).where(Person.id == scope.user_id, Person.verified_at.is_(None))
    confirmed = await scope.session.execute(unconfirmed.values(verified_at=scope.now()).returning(Person.id))
    if confirmed.one_or_none() is not None:
        await record(scope, "identity.email.confirmed", subject=scope.user_id)


async def forget_expired_invitations(scope: SystemScope) -> None:
    """Remove invitations whose time is over."""
    await scope.session.execute(delete(Invitation).where(Invitation.expires_at <= scope.now()))


async def find_account(scope: SystemScope, email: str) -> UUID | None:
    """The account of an address, for whoever runs the server."""
    return await scope.session.scalar(select(User.user_id).where(User.email_hash == email_hash(normalized(email))))
