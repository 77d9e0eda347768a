"""What a change did to the system, as Markdown for a pull request: the changed neighbourhood and nothing else."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from tenantry.products.pinata.engine.diff import Changes, diff
from tenantry.products.pinata.engine.flow.index import Flow, Node, at
from tenantry.products.pinata.engine.formats.mermaid import SHAPES, label
from tenantry.products.pinata.engine.graph import EFFECTS, ENTRIES

MOST_ROWS = 40
MOST_DRAWN = 60
_WORDS = {
    "db_read": "reads", "db_write": "writes", "http_call": "calls", "publish": "publishes", "cache_read": "reads cache",
    "cache_write": "writes cache", "file_read": "reads file", "file_write": "writes file", "transform": "transforms",
}  # fmt: skip


class BrokenError(ValueError):
    """A graph that nothing can be compared with: an engine's own failure left a part of it out."""


def review(old: dict[str, Any], new: dict[str, Any]) -> str:
    """Markdown, or "" when nothing changed.

    Raises:
        BrokenError: a part of either graph is missing, so what is not in it proves nothing.
    """
    comparable(old, new)
    changes = diff(old, new)
    before, after = Flow(old), Flow(new)
    parts = [
        _breaking(changes),
        _nodes("Entries", changes, ENTRIES),
        _tables(changes),
        _behaviour(before, after),
        _nodes("Services, topics and hosts", changes, {"service", "topic", "external"}),
    ]
    told = [part for part in parts if part]
    if not told:
        return ""
    return "\n".join(["## What this changes", "", *told, _picture(changes, before, after)]).rstrip() + "\n"


def comparable(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Refuse a comparison that would prove nothing.

    Raises:
        BrokenError: a part of either graph is missing, or two engines made them.
    """
    for name, document in (("base", old), ("new graph", new)):
        failed = [d["message"] for d in document["diagnostics"] if d["code"] == "engine.failed"]
        if failed:
            raise BrokenError(f"The {name} is incomplete, so nothing can be said about the change: {failed[0]}.")
    if old["engine"] != new["engine"]:
        raise BrokenError(f"The graphs are by two engines ({old['engine']}, {new['engine']}). Scan the base again.")


def _breaking(changes: Changes) -> str:
    """What somebody outside of the change may rely on, and is gone."""
    rows = [f"route `{node['name']}` is gone" for node in changes.removed if node["kind"] == "route"]
    rows += [
        f"route `{a['name']}` is now `{b['name']}`"
        for a, b in changes.changed
        if a["kind"] == "route" and a["name"] != b["name"]
    ]
    rows += [f"table `{table['name']}` is gone" for table in changes.tables_removed]
    for a, b in changes.tables_changed:
        kept = {column["name"]: column for column in b["columns"]}
        rows += [f"column `{a['name']}.{c['name']}` is gone" for c in a["columns"] if c["name"] not in kept]
        rows += [
            f"column `{a['name']}.{c['name']}` must now be given"
            for c in a["columns"]
            if c["nullable"] and c["name"] in kept and not kept[c["name"]]["nullable"]
        ]
    rows += [f"topic `{node['name']}` is gone" for node in changes.removed if node["kind"] == "topic"]
    return _section("Others may rely on this", rows)


def _nodes(title: str, changes: Changes, kinds: Iterable[str]) -> str:
    wanted = set(kinds)
    rows = [f"**+** {_named(node)}" for node in changes.added if node["kind"] in wanted]
    rows += [f"**−** {_named(node)}" for node in changes.removed if node["kind"] in wanted]
    rows += [
        f"**~** `{a['name']}` → {_named(b)}"
        for a, b in changes.changed
        if b["kind"] in wanted and a["name"] != b["name"]
    ]
    return _section(title, rows)


def _named(node: Node) -> str:
    place = at(node)
    return f"{node['kind']} `{node['name']}`" + (f" ({place})" if place else "")


def _tables(changes: Changes) -> str:
    rows = [f"**+** table `{t['name']}` with {len(t['columns'])} columns ({at(t)})" for t in changes.tables_added]
    rows += [f"**−** table `{table['name']}`" for table in changes.tables_removed]
    for a, b in changes.tables_changed:
        old, new = ({c["name"]: c for c in table["columns"]} for table in (a, b))
        rows += [f"**+** column `{b['name']}.{name}` {_column(c)}" for name, c in new.items() if name not in old]
        rows += [f"**−** column `{b['name']}.{name}`" for name in old if name not in new]
        rows += [
            f"**~** column `{b['name']}.{name}`: {_column(old[name])} → {_column(c)}"
            for name, c in new.items()
            if name in old and old[name] != c
        ]
    return _section("Tables", rows)


def _column(column: dict[str, Any]) -> str:
    marks = ["key"] * column["primary_key"] + ["null"] * column["nullable"]
    marks += [f"→ {column['references']}"] if column["references"] else []
    return f"`{column['type'] or '?'}`" + (f" ({', '.join(marks)})" if marks else "")


def _behaviour(before: Flow, after: Flow) -> str:
    """For entries that were there before: what they now do that they did not, and no longer do."""
    rows = []
    for node_id in [i for i in after.nodes if i in before.nodes and after.nodes[i]["kind"] in ENTRIES]:
        old, new = _effects(before, node_id), _effects(after, node_id)
        told = [f"now {_does(e)}" for e in sorted(new - old)] + [f"no longer {_does(e)}" for e in sorted(old - new)]
        if told:
            rows.append(f"`{after.nodes[node_id]['name']}` {', '.join(told)}")
    return _section("What entries do", rows)


def _effects(flow: Flow, start: str) -> set[tuple[str, str]]:
    """Within its own service: what another one does behind a request is that one's own line."""
    inner = ("handles", "consumes", "calls", "does")
    reached = flow.walk([flow.nodes[start]], lambda node: flow.out(node, *inner))
    return {(n["kind"], n["name"]) for n in map(flow.nodes.__getitem__, reached) if n["kind"] in EFFECTS}


def _does(effect: tuple[str, str]) -> str:
    return f"{_WORDS[effect[0]]} `{effect[1]}`"


def _section(title: str, rows: list[str]) -> str:
    if not rows:
        return ""
    shown = [f"- {row}" for row in rows[:MOST_ROWS]]
    more = [f"- … and {len(rows) - MOST_ROWS} more"] if len(rows) > MOST_ROWS else []
    return "\n".join([f"### {title}", "", *shown, *more, ""])


def _picture(changes: Changes, before: Flow, after: Flow) -> str:
    """What came and went with its neighbours; left out when it would be too large to read."""
    states = {node["id"]: "come" for node in changes.added} | {node["id"]: "gone" for node in changes.removed}
    states |= {node["id"]: "other" for _, node in changes.changed}
    lines: dict[str, None] = {}
    drawn: dict[str, Node] = {}
    neighbours: dict[str, set[str]] = defaultdict(set)
    for edges, arrow in ((changes.edges_removed, "-.->"), (changes.edges_added, "==>")):
        flow = before if arrow == "-.->" else after
        for source, target, kind in edges:
            if kind == "contains" or source not in flow.nodes or target not in flow.nodes:
                continue
            drawn |= {i: flow.nodes[i] for i in (source, target)}
            neighbours[source].add(target)
            lines[f"  {source} {arrow}|{kind}| {target}"] = None
    if not lines or len(drawn) > MOST_DRAWN:
        return ""
    boxes = [
        f'  {i}{SHAPES.get(n["kind"], ("(", ")"))[0]}"{label(n)}"{SHAPES.get(n["kind"], ("(", ")"))[1]}'
        for i, n in drawn.items()
    ]
    classes = [f"  class {i} {states[i]}" for i in drawn if i in states]
    styles = [
        "  classDef come stroke:#1a7f37,stroke-width:2px",
        "  classDef gone stroke:#cf222e,stroke-width:2px,stroke-dasharray:4 3",
        "  classDef other stroke:#9a6700,stroke-width:2px",
    ]
    return "\n".join(["```mermaid", "flowchart LR", *boxes, *lines, *styles, *classes, "```", ""])
