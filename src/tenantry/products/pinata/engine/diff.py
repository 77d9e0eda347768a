"""What changed between two graphs."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

Node = dict[str, Any]

_COMPARED = ("name", "service", "confidence", "detail")


@dataclass(slots=True)
class Changes:
    """Nodes and tables as they stand in the documents; `changed` ones are pairs of before and after.

    A node that only moved to other lines did not change. Edges are (source, target, kind)."""

    added: list[Node] = field(default_factory=list)
    removed: list[Node] = field(default_factory=list)
    changed: list[tuple[Node, Node]] = field(default_factory=list)
    edges_added: list[tuple[str, str, str]] = field(default_factory=list)
    edges_removed: list[tuple[str, str, str]] = field(default_factory=list)
    tables_added: list[Node] = field(default_factory=list)
    tables_removed: list[Node] = field(default_factory=list)
    tables_changed: list[tuple[Node, Node]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__slots__)

    def to_dict(self) -> dict[str, Any]:
        """The shape of the API's answer: edges as counts, all else whole."""
        return {
            "nodes": {
                "added": self.added,
                "removed": self.removed,
                "changed": [{"before": before, "after": after} for before, after in self.changed],
            },
            "edges": {"added": len(self.edges_added), "removed": len(self.edges_removed)},
            "tables": {
                "added": self.tables_added,
                "removed": self.tables_removed,
                "changed": [{"before": before, "after": after} for before, after in self.tables_changed],
            },
        }


def diff(old: dict[str, Any], new: dict[str, Any]) -> Changes:
    """What the second document of schema `pinata.scan/1` has that the first has not, and the other way round."""
    before = {node["id"]: node for node in old["nodes"]}
    after = {node["id"]: node for node in new["nodes"]}
    changes = Changes(
        added=[node for node_id, node in after.items() if node_id not in before],
        removed=[node for node_id, node in before.items() if node_id not in after],
        changed=[(before[i], node) for i, node in after.items() if i in before and _differs(before[i], node)],
    )
    _pair_renamed(changes)
    old_edges, new_edges = _edges(old), _edges(new)
    changes.edges_added = sorted(new_edges - old_edges)
    changes.edges_removed = sorted(old_edges - new_edges)
    old_tables = {table["name"]: table for table in old["tables"]}
    new_tables = {table["name"]: table for table in new["tables"]}
    changes.tables_added = [table for name, table in new_tables.items() if name not in old_tables]
    changes.tables_removed = [table for name, table in old_tables.items() if name not in new_tables]
    changes.tables_changed = [
        (old_tables[name], table)
        for name, table in new_tables.items()
        if name in old_tables and old_tables[name]["columns"] != table["columns"]
    ]
    return changes


def _differs(before: Node, after: Node) -> bool:
    return any(before[key] != after[key] for key in _COMPARED)


def _edges(document: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(edge["source"], edge["target"], edge["kind"]) for edge in document["edges"]}


def _pair_renamed(changes: Changes) -> None:
    """One node gone and one come, of one kind in one file, is one that changed its name: a route with a new path."""
    gone, come = defaultdict(list), defaultdict(list)
    for node in changes.removed:
        gone[node["kind"], node["file"]].append(node)
    for node in changes.added:
        come[node["kind"], node["file"]].append(node)
    for key, nodes in gone.items():
        if len(nodes) == 1 and len(come.get(key, ())) == 1 and key[0] not in ("function", "service"):
            changes.changed.append((nodes[0], come[key][0]))
            changes.removed.remove(nodes[0])
            changes.added.remove(come[key][0])
