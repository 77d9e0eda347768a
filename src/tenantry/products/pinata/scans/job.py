"""The job behind a scan: fetch the code, have it scanned beside the event loop, store what was found.

It may be killed at any moment and run again: each attempt begins by removing what the last one left.
"""

import asyncio
import time
from pathlib import Path
from uuid import UUID

from tenantry.products.pinata.engine.options import Progress
from tenantry.products.pinata.parts import Parts, parts_of
from tenantry.products.pinata.repositories.models import Repository
from tenantry.products.pinata.results.compute import Summary, Task, compute
from tenantry.products.pinata.scans import endings
from tenantry.products.pinata.scans.fetching import Fetched, Wanted, get_code
from tenantry.products.pinata.scans.models import Scan
from tenantry.products.pinata.scans.phases import Course, waiting
from tenantry.products.pinata.scans.queries import baseline_of, count_lines
from tenantry.products.pinata.scans.store import clear_rows, store_batch, store_files
from tenantry.products.pinata.scans.tracker import Tracker
from tenantry.products.pinata.sources.archive import remove
from tenantry.sdk import JobContext, Problem, job, run_heavy, touch

RETRIES = 4
LONGEST_SECONDS = 3600


@job("pinata.scan", retries=RETRIES, timeout=LONGEST_SECONDS, on_failure=endings.give_up)
async def run_scan(context: JobContext, *, scan_id: UUID) -> None:
    """Run a queued scan to its end."""
    parts = parts_of(context)
    work = parts.work / str(scan_id)
    await asyncio.to_thread(_sweep, parts.work, work)
    begun = await _begin(context, scan_id)
    if begun is None:
        return  # cancelled or deleted while it waited
    wanted, tracker = begun
    try:
        async with tracker:
            fetched, summary = await _scan(context, parts, wanted, tracker, work / str(context.attempt), scan_id)
        await endings.succeed(context, scan_id, fetched, summary, tracker)
    except Problem as problem:
        if problem.code.startswith("database."):
            raise  # not the scan's fault: it is run again
        await endings.fail(context, scan_id, problem, tracker)
    except asyncio.CancelledError:
        await endings.clean_up(context, parts, scan_id)
        raise
    finally:
        await asyncio.shield(asyncio.to_thread(remove, work))


def _sweep(folder: Path, own: Path) -> None:
    """Remove what an earlier attempt left, and what was left by killed workers whose scans nobody took up again."""
    remove(own)
    for path in folder.glob("*"):
        if path.stat().st_mtime < time.time() - 2 * LONGEST_SECONDS:
            remove(path)


async def _begin(context: JobContext, scan_id: UUID) -> tuple[Wanted, Tracker] | None:
    async with context.scope() as scope:
        scan = await scope.session.get(Scan, (scope.org_id, scan_id), with_for_update=True)
        if scan is None or not scan.active:
            return None
        repository = await scope.session.get_one(Repository, (scope.org_id, scan.repository_id))
        before = await baseline_of(scope, scan)
        seconds = {name: phase["seconds"] for name, phase in before.phases.items()} if before else None
        tracker = Tracker(context, scan_id, Course(time.monotonic(), seconds), await count_lines(scope, scan_id))
        if scan.status == "running":
            await clear_rows(scope, scan_id)
            tracker.say("The worker was interrupted. Starting again")
        scan.status, scan.phase, scan.phases = "running", None, waiting()
        scan.started_at = scan.started_at or scope.now()
        await scope.session.flush()
        await touch(scope, f"pinata.scan:{scan_id}")
        await touch(scope, "pinata.scans")
        return Wanted.of(repository, scan.branch), tracker


async def _scan(
    context: JobContext, parts: Parts, wanted: Wanted, tracker: Tracker, work: Path, scan_id: UUID
) -> tuple[Fetched, Summary]:
    tracker.enter("clone")
    fetched = await get_code(wanted, parts, work / "code", tracker.step)
    if fetched.commit:
        tracker.say(f"At {fetched.branch or 'the default branch'}, commit {fetched.commit[:12]}")
    tracker.enter("discover")
    cache = parts.cache / str(context.organization.id)
    task = Task(fetched.root, work / "result", cache, fetched.commit, parts.own.scan_processes)
    summary = await run_heavy(compute, task, on_progress=tracker.progress)
    for note in summary.notes:
        tracker.say(note)
    await _store(context, parts, task.out, summary, tracker, scan_id)
    return fetched, summary


async def _store(
    context: JobContext, parts: Parts, out: Path, summary: Summary, tracker: Tracker, scan_id: UUID
) -> None:
    files = parts.storage.of_organization(context.organization.id)
    await store_files(files, f"pinata/scans/{scan_id}", out, summary)
    for done, batch in enumerate(summary.batches, 1):
        async with context.scope() as scope:
            await store_batch(scope, scan_id, batch)
        share = summary.nodes * done // len(summary.batches)
        tracker.progress(Progress("graph", share, summary.nodes, "Storing what was found"))
