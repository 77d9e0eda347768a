"""Passkeys over HTTP. (Signing in with one is answered at the front door, which knows a person's organizations.)"""

from typing import Annotated, cast
from uuid import UUID

from fastapi import Request

from tenantry.chassis.access import Visitor, signed_in, stranger
from tenantry.chassis.identity.passkeys import actions, queries, sign_in
from tenantry.chassis.identity.passkeys.relying_party import RelyingParty
from tenantry.chassis.identity.passkeys.schemas import (
    PasskeyChange,
    PasskeyGiven,
    PasskeyList,
    PasskeyNew,
    PasskeyOptions,
    PasskeyOut,
)
from tenantry.chassis.identity.proofs.actions import note_proof
from tenantry.chassis.identity.proofs.queries import proved_until
from tenantry.chassis.identity.second_factors.queries import proof_methods
from tenantry.chassis.identity.second_factors.routes import pending_cookie_of
from tenantry.chassis.identity.second_factors.schemas import Proved
from tenantry.chassis.identity.ways_in import remove_password
from tenantry.infra.database.scopes import UserScope
from tenantry.infra.http.routing import Router

router = Router()


def party_of(request: Request) -> RelyingParty:
    """Who the application is to passkeys."""
    return cast(RelyingParty, request.app.state.relying_party)


@router.post("/auth/passkey/options", tags=["auth"])
async def begin_passkey_sign_in(request: Request, visitor: Annotated[Visitor, stranger()]) -> PasskeyOptions:
    """What `navigator.credentials.get` needs, to sign in with a passkey and nothing else."""
    return PasskeyOptions(options=await sign_in.begin_sign_in(visitor, party_of(request)))


@router.post("/auth/second-factor/passkey/options", tags=["auth"])
async def begin_passkey_second_step(request: Request, visitor: Annotated[Visitor, stranger()]) -> PasskeyOptions:
    """What `navigator.credentials.get` needs, to take the second step of a sign-in with a passkey."""
    token = pending_cookie_of(request).token(request)
    return PasskeyOptions(options=await sign_in.begin_second_step(visitor, party_of(request), token))


@router.get("/me/passkeys", tags=["me"])
async def list_passkeys(scope: Annotated[UserScope, signed_in()]) -> PasskeyList:
    """Your passkeys."""
    return PasskeyList(items=await queries.passkeys(scope))


@router.post("/me/passkeys/options", tags=["me"])
async def begin_passkey(
    request: Request, scope: Annotated[UserScope, signed_in(recently_proved=True)]
) -> PasskeyOptions:
    """What `navigator.credentials.create` needs to make a passkey. Needs a recent proof."""
    return PasskeyOptions(options=await actions.begin_passkey(scope, party_of(request)))


@router.post("/me/passkeys", status_code=201, tags=["me"])
async def add_passkey(
    request: Request, new: PasskeyNew, scope: Annotated[UserScope, signed_in(recently_proved=True)]
) -> PasskeyOut:
    """Keep the passkey that the browser has made. Needs a recent proof."""
    return await actions.add_passkey(scope, party_of(request), new)


@router.patch("/me/passkeys/{id}", tags=["me"])
async def rename_passkey(id: UUID, change: PasskeyChange, scope: Annotated[UserScope, signed_in()]) -> PasskeyOut:
    """Call a passkey something else."""
    return await actions.rename_passkey(scope, id, change.name)


@router.delete("/me/passkeys/{id}", status_code=204, tags=["me"])
async def remove_passkey(id: UUID, scope: Annotated[UserScope, signed_in(recently_proved=True)]) -> None:
    """Remove a passkey. The last way to sign in can't be removed (409). Needs a recent proof."""
    await actions.remove_passkey(scope, id)


@router.post("/me/proof/passkey/options", tags=["me"])
async def begin_passkey_proof(request: Request, scope: Annotated[UserScope, signed_in()]) -> PasskeyOptions:
    """What `navigator.credentials.get` needs, to show by passkey that it is still you."""
    return PasskeyOptions(options=await actions.begin_proof(scope, party_of(request)))


@router.post("/me/proof/passkey", tags=["me"])
async def give_passkey_proof(request: Request, given: PasskeyGiven, scope: Annotated[UserScope, signed_in()]) -> Proved:
    """Show by passkey that it is still you."""
    await actions.prove_by_passkey(scope, party_of(request), given.credential)
    await note_proof(scope, request.state.session_id, "passkey")
    return Proved(until=await proved_until(scope, request.state.session_id), methods=await proof_methods(scope))


@router.delete("/me/password", status_code=204, tags=["me"])
async def delete_password(scope: Annotated[UserScope, signed_in(recently_proved=True)]) -> None:
    """Sign in without a password from now on. There must be another way in: a passkey that makes sure of you, or a linked
    sign-in (409 otherwise). Needs a recent proof."""
    await remove_password(scope)
