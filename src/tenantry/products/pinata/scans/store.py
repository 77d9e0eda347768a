"""Storing a result: rows by the batch, files one by one. Everything may be stored twice without harm."""

from pathlib import Path
from uuid import UUID

from sqlalchemy import delete, text

from tenantry.products.pinata.findings.models import Diagnostic, Edge, FoundTable, Node
from tenantry.products.pinata.results import COLUMNS, GRAPH, sources_name
from tenantry.products.pinata.results.compute import Summary
from tenantry.sdk import Files, OrgScope

COLUMNS_OF = {
    "nodes": "position bigint, node text, kind text, name text, file text, line bigint, end_line bigint, service text, "
    "language text, confidence float8, detail jsonb",
    "edges": "source bigint, target bigint, kind text, confidence float8, evidence jsonb",
    "tables": "position bigint, name text, file text, line bigint, columns jsonb, readers bigint, writers bigint",
    "diagnostics": "position bigint, file text, line bigint, code text, message text",
}


def _insert(name: str) -> str:
    described = COLUMNS_OF[name]
    columns = ", ".join(column.split()[0] for column in described.split(", "))
    return f"""
INSERT INTO pinata_{name} (id, scan_id, {columns})
SELECT gen_random_uuid(), :scan_id, {columns} FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r({described})
"""  # noqa: S608 - made of the words above


INSERTS = {name: text(_insert(name)) for name in COLUMNS_OF}


async def clear_rows(scope: OrgScope, scan_id: UUID) -> None:
    """Remove what an earlier attempt has stored."""
    for model in (Edge, Node, FoundTable, Diagnostic):
        await scope.session.execute(delete(model).where(model.scan_id == scan_id))


async def store_batch(scope: OrgScope, scan_id: UUID, batch: Path) -> None:
    """Insert one file of rows as it is: the database reads the JSON."""
    name = batch.name.partition("-")[0]
    await scope.session.execute(INSERTS[name], {"scan_id": scan_id, "rows": batch.read_text("utf-8")})


async def store_files(files: Files, folder: str, out: Path, summary: Summary) -> None:
    """Put the files of a result into storage."""
    for name in (GRAPH, COLUMNS, *map(sources_name, range(len(summary.parts)))):
        await files.put(f"{folder}/{name}", out / name)
