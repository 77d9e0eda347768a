"""Signing in with a passkey: as the only factor, without a user name, or as the second step after a password."""

import hashlib
from typing import Any

from sqlalchemy import select

from tenantry.chassis.access import Visitor
from tenantry.chassis.identity.models import Person
from tenantry.chassis.identity.passkeys import ceremonies
from tenantry.chassis.identity.passkeys.actions import use_passkey
from tenantry.chassis.identity.passkeys.challenges import new_challenge, take_challenge
from tenantry.chassis.identity.passkeys.models import Passkey
from tenantry.chassis.identity.passkeys.queries import passkey_ids
from tenantry.chassis.identity.passkeys.relying_party import RelyingParty
from tenantry.chassis.identity.second_factors.pending import (
    SignedIn,
    checked_second,
    complete,
    count_attempt,
    waiting,
)
from tenantry.chassis.identity.sessions import begin_session
from tenantry.core.actors import Actor
from tenantry.infra.database.scopes import UserScope


async def begin_sign_in(visitor: Visitor, party: RelyingParty) -> dict[str, Any]:
    """What a browser needs to sign in whoever holds a passkey of ours; that tells who it is."""
    challenge = await new_challenge(await visitor.open(), "sign_in")
    return ceremonies.request_options(party, challenge, verified=True)


async def sign_in_with_passkey(visitor: Visitor, party: RelyingParty, credential: dict[str, Any]) -> SignedIn:
    """Sign in. The passkey is both factors: it is held, and it has made sure of its person.

    Raises:
        Invalid: `passkey.invalid`, `passkey.copied`.
    """
    challenge = ceremonies.challenge_of(credential)
    async with visitor.database.anonymous_scope() as taking:  # used up for good, whatever becomes of the answer
        await take_challenge(taking, challenge, "sign_in")
    actor = await _holder(visitor, credential)

    async def check(scope: UserScope) -> str:
        await use_passkey(scope, party, credential, challenge, verified=True)
        return "passkey"

    await checked_second(visitor, actor, check)
    scope = await (await visitor.open()).to_user(actor)
    token = await begin_session(scope, address=visitor.address, device=visitor.device, by="passkey")
    return SignedIn(scope, token)


async def _holder(visitor: Visitor, credential: dict[str, Any]) -> Actor:
    """Who holds the passkey, by its id; and by what it says itself, where it does."""
    id_hash = hashlib.sha256(ceremonies.credential_id_of(credential)).digest()
    async with visitor.database.presented_scope(id_hash, read_only=True) as looking:
        found = (
            await looking.session.execute(
                select(Passkey.user_id, Person.name)
                .join(Person, Person.id == Passkey.user_id)
                .where(Passkey.credential_hash == id_hash)
            )
        ).one_or_none()
    handle = ceremonies.user_handle_of(credential)
    if found is None or handle not in (None, found.user_id.bytes):
        raise ceremonies.invalid()
    return Actor.user(found.user_id, found.name)


async def begin_second_step(visitor: Visitor, party: RelyingParty, token: str) -> dict[str, Any]:
    """What a browser needs to take the second step of a sign-in with a passkey.

    Raises:
        Unauthenticated: `sign_in.expired`.
        Invalid: `passkey.invalid`; this person has none.
    """
    found = await waiting(visitor, token)
    scope = await (await visitor.open()).to_user(found.actor)
    allowed = await passkey_ids(scope)
    if not allowed:
        raise ceremonies.invalid()
    challenge = await new_challenge(scope, "second_step", scope.user_id)
    return ceremonies.request_options(party, challenge, allowed=allowed, verified=False)


async def finish_with_passkey(
    visitor: Visitor, party: RelyingParty, token: str, credential: dict[str, Any]
) -> SignedIn:
    """Take the second step with a passkey, and be signed in.

    Raises:
        Unauthenticated: `sign_in.expired`.
        Invalid: `passkey.invalid`, `passkey.copied`.
        TooMany: too many tries on this person's account.
    """
    found = await waiting(visitor, token)
    await count_attempt(visitor, found)
    challenge = ceremonies.challenge_of(credential)
    async with visitor.database.anonymous_scope() as taking:  # used up for good, whatever becomes of the answer
        await take_challenge(taking, challenge, "second_step", found.actor.id)

    async def check(scope: UserScope) -> str:
        await use_passkey(scope, party, credential, challenge, verified=False)
        return "passkey"

    return await complete(visitor, found, await checked_second(visitor, found.actor, check))
