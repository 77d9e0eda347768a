"""Answers that lie gzipped in storage and go out as they are."""

import gzip
from collections.abc import AsyncIterator
from zlib import MAX_WBITS, decompressobj

from fastapi import Request
from starlette.responses import Response, StreamingResponse

FOREVER = "private, max-age=31536000, immutable"


def takes_gzip(request: Request) -> bool:
    """Whether whoever asks can unpack it."""
    offered = (part.strip().split(";") for part in request.headers.get("accept-encoding", "").lower().split(","))
    return any(name in ("gzip", "*") and "q=0" not in [p.replace(" ", "") for p in rest] for name, *rest in offered)


def answer(request: Request, content: bytes, *, cache: str = "private, no-cache", etag: str | None = None) -> Response:
    """JSON that is small enough for memory."""
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"} | ({"ETag": etag} if etag else {})
    if etag and etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if takes_gzip(request):
        return Response(content, headers=headers | {"Content-Encoding": "gzip"}, media_type="application/json")
    return Response(gzip.decompress(content), headers=headers, media_type="application/json")


def stream(
    request: Request, chunks: AsyncIterator[bytes], media_type: str, headers: dict[str, str]
) -> StreamingResponse:
    """Whatever its size, a chunk at a time."""
    headers = headers | {"Vary": "Accept-Encoding"}
    if takes_gzip(request):
        return StreamingResponse(chunks, media_type=media_type, headers=headers | {"Content-Encoding": "gzip"})
    return StreamingResponse(_unpacked(chunks), media_type=media_type, headers=headers)


async def _unpacked(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    unpacker = decompressobj(MAX_WBITS | 16)
    async for chunk in chunks:
        rest = chunk
        while rest:
            yield unpacker.decompress(rest, 1 << 20)
            rest = unpacker.unconsumed_tail
    yield unpacker.flush()
