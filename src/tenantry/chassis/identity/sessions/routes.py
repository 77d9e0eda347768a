"""One's own sessions over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response

from tenantry.chassis.access import signed_in
from tenantry.chassis.identity.sessions import actions
from tenantry.chassis.identity.sessions.cookie import SessionCookie
from tenantry.chassis.identity.sessions.queries import own_sessions
from tenantry.chassis.identity.sessions.schemas import SessionOut
from tenantry.core.pages import Page
from tenantry.infra.database.scopes import UserScope
from tenantry.infra.http.rates import rated
from tenantry.infra.http.routing import Router

router = Router()


@router.post("/auth/logout", status_code=204, tags=["auth"])
@rated("general")
async def logout(request: Request, response: Response, scope: Annotated[UserScope, signed_in()]) -> None:
    """Sign out here. The session ends at once, wherever its token is."""
    await actions.end_session(scope, request.state.session_id)
    _cookie(request).clear(response)


@router.get("/me/sessions", tags=["me"])
async def list_sessions(request: Request, scope: Annotated[UserScope, signed_in()]) -> Page[SessionOut]:
    """Where you are signed in, here first. All of them come at once."""
    return Page(items=await own_sessions(scope, request.state.session_id), next=None)


@router.delete("/me/sessions/{id}", status_code=204, tags=["me"])
async def end_session(request: Request, response: Response, id: UUID, scope: Annotated[UserScope, signed_in()]) -> None:
    """Sign out there, at once. What looks at something live there is closed."""
    await actions.end_session(scope, id)
    if id == request.state.session_id:
        _cookie(request).clear(response)


@router.delete("/me/sessions", status_code=204, tags=["me"])
async def end_other_sessions(request: Request, scope: Annotated[UserScope, signed_in()]) -> None:
    """Sign out everywhere but here."""
    await actions.end_other_sessions(scope, keep=request.state.session_id)


def _cookie(request: Request) -> SessionCookie:
    cookie: SessionCookie = request.app.state.session_cookie
    return cookie
