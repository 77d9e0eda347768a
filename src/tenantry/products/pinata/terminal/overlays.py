"""What lies over a graph, for people at a terminal: where to look first."""

from collections import Counter
from typing import Any

from rich.console import Console
from rich.text import Text

from tenantry.products.pinata.engine.graph import EFFECTS
from tenantry.products.pinata.engine.overlays import Overlays
from tenantry.products.pinata.terminal.flow import line_of

ROWS = 15


def print_overlays(console: Console, document: dict[str, Any], found: Overlays) -> None:
    """Unhandled failures, untested functions, what changes most, what it is built on."""
    nodes = {node["id"]: node for node in document["nodes"]}
    _title(console, f"Failures that nobody handles ({len(found.gaps)})", found.gaps)
    for gap in found.gaps[:ROWS]:
        line = Text("  ").append_text(line_of(nodes[gap["effect"]]))
        console.print(line.append(f"  from {nodes[gap['entry']]['name']}", style="dim"), soft_wrap=True)
    _more(console, len(found.gaps))
    _coverage(console, document, found)
    _history(console, document, found)
    if found.dependencies:
        _title(console, f"Dependencies ({len(found.dependencies)})", True)
        counts = Counter(row["ecosystem"] for row in found.dependencies)
        console.print("  " + "  ".join(f"{name} {number:,}" for name, number in sorted(counts.items())))
    for note in found.notes:
        console.print(Text(note, style="yellow"), soft_wrap=True)


def _coverage(console: Console, document: dict[str, Any], found: Overlays) -> None:
    if not found.coverage:
        return
    does = {edge["source"] for edge in document["edges"] if edge["kind"] == "does"}
    functions = [
        n for n in document["nodes"] if n["kind"] == "function" and n["id"] in does and n["id"] in found.coverage
    ]
    never = [node for node in functions if not found.coverage[node["id"]]["covered"]]
    lines = sum(row["lines"] for row in found.coverage.values())
    ran = sum(row["covered"] for row in found.coverage.values())
    _title(console, f"Functions with effects that no test runs ({len(never)} of {len(functions)})", True)
    for node in never[:ROWS]:
        console.print(Text("  ").append_text(line_of(node)), soft_wrap=True)
    _more(console, len(never))
    console.print(Text(f"  {ran / max(lines, 1):.0%} of the lines of all nodes ran", style="dim"))


def _history(console: Console, document: dict[str, Any], found: Overlays) -> None:
    effects = Counter(node["file"] for node in document["nodes"] if node["kind"] in EFFECTS)
    rows = {node["file"]: found.history[node["id"]] for node in document["nodes"] if node["id"] in found.history}
    hot = sorted(
        (file for file in rows if effects[file]), key=lambda file: (-rows[file]["commits"] * effects[file], file)
    )
    _title(console, "Changed most, among what touches the outside", hot)
    for file in hot[:ROWS]:
        row = rows[file]
        people = ", ".join(row["owners"] or [author["name"] for author in row["authors"]])
        text = Text.assemble(
            f"  {file}  ", (f"{row['commits']} commits, {effects[file]} effects", "dim"), f"  {people}"
        )
        console.print(text, soft_wrap=True)
    _more(console, len(hot))


def _title(console: Console, text: str, wanted: object) -> None:
    if wanted:
        console.print()
        console.print(Text(text, style="bold"))


def _more(console: Console, number: int) -> None:
    if number > ROWS:
        console.print(Text(f"  … and {number - ROWS} more (--json tells all)", style="dim"))
