"""What frameworks find: routes, effects, tables, services. `graph.py` turns them into nodes and edges."""

from dataclasses import dataclass, field
from typing import Any

from tenantry.products.pinata.engine.facts import FileFacts
from tenantry.products.pinata.engine.resolve.values import Definition

CERTAIN, LIKELY, GUESS = 1.0, 0.8, 0.5
"""Confidence: the tree says so; a common convention says so; only a name says so."""


@dataclass(slots=True)
class Found:
    """One thing with its place. `scope` is the scope of the code it stands in, `detail` goes into the node."""

    kind: str
    name: str
    file: FileFacts
    line: int
    end_line: int
    scope: int = 0
    confidence: float = CERTAIN
    detail: dict[str, Any] = field(default_factory=dict)
    handlers: list[Definition] = field(default_factory=list)
    """Functions that this starts (a route's handler, a consumer's callback, a schedule's task)."""
    callers: list[tuple[Definition, str, int]] = field(default_factory=list)
    """(function, file, line) of those who perform an effect that is written elsewhere (a statement in an .sql file)."""
    view: Definition | None = None
    """The class that serves a route: effects in its body (a generic view's queryset) are the route's."""


@dataclass(slots=True)
class Column:
    name: str
    type: str = ""
    nullable: bool = True
    primary_key: bool = False
    references: str | None = None


@dataclass(slots=True)
class Table:
    """A table where it is declared. Of several declarations of one name, the one with the lowest `rank` stands."""

    name: str
    file: FileFacts
    line: int
    columns: list[Column] = field(default_factory=list)
    rank: int = 0
    model: Definition | None = None
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Diagnostic:
    """Something a reader of the graph should know. Codes are listed in docs/pinata-graph.md and never change meaning."""

    file: str
    line: int
    code: str
    message: str


@dataclass(slots=True)
class Link:
    """A call that types alone don't show: injected providers, callbacks, signals."""

    source: Definition
    target: Definition
    file: str
    line: int
    confidence: float = CERTAIN


class Findings:
    """A notebook that every framework writes to."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        self.tables: list[Table] = []
        self.links: list[Link] = []
        self.diagnostics: list[Diagnostic] = []
        self.called: dict[str, str] = {}
        """Name of a project → the name by which others reach its service, where an orchestrator's code says so."""

    def add(
        self,
        kind: str,
        name: str,
        file: FileFacts,
        line: int,
        *,
        scope: int = 0,
        end_line: int | None = None,
        confidence: float = CERTAIN,
        handler: Definition | None = None,
        handlers: list[Definition] | None = None,
        view: Definition | None = None,
        **detail: Any,
    ) -> Found:
        """Note something of one of the graph's kinds at a place."""
        started = handlers if handlers is not None else [handler] if handler is not None else []
        known = {key: value for key, value in detail.items() if value not in (None, "", [])}
        found = Found(kind, name, file, line, end_line or line, scope, confidence, known, started, view=view)
        self.found.append(found)
        return found

    def route(self, method: str, path: str, file: FileFacts, line: int, **more: Any) -> Found:
        """Note a route; `path` is whole, and is brought into the one spelling here."""
        return self.add("route", f"{method.upper()} {route_path(path)}", file, line, **more)

    def table(self, table: Table) -> None:
        self.tables.append(table)

    def link(self, source: Definition, target: Definition, file: str, line: int, confidence: float = CERTAIN) -> None:
        self.links.append(Link(source, target, file, line, confidence))

    def diagnose(self, file: str, line: int, code: str, message: str) -> None:
        self.diagnostics.append(Diagnostic(file, line, code, message))


def route_path(path: str) -> str:
    """One leading slash, none doubled; parameters are already `{name}`."""
    while "//" in path:
        path = path.replace("//", "/")
    return path if path.startswith("/") else f"/{path}"


def is_migration(file: FileFacts) -> bool:
    """Whether a file changes the schema: it tells of tables, and what it does to rows is not what the system does."""
    if "/migrations/" in f"/{file.path}".lower():
        return True
    return any(assign.target == "down_revision" for assign in file.assigns[:20])  # Alembic says it at the top
