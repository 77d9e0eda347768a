"""Scans over the wire."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from tenantry.sdk import Page

Status = Literal["queued", "running", "succeeded", "failed", "cancelled"]
PhaseName = Literal["clone", "discover", "parse", "resolve", "graph"]


class ScanNew(BaseModel):
    """What to scan: another branch or tag than the repository's own."""

    branch: str | None = Field(None, max_length=250)


class RepositoryName(BaseModel):
    """Which repository."""

    id: UUID
    name: str


class Phase(BaseModel):
    """One phase, and how long it took in seconds."""

    name: PhaseName
    state: Literal["waiting", "running", "done"]
    seconds: float | None


class Progress(BaseModel):
    """How far the present phase is (`done` of `total`, 0 while unknown) and the whole (`fraction`, 0 to 1).

    `seconds_left` is an estimate over all phases, null while there is no ground for one.
    """

    done: int
    total: int
    fraction: float
    seconds_left: float | None
    message: str


class ScanError(BaseModel):
    """Why a scan failed, and what to do about it."""

    code: str
    detail: str
    hint: str | None


class Baseline(BaseModel):
    """The scan that this one is compared with: the last one before it that succeeded."""

    id: UUID
    number: int
    metrics: dict[str, int]


class LogLine(BaseModel):
    """One line of a scan's log."""

    at: datetime
    phase: str
    message: str


class ScanOut(BaseModel):
    """A scan. `metrics`: what was found → how many. `languages`: language → its share of the bytes."""

    id: UUID
    number: int
    repository: RepositoryName
    status: Status
    phase: PhaseName | None
    phases: list[Phase]
    progress: Progress
    commit: str | None
    branch: str | None
    error: ScanError | None
    metrics: dict[str, int]
    baseline: Baseline | None
    languages: dict[str, float]
    started_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class WatchedScan(ScanOut):
    """A scan as people watch it: with the last lines of its log."""

    log: list[LogLine]


class ScanCounts(BaseModel):
    """How many scans there are; waiting ones count as running."""

    all: int
    running: int
    succeeded: int
    failed: int
    cancelled: int


class ScanPage(Page[ScanOut]):
    """A page of scans, with the counts of all."""

    counts: ScanCounts


class Log(BaseModel):
    """All lines of a scan's log, the oldest first."""

    items: list[LogLine]
