"""What can be asked about a person's passkeys."""

from uuid import UUID

from sqlalchemy import select

from tenantry.chassis.identity.passkeys.models import Passkey
from tenantry.chassis.identity.passkeys.schemas import PasskeyOut
from tenantry.core.errors import NotFound
from tenantry.infra.database.scopes import UserScope


async def passkeys(scope: UserScope) -> list[PasskeyOut]:
    """All of them, the oldest first."""
    rows = await scope.session.scalars(select(Passkey).order_by(Passkey.created_at, Passkey.id))
    return [PasskeyOut.model_validate(row, from_attributes=True) for row in rows]


async def passkey_out(scope: UserScope, id: UUID) -> PasskeyOut:
    """One of them.

    Raises:
        NotFound: `passkey.not_found`.
    """
    found = next((key for key in await passkeys(scope) if key.id == id), None)
    if found is None:
        raise NotFound("passkey.not_found", "There is no such passkey.", hint="It may have been removed already.")
    return found


async def passkey_ids(scope: UserScope) -> list[bytes]:
    """The credential ids, by which browsers know them."""
    return list(await scope.session.scalars(select(Passkey.credential_id).order_by(Passkey.id)))
