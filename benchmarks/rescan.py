"""A second scan of an unchanged repository beside the first."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks import processes
from benchmarks.repositories import repositories
from benchmarks.rows import Benchmark, Promise, Row

ROUNDS = 3


def measure(folder: Path) -> Iterator[Row]:
    for root in repositories(folder):
        cold, again, floor = [], [], []
        for number in range(ROUNDS):
            cache = folder / f"cache-{root.name}-{number}"
            first, second = (processes.ask("timed_scan", root, cache) for _ in range(2))
            if first["nodes"] != second["nodes"]:
                raise processes.CommandFailed(f"The second scan of {root.name} found something else than the first.")
            cold.append(first["cpu"])
            again.append(second["cpu"])
            floor.append(processes.ask("bare_parse", "read", root)["cpu"])
        yield Row(f"rescan {root.name}", min(again), min(cold), min(floor), "CPU s", min(cold) / min(again))


benchmark = Benchmark(
    name="rescan",
    summary="a scan with nothing changed since the last; the ratio says how many times less it takes",
    peer="the first scan of the same repository",
    floor="reading and hashing its files",
    promise=Promise("≥ 20", lambda row: row.ratio >= 20),
    measure=measure,
)
