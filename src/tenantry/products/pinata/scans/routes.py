"""Scans over HTTP."""

from typing import Annotated
from uuid import UUID

from tenantry.products.pinata.repositories.queries import find_repository
from tenantry.products.pinata.scans import actions, queries
from tenantry.products.pinata.scans.schemas import Log, ScanNew, ScanOut, ScanPage, Status
from tenantry.sdk import Conditional, OrgScope, Page, Paging, Router, needs

Reader = Annotated[OrgScope, needs("pinata.scans.read")]
Writer = Annotated[OrgScope, needs("pinata.scans.write")]

router = Router()


@router.get("/repositories/{repository_id}/scans")
async def list_repository_scans(scope: Reader, repository_id: UUID, asked: Paging) -> Page[ScanOut]:
    """All scans of one repository, the newest first."""
    repository = await find_repository(scope, repository_id)
    return await queries.list_scans(scope, asked, repository_id=repository.id)


@router.post("/repositories/{repository_id}/scans", status_code=202)
async def start_scan(scope: Writer, repository_id: UUID, new: ScanNew | None = None) -> ScanOut:
    """Queue a scan. While one of the same branch is waiting or running, answers with that one."""
    repository = await find_repository(scope, repository_id)
    scan = await actions.start_scan(scope, repository, new.branch if new else None)
    return await queries.describe_one(scope, scan)


@router.get("/scans")
async def list_scans(scope: Reader, asked: Paging, status: Status | None = None) -> ScanPage:
    """All scans, the newest first; `status=running` includes those that wait. `counts` are of all scans."""
    return await queries.page_of_scans(scope, asked, status)


@router.get("/scans/{scan_id}")
async def get_scan(scope: Reader, scan_id: UUID, conditions: Conditional) -> ScanOut:
    """One scan, with its progress while it runs and its metrics once it has succeeded."""
    scan = await queries.describe_one(scope, await queries.find_scan(scope, scan_id))
    conditions.tag(scan)
    return scan


@router.post("/scans/{scan_id}/cancel")
async def cancel_scan(scope: Writer, scan_id: UUID) -> ScanOut:
    """Stop a scan within a second. One that is over stays as it is."""
    scan = await actions.cancel_scan(scope, await queries.find_scan(scope, scan_id))
    return await queries.describe_one(scope, scan)


@router.get("/scans/{scan_id}/log")
async def get_scan_log(scope: Reader, scan_id: UUID) -> Log:
    """What the scan said while it ran, the oldest line first."""
    return await queries.read_log(scope, await queries.find_scan(scope, scan_id))
