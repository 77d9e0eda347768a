"""What can be asked about scans."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import defer

from tenantry.products.pinata.repositories.models import Repository
from tenantry.products.pinata.scans.models import ACTIVE, Scan, ScanLine
from tenantry.products.pinata.scans.phases import PHASES
from tenantry.products.pinata.scans.schemas import (
    Baseline,
    Log,
    LogLine,
    RepositoryName,
    ScanCounts,
    ScanOut,
    ScanPage,
    Status,
    WatchedScan,
)
from tenantry.sdk import Conflict, Cursor, NotFound, OrgScope, Page, PageParams

WATCHED_LINES = 50
LIGHT = defer(Scan.found, raiseload=True)
"""Lists don't show what a result page needs, which is large."""


async def find_scan(scope: OrgScope, scan_id: UUID) -> Scan:
    """The scan.

    Raises:
        NotFound: `pinata.scan.not_found`.
    """
    scan = await scope.session.get(Scan, (scope.org_id, scan_id))
    if scan is None:
        raise NotFound(
            "pinata.scan.not_found",
            "There is no such scan here.",
            hint="It may have been deleted with its repository. Go back to the list of scans.",
        )
    return scan


async def find_result(scope: OrgScope, scan_id: UUID) -> Scan:
    """A scan with a result.

    Raises:
        NotFound: `pinata.scan.not_found`.
        Conflict: `pinata.scan.no_result`: it isn't over, failed, or was cancelled.
    """
    scan = await find_scan(scope, scan_id)
    if scan.status != "succeeded":
        raise Conflict(
            "pinata.scan.no_result",
            "This scan is not finished yet." if scan.active else "This scan ended without a result.",
            hint="Wait until it has finished." if scan.active else "Start a new scan of the repository.",
            scan_status=scan.status,
        )
    return scan


async def active_scan(scope: OrgScope, repository_id: UUID) -> Scan | None:
    """The scan of a repository that waits or runs; there is one at most."""
    return await scope.session.scalar(select(Scan).where(Scan.repository_id == repository_id, Scan.status.in_(ACTIVE)))


async def ids_of(scope: OrgScope, repository_id: UUID) -> list[UUID]:
    """The ids of a repository's scans."""
    return list(await scope.session.scalars(select(Scan.id).where(Scan.repository_id == repository_id)))


async def baseline_of(scope: OrgScope, scan: Scan) -> Scan | None:
    """The last scan of the same repository before this one that succeeded."""
    return await scope.session.scalar(
        select(Scan)
        .where(Scan.repository_id == scan.repository_id, Scan.number < scan.number, Scan.status == "succeeded")
        .order_by(Scan.number.desc())
        .limit(1)
    )


async def list_scans(
    scope: OrgScope, asked: PageParams, *, status: Status | None = None, repository_id: UUID | None = None
) -> Page[ScanOut]:
    """The newest first. `running` finds waiting ones too."""
    statement = select(Scan).options(LIGHT).order_by(Scan.created_at.desc(), Scan.id.desc()).limit(asked.limit + 1)
    if status:
        statement = statement.where(Scan.status.in_(ACTIVE) if status == "running" else Scan.status == status)
    if repository_id:
        statement = statement.where(Scan.repository_id == repository_id)
    if asked.after:
        place = Cursor.decode(asked.after, datetime, UUID)
        statement = statement.where(tuple_(Scan.created_at, Scan.id) < place)
    found = list(await scope.session.scalars(statement))
    shown = found[: asked.limit]
    more = Cursor.encode(shown[-1].created_at, shown[-1].id) if len(found) > asked.limit else None
    return Page(items=await describe(scope, shown), next=more)


async def page_of_scans(scope: OrgScope, asked: PageParams, status: Status | None) -> ScanPage:
    """A page of all scans, with counts."""
    page = await list_scans(scope, asked, status=status)
    return ScanPage(items=page.items, next=page.next, counts=await count_scans(scope))


async def count_scans(scope: OrgScope) -> ScanCounts:
    """How many scans of each kind the organization has."""
    rows = await scope.session.execute(select(Scan.status, func.count()).group_by(Scan.status))
    by: dict[str, int] = dict(rows.all())
    return ScanCounts(
        all=sum(by.values()),
        running=sum(by.get(status, 0) for status in ACTIVE),
        succeeded=by.get("succeeded", 0),
        failed=by.get("failed", 0),
        cancelled=by.get("cancelled", 0),
    )


async def describe(scope: OrgScope, scans: Sequence[Scan]) -> list[ScanOut]:
    """Scans as they go over the wire."""
    names = await _names(scope, {scan.repository_id for scan in scans})
    baselines = await _by_id(scope, {scan.baseline_id for scan in scans if scan.baseline_id})
    return [
        ScanOut.model_validate(_fields(scan, names[scan.repository_id], baselines.get(scan.baseline_id)))
        for scan in scans
    ]


async def describe_one(scope: OrgScope, scan: Scan) -> ScanOut:
    """One scan as it goes over the wire."""
    return (await describe(scope, [scan]))[0]


async def read_log(scope: OrgScope, scan: Scan, last: int | None = None) -> Log:
    """The log of a scan, or its last lines."""
    statement = select(ScanLine).where(ScanLine.scan_id == scan.id).order_by(ScanLine.position.desc()).limit(last)
    lines = [LogLine.model_validate(line, from_attributes=True) for line in await scope.session.scalars(statement)]
    return Log(items=lines[::-1])


async def count_lines(scope: OrgScope, scan_id: UUID) -> int:
    """How many lines a scan's log has."""
    statement = select(func.count()).select_from(ScanLine).where(ScanLine.scan_id == scan_id)
    return await scope.session.scalar(statement) or 0


async def watch_scan(scope: OrgScope, id: str) -> dict[str, Any] | None:
    """What somebody looking at the live topic `pinata.scan:{id}` sees."""
    try:
        scan = await scope.session.get(Scan, (scope.org_id, UUID(id)))
    except ValueError:
        return None
    if scan is None:
        return None
    out = await describe_one(scope, scan)
    log = await read_log(scope, scan, WATCHED_LINES)
    return WatchedScan(**out.model_dump(), log=log.items).model_dump(mode="json")


async def watch_scans(scope: OrgScope, id: str) -> dict[str, Any] | None:
    """What somebody looking at the live topic `pinata.scans` sees: how many there are."""
    return {"counts": (await count_scans(scope)).model_dump()} if not id else None


async def _names(scope: OrgScope, ids: set[UUID]) -> dict[UUID, str]:
    if not ids:
        return {}
    rows = await scope.session.execute(select(Repository.id, Repository.name).where(Repository.id.in_(ids)))
    return {row.id: row.name for row in rows}


async def _by_id(scope: OrgScope, ids: set[UUID]) -> dict[UUID | None, Scan]:
    if not ids:
        return {}
    return {scan.id: scan for scan in await scope.session.scalars(select(Scan).options(LIGHT).where(Scan.id.in_(ids)))}


def _fields(scan: Scan, repository: str, baseline: Scan | None) -> dict[str, Any]:
    own = {name: getattr(scan, name) for name in ScanOut.model_fields if name in Scan.__table__.columns}
    return own | {
        "repository": RepositoryName(id=scan.repository_id, name=repository),
        "phases": [{"name": name, **scan.phases[name]} for name in PHASES],
        "baseline": Baseline(id=baseline.id, number=baseline.number, metrics=baseline.metrics) if baseline else None,
    }
