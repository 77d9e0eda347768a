"""A first scan, as a command, beside tree-sitter alone on the same files."""

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks import processes
from benchmarks.repositories import repositories
from benchmarks.rows import Benchmark, Promise, Row

ROUNDS = 3


def scan_command(root: Path, folder: Path, number: int) -> processes.Cost:
    """The whole command with an empty cache: start of Python, discovery, parsing, resolution, writing the graph."""
    env = processes.clean_environment(XDG_CACHE_HOME=str(folder / f"cache-{root.name}-{number}"))
    words = ["pinata", "scan", root, "--processes", "1", "--json", folder / "graph.json"]
    return processes.run([processes.TENANTRY, *words], env)


def bare(root: Path, work: str) -> processes.Cost:
    """Likewise the whole program: start of Python, finding the files, and nothing but the named work on each."""
    return processes.run([sys.executable, "-m", "benchmarks.bare_parse", work, root])


def measure(folder: Path) -> Iterator[Row]:
    for root in repositories(folder):
        ours, peer, floor = [], [], []
        for number in range(ROUNDS):  # in turn, so that a busy minute hits all alike; the best of each counts
            ours.append(scan_command(root, folder, number).cpu)
            peer.append(bare(root, "parse").cpu)
            floor.append(bare(root, "read").cpu)
        yield Row(f"scan-cold {root.name}", min(ours), min(peer), min(floor), "CPU s", min(ours) / min(peer))


benchmark = Benchmark(
    name="scan-cold",
    summary="`pinata scan --json FILE` with an empty cache and one process, the whole command",
    peer="a bare tree-sitter parse of the same files, the whole program",
    floor="reading and hashing them, likewise",
    promise=Promise("≤ 3", lambda row: row.ratio <= 3),
    measure=measure,
)
