"""`python -m benchmarks.timed_scan ROOT CACHE` scans twice in one process and prints the CPU seconds of both as JSON."""

import json
import resource
import sys
from pathlib import Path

from tenantry.products.pinata.engine import ScanOptions, scan


def cpu() -> float:
    """Seconds of this process and of the finished ones below it."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def main(root: Path, cache: Path) -> None:
    options = ScanOptions(cache_dir=cache)
    start = cpu()
    cold = scan(root, options=options)
    middle = cpu()
    again = scan(root, options=options)
    end = cpu()
    first, second = cold.to_dict()["nodes"], again.to_dict()["nodes"]
    if first != second:
        raise SystemExit(
            f"The second scan found {len(second)} nodes, the first {len(first)}, and they are not the same."
        )
    print(json.dumps({"cold": middle - start, "again": end - middle, "nodes": len(first)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
