"""Exports over HTTP."""

import asyncio
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import Query, Request
from starlette.responses import StreamingResponse

from tenantry.products.pinata.findings.gzipped import stream
from tenantry.products.pinata.findings.schemas import Filters
from tenantry.products.pinata.parts import FromApp
from tenantry.products.pinata.repositories.queries import find_repository
from tenantry.products.pinata.results import GRAPH
from tenantry.products.pinata.results.export import Choice, Format, write_export
from tenantry.products.pinata.scans.queries import find_result
from tenantry.sdk import OrgScope, Router, needs, rated, record, run_heavy

Reader = Annotated[OrgScope, needs("pinata.scans.read")]

router = Router()

KINDS = {
    "json": ("application/json", "json"),
    "csv": ("text/csv; charset=utf-8", "csv"),
    "mermaid": ("text/vnd.mermaid; charset=utf-8", "mmd"),
}


@router.get("/scans/{scan_id}/export", response_class=StreamingResponse)
@rated("reports")
async def export_scan(
    request: Request,
    scope: Reader,
    parts: FromApp,
    scan_id: UUID,
    filters: Filters,
    format: Annotated[Format, Query(description="`json` is the whole graph, schema pinata.scan/1.")] = "json",
) -> StreamingResponse:
    """What is on the page as an attachment: the same filters as for nodes choose what is in it."""
    scan = await find_result(scope, scan_id)
    repository = await find_repository(scope, scan.repository_id)
    media_type, ending = KINDS[format]
    about = {"name": repository.name, "number": scan.number, "format": format}
    await record(scope, "pinata.scan.exported", subject=scan.id, after=about)
    name = re.sub(r"[^\w.-]+", "-", repository.name).strip("-") or "scan"
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'{name}-{scan.number}.{ending}', safe='')}",
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    files = parts.storage.of(scope)
    choice = Choice(filters.kind, filters.q, filters.service, filters.folder)
    if format == "json" and choice.everything:
        _, chunks = await files.open(f"{scan.folder}/{GRAPH}")
        return stream(request, chunks, media_type, headers)
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="pinata-export-"))
    try:
        await files.fetch(f"{scan.folder}/{GRAPH}", folder / "graph")
        await run_heavy(write_export, folder / "graph", folder / "out", format, choice)
        content = await asyncio.to_thread((folder / "out").read_bytes)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder)
    return stream(request, _once(content), media_type, headers)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
