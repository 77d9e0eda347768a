"""Heavy work: results, progress, failures, cancelling, killing, recycling, and requests that stay quick meanwhile."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from tenantry.core.errors import Invalid
from tenantry.infra.heavy import HeavyCancelled, HeavyDied, HeavyPool, run_heavy, use_pool
from tests.infra.heavy import work


@pytest.fixture
async def pool() -> AsyncIterator[HeavyPool]:
    pool = HeavyPool(2)
    yield pool
    await pool.close()


async def until_written(path: Path) -> str:
    async with asyncio.timeout(10):
        while not (path.exists() and path.read_text()):
            await asyncio.sleep(0.01)
    return path.read_text()


async def until_gone(*pids: int) -> float:
    started = time.monotonic()
    async with asyncio.timeout(5):
        while any(psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in pids):
            await asyncio.sleep(0.005)
    return time.monotonic() - started


async def test_result_comes_from_a_niced_process_without_secrets_or_heavy_imports(
    pool: HeavyPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENANTRY_SECRET_KEYS", "x" * 40)
    assert await pool.run(work.add, 1, 2) == 3
    there = await pool.run(work.whereabouts)
    assert there["pid"] != os.getpid()
    assert there["nice"] == min(19, os.nice(0) + 10)
    assert there["secrets"] == []
    assert there["loaded"] == []


async def test_one_process_is_kept_warm_and_used_again(pool: HeavyPool) -> None:
    first = await pool.run(work.whereabouts)
    assert (await pool.run(work.whereabouts))["pid"] == first["pid"]


async def test_no_process_runs_before_the_first_task_or_after_the_idle_time() -> None:
    pool = HeavyPool(1, idle_seconds=0.2)
    before = {child.pid for child in psutil.Process().children()}
    pid = (await pool.run(work.whereabouts))["pid"]
    assert pid not in before
    assert isinstance(pid, int)
    await until_gone(pid)


async def test_progress_is_throttled_at_the_source_but_phases_and_the_last_step_arrive(pool: HeavyPool) -> None:
    seen: list[work.Step] = []
    assert await pool.run(work.count, 20_000, on_progress=seen.append) == 20_000
    assert len(seen) < 50
    assert [step.phase for step in seen] == sorted(step.phase for step in seen)
    assert {step.phase for step in seen} == {"first", "second"}
    assert seen[-1].done == 19_999


async def test_errors_arrive_as_they_were_raised(pool: HeavyPool) -> None:
    with pytest.raises(Invalid) as caught:
        await pool.run(work.refuse)
    assert (caught.value.code, caught.value.hint) == ("tests.refused", "Do something else.")
    assert "work.py" in caught.value.__notes__[0]
    with pytest.raises(RuntimeError, match="Odd: odd"):
        await pool.run(work.raise_odd)
    assert await pool.run(work.add, 2, 2) == 4


@pytest.mark.clock
async def test_cancelling_the_task_kills_the_process_within_300_ms(pool: HeavyPool, tmp_path: Path) -> None:
    running = asyncio.create_task(pool.run(work.spin, 60, str(tmp_path / "pid")))
    pid = int(await until_written(tmp_path / "pid"))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await until_gone(pid) < 0.3


@pytest.mark.clock
async def test_setting_the_event_kills_the_process_and_all_it_started(pool: HeavyPool, tmp_path: Path) -> None:
    cancelled = asyncio.Event()
    running = asyncio.create_task(pool.run(work.start_another, str(tmp_path / "pids"), cancelled=cancelled))
    pids = [int(pid) for pid in (await until_written(tmp_path / "pids")).split()]
    started = time.monotonic()
    cancelled.set()
    with pytest.raises(HeavyCancelled):
        await running
    await until_gone(*pids)
    assert time.monotonic() - started < 0.3


async def test_a_killed_process_is_a_typed_error_and_the_next_task_gets_a_new_one(
    pool: HeavyPool, tmp_path: Path
) -> None:
    running = asyncio.create_task(pool.run(work.spin, 60, str(tmp_path / "pid")))
    os.kill(int(await until_written(tmp_path / "pid")), signal.SIGKILL)
    with pytest.raises(HeavyDied) as caught:
        await running
    assert caught.value.signal == signal.SIGKILL
    assert await pool.run(work.add, 1, 1) == 2


@pytest.mark.clock
async def test_processes_die_with_us(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys; from tenantry.infra.heavy import HeavyPool; from tests.infra.heavy import work;"
        "asyncio.run(HeavyPool(1).run(work.spin, 60, sys.argv[1]))"
    )
    root = str(Path(__file__).parents[3])
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code, str(tmp_path / "pid")), cwd=root, env={**os.environ, "PYTHONPATH": root}
    )
    pid = int(await until_written(tmp_path / "pid"))
    parent.kill()
    await parent.wait()
    assert await until_gone(pid) < 1


async def test_recycled_after_many_tasks_or_much_memory() -> None:
    many = HeavyPool(1, tasks=2)
    pids = [(await many.run(work.whereabouts))["pid"] for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]
    await many.close()
    large = HeavyPool(1, rss=1)
    assert (await large.run(work.whereabouts))["pid"] != (await large.run(work.whereabouts))["pid"]
    await large.close()


async def test_no_more_run_at_once_than_allowed(tmp_path: Path) -> None:
    pool = HeavyPool(1)
    first = asyncio.create_task(pool.run(work.spin, 0.5, str(tmp_path / "first")))
    await until_written(tmp_path / "first")
    second = asyncio.create_task(pool.run(work.spin, 0.01, str(tmp_path / "second")))
    await asyncio.sleep(0.1)
    assert not (tmp_path / "second").exists()
    assert [await first, await second] == ["finished", "finished"]
    await pool.close()


async def test_large_values_pass(pool: HeavyPool) -> None:
    assert len(await pool.run(work.blob, 20_000_000)) == 20_000_000


async def test_the_composed_pool_is_the_one_behind_run_heavy(pool: HeavyPool) -> None:
    with pytest.raises(RuntimeError, match="use_pool"):
        await run_heavy(work.add, 1, 2)
    use_pool(pool)
    try:
        assert await run_heavy(work.add, 1, 2) == 3
    finally:
        use_pool(None)


async def test_the_event_loop_answers_quickly_while_processes_are_busy(pool: HeavyPool) -> None:
    async def p95(rounds: int) -> float:
        late = []
        for _ in range(rounds):
            started = time.perf_counter()
            await asyncio.sleep(0.005)
            late.append(time.perf_counter() - started - 0.005)
        return sorted(late)[int(rounds * 0.95)]

    busy = [asyncio.create_task(pool.run(work.spin, 1.5)) for _ in range(2)]
    await asyncio.sleep(0.3)
    while_busy = await p95(100)
    await asyncio.gather(*busy)
    assert while_busy < 0.05, f"p95 of a 5 ms sleep was {while_busy * 1000:.1f} ms late"
