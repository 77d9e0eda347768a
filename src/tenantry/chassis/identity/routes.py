"""Signing out."""

from typing import Annotated

from fastapi import Request, Response

from tenantry.chassis.access import signed_in
from tenantry.chassis.identity.sessions import SessionCookie, end_session
from tenantry.infra.database.scopes import UserScope
from tenantry.infra.http.routing import Router

router = Router(tags=["auth"])


@router.post("/auth/logout", status_code=204)
async def logout(request: Request, response: Response, scope: Annotated[UserScope, signed_in()]) -> None:
    """Sign out here. The session ends at once, wherever its token is."""
    cookie: SessionCookie = request.app.state.session_cookie
    await end_session(scope, cookie.credential(request) or "")
    cookie.clear(response)
