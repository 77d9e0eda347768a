"""Comparing two graph files, in the heavy process."""

import gzip
import json
from pathlib import Path

from tenantry.products.pinata.engine.diff import diff


def compare(old: Path, new: Path, out: Path, against: dict[str, object]) -> None:
    """Write what changed, in the shape of the API's answer, as gzipped JSON."""
    documents = [json.loads(gzip.decompress(path.read_bytes())) for path in (old, new)]
    changes = diff(*documents).to_dict()
    nodes, tables = changes["nodes"], changes["tables"]
    answer = {
        "against": against,
        "nodes": {
            "added": [_node(node) for node in nodes["added"]],
            "removed": [_node(node) for node in nodes["removed"]],
            "changed": [{"before": _node(pair["before"]), "after": _node(pair["after"])} for pair in nodes["changed"]],
        },
        "edges": changes["edges"],
        "tables": {
            "added": [table["name"] for table in tables["added"]],
            "removed": [table["name"] for table in tables["removed"]],
            "changed": [pair["after"]["name"] for pair in tables["changed"]],
        },
    }
    out.write_bytes(gzip.compress(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace"), mtime=0))


def _node(node: dict[str, object]) -> dict[str, object]:
    """A node as it goes over the wire: null for what stands nowhere."""
    return {
        name: value or None if name in ("file", "line", "end_line", "service", "language") else value
        for name, value in node.items()
    }
