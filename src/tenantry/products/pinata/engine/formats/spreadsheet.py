"""The graph as CSV."""

import csv
import io
import json
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(document: dict[str, Any], what: str = "nodes") -> str:
    """ "nodes", "edges" or "tables" (one row per column) as CSV. Cells that a spreadsheet would run are made harmless."""
    if what == "nodes":
        head = ["id", "kind", "name", "file", "line", "end_line", "service", "language", "confidence", "detail"]
        rows = [
            [*(node[key] for key in head[:-1]), json.dumps(node["detail"], ensure_ascii=False)]
            for node in document["nodes"]
        ]
    elif what == "edges":
        head = ["source", "target", "kind", "confidence", "file", "line"]
        rows = [
            [edge["source"], edge["target"], edge["kind"], edge["confidence"], evidence["file"], evidence["line"]]
            for edge in document["edges"]
            for evidence in edge["evidence"]
        ]
    elif what == "tables":
        head = ["table", "file", "line", "column", "type", "nullable", "primary_key", "references"]
        rows = [
            [
                table["name"],
                table["file"],
                table["line"],
                c["name"],
                c["type"],
                c["nullable"],
                c["primary_key"],
                c["references"] or "",
            ]
            for table in document["tables"]
            for c in table["columns"]
        ]
    else:
        raise ValueError(f"there is no CSV of {what!r}; choose nodes, edges or tables")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([[_harmless(cell) for cell in row] for row in rows])
    return text.getvalue()


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
