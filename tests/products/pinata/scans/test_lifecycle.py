"""Scans while they run: started twice, watched, cancelled, interrupted."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import websockets
from sqlalchemy import text

from tenantry.products.pinata.engine.options import Progress
from tenantry.products.pinata.scans.tracker import Tracker
from tests.products.pinata.client import Pinata, write_app
from tests.products.pinata.sources.git_server import GitServer
from tests.products.pinata.working import until, until_over, working, write_many
from tests.service import served


async def rows_of(pinata: Pinata, scan: dict[str, Any]) -> int:
    async with pinata.service.database.system_scope("count rows in a test") as scope:
        statement = text("SELECT count(*) FROM pinata_nodes WHERE scan_id = :id")
        count: int = (await scope.session.scalars(statement, {"id": scan["id"]})).one()
        return count


def left_behind(pinata: Pinata) -> list[Path]:
    return list((pinata.service.settings.data_dir / "work" / "pinata").glob("*"))


async def test_one_scan_of_a_repository_at_a_time(pinata: Pinata, tmp_path: Path) -> None:
    repository = await pinata.add_folder(write_app(tmp_path))
    first, second = await asyncio.gather(pinata.start(repository), pinata.start(repository))
    assert first["id"] == second["id"]
    conflict = await pinata.post(f"/repositories/{repository['id']}/scans", 409, json={"branch": "other"})
    assert (conflict["code"], conflict["scan"]) == ("pinata.scan.active", first["id"])
    await pinata.work()
    third = await pinata.scan(repository)
    assert third["number"] == 2
    page = await pinata.get("/scans", params={"status": "succeeded"})
    assert [scan["number"] for scan in page["items"]] == [2, 1]
    assert page["counts"] == {"all": 2, "running": 0, "succeeded": 2, "failed": 0, "cancelled": 0}
    assert [s["number"] for s in (await pinata.get(f"/repositories/{repository['id']}/scans"))["items"]] == [2, 1]
    await pinata.get("/scans", 422, params={"status": "nonsense"})


async def test_cancelling_while_it_waits(pinata: Pinata, tmp_path: Path) -> None:
    scan = await pinata.start(await pinata.add_folder(write_app(tmp_path)))
    assert (await pinata.post(f"/scans/{scan['id']}/cancel", 200))["status"] == "cancelled"
    await pinata.work()
    over = await pinata.get(f"/scans/{scan['id']}")
    assert (over["status"], over["started_at"]) == ("cancelled", None)
    assert (await pinata.post(f"/scans/{scan['id']}/cancel", 200))["finished_at"] == over["finished_at"]


async def cancelled_within_a_second(
    pinata: Pinata, scan: dict[str, Any], still_runs: Any, release: Any = lambda: None
) -> None:
    start = time.monotonic()
    assert (await pinata.post(f"/scans/{scan['id']}/cancel", 200))["status"] == "cancelled"
    release()
    while still_runs() or left_behind(pinata):
        assert time.monotonic() - start < 20
        await asyncio.sleep(0.01)
    took = time.monotonic() - start
    await asyncio.sleep(0.5)
    over = await pinata.get(f"/scans/{scan['id']}")
    assert over["status"] == "cancelled", "nothing wakes it again"
    assert await rows_of(pinata, scan) == 0
    # The promise is one second; on a machine where everything else runs at once, the clock alone proves little.
    assert took < 3


def processes(word: str) -> bool:
    return word in subprocess.run(["ps", "-eo", "args"], check=True, capture_output=True, text=True).stdout


@pytest.mark.clock
async def test_cancelling_while_it_clones(pinata: Pinata, served_git: GitServer) -> None:
    address = served_git.url("stalls/shop", "localhost")
    scan = await pinata.start(await pinata.add({"kind": "git", "url": address}))
    async with working(pinata):
        await asyncio.to_thread(served_git.stalled.wait, 30)
        running = await until(pinata, scan, lambda found: found["phase"] == "clone")
        assert running["status"] == "running"
        await cancelled_within_a_second(pinata, scan, lambda: processes(address))


@pytest.mark.clock
async def test_cancelling_while_it_stores(pinata: Pinata, tmp_path: Path) -> None:
    """Somebody else's lock holds the rows up, so that the scan is surely met in its last phase."""
    scan = await pinata.start(await pinata.add_folder(write_app(tmp_path)))
    held, let_go = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with pinata.service.database.system_scope("hold rows up in a test") as scope:
            await scope.session.execute(text("LOCK TABLE pinata_nodes IN SHARE MODE"))
            held.set()
            await let_go.wait()

    holding = asyncio.create_task(hold())
    await held.wait()
    async with working(pinata):
        await until(pinata, scan, lambda found: found["progress"]["message"].endswith("laying them out"))
        await asyncio.sleep(0.3)
        await cancelled_within_a_second(pinata, scan, lambda: False, let_go.set)
    await holding


@pytest.mark.clock
@pytest.mark.parametrize("phase", ["discover", "parse", "resolve"])
async def test_cancelling_while_it_works(
    pinata: Pinata, tmp_path: Path, phase: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The heavy process is frozen in that phase, so that the scan is surely met there."""
    write_many(tmp_path / "large", 300)
    report = Tracker.progress

    def freeze(tracker: Tracker, progress: Progress) -> None:
        if progress.phase == phase:
            for process in pinata.pool._running:
                os.kill(process.pid, signal.SIGSTOP)
        report(tracker, progress)

    monkeypatch.setattr(Tracker, "progress", freeze)
    scan = await pinata.start(await pinata.add_folder(tmp_path / "large"))
    async with working(pinata):
        await until(pinata, scan, lambda found: found["phase"] == phase)
        await cancelled_within_a_second(pinata, scan, lambda: bool(pinata.pool._running))


async def test_progress_is_live_and_survives_a_closed_browser(pinata: Pinata, tmp_path: Path) -> None:
    write_many(tmp_path / "large", 400)
    scan = await pinata.start(await pinata.add_folder(tmp_path / "large"))
    cookie = "; ".join(f"{name}={value}" for name, value in pinata.person.client.cookies.items())
    states: list[Any] = []

    async with served(pinata.service) as base:
        address = f"{base.replace('http', 'ws')}/api/v1/orgs/{pinata.person.org}/live"

        async def watch(enough: Any) -> None:
            async with websockets.connect(address, additional_headers={"cookie": cookie}) as socket:
                await socket.send(json.dumps({"type": "subscribe", "topic": f"pinata.scan:{scan['id']}"}))
                async with asyncio.timeout(60):
                    while True:
                        message = json.loads(await socket.recv())
                        if message["type"] == "state":
                            states.append(message["data"])
                            if enough(message["data"]):
                                return

        async with working(pinata):
            await watch(lambda state: state["status"] == "running")
            await watch(lambda state: state["status"] == "succeeded")
    fractions = [state["progress"]["fraction"] for state in states]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert {state["status"] for state in states} >= {"running", "succeeded"}
    assert states[-1]["log"][-1]["message"].startswith("Done")
    assert any(state["progress"]["total"] > 0 for state in states)


async def test_files_deleted_during_the_scan(pinata: Pinata, tmp_path: Path) -> None:
    root = write_app(tmp_path)
    write_many(root, 300)
    scan = await pinata.start(await pinata.add_folder(root))
    async with working(pinata):
        await until(pinata, scan, lambda found: found["phase"] not in (None, "clone", "discover"))
        shutil.rmtree(root / "part3")
        (root / "app.py").unlink(missing_ok=True)
        over = await until_over(pinata, scan)
    assert over["status"] == "succeeded", over["error"]


async def test_a_deleted_repository_takes_its_running_scan_along(pinata: Pinata, tmp_path: Path) -> None:
    write_many(tmp_path / "large", 300)
    repository = await pinata.add_folder(tmp_path / "large")
    scan = await pinata.start(repository)
    async with working(pinata):
        await until(pinata, scan, lambda found: found["phase"] not in (None, "clone"))
        await pinata.call("DELETE", f"/repositories/{repository['id']}", 204)
        for _ in range(300):
            if not left_behind(pinata):
                break
            await asyncio.sleep(0.02)
    assert not left_behind(pinata)
    await pinata.get(f"/scans/{scan['id']}", 404)
    assert await rows_of(pinata, scan) == 0
