"""What a running scan tells: kept in memory, written down at most four times a second, and only while it runs."""

import asyncio
import contextlib
import time
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update

from tenantry.products.pinata.engine.options import Progress
from tenantry.products.pinata.scans.models import Scan, ScanLine
from tenantry.products.pinata.scans.phases import Course
from tenantry.products.pinata.sources import Step
from tenantry.sdk import JobContext, Problem, touch

WRITE_SECONDS = 0.25
MOST_LINES = 500
QUIET = frozenset({"parse"})
"""Phases whose messages are names of files: shown as they pass, not kept."""


class Tracker:
    """Takes reports of one scan and writes them down from time to time: `async with tracker: …`."""

    def __init__(self, context: JobContext, scan_id: UUID, course: Course, lines: int = 0) -> None:
        self._context, self._scan_id, self.course = context, scan_id, course
        self._lines: list[dict[str, Any]] = []
        self._written, self._last_said = lines, ""
        self._dirty = asyncio.Event()

    def enter(self, phase: str) -> None:
        """A phase begins."""
        if self.course.enter(phase, time.monotonic()):
            self._dirty.set()

    def step(self, step: Step) -> None:
        """How far fetching is."""
        self._tell("clone", step.done, step.total, step.message)

    def progress(self, progress: Progress) -> None:
        """How far the engine is."""
        self._tell(progress.phase, progress.done, progress.total, progress.message)

    def say(self, message: str) -> None:
        """A line for the log."""
        if message and message != self._last_said and self._written + len(self._lines) < MOST_LINES:
            self._last_said = message
            line = {"at": self._now(), "phase": self.course.phase or "clone", "message": message[:500]}
            self._lines.append(line)
            self._dirty.set()

    async def __aenter__(self) -> "Tracker":
        self._task = asyncio.create_task(self._write_on(), name="pinata scan progress")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    def take_lines(self) -> list[dict[str, Any]]:
        """The lines not yet written, to be written by the caller."""
        taken = [
            {"scan_id": self._scan_id, "position": self._written + index, **line}
            for index, line in enumerate(self._lines)
        ]
        self._written += len(taken)
        self._lines = []
        return taken

    def _tell(self, phase: str, done: int, total: int, message: str) -> None:
        now = time.monotonic()
        self.course.enter(phase, now)
        self.course.tell(done, total, message, now)
        if phase not in QUIET:
            self.say(message)
        self._dirty.set()

    async def _write_on(self) -> None:
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            try:
                await self._write()
            except Problem as problem:  # the database is away for a moment: the next writing tells the same and more
                if not problem.code.startswith("database."):
                    raise
            await asyncio.sleep(WRITE_SECONDS)

    async def _write(self) -> None:
        waiting, written = self._lines, self._written
        try:
            async with self._context.scope() as scope:
                changed = await scope.session.scalar(
                    update(Scan)
                    .where(Scan.id == self._scan_id, Scan.status == "running")
                    .values(phase=self.course.phase, phases=self.course.phases, progress=self.course.progress())
                    .returning(Scan.id)
                    .execution_options(synchronize_session=False)
                )
                if changed and (lines := self.take_lines()):
                    await scope.session.execute(insert(ScanLine), lines)
                await touch(scope, f"pinata.scan:{self._scan_id}")
        except BaseException:
            if self._lines is not waiting:  # rolled back with the lines: they are still to be written
                self._lines, self._written = [*waiting, *self._lines], written
            raise

    def _now(self) -> datetime:
        return self._context.database.clock()
