"""Challenges: 256 random bits, asked for one purpose and of one person, stored as a hash, good once and for five minutes."""

import hashlib
import secrets
from datetime import timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, text

from tenantry.chassis.identity.passkeys.ceremonies import invalid
from tenantry.chassis.identity.passkeys.models import Challenge
from tenantry.infra.database.scopes import Scope, SystemScope

LASTS = timedelta(minutes=5)

Purpose = Literal["register", "sign_in", "second_step", "proof"]


async def new_challenge(scope: Scope, purpose: Purpose, user_id: UUID | None = None) -> bytes:
    """A new one, stored in the caller's transaction."""
    challenge = secrets.token_bytes(32)
    await _present(scope, challenge)
    scope.session.add(
        Challenge(
            challenge_hash=hashlib.sha256(challenge).digest(),
            purpose=purpose,
            user_id=user_id,
            expires_at=scope.now() + LASTS,
        )
    )
    await scope.session.flush()
    return challenge


async def take_challenge(scope: Scope, challenge: bytes, purpose: Purpose, user_id: UUID | None = None) -> None:
    """Use it up.

    Raises:
        Invalid: `passkey.invalid`; it is not ours, was used, has run out, or was for another purpose or person.
    """
    await _present(scope, challenge)
    taken = await scope.session.execute(
        delete(Challenge)
        .where(Challenge.challenge_hash == hashlib.sha256(challenge).digest())
        .returning(Challenge.purpose, Challenge.user_id, Challenge.expires_at)
    )
    row = taken.one_or_none()
    if row is None or (row.purpose, row.user_id) != (purpose, user_id) or row.expires_at <= scope.now():
        raise invalid()


async def forget_expired_challenges(scope: SystemScope) -> None:
    """Remove those that nobody answered in time."""
    await scope.session.execute(delete(Challenge).where(Challenge.expires_at <= scope.now()))


async def _present(scope: Scope, challenge: bytes) -> None:
    hash_ = hashlib.sha256(challenge).hexdigest()
    await scope.session.execute(text("SELECT set_config('app.presented', :hash, true)"), {"hash": hash_})
