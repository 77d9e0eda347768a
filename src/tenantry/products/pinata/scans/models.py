"""Tables of scans and of what they said while they ran."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from tenantry.sdk import TenantModel, tenant_key

ACTIVE = ("queued", "running")


class Scan(TenantModel):
    """One scan. `phases`: name → {state, seconds}. `found`: counts by kind, services, and where source excerpts begin."""

    __tablename__ = "pinata_scans"
    __table_args__ = (
        tenant_key("pinata_repositories", "repository_id", ondelete="CASCADE"),
        tenant_key("pinata_scans", "baseline_id", ondelete="SET NULL"),
        UniqueConstraint("org_id", "repository_id", "number"),
        Index(
            "uq_pinata_scans_active",
            "org_id",
            "repository_id",
            unique=True,
            postgresql_where=text("status IN ('queued', 'running')"),
        ),
        Index(None, "org_id", "created_at", "id"),
        Index(None, "org_id", "status", "created_at", "id"),
        Index(None, "org_id", "baseline_id"),
    )

    repository_id: Mapped[UUID]
    number: Mapped[int]
    status: Mapped[str]
    branch: Mapped[str | None]
    commit: Mapped[str | None]
    job_id: Mapped[int | None]
    phase: Mapped[str | None]
    phases: Mapped[dict[str, Any]]
    progress: Mapped[dict[str, Any]]
    error: Mapped[dict[str, Any] | None]
    metrics: Mapped[dict[str, Any]]
    languages: Mapped[dict[str, Any]]
    found: Mapped[dict[str, Any]]
    baseline_id: Mapped[UUID | None]
    started_by: Mapped[str]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.status in ACTIVE

    @property
    def folder(self) -> str:
        """Where its files lie among the organization's."""
        return f"pinata/scans/{self.id}"


class ScanLine(TenantModel):
    """One line of a scan's log."""

    __tablename__ = "pinata_scan_lines"
    __table_args__ = (
        tenant_key("pinata_scans", "scan_id", ondelete="CASCADE"),
        Index(None, "org_id", "scan_id", "position"),
    )

    scan_id: Mapped[UUID]
    position: Mapped[int]
    at: Mapped[datetime]
    phase: Mapped[str]
    message: Mapped[str]
