"""What is known about a graph's nodes from beside the source: tests that reach them, who changed them, what they are built on, and
where nobody handles a failure. Each overlay is a mapping by node id, so that the graph itself stays what the source says."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tenantry.products.pinata.engine.flow.index import Flow
from tenantry.products.pinata.engine.overlays.coverage import Coverage, covered
from tenantry.products.pinata.engine.overlays.dependencies import find_dependencies
from tenantry.products.pinata.engine.overlays.guards import find_gaps
from tenantry.products.pinata.engine.overlays.history import History, changed


@dataclass(frozen=True, slots=True)
class Overlays:
    """`gaps`: effects whose failure nobody handles; `coverage`: node id → lines; `history`: node id → changes of its file; `dependencies`:
    what the lock files pin; `notes`: what could not be had, and why."""

    gaps: list[dict[str, Any]] = field(default_factory=list)
    coverage: dict[str, dict[str, int]] = field(default_factory=dict)
    history: dict[str, dict[str, Any]] = field(default_factory=dict)
    dependencies: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def find_overlays(root: Path, document: dict[str, Any], reports: list[Coverage], history: History | None) -> Overlays:
    """All overlays of a tree's graph. `reports` are coverage files that were read, `history` is git's."""
    flow = Flow(document)
    coverage = covered(flow, reports)
    strange = [report for report in reports if not covered(flow, [report])]
    return Overlays(
        gaps=find_gaps(root, flow),
        coverage=coverage,
        history=changed(flow, history) if history else {},
        dependencies=find_dependencies(root),
        notes=[f"{report.name}: none of its {len(report.files)} files is in the graph." for report in strange],
    )
