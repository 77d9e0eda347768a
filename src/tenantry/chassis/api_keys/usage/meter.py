"""Counting what API keys do, beside the requests: in memory, saved in batches, nothing lost on a clean stop."""

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import structlog

from tenantry.chassis.api_keys.usage.actions import note_refusals, save_usage
from tenantry.chassis.api_keys.usage.durations import BUCKETS, bucket_of
from tenantry.core.actors import SYSTEM, Actor
from tenantry.infra.database.database import Database
from tenantry.infra.database.scopes import AnonymousScope, OrganizationRef, Origin

FLUSH_SECONDS = 5.0
MOST = 50_000
"""How many different things are counted at once; more than that is told, and not counted."""

log = structlog.get_logger(__name__)


class Called(NamedTuple):
    """What is counted together."""

    key_id: UUID
    hour: int
    operation: str
    method: str
    status: int


@dataclass(slots=True)
class Tally:
    """How often, and how long."""

    count: int = 0
    milliseconds: float = 0.0
    buckets: list[int] = field(default_factory=lambda: [0] * BUCKETS)

    def add(self, other: "Tally") -> None:
        """Count these too."""
        self.count += other.count
        self.milliseconds += other.milliseconds
        self.buckets = [a + b for a, b in zip(self.buckets, other.buckets, strict=True)]


class Refusal(NamedTuple):
    """That a key which was good once was tried again."""

    key: Actor
    why: str
    address: str


@dataclass(slots=True)
class Waiting:
    """What waits to be saved of one organization."""

    organization: OrganizationRef
    tallies: dict[Called, Tally] = field(default_factory=dict)
    used: dict[UUID, datetime] = field(default_factory=dict)
    refusals: dict[Refusal, Origin | None] = field(default_factory=dict)


class UsageMeter:
    """Counts for one process. `start` begins to save every few seconds; `stop` saves what is left."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[UUID, Waiting] = {}
        self._size = 0
        self._missed = 0
        self._saving: asyncio.Task[None] | None = None
        self._alone = asyncio.Lock()

    def count(
        self, organization: OrganizationRef, key_id: UUID, *, operation: str, method: str, status: int, seconds: float
    ) -> None:
        """Count one request; takes some microseconds, and waits for nobody."""
        waiting = self._of(organization)
        now = time.time()
        called = Called(key_id, int(now // 3600), operation, method, status)
        tally = waiting.tallies.get(called)
        if tally is None:
            if self._size >= MOST:
                self._missed += 1
                return
            self._size += 1
            tally = waiting.tallies[called] = Tally()
        milliseconds = seconds * 1000
        tally.count += 1
        tally.milliseconds += milliseconds
        tally.buckets[bucket_of(milliseconds)] += 1
        waiting.used[key_id] = datetime.fromtimestamp(now, UTC)

    def refused(self, organization: OrganizationRef, key: Actor, why: str, scope: AnonymousScope) -> None:
        """A key that is over was tried: the organization's audit log will say so, once for each address and batch."""
        refusals = self._of(organization).refusals
        if len(refusals) < 100:
            address = scope.origin.address if scope.origin else ""
            refusals.setdefault(Refusal(key, why, address), scope.origin)

    def _of(self, organization: OrganizationRef) -> Waiting:
        waiting = self._waiting.get(organization.id)
        if waiting is None:
            waiting = self._waiting[organization.id] = Waiting(organization)
        return waiting

    async def start(self) -> None:
        """Begin to save."""
        self._saving = asyncio.create_task(self._save_again_and_again(), name="usage of API keys")

    async def stop(self) -> None:
        """Save what is left, and end."""
        if self._saving is not None:
            self._saving.cancel()
            await asyncio.gather(self._saving, return_exceptions=True)
        await self.flush()

    async def flush(self) -> None:
        """Save what waits. What can't be saved now waits for the next time."""
        async with self._alone:
            batch, self._waiting, self._size = self._waiting, {}, 0
            if self._missed:
                log.warning("api_keys.usage.missed", requests=self._missed)
                self._missed = 0
            for waiting in batch.values():
                # A batch that was begun is finished even when the process is asked to stop: nothing counts twice or never.
                await asyncio.shield(self._save(waiting))

    async def _save(self, waiting: Waiting) -> None:
        try:
            if waiting.tallies:
                async with self._database.org_scope(waiting.organization, SYSTEM) as scope:
                    await save_usage(scope, waiting.tallies, waiting.used)
            waiting.tallies = {}
            by_key: defaultdict[tuple[Actor, Origin | None], list[str]] = defaultdict(list)
            for refusal, origin in waiting.refusals.items():
                by_key[refusal.key, origin].append(refusal.why)
            for (key, origin), reasons in by_key.items():
                async with self._database.org_scope(waiting.organization, key, origin=origin) as scope:
                    await note_refusals(scope, reasons)
        except Exception:
            log.exception("api_keys.usage.not_saved", organization=waiting.organization.slug)
            self._keep(waiting)

    def _keep(self, waiting: Waiting) -> None:
        kept = self._of(waiting.organization)
        for called, tally in waiting.tallies.items():
            if called in kept.tallies:
                kept.tallies[called].add(tally)
            elif self._size < MOST:
                self._size += 1
                kept.tallies[called] = tally
            else:
                self._missed += tally.count
        kept.used = waiting.used | kept.used

    async def _save_again_and_again(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self.flush()
