"""Scans whose worker or database goes away in the middle: nothing is lost, nothing is there twice."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tenantry.infra.database.embedded import EmbeddedServer
from tests.products.pinata.client import Pinata, write_app
from tests.products.pinata.sources.git_server import GitServer
from tests.products.pinata.working import until, until_over, working, write_many

ROOT = Path(__file__).parents[4]


@asynccontextmanager
async def worker_process(pinata: Pinata) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker of its own, which may be killed."""
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.products.pinata.process"), cwd=ROOT, stdin=asyncio.subprocess.PIPE
    )
    settings, urls = pinata.service.settings, pinata.service.database.urls
    told = {
        "data_dir": str(settings.data_dir),
        "products": list(settings.products),
        "conninfo": urls.conninfo,
        "passwords": urls.passwords,
    }
    assert running.stdin
    running.stdin.write(json.dumps(told).encode() + b"\n")
    await running.stdin.drain()
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()


async def whole(pinata: Pinata, scan: Any) -> None:
    """A result with every node once, and nothing left on the disk."""
    assert scan["status"] == "succeeded", scan["error"]
    async with pinata.service.database.system_scope("count rows in a test") as scope:
        statement = text("SELECT count(*), count(DISTINCT node) FROM pinata_nodes WHERE scan_id = :id")
        rows, nodes = (await scope.session.execute(statement, {"id": scan["id"]})).one()
    document = (await pinata.raw(f"/scans/{scan['id']}/export")).json()
    assert rows == nodes == len(document["nodes"])
    for _ in range(300):
        if not folders(pinata):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("something is left on the disk")


def folders(pinata: Pinata) -> list[Path]:
    """Where scans work."""
    return list((pinata.service.settings.data_dir / "work" / "pinata").glob("*"))


@pytest.mark.parametrize("phase", ["parse", pytest.param("graph", marks=pytest.mark.deep)])
async def test_a_worker_killed_in_mid_scan(pinata: Pinata, tmp_path: Path, phase: str) -> None:
    write_many(tmp_path / "large", 300)
    scan = await pinata.start(await pinata.add_folder(tmp_path / "large"))
    async with rows_held_up(pinata), worker_process(pinata) as first:
        await until(pinata, scan, lambda found: found["phase"] in (phase, "graph"))
        first.send_signal(signal.SIGKILL)
        await first.wait()
    stopped = await pinata.get(f"/scans/{scan['id']}")
    assert stopped["status"] == "running"
    async with working(pinata):
        over = await until_over(pinata, scan)
    await whole(pinata, over)
    log = [line["message"] for line in (await pinata.get(f"/scans/{scan['id']}/log"))["items"]]
    assert "The worker was interrupted. Starting again" in log


@asynccontextmanager
async def rows_held_up(pinata: Pinata) -> AsyncIterator[None]:
    """Somebody else's lock, so that a scan does not get past its last phase meanwhile."""
    async with pinata.service.database.system_scope("hold rows up in a test") as scope:
        await scope.session.execute(text("LOCK TABLE pinata_nodes IN SHARE MODE"))
        yield


async def test_a_worker_killed_while_it_clones(pinata: Pinata, served_git: GitServer, tmp_path: Path) -> None:
    """git goes with its worker, and the scan can be cancelled while nobody works on it."""
    address = served_git.url("stalls/shop", "localhost")
    scan = await pinata.start(await pinata.add({"kind": "git", "url": address}))
    async with worker_process(pinata) as first:
        await until(pinata, scan, lambda found: found["phase"] == "clone")
        first.send_signal(signal.SIGKILL)
        await first.wait()
    assert (await pinata.post(f"/scans/{scan['id']}/cancel", 200))["status"] == "cancelled"
    await pinata.work()
    assert (await pinata.get(f"/scans/{scan['id']}"))["status"] == "cancelled"
    (left,) = folders(pinata)
    os.utime(left, (0, 0))
    await whole(pinata, await pinata.scan(await pinata.add_folder(write_app(tmp_path))))


async def test_a_stopped_worker_hands_its_scan_on(pinata: Pinata, tmp_path: Path) -> None:
    write_many(tmp_path / "large", 300)
    scan = await pinata.start(await pinata.add_folder(tmp_path / "large"))
    async with working(pinata):
        await until(pinata, scan, lambda found: found["phase"] is not None)
    async with working(pinata):
        await whole(pinata, await until_over(pinata, scan))


async def test_a_heavy_process_killed_by_the_kernel(pinata: Pinata, tmp_path: Path) -> None:
    write_many(tmp_path / "large", 300)
    scan = await pinata.start(await pinata.add_folder(tmp_path / "large"))
    async with working(pinata):
        await until(pinata, scan, lambda found: found["phase"] in ("discover", "parse", "resolve"))
        for process in tuple(pinata.pool._running):
            os.kill(process.pid, signal.SIGKILL)
        await whole(pinata, await until_over(pinata, scan))


async def test_postgresql_restarted_under_a_scan(pinata: Pinata, tmp_path: Path, server: EmbeddedServer) -> None:
    write_many(tmp_path / "large", 600)
    scan = await pinata.start(await pinata.add_folder(tmp_path / "large"))
    async with working(pinata):
        for phase in ("parse", "graph"):
            await until(pinata, scan, lambda found, phase=phase: found["phase"] in (phase, "graph"))
            before = server.pid
            assert before is not None
            os.kill(before, signal.SIGKILL)
            while server.pid == before or (await pinata.raw("/scans")).status_code == 503:
                await asyncio.sleep(0.02)
        await whole(pinata, await until_over(pinata, scan, 120))
