"""Answers that leave in one piece: uvicorn writes head and body one after the other, and each write asks the kernel."""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class OnePiece:
    """A transport that gathers what is written within one turn of the event loop; everything else is the transport's own."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._gathered: list[bytes] = []
        self._call_soon = asyncio.get_running_loop().call_soon

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write with whatever else comes in this turn."""
        if not self._gathered:
            self._call_soon(self.flush)
        self._gathered.append(data)

    def flush(self) -> None:
        """Write what was gathered, now."""
        if self._gathered:
            gathered, self._gathered = self._gathered, []
            self._transport.write(b"".join(gathered) if len(gathered) > 1 else gathered[0])

    def close(self) -> None:
        """Close when everything is written."""
        self.flush()
        self._transport.close()


class Protocol(HttpToolsProtocol):
    """uvicorn's HTTP, whose answers leave in one piece."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast(asyncio.Transport, OnePiece(transport)))
