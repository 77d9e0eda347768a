"""Whether a scan of thirty times as many files takes more than thirty times as long."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.repositories import generate
from benchmarks.rows import Benchmark, Promise, Row
from benchmarks.scan_cold import bare, scan_command

FEW, MANY = 1_000, 30_000
SLACK = 1.1


def measure(folder: Path) -> Iterator[Row]:
    for language in ("python", "typescript"):
        few, many = (generate(folder, language, files) for files in (FEW, MANY))
        small, large = (
            min(scan_command(few, folder, number).cpu for number in range(2)),
            scan_command(many, folder, 0).cpu,
        )
        times = bare(many, "parse").cpu / bare(few, "parse").cpu
        yield Row(f"growth {language}", large, small * times, None, "CPU s", large / (small * times))


benchmark = Benchmark(
    name="growth",
    summary=f"a first scan of {MANY:,} generated files",
    peer=f"one of {FEW:,} such files, times what the larger tree takes a bare parse more",
    floor="–",
    promise=Promise("≤ 1.1: no worse than linear", lambda row: row.ratio <= SLACK),
    measure=measure,
)
