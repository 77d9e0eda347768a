"""Tables of what scans found. Rows are written in batches by `scans/store.py` and never changed."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from tenantry.sdk import TenantModel, tenant_key


class Node(TenantModel):
    """A node of a scan's graph. `node` is its stable name in the graph's file, `position` its place there."""

    __tablename__ = "pinata_nodes"
    __table_args__ = (
        tenant_key("pinata_scans", "scan_id", ondelete="CASCADE"),
        UniqueConstraint("org_id", "scan_id", "position"),
        UniqueConstraint("org_id", "scan_id", "node"),
        Index(None, "org_id", "scan_id", "kind", "position"),
        Index(None, "org_id", "scan_id", "service", "position"),
        Index(None, "org_id", "scan_id", "file", "position"),
    )

    scan_id: Mapped[UUID]
    position: Mapped[int]
    node: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    file: Mapped[str | None]
    line: Mapped[int | None]
    end_line: Mapped[int | None]
    service: Mapped[str | None]
    language: Mapped[str | None]
    confidence: Mapped[float]
    detail: Mapped[dict[str, Any]]


class Edge(TenantModel):
    """An edge between the nodes at two positions; `evidence` says where in the code it shows."""

    __tablename__ = "pinata_edges"
    __table_args__ = (
        tenant_key("pinata_scans", "scan_id", ondelete="CASCADE"),
        Index(None, "org_id", "scan_id", "source"),
        Index(None, "org_id", "scan_id", "target"),
    )

    scan_id: Mapped[UUID]
    source: Mapped[int]
    target: Mapped[int]
    kind: Mapped[str]
    confidence: Mapped[float]
    evidence: Mapped[list[Any]]


class FoundTable(TenantModel):
    """A database table with its columns, and how many places read and write it."""

    __tablename__ = "pinata_tables"
    __table_args__ = (
        tenant_key("pinata_scans", "scan_id", ondelete="CASCADE"),
        Index(None, "org_id", "scan_id", "position"),
    )

    scan_id: Mapped[UUID]
    position: Mapped[int]
    name: Mapped[str]
    file: Mapped[str | None]
    line: Mapped[int | None]
    columns: Mapped[list[Any]]
    readers: Mapped[int]
    writers: Mapped[int]


class Diagnostic(TenantModel):
    """What the engine could not read or make sense of."""

    __tablename__ = "pinata_diagnostics"
    __table_args__ = (
        tenant_key("pinata_scans", "scan_id", ondelete="CASCADE"),
        Index(None, "org_id", "scan_id", "position"),
    )

    scan_id: Mapped[UUID]
    position: Mapped[int]
    file: Mapped[str | None]
    line: Mapped[int | None]
    code: Mapped[str]
    message: Mapped[str]
