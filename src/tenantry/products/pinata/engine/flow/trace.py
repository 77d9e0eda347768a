"""From an entry to everything it causes, as a tree."""

from dataclasses import dataclass, field
from typing import Any

from tenantry.products.pinata.engine.flow.index import Edge, Flow, Node

DEEPEST = 40


@dataclass(slots=True)
class Step:
    """A node, the edge that led to it (None at the root), and what follows. `repeated`: its steps stand at an earlier place;
    `cut`: there are more, deeper than asked for."""

    node: Node
    via: Edge | None = None
    steps: list["Step"] = field(default_factory=list)
    repeated: bool = False
    cut: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        via = self.via and {
            "kind": self.via["kind"],
            "confidence": self.via["confidence"],
            "evidence": self.via["evidence"],
        }
        shown = {key: self.node[key] for key in ("id", "kind", "name", "file", "line", "service", "confidence")}
        marks = {name: True for name in ("repeated", "cut") if getattr(self, name)}
        return {**shown, "via": via, **marks, "steps": [step.to_dict() for step in self.steps]}


def trace(flow: Flow, start: Node, depth: int = DEEPEST) -> Step:
    """Everything that a node causes, across functions, tables, topics and the routes of other services. Each node is unfolded
    once, at the place where the code comes to it first; a later mention is `repeated`."""
    root = Step(start)
    unfolded: set[str] = set()
    waiting = [(root, 0)]
    while waiting:
        step, level = waiting.pop()
        following = flow.out(step.node)
        if not following:
            continue
        if step.node["id"] in unfolded:
            step.repeated = True
            continue
        if level >= depth:
            step.cut = True
            continue
        unfolded.add(step.node["id"])
        step.steps = [Step(node, edge) for edge, node in following]
        waiting += [(inner, level + 1) for inner in reversed(step.steps)]
    return root
