"""What can be asked about a person's second factors."""

from sqlalchemy import exists, func, select, text

from tenantry.chassis.identity.models import User
from tenantry.chassis.identity.passkeys.models import Passkey
from tenantry.chassis.identity.second_factors.models import AuthenticatorApp, RecoveryCode
from tenantry.chassis.identity.second_factors.schemas import (
    AuthenticatorAppOut,
    Method,
    ProofMethod,
    SecondFactors,
)
from tenantry.infra.database.scopes import OrgScope, UserScope

_APP = select(AuthenticatorApp.confirmed_at).where(AuthenticatorApp.confirmed_at.is_not(None))
_AS_PERSON = text("SELECT set_config('app.user_id', :user, true)")
_CODES = select(func.count()).select_from(RecoveryCode)


async def second_factors(scope: UserScope) -> SecondFactors:
    """What the person has set up."""
    confirmed_at = await scope.session.scalar(_APP)
    return SecondFactors(
        authenticator_app=AuthenticatorAppOut(confirmed_at=confirmed_at) if confirmed_at else None,
        passkeys=await scope.session.scalar(select(func.count()).select_from(Passkey)) or 0,
        recovery_codes=await scope.session.scalar(_CODES) or 0,
        password=bool(await scope.session.scalar(select(User.password_hash))),
    )


async def methods(scope: UserScope) -> list[Method]:
    """By what the person can take the second step, the best first; empty when they have no second factor."""
    has = await second_factors(scope)
    found: list[Method] = ["passkey"] if has.passkeys else []
    if has.authenticator_app:
        found.append("authenticator_app")
    return [*found, "recovery_code"] if found and has.recovery_codes else found


async def proof_methods(scope: UserScope) -> list[ProofMethod]:
    """By what the person can show again who they are."""
    has = await second_factors(scope)
    found: list[ProofMethod] = ["password"] if has.password else []
    return [*found, *await methods(scope)]


async def actor_has_second_factor(scope: OrgScope) -> bool:
    """The same of whoever acts in an organization, where nobody's account can be seen otherwise."""
    if scope.actor.kind != "user":
        return False
    await scope.session.execute(_AS_PERSON, {"user": str(scope.actor.id)})
    passkey, app = exists().where(Passkey.id.is_not(None)), exists().where(AuthenticatorApp.confirmed_at.is_not(None))
    found = (await scope.session.execute(select(passkey, app))).one()
    await scope.session.execute(_AS_PERSON, {"user": ""})
    return any(found)


async def has_second_factor(scope: UserScope) -> bool:
    """Whether a stolen password alone would not be enough."""
    return bool(await methods(scope))
