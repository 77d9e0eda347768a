"""A person's second factors over HTTP, and showing again who one is."""

from typing import Annotated, cast

from fastapi import Request

from tenantry.chassis.access import Visitor, signed_in, stranger
from tenantry.chassis.identity.proofs.actions import note_proof
from tenantry.chassis.identity.proofs.queries import proved_until
from tenantry.chassis.identity.second_factors import actions, pending, queries
from tenantry.chassis.identity.second_factors.codes import CodeKeys
from tenantry.chassis.identity.second_factors.pending import PendingCookie
from tenantry.chassis.identity.second_factors.proving import prove
from tenantry.chassis.identity.second_factors.schemas import (
    AppSetup,
    Code,
    ProofGiven,
    Proved,
    RecoveryCodes,
    SecondFactors,
    SecondStep,
)
from tenantry.infra.database.scopes import UserScope
from tenantry.infra.http.routing import Router

router = Router()


def keys_of(request: Request) -> CodeKeys:
    """The keys of the application that serves this request."""
    return cast(CodeKeys, request.app.state.code_keys)


def pending_cookie_of(request: Request) -> PendingCookie:
    """The cookie in which the application keeps sign-ins that wait."""
    return cast(PendingCookie, request.app.state.pending_cookie)


@router.get("/auth/second-factor", tags=["auth"])
async def get_second_step(request: Request, visitor: Annotated[Visitor, stranger()]) -> SecondStep:
    """What the sign-in that was begun here still needs."""
    return await pending.second_step(visitor, pending_cookie_of(request).token(request))


@router.get("/me/second-factors", tags=["me"])
async def get_second_factors(scope: Annotated[UserScope, signed_in()]) -> SecondFactors:
    """What stands between a stolen password and your account."""
    return await queries.second_factors(scope)


@router.post("/me/authenticator-app", status_code=201, tags=["me"])
async def set_up_app(request: Request, scope: Annotated[UserScope, signed_in(recently_proved=True)]) -> AppSetup:
    """Begin to set up an authenticator app. It counts once a code has confirmed it. Needs a recent proof."""
    return await actions.set_up_app(scope, keys_of(request))


@router.post("/me/authenticator-app/confirm", tags=["me"])
async def confirm_app(
    request: Request, given: Code, scope: Annotated[UserScope, signed_in(recently_proved=True)]
) -> RecoveryCodes:
    """Confirm the app with the code it shows. Answers with ten recovery codes, shown only now."""
    return RecoveryCodes(recovery_codes=await actions.confirm_app(scope, keys_of(request), given.code))


@router.delete("/me/authenticator-app", status_code=204, tags=["me"])
async def remove_app(scope: Annotated[UserScope, signed_in(recently_proved=True)]) -> None:
    """Remove the authenticator app. Needs a recent proof."""
    await actions.remove_app(scope)


@router.post("/me/recovery-codes", status_code=201, tags=["me"])
async def renew_recovery_codes(
    request: Request, scope: Annotated[UserScope, signed_in(recently_proved=True)]
) -> RecoveryCodes:
    """Ten new recovery codes; the old ones are worth nothing from now on. Needs a recent proof."""
    return RecoveryCodes(recovery_codes=await actions.renew_recovery_codes(scope, keys_of(request)))


@router.get("/me/proof", tags=["me"])
async def get_proof(request: Request, scope: Annotated[UserScope, signed_in()]) -> Proved:
    """Whether this session may do what needs a recent proof, and how you can give one."""
    return Proved(until=await proved_until(scope, request.state.session_id), methods=await queries.proof_methods(scope))


@router.post("/me/proof", tags=["me"])
async def give_proof(request: Request, given: ProofGiven, scope: Annotated[UserScope, signed_in()]) -> Proved:
    """Show again that it is you, by password or code. What needs a recent proof can be done for fifteen minutes."""
    method = await prove(scope, keys_of(request), request.app.state.limiter, given)
    await note_proof(scope, request.state.session_id, method)
    return await get_proof(request, scope)
