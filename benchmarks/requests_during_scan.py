"""How long a person waits for a list while a scan runs, beside how long when nothing runs."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.repositories import generate
from benchmarks.rows import Benchmark, Promise, Row
from benchmarks.service import Service, running_service

FILES = 5_000
PAUSE = 0.02
IDLE_REQUESTS = 400
MOST_REQUESTS = 3_000
FEWEST_REQUESTS = 50


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def times_of(service: Service, path: str, go_on: Callable[[int], bool]) -> list[float]:
    """Milliseconds of each of a row of list requests, one at a time with a short pause, while `go_on(count)`."""
    taken: list[float] = []
    while go_on(len(taken)):
        started = time.perf_counter()
        service.client.get(path).raise_for_status()
        taken.append((time.perf_counter() - started) * 1000)
        time.sleep(PAUSE)
    return taken


def measure(folder: Path) -> Iterator[Row]:
    root = generate(folder, "python", FILES)
    with running_service() as service:
        repository = service.add_repository(root)
        path, health = f"{service.pinata}/repositories", "/health"
        times_of(service, path, lambda count: count < 50)  # warm
        idle = times_of(service, path, lambda count: count < IDLE_REQUESTS)
        floor = times_of(service, health, lambda count: count < IDLE_REQUESTS // 2)
        scan = service.start_scan(repository)

        def still_running(count: int) -> bool:
            return count < MOST_REQUESTS and (count % 20 != 0 or service.scan(scan)["status"] in {"queued", "running"})

        busy = times_of(service, path, still_running)
    if len(busy) < FEWEST_REQUESTS:
        raise RuntimeError(f"The scan was over after {len(busy)} requests; too few to speak of a p95.")
    ours, peer = percentile(busy, 0.95), percentile(idle, 0.95)
    yield Row("requests-during-scan p95", ours, peer, percentile(floor, 0.95), "ms", ours / peer)


benchmark = Benchmark(
    name="requests-during-scan",
    summary="p95 of a list request while 5,000 files are scanned by the same service",
    peer="the same request with nothing else going on",
    floor="an idle /health, which asks nothing of the database",
    promise=Promise("≤ 2", lambda row: row.ratio <= 2),
    measure=measure,
)
