"""The ways a scan ends. Each writes only to a scan that still runs, so that a cancelled one stays cancelled."""

import time
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from tenantry.products.pinata.parts import Parts, parts_of
from tenantry.products.pinata.repositories.models import Repository
from tenantry.products.pinata.results.compute import Summary
from tenantry.products.pinata.scans.fetching import Fetched
from tenantry.products.pinata.scans.models import Scan, ScanLine
from tenantry.products.pinata.scans.queries import baseline_of
from tenantry.products.pinata.scans.store import clear_rows
from tenantry.products.pinata.scans.tracker import Tracker
from tenantry.sdk import JobContext, OrgScope, Problem, emit, touch


async def succeed(context: JobContext, scan_id: UUID, fetched: Fetched, summary: Summary, tracker: Tracker) -> None:
    """The result is stored: say so, and compare with the last one."""
    async with context.scope() as scope:
        scan = await _running(scope, scan_id)
        if scan is None:
            return
        tracker.course.finish(time.monotonic())
        tracker.say(f"Done: {summary.nodes:,} nodes in {summary.metrics['files']:,} files")
        baseline = await baseline_of(scope, scan)
        scan.commit, scan.branch = fetched.commit, fetched.branch or scan.branch
        scan.metrics, scan.languages = summary.metrics, summary.languages
        scan.found = {
            "kinds": summary.kinds,
            "services": summary.services,
            "parts": summary.parts,
            "honesty": summary.honesty,
        }
        scan.baseline_id = baseline.id if baseline else None
        repository = await scope.session.get_one(Repository, (scope.org_id, scan.repository_id))
        repository.languages = summary.languages
        repository.known_hosts = fetched.known_hosts or repository.known_hosts
        await _end(scope, scan, "succeeded", tracker)
        await emit(scope, "pinata.scan.finished", scan_id, {"number": scan.number, "metrics": summary.metrics})


async def fail(context: JobContext, scan_id: UUID, problem: Problem, tracker: Tracker) -> None:
    """It cannot be done, for a reason that trying again would not change."""
    async with context.scope() as scope:
        scan = await _running(scope, scan_id)
        if scan is None:
            return
        tracker.say(problem.detail)
        scan.error = {"code": problem.code, "detail": problem.detail, "hint": problem.hint}
        await _end(scope, scan, "failed", tracker)
        await emit(scope, "pinata.scan.failed", scan_id, {"number": scan.number, "code": problem.code})


async def give_up(context: JobContext, *, error: str, scan_id: UUID) -> None:
    """Every attempt broke. What broke stands in the log of the service and with the job, not here: it may name files of ours."""
    async with context.scope() as scope:
        scan = await _running(scope, scan_id)
        if scan is None:
            return
        scan.error = {
            "code": "pinata.scan.broken",
            "detail": "Something went wrong on our side, several times in a row.",
            "hint": "Start the scan again later. If it happens again, tell whoever runs this service the scan's id.",
        }
        await _end(scope, scan, "failed", None)
        await emit(scope, "pinata.scan.failed", scan_id, {"number": scan.number, "code": "pinata.scan.broken"})
    await _remove_files(context, parts_of(context), scan_id)


async def clean_up(context: JobContext, parts: Parts, scan_id: UUID) -> None:
    """After a cancel, remove what was stored; after a stop of the worker leave it to the next attempt."""
    async with context.scope() as scope:
        scan = await scope.session.get(Scan, (scope.org_id, scan_id))
        if scan is not None and scan.active:
            return
        if scan is not None:
            await clear_rows(scope, scan_id)
    await _remove_files(context, parts, scan_id)


async def _remove_files(context: JobContext, parts: Parts, scan_id: UUID) -> None:
    await parts.storage.of_organization(context.organization.id).delete_all(f"pinata/scans/{scan_id}")


async def _running(scope: OrgScope, scan_id: UUID) -> Scan | None:
    scan = await scope.session.get(Scan, (scope.org_id, scan_id), with_for_update=True)
    return scan if scan is not None and scan.active else None


async def _end(scope: OrgScope, scan: Scan, status: str, tracker: Tracker | None) -> None:
    scan.status, scan.finished_at = status, scope.now()
    if tracker:
        scan.phase, scan.phases = tracker.course.phase, tracker.course.phases
        scan.progress = {**tracker.course.progress(), "seconds_left": None}
        lines: list[dict[str, Any]] = tracker.take_lines()
        if lines:
            await scope.session.execute(insert(ScanLine), lines)
    await scope.session.flush()
    await touch(scope, f"pinata.scan:{scan.id}")
    await touch(scope, "pinata.scans")
