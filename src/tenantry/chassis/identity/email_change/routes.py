"""The account's address over HTTP."""

from typing import Annotated

from fastapi import Request

from tenantry.chassis.access import signed_in
from tenantry.chassis.identity.email_change import actions
from tenantry.chassis.identity.email_change.schemas import EmailNew, EmailOut
from tenantry.infra.database.scopes import UserScope
from tenantry.infra.http.routing import Router

router = Router(tags=["me"])


@router.get("/me/email")
async def get_email(scope: Annotated[UserScope, signed_in()]) -> EmailOut:
    """Your address, and the one it is about to become."""
    return await actions.own_email(scope)


@router.post("/me/email", status_code=202)
async def change_email(
    request: Request, new: EmailNew, scope: Annotated[UserScope, signed_in(recently_proved=True)]
) -> EmailOut:
    """Begin to change your address. Both mailboxes get a link, and must confirm it within a day; one that was never verified
    need not. The answer is the same whether or not somebody has the address. Needs a recent proof."""
    await actions.begin_change(scope, request.app.state.limiter, new.email)
    return await actions.own_email(scope)


@router.delete("/me/email/change", status_code=204)
async def cancel_change(scope: Annotated[UserScope, signed_in()]) -> None:
    """Keep your address: forget the change that waits, and its links."""
    await actions.cancel_change(scope)
