"""A hundred callers at once: how long the last wait, and whether more callers get less done."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.lists.subjects import subjects
from benchmarks.rows import Benchmark, Promise, Row

FEW, MANY, ROUNDS, SECONDS = 16, 100, 5, 5.0


def measure(_folder: Path) -> Iterator[Row]:
    with subjects() as found:
        ours = found["rows"]
        ours.load(MANY, 1.0)
        rounds = [(ours.load(FEW, SECONDS), ours.load(MANY, SECONDS)) for _ in range(ROUNDS)]
    p99, p50 = (median(many[share] for _, many in rounds) for share in ("p99", "p50"))
    yield Row("100-callers p99", p99, p50, None, "ms", p99 / p50)
    few, many = (median(pair[place]["per_second"] for pair in rounds) for place in (0, 1))
    yield Row("100-callers throughput", many, few, None, "req/s", many / few)


benchmark = Benchmark(
    name="100-callers",
    summary="the list of `list-20` asked for by 100 connections at once; any failure or time-out ends it",
    peer="p99: the p50 of the same callers; throughput: the same with 16 connections",
    floor="none",
    promise=Promise(
        "p99 ≤ 2 × p50; throughput ≥ 16’s",
        lambda row: row.ratio <= 2 if row.name.endswith("p99") else row.ratio >= 0.97,
    ),
    measure=measure,
)
