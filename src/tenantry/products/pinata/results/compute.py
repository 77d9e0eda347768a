"""A whole scan in the heavy process: the engine, then everything that takes time to write, left as files in a folder."""

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tenantry.core.errors import Invalid
from tenantry.products.pinata.engine import Progress, ScanOptions, scan
from tenantry.products.pinata.engine.graph import lines
from tenantry.products.pinata.results import COLUMNS, GRAPH
from tenantry.products.pinata.results.columns import columnar
from tenantry.products.pinata.results.rows import write_rows
from tenantry.products.pinata.results.sources import write_sources

METRICS = {
    "routes": "route",
    "functions": "function",
    "tables": "table",
    "reads": "db_read",
    "writes": "db_write",
    "http_calls": "http_call",
    "topics": "topic",
    "publishes": "publish",
    "consumes": "consume",
    "schedules": "schedule",
    "externals": "external",
    "services": "service",
}


@dataclass(frozen=True, slots=True)
class Task:
    """What to scan, and where to leave the results and the facts for next time."""

    root: Path
    out: Path
    cache: Path
    commit: str | None
    processes: int
    max_sources: int = 200_000_000


@dataclass(frozen=True, slots=True)
class Summary:
    """What is needed of a result without opening it. `languages`: shares of the bytes; `batches`: files of rows, in order;
    `parts`: the first path in each part of the sources."""

    metrics: dict[str, int]
    languages: dict[str, float]
    kinds: dict[str, int]
    services: list[str]
    parts: list[str]
    batches: list[Path]
    nodes: int
    notes: list[str]
    honesty: dict[str, Any]


def compute(task: Task, report: Callable[[Progress], None]) -> Summary:
    """Scan and write. Every call with the same tree writes the same files.

    Raises:
        Invalid: `pinata.scan.nothing_to_scan`, or `pinata.source.path_unreadable` when the folder is gone.
    """
    task.out.mkdir(parents=True, exist_ok=True)
    document = _scan(task, report)
    if document["stats"]["files"] == 0:
        raise _nothing_to_scan(document)
    count = len(document["nodes"])
    report(Progress("graph", 0, count, f"{count:,} nodes, {len(document['edges']):,} edges: laying them out"))
    _write_gzip(task.out / GRAPH, lines(document))
    _write_gzip(task.out / COLUMNS, [json.dumps(columnar(document), ensure_ascii=False, separators=(",", ":"))])
    parts = write_sources(document, task.root, task.out, task.max_sources)
    batches = write_rows(document, task.out / "rows")
    kinds = Counter(node["kind"] for node in document["nodes"])
    return Summary(
        metrics={name: kinds[kind] for name, kind in METRICS.items()} | {"files": document["stats"]["files"]},
        languages=_shares(document["stats"]["languages"]),
        kinds=dict(kinds),
        services=sorted({node["service"] for node in document["nodes"] if node["service"]}),
        parts=parts,
        batches=batches,
        nodes=count,
        notes=_notes(document),
        honesty=document["honesty"],
    )


def _scan(task: Task, report: Callable[[Progress], None]) -> dict[str, Any]:
    options = ScanOptions(cache_dir=task.cache, processes=task.processes, commit=task.commit)

    def tell(progress: Progress) -> None:
        # The engine counts its graph as one step; for us it goes on with the layout and the rows, counted in nodes.
        report(Progress("graph", 0, 0, progress.message) if progress.phase == "graph" else progress)

    try:
        return scan(task.root, options=options, report=tell).to_dict()
    except NotADirectoryError:
        raise Invalid(
            "pinata.source.path_unreadable",
            "The folder is no longer there.",
            hint="Check the path and start the scan again.",
        ) from None


def _nothing_to_scan(document: dict[str, Any]) -> Invalid:
    skipped = sum(document["stats"]["skipped"].values())
    passed = (
        f" {skipped:,} files were passed over, because they are generated, vendored or unreadable." if skipped else ""
    )
    return Invalid(
        "pinata.scan.nothing_to_scan",
        f"There is no code here that Pinata reads.{passed}",
        hint="It reads Python, TypeScript, JavaScript, Java, Go and C#. Check that this is the right repository and branch.",
    )


def _shares(sizes: dict[str, int]) -> dict[str, float]:
    total = sum(sizes.values()) or 1
    largest = sorted(sizes.items(), key=lambda item: (-item[1], item[0]))
    return {name: round(size / total, 4) for name, size in largest}


def _notes(document: dict[str, Any]) -> list[str]:
    notes = []
    if skipped := document["stats"]["skipped"]:
        listed = ", ".join(f"{number:,} {reason}" for reason, number in sorted(skipped.items()))
        notes.append(f"Passed over: {listed}")
    if found := len(document["diagnostics"]):
        notes.append(f"{found:,} notes on what could not be read or followed")
    return notes


def _write_gzip(path: Path, pieces: Iterable[str]) -> None:
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as file:
        for piece in pieces:
            file.write(piece.encode("utf-8", "replace"))
