"""The log as a file: page after page, each in a transaction of its own, so that a long export holds no connection."""

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence

from tenantry.chassis.audit.queries import list_entries
from tenantry.chassis.audit.schemas import EntryFilters, EntryOut, ExportFormat
from tenantry.core.pages import PageParams
from tenantry.infra.database.database import Database
from tenantry.infra.database.scopes import OrgScope

PAGE = 200
HEAD = (
    "at", "action", "actor_kind", "actor_id", "actor_name", "subject", "address", "user_agent", "request_id", "before", "after", "id",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet would take for the beginning of a formula."""


async def exported(
    database: Database, scope: OrgScope, filters: EntryFilters, format: ExportFormat
) -> AsyncIterator[bytes]:
    """The rows that fit, the newest first. `scope` has ended by then, and says only who asked, and where."""
    yield _line(HEAD) if format == "csv" else b""
    asked: PageParams | None = PageParams(limit=PAGE)
    while asked:
        async with database.org_scope(scope.organization, scope.actor, role=scope.role, read_only=True) as reading:
            page = await list_entries(reading, filters, asked)
        yield b"".join(map(_csv if format == "csv" else _json, page.items))
        asked = PageParams(limit=PAGE, after=page.next) if page.next else None


def _json(entry: EntryOut) -> bytes:
    return entry.model_dump_json().encode() + b"\n"


def _csv(entry: EntryOut) -> bytes:
    plain = entry.model_dump(mode="json")
    plain |= {f"actor_{name}": value for name, value in plain.pop("actor").items()}
    for part in ("before", "after"):
        plain[part] = None if plain[part] is None else json.dumps(plain[part], ensure_ascii=False)
    return _line([plain[name] for name in HEAD])


def _line(cells: Sequence[str | None]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([harmless(cell or "") for cell in cells])
    return out.getvalue().encode("utf-8", "replace")


def harmless(cell: str) -> str:
    """The cell as a spreadsheet shows it and never runs it: a user agent is whatever somebody sent."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
