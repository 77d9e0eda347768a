"""Traces, impacts and violations, for people at a terminal."""

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from tenantry.products.pinata.engine.flow.impact import Affected, Impact
from tenantry.products.pinata.engine.flow.index import Node, at
from tenantry.products.pinata.engine.flow.policy import Violation
from tenantry.products.pinata.engine.flow.trace import Step

_STYLES = {
    "route": "bold cyan", "consume": "bold yellow", "schedule": "bold yellow", "table": "bold blue", "topic": "bold yellow",
    "external": "bold green", "db_write": "magenta", "publish": "yellow", "http_call": "green", "function": "",
}  # fmt: skip
_WORDS = {
    "db_read": "reads", "db_write": "writes", "http_call": "calls", "publish": "publishes", "consume": "consumes",
    "cache_read": "reads cache", "cache_write": "writes cache", "file_read": "reads file", "file_write": "writes file",
}  # fmt: skip
_SEVERITY = {"error": "bold red", "warning": "bold yellow", "note": "bold blue"}
ROWS = 200


def print_trace(console: Console, root: Step) -> None:
    """The tree of what an entry causes, each line with its place."""
    tree = Tree(line_of(root.node))
    waiting = [(tree, root)]
    while waiting:
        branch, step = waiting.pop()
        for inner in _shown(step):
            text = line_of(inner.node, at(inner.via) if inner.via and not at(inner.node) else "")
            if inner.via is not None and inner.via["confidence"] < 1:
                text.append(f"  {inner.via['confidence']:.0%} sure", style="dim")
            if inner.repeated:
                text.append("  ↑ shown above", style="dim")
            if inner.cut:
                text.append("  …", style="dim")
            waiting.append((branch.add(text), inner))
    console.print(tree, soft_wrap=True)


def _shown(step: Step) -> list[Step]:
    """A statement already names its table, so the table gets no line of its own."""
    return [
        inner
        for inner in step.steps
        if not (inner.node["kind"] in ("table", "external") and not inner.steps and _says(step, inner))
    ]


def _says(step: Step, inner: Step) -> bool:
    return step.node["kind"] in ("db_read", "db_write") and step.node["name"].lower() == inner.node["name"].lower()


def print_impact(console: Console, found: Impact) -> None:
    """Who would notice, by service, the nearest first."""
    for target in found.targets:
        console.print(line_of(target))
    if found.column:
        console.print(Text(f"column {found.column}", style="bold"))
    groups: list[tuple[str, list[Affected]]] = [
        ("Touch it themselves", found.direct),
        ("Touch its table, without naming the column", found.perhaps),
        ("Reached from", found.entries),
        ("Functions on the way", found.callers),
    ]
    for title, rows in groups:
        if not rows:
            continue
        console.print()
        console.print(Text(f"{title} ({len(rows)})", style="bold"))
        service = None
        for row in rows[:ROWS]:
            if row.node["service"] != service:
                service = row.node["service"]
                console.print(Text(f"  {service or 'no service'}", style="magenta"))
            line = Text("    ").append_text(line_of(row.node))
            between = [node["name"] for node in row.way[1:-1] if node["kind"] == "function"]
            if not row.sure and rows is not found.perhaps:
                line.append("  perhaps", style="yellow")
            if between:
                line.append(f"  by {' → '.join(between[:3])}{' → …' if len(between) > 3 else ''}", style="dim")
            console.print(line, soft_wrap=True)
        if len(rows) > ROWS:
            console.print(Text(f"    … and {len(rows) - ROWS} more", style="dim"))
    if found.referring:
        console.print()
        console.print(Text("Keys that refer to it", style="bold"))
        for name in found.referring:
            console.print(f"    {name}", markup=False)
    if not any(rows for _, rows in groups) and not found.referring:
        console.print("Nothing in this tree depends on it.")


def print_violations(console: Console, violations: list[Violation]) -> None:
    """Each with the way that proves it."""
    for violation in violations:
        rule = violation.rule
        console.print(
            Text.assemble((rule.severity, _SEVERITY[rule.severity]), f" {rule.id}: ", violation.message), soft_wrap=True
        )
        if rule.text:
            console.print(Text(f"  {rule.text}", style="dim"), soft_wrap=True)
        for node in violation.way:
            console.print(Text("    ").append_text(line_of(node)), soft_wrap=True)


def line_of(node: Node, otherwise: str = "") -> Text:
    """A node in a line: what it is, its name, its place."""
    kind = _WORDS.get(node["kind"], node["kind"])
    text = Text.assemble((f"{kind} ", "dim"), (node["name"], _STYLES.get(node["kind"], "")))
    place = at(node) or otherwise
    return text.append(f"  {place}", style="dim") if place else text
