"""What arrives is written to disk first, counted on the way, and is a file of ours only once it is whole."""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tenantry.core.errors import TooLarge

CHUNK = 1 << 20
ABANDONED_SECONDS = 24 * 3600


def clear(folder: Path) -> None:
    """Delete what nobody has written to for a day: whoever did was killed. Younger files may be another process's."""
    for path in folder.iterdir():
        if path.stat().st_mtime < time.time() - ABANDONED_SECONDS:
            path.unlink(missing_ok=True)


@asynccontextmanager
async def spooled(folder: Path, chunks: AsyncIterable[bytes], max_bytes: int | None) -> AsyncIterator[tuple[Path, int]]:
    """The chunks in a file that lasts as long as the block, and how many bytes they are.

    Raises:
        TooLarge: `storage.too_large`, as soon as it is.
    """
    handle, name = await asyncio.to_thread(tempfile.mkstemp, dir=folder)
    path = Path(name)
    try:
        size = await _write(handle, chunks, max_bytes)
        yield path, size
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)


async def _write(handle: int, chunks: AsyncIterable[bytes], max_bytes: int | None) -> int:
    size, waiting = 0, bytearray()
    with os.fdopen(handle, "wb") as file:
        async for chunk in chunks:
            size += len(chunk)
            if max_bytes is not None and size > max_bytes:
                raise TooLarge(
                    "storage.too_large",
                    f"The file is larger than {max_bytes:,} bytes.",
                    hint="Send a smaller one.",
                    max_bytes=max_bytes,
                )
            waiting += chunk
            if len(waiting) >= CHUNK:
                await asyncio.to_thread(file.write, bytes(waiting))
                waiting.clear()
        await asyncio.to_thread(file.write, bytes(waiting))
    return size
