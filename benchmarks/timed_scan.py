"""`python -m benchmarks.timed_scan ROOT CACHE` scans once and prints the CPU seconds as JSON, without the start of Python."""

import hashlib
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
    start = cpu()
    graph = scan(root, options=ScanOptions(cache_dir=cache))
    seconds = cpu() - start
    nodes = json.dumps(graph.to_dict()["nodes"]).encode()
    print(json.dumps({"cpu": seconds, "nodes": hashlib.sha256(nodes).hexdigest()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
