"""Passwords over HTTP."""

from typing import Annotated

from fastapi import Request

from tenantry.chassis.access import Visitor, signed_in, stranger
from tenantry.chassis.identity.passwords import actions
from tenantry.chassis.identity.passwords.schemas import Forgotten, PasswordChange, PasswordReset
from tenantry.infra.database.scopes import UserScope
from tenantry.infra.http.routing import Router

router = Router()


@router.post("/auth/forgot", status_code=202, tags=["auth"])
async def forgot(forgotten: Forgotten, visitor: Annotated[Visitor, stranger()]) -> None:
    """Have a link sent by which a new password can be set, within an hour. The answer is the same whether or not the address
    has an account."""
    await actions.request_reset(visitor, forgotten.email)


@router.post("/auth/reset", status_code=204, tags=["auth"])
async def reset(given: PasswordReset, visitor: Annotated[Visitor, stranger()]) -> None:
    """Set a new password by the link from a mail. Signs out everywhere. Answers 410 when the link is not good any more."""
    await actions.reset_password(visitor, given.token, given.password)


@router.put("/me/password", status_code=204, tags=["me"])
async def change_password(request: Request, change: PasswordChange, scope: Annotated[UserScope, signed_in()]) -> None:
    """Change your password. Everywhere else you are signed out."""
    await actions.change_password(
        scope,
        request.app.state.limiter,
        request.state.session_id,
        current=change.current_password,
        new=change.password,
    )
