"""A graph document, indexed for walking."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

Node = dict[str, Any]
Edge = dict[str, Any]

CAUSES = frozenset(
    ("handles", "consumes", "calls", "does", "reads", "writes", "requests", "publishes", "delivers")
)  # fmt: skip
"""Edges along which one thing makes another happen; `contains` and `references` say only how things belong together."""


class Flow:
    """Nodes by id, and the edges that leave and reach each. Built once per document; must not outlive changes to it."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.nodes: dict[str, Node] = {node["id"]: node for node in document["nodes"]}
        self.tables: dict[str, dict[str, Any]] = {table["name"]: table for table in document["tables"]}
        self._out: dict[str, list[Edge]] = defaultdict(list)
        self._into: dict[str, list[Edge]] = defaultdict(list)
        for edge in document["edges"]:
            self._out[edge["source"]].append(edge)
            self._into[edge["target"]].append(edge)

    def of_kind(self, *kinds: str) -> list[Node]:
        """All nodes of these kinds, in the document's order."""
        return [node for node in self.document["nodes"] if node["kind"] in kinds]

    def out(self, node: Node, *kinds: str) -> list[tuple[Edge, Node]]:
        """What it leads to by edges of these kinds (by all that cause something, when none is given), in the order of the code."""
        return self._ends(self._out.get(node["id"], ()), "target", kinds)

    def into(self, node: Node, *kinds: str) -> list[tuple[Edge, Node]]:
        """What leads to it, likewise."""
        return self._ends(self._into.get(node["id"], ()), "source", kinds)

    def _ends(self, edges: Iterable[Edge], end: str, kinds: tuple[str, ...]) -> list[tuple[Edge, Node]]:
        wanted = frozenset(kinds) or CAUSES
        found = [(edge, self.nodes[edge[end]]) for edge in edges if edge["kind"] in wanted and edge[end] in self.nodes]
        return sorted(found, key=lambda pair: (place(pair[0]), pair[1]["name"], pair[1]["id"]))

    def walk(
        self, starts: Iterable[Node], step: Callable[[Node], list[tuple[Edge, Node]]]
    ) -> dict[str, tuple[Edge, Node] | None]:
        """Everything that can be reached, by the shortest way: node id → (the edge, the node it came from); None for a start."""
        came_from: dict[str, tuple[Edge, Node] | None] = {node["id"]: None for node in starts}
        frontier = [self.nodes[node_id] for node_id in came_from]
        while frontier:
            following = []
            for node in frontier:
                for edge, other in step(node):
                    if other["id"] not in came_from:
                        came_from[other["id"]] = (edge, node)
                        following.append(other)
            frontier = following
        return came_from


def place(edge: Edge) -> tuple[str, int]:
    """Where the first evidence of an edge stands."""
    evidence = edge["evidence"]
    return (evidence[0]["file"], evidence[0]["line"]) if evidence else ("", 0)


def at(item: dict[str, Any]) -> str:
    """`file:line` of a node, a table, or an edge's first evidence; "" for what stands nowhere."""
    file, line = place(item) if "evidence" in item else (item["file"], item["line"])
    return f"{file}:{line}" if file else ""
