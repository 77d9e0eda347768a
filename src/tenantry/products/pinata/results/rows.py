"""The graph as rows, in batches of JSON text that the database takes as they are: no row is ever touched by the event loop."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BATCH = 2000
NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def write_rows(document: dict[str, Any], folder: Path) -> list[Path]:
    """Write batches called `nodes-0000.json` and so on; returns them in the order in which they are to be stored."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = {
        "nodes": _nodes(document),
        "edges": _edges(document),
        "tables": _tables(document),
        "diagnostics": _diagnostics(document),
    }
    return [path for name, each in rows.items() for path in _write(each, folder, name)]


def _write(rows: Iterator[dict[str, Any]], folder: Path, name: str) -> Iterator[Path]:
    batch: list[dict[str, Any]] = []
    number = 0
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield _flush(batch, folder / f"{name}-{number:04}.json")
            number, batch = number + 1, []
    if batch:
        yield _flush(batch, folder / f"{name}-{number:04}.json")


def _flush(batch: list[dict[str, Any]], path: Path) -> Path:
    text = json.dumps(batch, ensure_ascii=False, separators=(",", ":"))
    # The database keeps no NUL in texts, and no half of a surrogate pair.
    path.write_bytes(NUL.sub(r"\1\\ufffd", text).encode("utf-8", "replace"))
    return path


def _nodes(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for position, node in enumerate(document["nodes"]):
        yield {
            "position": position,
            "node": node["id"],
            "kind": node["kind"],
            "name": node["name"],
            "file": node["file"] or None,
            "line": node["line"] or None,
            "end_line": node["end_line"] or None,
            "service": node["service"] or None,
            "language": node["language"] or None,
            "confidence": node["confidence"],
            "detail": node["detail"] or {},
        }


def _edges(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    place = {node["id"]: position for position, node in enumerate(document["nodes"])}
    for edge in document["edges"]:
        yield {
            "source": place[edge["source"]],
            "target": place[edge["target"]],
            "kind": edge["kind"],
            "confidence": edge["confidence"],
            "evidence": edge["evidence"],
        }


def _tables(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    names = {node["id"]: node["name"] for node in document["nodes"] if node["kind"] == "table"}
    users: dict[tuple[str, str], set[str]] = defaultdict(set)
    for edge in document["edges"]:
        if edge["target"] in names:
            users[names[edge["target"]], edge["kind"]].add(edge["source"])
    for position, table in enumerate(document["tables"]):
        yield {
            "position": position,
            "name": table["name"],
            "file": table["file"] or None,
            "line": table["line"] or None,
            "columns": table["columns"],
            "readers": len(users[table["name"], "reads"]),
            "writers": len(users[table["name"], "writes"]),
        }


def _diagnostics(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for position, found in enumerate(document["diagnostics"]):
        yield {
            "position": position,
            "file": found["file"] or None,
            "line": found["line"] or None,
            "code": found["code"],
            "message": found["message"],
        }
