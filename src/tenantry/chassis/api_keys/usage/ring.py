"""The ring around the application that counts what API keys do."""

import time
from typing import Any

from fastapi.routing import iter_route_contexts
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenantry.chassis.api_keys.usage.meter import UsageMeter
from tenantry.infra.http.requests import API, header, state_of

_OURS = "bearer tnt_"


class UsageRing:
    """Middleware: a request with an API key is counted once it is answered. Others pass at the price of one look."""

    def __init__(self, app: ASGIApp, meter: UsageMeter) -> None:
        self.app = app
        self.meter = meter
        self._names: dict[Any, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(API) or not _with_key(scope):
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            state = state_of(scope)
            if organization := state.get("key_of"):
                self.meter.count(
                    organization,
                    state["actor"].id,
                    operation=self._operation(scope),
                    method=scope["method"],
                    status=status,
                    seconds=time.perf_counter() - began,
                )

    def _operation(self, scope: Scope) -> str:
        """Its `operationId` in the OpenAPI document, or `none` for an address that leads nowhere."""
        if not self._names:
            contexts = iter_route_contexts(scope["app"].routes)
            self._names = {route.endpoint: getattr(route, "unique_id", "none") for route in contexts}
        return self._names.get(scope.get("endpoint"), "none")


def _with_key(scope: Scope) -> bool:
    value = header(scope, b"authorization")
    return value is not None and value[: len(_OURS)].lower() == _OURS
