"""What changed between two scans: computed once in the heavy process, then kept with the newer scan."""

import asyncio
import gzip
import json
import tempfile
from pathlib import Path
from uuid import UUID

from tenantry.products.pinata.parts import Parts
from tenantry.products.pinata.results import GRAPH
from tenantry.products.pinata.results.compare import compare
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
