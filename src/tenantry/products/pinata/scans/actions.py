"""What happens to scans."""

from tenantry.products.pinata.repositories.models import Repository
from tenantry.products.pinata.scans import phases
from tenantry.products.pinata.scans.job import run_scan
from tenantry.products.pinata.scans.models import Scan
from tenantry.products.pinata.scans.queries import active_scan
from tenantry.products.pinata.sources import check_branch
from tenantry.sdk import Conflict, OrgScope, cancel, defer, emit, new_id, record, touch


async def start_scan(scope: OrgScope, repository: Repository, branch: str | None = None) -> Scan:
    """Queue a scan, in the caller's transaction. Of one repository one scan is active at a time: asking again for the same
    gives back the one there is, so that a second click or a repeated request does no harm.

    Raises:
        Invalid: `pinata.source.branch_invalid`.
        Conflict: `pinata.scan.active`: another branch is being scanned.
    """
    branch = check_branch(branch) if branch and branch.strip() else None
    await scope.session.refresh(repository, with_for_update=True)  # two who start at once take turns
    running = await active_scan(scope, repository.id)
    if running is not None:
        if branch in (None, running.branch):
            return running
        raise Conflict(
            "pinata.scan.active",
            f"Scan {running.number} of this repository is not over yet.",
            hint="Wait for it or cancel it, then scan the other branch.",
            scan=str(running.id),
        )
    repository.scans += 1
    scan = Scan(
        id=new_id(),
        repository_id=repository.id,
        number=repository.scans,
        status="queued",
        branch=branch or repository.branch,
        phases=phases.waiting(),
        progress=phases.nothing_done("Waiting for a worker"),
        metrics={},
        languages={},
        found={},
        started_by=scope.actor.name,
        created_at=scope.now(),
    )
    scope.session.add(scan)
    await scope.session.flush()
    scan.job_id = await defer(scope, run_scan, scan_id=scan.id)
    await scope.session.flush()
    about = {"name": repository.name, "number": scan.number, "branch": scan.branch}
    await record(scope, "pinata.scan.started", subject=scan.id, after=about)
    await touch(scope, "pinata.scans")
    return scan


async def cancel_scan(scope: OrgScope, scan: Scan) -> Scan:
    """Stop a scan, waiting or running, within a second. One that is over stays as it is."""
    await scope.session.refresh(scan, with_for_update=True)
    if not scan.active:
        return scan
    scan.status, scan.finished_at = "cancelled", scope.now()
    scan.progress = {**scan.progress, "seconds_left": None, "message": "Cancelled"}
    if scan.job_id is not None:
        await cancel(scope, scan.job_id)
    await scope.session.flush()
    await emit(scope, "pinata.scan.cancelled", scan.id, {"number": scan.number})
    await record(scope, "pinata.scan.cancelled", subject=scan.id, after={"number": scan.number})
    await touch(scope, f"pinata.scan:{scan.id}")
    await touch(scope, "pinata.scans")
    return scan
