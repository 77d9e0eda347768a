"""How much a request may bring."""

from collections.abc import Callable
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenantry.infra.http.requests import header

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_MARK = "max_body_bytes"


def takes_at_most(size: int) -> Callable[[Endpoint], Endpoint]:
    """Let a route take more (or less) than others: the decorator below `@router.put(…)`. Read such a body as a stream."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _MARK, size)
        return endpoint

    return mark


class BodyLimit:
    """Middleware: counts the body as it is read, when the route is known, and refuses what is too much (413)."""

    def __init__(self, app: ASGIApp, size: int) -> None:
        self.app = app
        self.size = size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = header(scope, b"content-length") or ""
        announced, read = int(declared) if declared.isdecimal() else 0, 0

        async def counted() -> Message:
            nonlocal read
            limit: int = getattr(scope.get("endpoint"), _MARK, self.size)
            if max(announced, read) > limit:
                raise HTTPException(413)
            message = await receive()
            if message["type"] == "http.request":
                read += len(message.get("body", b""))
                if read > limit:
                    raise HTTPException(413)
            return message

        await self.app(scope, counted, send)
