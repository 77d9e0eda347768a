"""What `tenantry up` holds when nobody asks for anything."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks.processes import clean_environment, tree_memory
from benchmarks.rows import Benchmark, Promise, Row
from benchmarks.service import DATABASE_PROCESSES, running_service

MB = 1_000_000
SETTLE = 5
LIBRARIES = (
    "import fastapi, uvicorn, sqlalchemy.ext.asyncio, psycopg, alembic.command, procrastinate, structlog, obstore"
)


def memory_of(statement: str) -> int:
    """Bytes of a Python that has run a statement and waits."""
    program = f"{statement}\nprint('ready', flush=True)\ninput()"
    with subprocess.Popen(
        [sys.executable, "-c", program], env=clean_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        size = tree_memory(psutil.Process(child.pid))
        child.kill()
    return size


def measure(_folder: Path) -> Iterator[Row]:
    with running_service() as service:
        time.sleep(SETTLE)
        ours = tree_memory(service.process, DATABASE_PROCESSES)
    peer, floor = memory_of(LIBRARIES), memory_of("pass")
    yield Row("idle-memory", ours / MB, peer / MB, floor / MB, "MB", ours / peer)


benchmark = Benchmark(
    name="idle-memory",
    summary="memory of an idle `tenantry up`: API, interface and worker, without PostgreSQL",
    peer="a Python that has imported the same web, database and queue libraries, and nothing of ours",
    floor="a Python that has imported nothing",
    promise=Promise("ours ≤ 200 MB", lambda row: row.ours <= 200),
    measure=measure,
)
