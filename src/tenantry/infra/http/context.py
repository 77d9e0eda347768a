"""The outermost ring: every request gets an id, is logged and counted once."""

import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenantry.core.ids import new_id
from tenantry.infra.http.requests import address_of, note, operation_of, state_of
from tenantry.infra.telemetry import Metrics

log = structlog.get_logger("tenantry.access")


class RequestContext:
    """Middleware: names the request, binds that name to every log line it causes, and tells afterwards how it went."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        name = new_id().hex
        note(scope, request_id=name)
        began, status = time.perf_counter(), 0

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", name.encode())]
                if cookie := state_of(scope).get("set_cookie"):
                    _add_cookie(message, cookie.encode("latin-1"))
            elif message["type"] == "websocket.accept":
                status = 101
            elif message["type"] == "websocket.close" and not status:
                status = 403
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=name):
            try:
                await self.app(scope, receive, named)
            finally:
                self._tell(scope, status, time.perf_counter() - began)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        method, operation = scope.get("method", "WS"), operation_of(scope)
        self.metrics.requests.labels(method, operation, str(status)).observe(seconds)
        state = state_of(scope)
        tell = log.debug if scope["path"].startswith(("/assets/", "/health")) else log.info
        tell(
            f"{method} {scope['path']}",
            status=status,
            milliseconds=round(seconds * 1000, 1),
            operation=operation,
            address=address_of(scope),
            actor=str(state["actor"]) if "actor" in state else None,
            organization=state.get("organization"),
        )


def _add_cookie(message: Message, cookie: bytes) -> None:
    """A renewed credential goes along with whatever is answered, unless that sets the same cookie itself."""
    name = cookie.partition(b"=")[0] + b"="
    if not any(key == b"set-cookie" and value.startswith(name) for key, value in message["headers"]):
        message["headers"].append((b"set-cookie", cookie))
