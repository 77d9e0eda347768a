"""A worker in a process of its own, and the jobs it does: `python -m tests.infra.jobs.process`, with its settings on stdin.

A job's effect is one event with a given id, so a second effect would be seen; its attempts are lines in a file.
"""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from tenantry.infra.database.database import Database
from tenantry.infra.database.urls import DatabaseUrls
from tenantry.infra.heavy import HeavyPool, run_heavy, use_pool
from tenantry.infra.jobs import JobContext, job
from tenantry.infra.jobs.worker import Worker
from tests.infra.heavy.work import spin

EFFECT = text("""
INSERT INTO events_events (id, name, subject, data, actor) VALUES (:id, 'tests.effect', :id, '{}', '[]')
    ON CONFLICT DO NOTHING
""")


async def effect(context: JobContext, once: UUID) -> None:
    """What the job is for; done again it changes nothing."""
    async with context.scope() as scope:
        await scope.session.execute(EFFECT, {"id": once})


def attempted(mark: str, context: JobContext) -> int:
    """Note an attempt; answers how many there have been."""
    with Path(mark).open("a") as file:
        file.write(f"{os.getpid()} {context.attempt}\n")
    return len(Path(mark).read_text().splitlines())


@job("tests.slow_first", retries=0)
async def slow_first(context: JobContext, *, mark: str, once: UUID, seconds: float = 60) -> None:
    """Takes long the first time, so that its worker can be killed meanwhile."""
    if attempted(mark, context) == 1:
        await asyncio.sleep(seconds)
    await effect(context, once)


@job("tests.steady", retries=0)
async def steady(context: JobContext, *, mark: str, once: UUID, seconds: float = 0.5) -> None:
    """Works for a while without the database, then with it."""
    attempted(mark, context)
    await asyncio.sleep(seconds)
    await effect(context, once)


@job("tests.heavy", retries=2, backoff=0.05)
async def heavy(context: JobContext, *, mark: str, once: UUID, seconds: float = 60) -> None:
    """Has the work done in a heavy process, long the first time."""
    attempt = attempted(mark, context)
    await run_heavy(spin, seconds if attempt == 1 else 0.01, f"{mark}.heavy")
    await effect(context, once)


JOBS = (slow_first, steady, heavy)


async def main() -> None:
    """Work until SIGTERM."""
    told = json.loads(sys.stdin.readline())
    database = Database(DatabaseUrls(told["conninfo"], told["passwords"]))
    pool = HeavyPool(1)
    use_pool(pool)
    worker = Worker(database, JOBS, silence=told["silence"], concurrency=told["concurrency"], grace=0.5)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.stop)
    await worker.run()
    await pool.close()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main())
