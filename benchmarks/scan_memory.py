"""What a scan of 5,000 files adds to the memory of a running service."""

import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import processes
from benchmarks.repositories import repositories
from benchmarks.rows import Benchmark, Promise, Row
from benchmarks.service import DATABASE_PROCESSES, running_service

FILES = 5_000
LONGEST = 300
MB = 1_000_000


def measure(folder: Path) -> Iterator[Row]:
    for root in repositories(folder, FILES):
        peer = processes.ask("bare_parse", "parse", root)["peak_bytes"]
        floor = processes.ask("bare_parse", "read", root)["peak_bytes"]
        with running_service() as service:
            repository = service.add_repository(root)
            time.sleep(2)
            idle = processes.tree_memory(service.process, DATABASE_PROCESSES)
            with processes.PeakMemory(service.process, DATABASE_PROCESSES) as peak:
                scan, deadline = service.start_scan(repository), time.monotonic() + LONGEST
                while (state := service.scan(scan))["status"] in {"queued", "running"} and time.monotonic() < deadline:
                    time.sleep(0.5)
        if state["status"] != "succeeded":
            raise processes.CommandFailed(f"The scan of {root.name} ended {state['status']}: {state['error']}")
        added = peak.bytes - idle
        yield Row(f"scan-memory {root.name}", added / MB, peer / MB, floor / MB, "MB", added / peer)


benchmark = Benchmark(
    name="scan-memory",
    summary="memory that a scan of 5,000 files adds to a running service (all its processes but PostgreSQL's), at its peak",
    peer="a bare tree-sitter parse of the same files: the whole program, as a scan runs in a process of its own",
    floor="reading and hashing them, likewise",
    promise=Promise("ours ≤ 300 MB", lambda row: row.ours <= 300),
    measure=measure,
)
