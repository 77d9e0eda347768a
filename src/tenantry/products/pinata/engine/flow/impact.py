"""Who would notice if a table, a column, a route or a topic changed."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tenantry.products.pinata.engine.flow.index import Edge, Flow, Node
from tenantry.products.pinata.engine.flow.lookup import NotFoundError, find
from tenantry.products.pinata.engine.graph import ENTRIES

Lines = Callable[[str], Sequence[str]]
"""The lines of a file of the tree; none when the tree is not at hand."""

TARGETS = ("table", "external", "route", "topic", "function")


@dataclass(slots=True)
class Affected:
    """A node that would notice, and how: the nodes on the shortest way from it to a direct one, itself first. Not `sure`: only by
    statements that touch the table and do not name the column."""

    node: Node
    way: list[Node]
    via: Edge
    sure: bool = True


@dataclass(slots=True)
class Impact:
    """`direct` touch the target themselves (a statement, a request, a publisher or a consumer). With a column, `direct` are those whose
    function names it, and `perhaps` those that touch its table without saying which columns. `entries` are the routes, consumers
    and schedules from which `direct` can be reached, `callers` the functions on the way; `referring` the tables with keys to it."""

    targets: list[Node]
    column: str = ""
    direct: list[Affected] = field(default_factory=list)
    perhaps: list[Affected] = field(default_factory=list)
    entries: list[Affected] = field(default_factory=list)
    callers: list[Affected] = field(default_factory=list)
    referring: list[str] = field(default_factory=list)

    @property
    def services(self) -> list[str]:
        """The services that would notice."""
        rows = [*self.direct, *self.perhaps, *self.entries, *self.callers]
        return sorted({row.node["service"] for row in rows if row.node["service"]})

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return {
            "targets": [_brief(node) for node in self.targets],
            "column": self.column or None,
            **{
                name: [
                    {
                        **_brief(row.node),
                        "sure": row.sure,
                        "way": [_brief(node) for node in row.way],
                        "evidence": row.via["evidence"],
                    }
                    for row in getattr(self, name)
                ]
                for name in ("direct", "perhaps", "entries", "callers")
            },
            "referring": self.referring,
            "services": self.services,
        }


def _brief(node: Node) -> dict[str, Any]:
    return {key: node[key] for key in ("id", "kind", "name", "file", "line", "service")}


def impact(flow: Flow, text: str, lines: Lines | None = None) -> Impact:
    """The impact of changing what `text` names: `orders`, `orders.total`, `POST /orders`, `order.placed`, a function.

    Raises:
        NotFoundError: nothing is called so, or the table has no such column.
    """
    targets, column = _targets(flow, text)
    found = Impact(targets, column)
    ids = {node["id"] for node in targets}
    touching = [(edge, node) for target in targets for edge, node in _touching(flow, target)]
    rows = [Affected(node, [node, flow.nodes[_other(edge, node)]], edge) for edge, node in _distinct(touching)]
    names = _spellings(column) if column else None
    for row in rows:
        named = names is None or lines is None or any(names.search(line) for line in _code(flow, row.node, lines))
        row.sure = named
        (found.direct if named else found.perhaps).append(row)
    _follow(flow, found, ids, sure=True)
    _follow(flow, found, ids | {row.node["id"] for row in [*found.entries, *found.callers]}, sure=False)
    # An entry that touches the target itself (a consumer of the topic) is direct already, and noticed all the same.
    found.entries += [row for row in rows if row.node["kind"] in ENTRIES]
    for name in ("direct", "perhaps", "entries", "callers"):
        getattr(found, name).sort(
            key=lambda row: (row.node["service"], not row.sure, len(row.way), row.node["file"], row.node["line"])
        )
    found.referring = _referring(flow, targets, column)
    return found


def _follow(flow: Flow, found: Impact, known: set[str], *, sure: bool) -> None:
    """Add whatever makes the direct ones happen, or those that are direct perhaps."""
    starts = found.direct if sure else found.perhaps
    came_from = flow.walk([row.node for row in starts], lambda node: _upstream(flow, node))
    for node_id, came in came_from.items():
        node = flow.nodes[node_id]
        if came is None or node_id in known:
            continue
        row = Affected(node, _way(came_from, node), came[0], sure)
        if node["kind"] in ENTRIES:
            found.entries.append(row)
        elif node["kind"] == "function":
            found.callers.append(row)


def _targets(flow: Flow, text: str) -> tuple[list[Node], str]:
    try:
        return find(flow, text, TARGETS), ""
    except NotFoundError as error:
        table, dot, column = text.strip().rpartition(".")
        if not dot:
            raise
        try:
            tables = find(flow, table, ("table", "external"))
        except NotFoundError:
            raise error from None
        columns = [c["name"] for node in tables for c in flow.tables.get(node["name"], {}).get("columns", ())]
        exact = next((name for name in columns if name.lower() == column.lower()), None)
        if columns and exact is None:
            near = [f"{tables[0]['name']}.{name}" for name in columns[:3]]
            raise NotFoundError(text, near) from None
        return tables, exact or column


def _touching(flow: Flow, target: Node) -> list[tuple[Edge, Node]]:
    if target["kind"] == "topic":
        return [*flow.into(target, "publishes"), *flow.out(target, "delivers")]
    if target["kind"] == "function":
        return flow.into(target)
    return flow.into(target, "reads", "writes", "requests")


def _upstream(flow: Flow, node: Node) -> list[tuple[Edge, Node]]:
    """What makes a node happen, also in other services; a table or a topic in between is not walked through: who writes a table does not
    notice what its readers become."""
    return [pair for pair in flow.into(node) if pair[1]["kind"] not in ("table", "topic", "external")]


def _other(edge: Edge, node: Node) -> str:
    other: str = edge["target"] if edge["source"] == node["id"] else edge["source"]
    return other


def _distinct(pairs: Iterable[tuple[Edge, Node]]) -> list[tuple[Edge, Node]]:
    return list({node["id"]: (edge, node) for edge, node in reversed(list(pairs))}.values())[::-1]


def _way(came_from: dict[str, tuple[Edge, Node] | None], node: Node) -> list[Node]:
    way = [node]
    while (came := came_from[way[-1]["id"]]) is not None:
        way.append(came[1])
    return way


def _spellings(column: str) -> re.Pattern[str]:
    """A column as the languages of the tree may call it: `unit_price`, `unitPrice`, `UnitPrice`, `GetUnitPrice`."""
    words = [word for word in re.split(r"_|(?<=[a-z0-9])(?=[A-Z])", column) if word]
    camel = "".join(word[:1].upper() + word[1:].lower() for word in words)
    forms = {
        column,
        "_".join(words).lower(),
        camel[:1].lower() + camel[1:],
        camel,
        *(f"{v}{camel}" for v in ("get", "set", "Get", "Set")),
    }
    return re.compile(rf"(?<![A-Za-z0-9_])(?:{'|'.join(sorted(map(re.escape, forms)))})(?![A-Za-z0-9_])")


def _code(flow: Flow, node: Node, lines: Lines) -> list[str]:
    """The code around a statement: the functions that perform it, else its own lines."""
    owners = [owner for _, owner in flow.into(node, "does") if owner["kind"] == "function"] or [node]
    return [line for owner in owners for line in lines(owner["file"])[owner["line"] - 1 : owner["end_line"]]]


def _referring(flow: Flow, targets: list[Node], column: str) -> list[str]:
    """Columns with a foreign key to the table, when the column is its key (or no column is asked for)."""
    found = []
    for target in targets:
        table = flow.tables.get(target["name"])
        if table is None:
            continue
        keys = [c["name"] for c in table["columns"] if c["primary_key"]]
        if column and column not in keys:
            continue
        found += [
            f"{other['name']}.{c['name']}"
            for other in flow.tables.values()
            for c in other["columns"]
            if (c["references"] or "").lower() == table["name"].lower()
        ]
    return sorted(set(found))
