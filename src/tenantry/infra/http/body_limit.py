"""How much a request may bring, and how slowly."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenantry.infra.http.requests import header

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_MARK = "max_body_bytes"
SILENT_SECONDS = 20.0
"""How long a body may pause."""
PATIENT_SECONDS, SLOWEST = 30.0, 512
"""After so many seconds, it must have come with so many bytes a second."""


def takes_at_most(size: int) -> Callable[[Endpoint], Endpoint]:
    """Let a route take more (or less) than others: the decorator below `@router.put(…)`. Read such a body as a stream."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _MARK, size)
        return endpoint

    return mark


class BodyLimit:
    """Middleware: counts the body as it is read, when the route is known, and refuses what is too much (413) or too slow (408): a
    caller who trickles holds a connection, and perhaps a transaction, for nothing."""

    def __init__(self, app: ASGIApp, size: int) -> None:
        self.app = app
        self.size = size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = header(scope, b"content-length") or ""
        announced, read = int(declared) if declared.isdecimal() else 0, 0
        began, complete = 0.0, False

        async def counted() -> Message:
            nonlocal read, began, complete
            if complete:
                return await receive()
            limit: int = getattr(scope.get("endpoint"), _MARK, self.size)
            if max(announced, read) > limit:
                raise HTTPException(413)
            began = began or time.monotonic()
            try:
                async with asyncio.timeout(SILENT_SECONDS):
                    message = await receive()
            except TimeoutError:
                raise _too_slow() from None
            if message["type"] == "http.request":
                complete = not message.get("more_body", False)
                read += len(message.get("body", b""))
                if read > limit:
                    raise HTTPException(413)
                took = time.monotonic() - began
                if not complete and took > PATIENT_SECONDS and read < took * SLOWEST:
                    raise _too_slow()
            return message

        await self.app(scope, counted, send)


def _too_slow() -> HTTPException:
    return HTTPException(408, headers={"Connection": "close"})
