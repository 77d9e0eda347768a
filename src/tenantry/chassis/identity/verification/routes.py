"""Verification over HTTP."""

from typing import Annotated

from fastapi import Request

from tenantry.chassis.access import Visitor, signed_in, stranger
from tenantry.chassis.identity.verification import actions
from tenantry.chassis.identity.verification.schemas import LinkToken, Verified
from tenantry.infra.database.scopes import UserScope
from tenantry.infra.http.routing import Router

router = Router(tags=["auth"])


@router.post("/auth/verify")
async def verify(given: LinkToken, visitor: Annotated[Visitor, stranger()]) -> Verified:
    """Follow a link from a mail that verifies an address, or confirms a change of address. Answers 410 when it is not good
    any more."""
    return await actions.verify(visitor, given.token)


@router.post("/auth/verify/resend", status_code=202)
async def resend(request: Request, scope: Annotated[UserScope, signed_in()]) -> None:
    """Send the verification mail again; five times an hour at most."""
    await actions.resend_verification(scope, request.app.state.limiter)
