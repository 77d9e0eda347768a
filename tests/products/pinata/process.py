"""A worker in a process of its own: `python -m tests.products.pinata.process`, told on stdin what to work with."""

import asyncio
import json
import signal
import sys

from tenantry.app import create_worker, mounted
from tenantry.core.settings import Settings
from tenantry.infra.database.database import Database
from tenantry.infra.database.urls import DatabaseUrls
from tenantry.infra.heavy import HeavyPool, use_pool


async def main() -> None:
    """Work until SIGTERM."""
    told = json.loads(sys.stdin.readline())
    settings = Settings(_env_file=None, mode="local", data_dir=told["data_dir"], products=tuple(told["products"]))
    database = Database(DatabaseUrls(told["conninfo"], told["passwords"]))
    pool = HeavyPool(1)
    use_pool(pool)
    worker = create_worker(settings, database, mounted(settings))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.stop)
    await worker.run()
    await pool.close()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main())
