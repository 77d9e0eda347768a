"""What `pinata scan` shows in a terminal: a bar while it runs, a summary when it is done."""

from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.columns import Columns
from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress
from rich.table import Table
from rich.text import Text

from tenantry.products.pinata.engine import Graph, Progress

_METRICS = (
    ("routes", ("route",)), ("functions", ("function",)), ("tables", ("table",)), ("reads", ("db_read",)),
    ("writes", ("db_write",)), ("HTTP calls", ("http_call",)), ("topics", ("topic",)),
    ("files", ("file_read", "file_write")), ("caches", ("cache_read", "cache_write")),
    ("schedules", ("schedule",)), ("services", ("service",)),
)  # fmt: skip
_WORDS = {"discover": "Looking", "parse": "Reading", "resolve": "Resolving", "graph": "Joining"}
_METHOD_STYLE = {"GET": "green", "POST": "yellow", "PUT": "blue", "PATCH": "blue", "DELETE": "red"}
ROWS = 12


class Bar:
    """A progress bar that says which phase runs; silent when not enabled or when nobody watches."""

    def __init__(self, console: Console, *, enabled: bool) -> None:
        self.bar = RichProgress(
            SpinnerColumn(style="magenta"), TextColumn("[bold]{task.fields[phase]}"), BarColumn(bar_width=32, complete_style="magenta"),
            MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("[dim]{task.description}", table_column=None),
            console=console, transient=True, disable=not enabled or not console.is_terminal,
        )  # fmt: skip
        self.task = self.bar.add_task("", total=None, phase="Looking")

    def __enter__(self) -> "Bar":
        self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bar.stop()

    def report(self, progress: Progress) -> None:
        """Show how far the scan is."""
        message = progress.message if len(progress.message) < 60 else "…" + progress.message[-58:]
        self.bar.update(
            self.task,
            phase=_WORDS[progress.phase],
            completed=progress.done,
            total=progress.total or None,
            description=message,
        )


def summary(console: Console, graph: Graph, written: list[Path]) -> None:
    """Metrics, routes, tables, the functions that do most, languages and diagnostics, each cut to a screenful."""
    document = graph.to_dict()
    counts = graph.counts()
    shown = [(name, sum(counts.get(kind, 0) for kind in kinds)) for name, kinds in _METRICS]
    stats = document["stats"]
    console.print()
    console.print(
        Text.assemble(
            (document["repository"]["root"], "bold magenta"), f"  {stats['files']:,} files in {stats['seconds']:.1f} s"
        )
    )
    console.print(Columns([_card(name, number) for name, number in shown if number], padding=(0, 1)))
    nodes = document["nodes"]
    _routes(console, [node for node in nodes if node["kind"] == "route"])
    _tables(console, document)
    _busiest(console, document)
    _outside(console, nodes)
    _notes(console, document)
    for path in written:
        console.print(Text.assemble("Written: ", (str(path), "cyan")))


def _card(name: str, number: int) -> Panel:
    return Panel(Text.assemble((f"{number:,}", "bold"), f"\n{name}"), padding=(0, 1), border_style="dim")


def _grid(console: Console, title: str, total: int, rows: list[tuple[str | Text, ...]], heads: tuple[str, ...]) -> None:
    if not rows:
        return
    more = f" [dim](first {len(rows)} of {total:,})" if total > len(rows) else ""
    table = Table(
        *heads,
        box=SIMPLE_HEAD,
        title=f"[bold]{title}[/]{more}",
        title_justify="left",
        pad_edge=False,
        header_style="dim",
    )
    for column in table.columns:
        column.no_wrap, column.overflow = True, "ellipsis"
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in row))
    console.print(table)


def _place(node: dict[str, Any]) -> Text:
    place = f"{node['file']}:{node['line']}" if node["file"] else ""
    return Text(place if len(place) <= 36 else "…" + place[-35:], style="dim")


def _routes(console: Console, routes: list[dict[str, Any]]) -> None:
    rows: list[tuple[str | Text, ...]] = []
    for node in routes[:ROWS]:
        method, _, path = node["name"].partition(" ")
        rows.append((Text(method, style=_METHOD_STYLE.get(method, "cyan")), path, _place(node)))
    _grid(console, "Routes", len(routes), rows, ("method", "path", "where"))


def _targets(document: dict[str, Any], kind: str) -> Counter[str]:
    """How many edges of a kind lead to each table, declared or not, by name."""
    names = {node["id"]: node["name"] for node in document["nodes"]}
    return Counter(names[edge["target"]] for edge in document["edges"] if edge["kind"] == kind)


def _tables(console: Console, document: dict[str, Any]) -> None:
    reads: Counter[str] = _targets(document, "reads")
    writes: Counter[str] = _targets(document, "writes")
    tables = sorted(
        document["tables"], key=lambda table: (-(reads[table["name"]] + writes[table["name"]]), table["name"])
    )
    rows: list[tuple[str | Text, ...]] = [
        (
            table["name"],
            f"{len(table['columns'])}",
            f"{reads[table['name']]}",
            f"{writes[table['name']]}",
            _place(table),
        )
        for table in tables[:ROWS]
    ]
    _grid(console, "Tables", len(tables), rows, ("table", "columns", "read", "written", "where"))


def _busiest(console: Console, document: dict[str, Any]) -> None:
    functions = {node["id"]: node for node in document["nodes"] if node["kind"] == "function"}
    does: Counter[str] = Counter(
        e["source"] for e in document["edges"] if e["kind"] == "does" and e["source"] in functions
    )
    top = sorted(does.items(), key=lambda item: (-item[1], functions[item[0]]["name"]))[: ROWS // 2]
    rows: list[tuple[str | Text, ...]] = [
        (functions[i]["name"], f"{number}", _place(functions[i])) for i, number in top
    ]
    _grid(console, "Functions with most effects", len(does), rows, ("function", "effects", "where"))


def _outside(console: Console, nodes: list[dict[str, Any]]) -> None:
    rows: list[tuple[str | Text, ...]] = [
        (Text(node["kind"], style="dim"), node["name"], _place(node))
        for node in nodes
        if node["kind"] in ("external", "topic", "schedule")
    ]
    _grid(console, "Outside, topics and schedules", len(rows), rows[:ROWS], ("kind", "name", "where"))


def _notes(console: Console, document: dict[str, Any]) -> None:
    stats = document["stats"]
    size = sum(stats["languages"].values()) or 1
    mix = "  ".join(
        f"{name} {share * 100 / size:.0f} %"
        for name, share in sorted(stats["languages"].items(), key=lambda item: -item[1])
    )
    console.print(Text.assemble(("Languages  ", "bold"), mix))
    if stats["skipped"]:
        console.print(
            Text.assemble(
                ("Skipped    ", "bold"),
                "  ".join(f"{reason} {number:,}" for reason, number in stats["skipped"].items()),
            )
        )
    _honesty(console, document["honesty"])


def _honesty(console: Console, told: dict[str, Any]) -> None:
    """How far the graph can be trusted."""
    console.print()
    sure = told["nodes"] - told["unsure"]
    console.print(Text.assemble(("How sure   ", "bold"), f"{sure:,} of {told['nodes']:,} facts are certain"))
    for title, counts in (
        ("Unread", told["unread"]),
        ("Unfollowed", told["unfollowed"]),
        ("Unmatched", told["unmatched"]),
    ):
        if counts:
            text = "  ".join(f"{name} {number:,}" for name, number in counts.items())
            console.print(Text.assemble((f"{title:<11}", "bold"), text))
    rows: list[tuple[str | Text, ...]] = []
    for item in told["frameworks"][:ROWS]:
        kinds = item["measured"] or {}
        figures = [
            f"{kind} {_share(row, 'precision')}/{_share(row, 'recall')} of {row['facts']}"
            for kind, row in kinds.items()
        ]
        rows.append((item["name"], f"{item['nodes']:,}", Text("  ".join(figures) or "not measured yet", style="dim")))
    heads = ("rules", "facts", f"precision/recall where facts were read by hand ({told['measured']})")
    _grid(console, "Measured", len(told["frameworks"]), rows, heads)


def _share(row: dict[str, Any], name: str) -> str:
    return f"{row[name]:.0%}" if name in row else "–"
