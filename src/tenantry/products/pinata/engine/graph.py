"""The graph as a document: schema `pinata.scan/1`, described in docs/pinata-graph.md."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMA = "pinata.scan/1"
ENGINE = "pinata/1.0"
PIECE = 1_000  # items of a list that are text at the same time

KINDS = (
    "service", "route", "schedule", "consume", "function", "transform", "http_call", "publish", "db_read", "db_write",
    "cache_read", "cache_write", "file_read", "file_write", "table", "topic", "external",
)  # fmt: skip
ENTRIES = frozenset(("route", "schedule", "consume"))
EFFECTS = frozenset(
    ("http_call", "publish", "db_read", "db_write", "cache_read", "cache_write", "file_read", "file_write", "transform")
)

_MARK = "\0\0"


class Graph:
    """A finished graph. `document` must not be changed."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    def to_dict(self) -> dict[str, Any]:
        """The whole document as plain values, ready for JSON."""
        return self.document

    def counts(self) -> dict[str, int]:
        """How many nodes of each kind there are, in the order of `KINDS`."""
        counts = dict.fromkeys(KINDS, 0)
        for node in self.document["nodes"]:
            counts[node["kind"]] += 1
        return {kind: number for kind, number in counts.items() if number}

    def write_json(self, path: Path) -> None:
        """Write the document, one node, edge or table a line, so that two files can be compared with any tool."""
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(lines(self.document))


def lines(document: dict[str, Any]) -> Iterator[str]:
    """The document as JSON text, in pieces."""
    yield "{\n"
    for position, (key, value) in enumerate(document.items()):
        comma = ",\n" if position + 1 < len(document) else "\n"
        if isinstance(value, list) and value:
            yield f"{json.dumps(key)}: [\n"
            for start in range(0, len(value), PIECE):
                piece = value[start : start + PIECE]
                end = ",\n" if start + PIECE < len(value) else ""
                yield _each_on_a_line(piece) + end
            yield f"\n]{comma}"
        else:
            yield f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}{comma}"
    yield "}\n"


def _each_on_a_line(items: list[Any]) -> str:
    """One call of the encoder for many items: half of its time goes into beginning.

    Nothing else looks like the mark between them: a quotation mark inside a text is written with a backslash."""
    marked = [part for item in items for part in (item, _MARK)]
    text = json.dumps(marked[:-1], ensure_ascii=False)
    return text[1:-1].replace(f", {json.dumps(_MARK)}, ", ",\n")


def load(path: Path) -> dict[str, Any]:
    """A document from a file; ValueError when it is not one of this schema."""
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise ValueError(f"{path} is not a {SCHEMA} file")
    return document
