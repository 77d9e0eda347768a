"""The ways into an account: there is always one left."""

from sqlalchemy import exists, select, update

from tenantry.chassis.audit.actions import record
from tenantry.chassis.identity.federation.models import LinkedIdentity
from tenantry.chassis.identity.models import User
from tenantry.chassis.identity.passkeys.models import Passkey
from tenantry.chassis.identity.proofs.notices import tell_of_change
from tenantry.core.errors import Conflict
from tenantry.infra.database.scopes import UserScope

WAYS = (
    exists().where(User.password_hash.is_not(None)),
    exists().where(Passkey.verifies),
    exists().where(LinkedIdentity.id.is_not(None)),
)
"""What lets somebody in by itself: a password, a passkey that makes sure of its person, or who they are elsewhere."""


async def refuse_last_way(scope: UserScope) -> None:
    """Go on only if somebody can still sign in to the account.

    Raises:
        Conflict: `sign_in.last_way`.
    """
    row = (await scope.session.execute(select(*WAYS))).one()
    if not any(row):
        raise Conflict(
            "sign_in.last_way",
            "This is the last way into your account.",
            hint="Set a password, or add a passkey, before you remove it.",
        )


async def remove_password(scope: UserScope) -> None:
    """Nobody signs in to this account with a password any more.

    Raises:
        Conflict: `sign_in.last_way`; `password.missing`, there is none.
    """
    gone = await scope.session.execute(
        update(User)
        .where(User.user_id == scope.user_id, User.password_hash.is_not(None))
        .values(password_hash=None)
        .returning(User.id)
    )
    if gone.one_or_none() is None:
        raise Conflict("password.missing", "Your account has no password.")
    await refuse_last_way(scope)
    await record(scope, "identity.password.removed")
    await tell_of_change(scope, "The password was removed")
