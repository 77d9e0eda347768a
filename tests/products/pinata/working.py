"""A worker beside a test, and waiting for what it does."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from tenantry.app import create_worker
from tests.products.pinata.client import Pinata

OVER = ("succeeded", "failed", "cancelled")


@asynccontextmanager
async def working(pinata: Pinata) -> AsyncIterator[None]:
    """The worker as `tenantry up` runs it, for as long as the block lasts."""
    service = pinata.service
    worker = create_worker(service.settings, service.database, service.app.state.products)
    running = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await running


async def until(pinata: Pinata, scan: dict[str, Any], wanted: Callable[[Any], bool], seconds: float = 60) -> Any:
    """The scan as soon as it is as wanted."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        answer = await pinata.raw(f"/scans/{scan['id']}")
        if answer.status_code == 503:  # the database is away for a moment, as it may be
            await asyncio.sleep(0.1)
            continue
        found = answer.json()
        assert answer.status_code == 200, found
        if wanted(found):
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"still not: {found}")


async def until_over(pinata: Pinata, scan: dict[str, Any], seconds: float = 60) -> Any:
    """The scan once it is over."""
    return await until(pinata, scan, lambda found: found["status"] in OVER, seconds)


def write_many(root: Any, files: int, functions: int = 30) -> None:
    """A tree that takes the engine a while."""
    for number in range(files):
        body = "".join(
            f"def step_{number}_{index}(value):\n    return step_{number}_{index + 1}(value + {index})\n\n\n"
            for index in range(functions)
        )
        folder = root / f"part{number % 20}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"module{number}.py").write_text(f"import requests\n\n\n{body}")
