"""What changed between two scans: computed once in the heavy process, then kept with the newer scan."""

import asyncio
import gzip
import json
import tempfile
from pathlib import Path
from uuid import UUID

from tenantry.products.pinata.engine.diff import diff
from tenantry.products.pinata.parts import Parts
from tenantry.products.pinata.results import GRAPH
from tenantry.products.pinata.scans.models import Scan
from tenantry.products.pinata.scans.queries import baseline_of, find_result
from tenantry.sdk import Invalid, OrgScope, run_heavy

NOTHING = {
    "nodes": {"added": [], "removed": [], "changed": []},
    "edges": {"added": 0, "removed": 0},
    "tables": {"added": [], "removed": [], "changed": []},
}


async def changes_of(scope: OrgScope, scan: Scan, parts: Parts, against: UUID | None) -> bytes:
    """What changed since another scan of the same repository, by default the last one before that succeeded: JSON, gzipped.

    Raises:
        NotFound: there is no such scan.
        Conflict: the other scan has no result.
        Invalid: `pinata.changes.other_repository`.
    """
    other = await find_result(scope, against) if against else await baseline_of(scope, scan)
    if other is None:
        return gzip.compress(json.dumps({"against": None, **NOTHING}).encode(), mtime=0)
    if other.repository_id != scan.repository_id:
        raise Invalid(
            "pinata.changes.other_repository",
            "These scans are of two repositories.",
            hint="Compare scans of one repository.",
            errors=[{"field": "against", "message": "A scan of another repository."}],
        )
    files = parts.storage.of(scope)
    name = f"{scan.folder}/changes/{other.id}.json.gz"
    if await files.stat(name) is None:
        with tempfile.TemporaryDirectory(prefix="pinata-changes-") as folder:
            old, new, out = (Path(folder) / part for part in ("old", "new", "out"))
            await asyncio.gather(
                files.fetch(f"{other.folder}/{GRAPH}", old), files.fetch(f"{scan.folder}/{GRAPH}", new)
            )
            await run_heavy(compare, old, new, out, {"id": str(other.id), "number": other.number})
            await files.put(name, out)
    return await files.get(name)


def compare(old: Path, new: Path, out: Path, against: dict[str, object]) -> None:
    """Compare two graph files, in the heavy process."""
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
