"""Showing again who one is."""

from tenantry.chassis.identity.passwords import verify_password
from tenantry.chassis.identity.queries import own_account
from tenantry.chassis.identity.second_factors.actions import CODE_RATE, use_code
from tenantry.chassis.identity.second_factors.codes import CodeKeys
from tenantry.chassis.identity.second_factors.schemas import ProofGiven
from tenantry.core.errors import Invalid
from tenantry.infra.database.scopes import UserScope
from tenantry.infra.rate_limits import RateLimiter


async def prove(scope: UserScope, keys: CodeKeys, limiter: RateLimiter, given: ProofGiven) -> str:
    """Check what was given, and answer with what it was: `password`, `authenticator_app` or `recovery_code`.

    Raises:
        Invalid: `password.wrong`, `second_factor.wrong`, `second_factor.replayed`.
        TooMany: too many tries.
    """
    await limiter.require(CODE_RATE, str(scope.user_id))
    method = await _check(scope, keys, given)
    await limiter.forget(CODE_RATE, str(scope.user_id))
    return method


async def _check(scope: UserScope, keys: CodeKeys, given: ProofGiven) -> str:
    if given.code is not None:
        return await use_code(scope, keys, given.code)
    account = await own_account(scope)
    if not await verify_password(given.password or "", account.password_hash):
        raise Invalid(
            "password.wrong",
            "This is not your password.",
            hint="Check it and try again, or use another way.",
            errors=[{"field": "password", "message": "Not your password."}],
        )
    return "password"
