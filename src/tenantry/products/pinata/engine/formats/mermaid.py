"""The graph as Mermaid flowcharts."""

from collections import defaultdict
from typing import Any

MAX_EDGES = 450  # Mermaid refuses diagrams of more than 500 edges
MAX_TEXT = 45_000  # … and of more than 50,000 characters
SHAPES = {
    "service": ("[[", "]]"), "route": ("([", "])"), "schedule": ("([", "])"), "consume": (">", "]"), "table": ("[(", ")]"),
    "topic": ("{{", "}}"), "external": ("(((", ")))"), "function": ("[", "]"),
}  # fmt: skip


def to_mermaid(document: dict[str, Any], *, max_edges: int = MAX_EDGES, max_text: int = MAX_TEXT) -> list[str]:
    """Flowcharts that Mermaid will draw: whole flows together, split so that each stays under its limits."""
    nodes = {node["id"]: node for node in document["nodes"]}
    following: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for edge in document["edges"]:
        if edge["kind"] != "contains":
            following[edge["source"]].append(edge)
    reached = {edge["target"] for edges in following.values() for edge in edges}
    roots = [i for i, node in nodes.items() if node["kind"] in ("route", "schedule", "consume")]
    roots += [i for i in nodes if i not in reached and following[i] and i not in set(roots)]
    diagrams: list[_Diagram] = []
    done: set[tuple[str, str, str]] = set()
    for root in [*roots, *nodes]:
        for edge in _flow(root, following):
            key = edge["source"], edge["target"], edge["kind"]
            if key in done:
                continue
            done.add(key)
            if not diagrams or not diagrams[-1].takes(nodes, edge, max_edges, max_text):
                diagrams.append(_Diagram())
            diagrams[-1].add(nodes, edge)
    return [diagram.text() for diagram in diagrams] or ["flowchart LR\n"]


def _flow(root: str, following: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """All edges that lead on from a node, depth first."""
    found, waiting, seen = [], [root], {root}
    while waiting:
        for edge in following.get(waiting.pop(), ()):
            found.append(edge)
            if edge["target"] not in seen:
                seen.add(edge["target"])
                waiting.append(edge["target"])
    return found


class _Diagram:
    """One flowchart while it is being written."""

    def __init__(self) -> None:
        self.nodes: dict[str, str] = {}
        self.edges: list[str] = []
        self.size = len("flowchart LR\n")

    def _lines(self, nodes: dict[str, Any], edge: dict[str, Any]) -> tuple[dict[str, str], str]:
        new = {i: _node(nodes[i]) for i in (edge["source"], edge["target"]) if i not in self.nodes}
        return new, f"  {edge['source']} -->|{edge['kind']}| {edge['target']}\n"

    def takes(self, nodes: dict[str, Any], edge: dict[str, Any], max_edges: int, max_text: int) -> bool:
        new, line = self._lines(nodes, edge)
        return len(self.edges) < max_edges and self.size + sum(map(len, new.values())) + len(line) <= max_text

    def add(self, nodes: dict[str, Any], edge: dict[str, Any]) -> None:
        new, line = self._lines(nodes, edge)
        self.nodes.update(new)
        self.edges.append(line)
        self.size += sum(map(len, new.values())) + len(line)

    def text(self) -> str:
        return "flowchart LR\n" + "".join(self.nodes.values()) + "".join(self.edges)


def _node(node: dict[str, Any]) -> str:
    left, right = SHAPES.get(node["kind"], ("(", ")"))
    return f'  {node["id"]}{left}"{label(node)}"{right}\n'


def label(node: dict[str, Any]) -> str:
    """The text in a node's box, with what Mermaid would read as its own made harmless."""
    text = (
        f"{node['kind'].replace('_', ' ')}: {node['name']}"
        if node["kind"] not in ("route", "function", "table")
        else node["name"]
    )[:160]
    for character, entity in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;"), ("\n", " "), ("`", "#96;")):
        text = text.replace(character, entity)
    return text


def to_markdown(document: dict[str, Any]) -> str:
    """All diagrams in one page of Markdown."""
    return "\n".join(f"```mermaid\n{diagram}```\n" for diagram in to_mermaid(document))
