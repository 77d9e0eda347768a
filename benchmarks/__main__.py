"""`bin/bench [NAME…] [--json FILE] [--list]`: measures, prints a table, and ends with status 1 if a promise is not kept."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benchmarks import (
    growth,
    idle_memory,
    isolation_cost,
    list_rows,
    many_callers,
    requests_during_scan,
    rescan,
    scan_cold,
    scan_memory,
    semgrep,
)
from benchmarks.processes import CommandFailed
from benchmarks.rows import Benchmark, Row

BENCHMARKS = {
    module.benchmark.name: module.benchmark
    for module in (
        scan_cold,
        rescan,
        growth,
        semgrep,
        scan_memory,
        requests_during_scan,
        idle_memory,
        list_rows,
        many_callers,
        isolation_cost,
    )
}
HEAD = f"{'name':<44} {'ours':>10} {'peer':>10} {'floor':>10}  {'unit':<6} {'ratio':>7}  promise"


def line(row: Row, benchmark: Benchmark) -> str:
    floor = "–" if row.floor is None else f"{row.floor:,.3g}"
    verdict = "kept" if benchmark.promise.kept(row) else "NOT KEPT"
    return (
        f"{row.name:<44} {row.ours:>10,.3g} {row.peer:>10,.3g} {floor:>10}  {row.unit:<6} {row.ratio:>7.2f}"
        f"  {benchmark.promise.words}: {verdict}"
    )


def legend(benchmark: Benchmark) -> str:
    return f"{benchmark.name}: {benchmark.summary}\n  peer   {benchmark.peer}\n  floor  {benchmark.floor}"


def run(names: list[str]) -> tuple[list[Row], list[str]]:
    """The rows, and the names of those that failed or broke their promise."""
    rows, broken = [], []
    print(HEAD, flush=True)
    for name in names:
        benchmark = BENCHMARKS[name]
        try:
            with tempfile.TemporaryDirectory(prefix="tenantry-bench-") as folder:
                for row in benchmark.measure(Path(folder)):
                    print(line(row, benchmark), flush=True)
                    rows.append(row)
                    if not benchmark.promise.kept(row):
                        broken.append(row.name)
        except CommandFailed as failure:
            print(f"{name:<44} could not be measured:\n{failure}", flush=True)
            broken.append(name)
    return rows, broken


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/bench", description="Measures Tenantry beside its peers.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"one or more of: {', '.join(BENCHMARKS)} (default: all)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there too")
    parser.add_argument("--list", action="store_true", help="say what each benchmark measures, and stop")
    words = parser.parse_args()
    unknown = [name for name in words.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    names = words.names or list(BENCHMARKS)
    if words.list:
        print("\n".join(legend(BENCHMARKS[name]) for name in names))
        return 0
    rows, broken = run(names)
    print("\n" + "\n".join(legend(BENCHMARKS[name]) for name in names))
    if words.json:
        words.json.write_text(json.dumps([row.as_json() for row in rows], indent=2) + "\n")
    if broken:
        print(f"\nNot kept or not measured: {', '.join(broken)}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
