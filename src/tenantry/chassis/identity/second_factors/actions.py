"""What happens to second factors."""

import io
from uuid import UUID

from sqlalchemy import delete, select, update

from tenantry.chassis.audit.actions import record
from tenantry.chassis.identity.proofs.notices import tell_of_change
from tenantry.chassis.identity.queries import own_account
from tenantry.chassis.identity.second_factors import codes
from tenantry.chassis.identity.second_factors.codes import CodeKeys
from tenantry.chassis.identity.second_factors.models import AuthenticatorApp, RecoveryCode
from tenantry.chassis.identity.second_factors.queries import has_second_factor, methods
from tenantry.chassis.identity.second_factors.schemas import AppSetup, Method
from tenantry.core.errors import Conflict, Invalid, NotFound
from tenantry.infra.database.scopes import UserScope
from tenantry.infra.rate_limits import Rate

CODE_RATE = Rate.of("second-factor", "10/15 minutes")
"""How often one person may be guessed at, from wherever it is: whoever tries has given the first factor already."""

ISSUER = "Tenantry"


async def set_up_app(scope: UserScope, keys: CodeKeys) -> AppSetup:
    """A new secret for an authenticator app; a code confirms it. An earlier one that was never confirmed is forgotten.

    Raises:
        Conflict: `authenticator_app.in_use`.
    """
    app = await _app(scope)
    if app is not None and app.confirmed_at is not None:
        raise Conflict(
            "authenticator_app.in_use",
            "An authenticator app is set up already.",
            hint="Remove it first to set up another one.",
        )
    secret = codes.new_secret()
    await scope.session.execute(delete(AuthenticatorApp).where(AuthenticatorApp.confirmed_at.is_(None)))
    scope.session.add(
        AuthenticatorApp(
            sealed=keys.seal(scope.user_id, secret), created_at=scope.now(), confirmed_at=None, last_step=0
        )
    )
    await scope.session.flush()
    uri = codes.provisioning_uri(secret, (await own_account(scope)).email, ISSUER)
    return AppSetup(secret=secret, uri=uri, qr=_qr(uri))


async def confirm_app(scope: UserScope, keys: CodeKeys, code: str) -> list[str]:
    """The app shows the right codes, so it counts from now on. Answers with the recovery codes.

    Raises:
        NotFound: `authenticator_app.not_found`, none was set up.
        Conflict: `authenticator_app.in_use`, it is confirmed already.
        Invalid: `second_factor.wrong`.
    """
    app = await _app(scope)
    if app is None:
        raise NotFound(
            "authenticator_app.not_found", "No authenticator app is being set up.", hint="Begin with the QR code."
        )
    if app.confirmed_at is not None:
        raise Conflict("authenticator_app.in_use", "This authenticator app is confirmed already.")
    step = codes.matching_step(keys.open(scope.user_id, app.sealed), code, scope.now())
    if step is None:
        raise wrong_code()
    await scope.session.execute(update(AuthenticatorApp).values(confirmed_at=scope.now(), last_step=step))
    await record(scope, "identity.authenticator_app.added")
    await tell_of_change(scope, "An authenticator app was added")
    return await renew_recovery_codes(scope, keys)


async def remove_app(scope: UserScope) -> None:
    """The app's codes count no longer; recovery codes without any second factor go too.

    Raises:
        NotFound: `authenticator_app.not_found`.
    """
    gone = await scope.session.execute(delete(AuthenticatorApp).returning(AuthenticatorApp.id))
    if gone.one_or_none() is None:
        raise NotFound("authenticator_app.not_found", "No authenticator app is set up.")
    await record(scope, "identity.authenticator_app.removed")
    await tell_of_change(scope, "The authenticator app was removed")
    await forget_idle_recovery_codes(scope)


async def renew_recovery_codes(scope: UserScope, keys: CodeKeys) -> list[str]:
    """Ten new ones; the old ones are worth nothing from now on.

    Raises:
        Conflict: `second_factor.missing`; there is nothing yet that could be lost.
    """
    if not await has_second_factor(scope):
        raise Conflict(
            "second_factor.missing",
            "Recovery codes stand in for a second factor, and there is none yet.",
            hint="Set up an authenticator app or a passkey first.",
        )
    await scope.session.execute(delete(RecoveryCode))
    made = codes.new_recovery_codes()
    scope.session.add_all(
        RecoveryCode(signature=keys.sign(scope.user_id, code), created_at=scope.now()) for code in made
    )
    await scope.session.flush()
    await record(scope, "identity.recovery_codes.renewed")
    return made


async def forget_idle_recovery_codes(scope: UserScope) -> None:
    """Recovery codes stand in for a second factor: without any they go too."""
    if not await has_second_factor(scope):
        await scope.session.execute(delete(RecoveryCode))


async def use_code(scope: UserScope, keys: CodeKeys, code: str) -> Method:
    """Use up a code of the app or a recovery code. Two requests with the same one: the second is refused.

    Raises:
        Invalid: `second_factor.wrong`, or `second_factor.replayed` for a code of the app that was used before.
    """
    if codes.is_app_code(code):
        await _use_app_code(scope, keys, code)
        return "authenticator_app"
    if "recovery_code" in await methods(scope):
        for row in await scope.session.execute(select(RecoveryCode.id, RecoveryCode.signature)):
            if keys.is_code(scope.user_id, code, row.signature) and await _use_recovery_code(scope, row.id):
                return "recovery_code"
    raise wrong_code()


async def _use_app_code(scope: UserScope, keys: CodeKeys, code: str) -> None:
    app = await _app(scope)
    if app is None or app.confirmed_at is None:
        raise wrong_code()
    step = codes.matching_step(keys.open(scope.user_id, app.sealed), code, scope.now())
    if step is None:
        raise wrong_code()
    used = await scope.session.execute(
        update(AuthenticatorApp)
        .where(AuthenticatorApp.last_step < step)
        .values(last_step=step)
        .returning(AuthenticatorApp.id)
    )
    if used.one_or_none() is None:
        message = "This code was used already; wait for the next one."
        raise Invalid("second_factor.replayed", message, hint=message, errors=[{"field": "code", "message": message}])


async def _use_recovery_code(scope: UserScope, id: UUID) -> bool:
    used = await scope.session.execute(delete(RecoveryCode).where(RecoveryCode.id == id).returning(RecoveryCode.id))
    if used.one_or_none() is None:
        return False
    await record(scope, "identity.recovery_code.used")
    await tell_of_change(scope, "A recovery code was used")
    return True


async def _app(scope: UserScope) -> AuthenticatorApp | None:
    return (await scope.session.scalars(select(AuthenticatorApp))).one_or_none()


def wrong_code() -> Invalid:
    """Neither the app nor the recovery codes have it."""
    return Invalid(
        "second_factor.wrong",
        "This code is not right.",
        hint="Use the newest code of your authenticator app, and see that the telephone’s clock is right.",
        errors=[{"field": "code", "message": "Not the right code."}],
    )


def _qr(uri: str) -> str:
    drawn = io.BytesIO()
    import segno  # loaded when the first app is set up

    segno.make(uri, error="m").save(
        drawn, kind="svg", scale=4, border=2, xmldecl=False, light="#ffffff", dark="#111111"
    )
    return drawn.getvalue().decode()
