"""What happens to passkeys."""

import hashlib
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from tenantry.chassis.audit.actions import record
from tenantry.chassis.identity.passkeys import ceremonies
from tenantry.chassis.identity.passkeys.challenges import new_challenge, take_challenge
from tenantry.chassis.identity.passkeys.models import Passkey
from tenantry.chassis.identity.passkeys.queries import passkey_ids, passkey_out
from tenantry.chassis.identity.passkeys.relying_party import RelyingParty
from tenantry.chassis.identity.passkeys.schemas import PasskeyNew, PasskeyOut
from tenantry.chassis.identity.proofs.notices import tell_of_change
from tenantry.chassis.identity.queries import own_account
from tenantry.chassis.identity.second_factors.actions import forget_idle_recovery_codes
from tenantry.chassis.identity.ways_in import refuse_last_way
from tenantry.core.errors import Conflict, Invalid, NotFound
from tenantry.core.ids import new_id
from tenantry.infra.database.scopes import UserScope

MOST = 20
COPIED = "passkey.copied"


async def begin_passkey(scope: UserScope, party: RelyingParty) -> dict[str, Any]:
    """What the browser needs to make a passkey for this person.

    Raises:
        Conflict: `passkey.too_many`.
    """
    existing = await passkey_ids(scope)
    if len(existing) >= MOST:
        raise Conflict("passkey.too_many", f"An account has {MOST} passkeys at most.", hint="Remove one first.")
    account = await own_account(scope)
    challenge = await new_challenge(scope, "register", scope.user_id)
    return ceremonies.creation_options(
        party, challenge, user_id=scope.user_id, email=account.email, name=scope.actor.name, existing=existing
    )


async def add_passkey(scope: UserScope, party: RelyingParty, new: PasskeyNew) -> PasskeyOut:
    """Keep the passkey that the browser has made.

    Raises:
        Invalid: `passkey.invalid`.
        Conflict: `passkey.in_use`.
    """
    challenge = ceremonies.challenge_of(new.credential)
    await take_challenge(scope, challenge, "register", scope.user_id)
    made = ceremonies.verify_creation(party, new.credential, challenge)
    id = new_id()
    values = {
        "id": id,
        "user_id": scope.user_id,
        "credential_hash": hashlib.sha256(made.credential_id).digest(),
        "credential_id": made.credential_id,
        "public_key": made.credential_public_key,
        "sign_count": made.sign_count,
        "verifies": made.user_verified,
        "synced": made.credential_backed_up,
        "transports": ceremonies.transports_of(new.credential),
        "name": new.name,
        "created_at": scope.now(),
    }
    added = await scope.session.execute(insert(Passkey).values(values).on_conflict_do_nothing().returning(Passkey.id))
    if added.one_or_none() is None:
        raise Conflict("passkey.in_use", "This passkey is registered already.", hint="Use another device or key.")
    await record(scope, "identity.passkey.added", subject=id, after={"label": new.name})
    await tell_of_change(scope, "A passkey was added")
    return await passkey_out(scope, id)


async def rename_passkey(scope: UserScope, id: UUID, name: str) -> PasskeyOut:
    """Call it something else.

    Raises:
        NotFound: `passkey.not_found`.
    """
    before = await passkey_out(scope, id)
    await scope.session.execute(update(Passkey).where(Passkey.id == id).values(name=name))
    labels = {"label": before.name}, {"label": name}
    await record(scope, "identity.passkey.renamed", subject=id, before=labels[0], after=labels[1])
    return await passkey_out(scope, id)


async def remove_passkey(scope: UserScope, id: UUID) -> None:
    """Have it open nothing any more.

    Raises:
        NotFound: `passkey.not_found`.
        Conflict: `sign_in.last_way`; nobody could sign in to the account any more.
    """
    gone = await scope.session.execute(delete(Passkey).where(Passkey.id == id).returning(Passkey.name))
    row = gone.one_or_none()
    if row is None:
        raise NotFound("passkey.not_found", "There is no such passkey.", hint="It may have been removed already.")
    await refuse_last_way(scope)
    await forget_idle_recovery_codes(scope)
    await record(scope, "identity.passkey.removed", subject=id, before={"label": row.name})
    await tell_of_change(scope, "A passkey was removed")


async def begin_proof(scope: UserScope, party: RelyingParty) -> dict[str, Any]:
    """What the browser needs to show by passkey that it is still the same person.

    Raises:
        Conflict: `passkey.missing`.
    """
    allowed = await passkey_ids(scope)
    if not allowed:
        raise Conflict("passkey.missing", "You have no passkey.", hint="Use another way.")
    challenge = await new_challenge(scope, "proof", scope.user_id)
    return ceremonies.request_options(party, challenge, allowed=allowed, verified=False)


async def prove_by_passkey(scope: UserScope, party: RelyingParty, credential: dict[str, Any]) -> None:
    """Check that one of the person's own passkeys has signed.

    Raises:
        Invalid: `passkey.invalid`, `passkey.copied`.
    """
    challenge = ceremonies.challenge_of(credential)
    await take_challenge(scope, challenge, "proof", scope.user_id)
    await use_passkey(scope, party, credential, challenge, verified=False)


async def use_passkey(
    scope: UserScope, party: RelyingParty, credential: dict[str, Any], challenge: bytes, *, verified: bool
) -> None:
    """Check the signature of one of the person's passkeys, and that its counter has not gone back.

    Raises:
        Invalid: `passkey.invalid`; `passkey.copied`, where the counter says that there are two of it.
    """
    id_hash = hashlib.sha256(ceremonies.credential_id_of(credential)).digest()
    key = (await scope.session.scalars(select(Passkey).where(Passkey.credential_hash == id_hash))).one_or_none()
    if key is None:
        raise ceremonies.invalid()
    said = ceremonies.verify_signature(party, credential, challenge, public_key=key.public_key, verified=verified)
    counted = await scope.session.execute(
        update(Passkey)
        .where(
            Passkey.id == key.id,
            (Passkey.sign_count < said.new_sign_count) | ((Passkey.sign_count == 0) & (said.new_sign_count == 0)),
        )
        .values(sign_count=said.new_sign_count, used_at=scope.now(), synced=said.credential_backed_up)
        .returning(Passkey.id)
    )
    if counted.one_or_none() is None:
        raise Invalid(
            COPIED,
            "This passkey’s counter has gone back, as if there were two of it.",
            hint="Use another way to sign in, remove this passkey, and make a new one.",
            passkey=str(key.id),
        )
