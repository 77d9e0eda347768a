"""The socket's address."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from starlette.websockets import WebSocket

from tenantry.core.errors import Problem
from tenantry.infra.http.problems import ProblemResponse
from tenantry.infra.live.hub import Hub
from tenantry.infra.live.topics import Reader

Authenticate = Callable[[WebSocket, str], Awaitable[Reader]]


def live_router(hub: Hub, authenticate: Authenticate) -> APIRouter:
    """`WS /orgs/{org}/live`. `authenticate` says who the socket is of, or raises a `Problem`, which is the answer.

    Pages of other sites are turned away before it comes to this, by the middleware that checks `Origin`.
    """
    router = APIRouter()

    @router.websocket("/orgs/{org}/live")
    async def live(socket: WebSocket, org: str) -> None:
        try:
            reader = await authenticate(socket, org)
        except Problem as problem:
            await socket.send_denial_response(ProblemResponse(problem, socket.scope))
            return
        await socket.accept()
        await hub.serve(socket, reader)

    return router
