"""From findings to nodes and edges: who starts what, what it calls, and what that does."""

import hashlib
from collections import defaultdict
from typing import Any

from tenantry.products.pinata.engine.calls import Calls
from tenantry.products.pinata.engine.facts import CLASS
from tenantry.products.pinata.engine.findings import Findings, Found, Table, is_migration
from tenantry.products.pinata.engine.gateways import Rewrites
from tenantry.products.pinata.engine.graph import EFFECTS, ENTRIES, KINDS
from tenantry.products.pinata.engine.matching import RoutePaths, host_of, plain
from tenantry.products.pinata.engine.resolve.program import Program
from tenantry.products.pinata.engine.resolve.values import Definition
from tenantry.products.pinata.engine.services import Service, ServiceMap

Node = dict[str, Any]
_ORDER = {kind: position for position, kind in enumerate(KINDS)}


class Builder:
    """Builds the nodes and edges of one scan. Ids depend on what a thing is and where it stands, never on line numbers."""

    def __init__(self, program: Program, findings: Findings, services: list[Service]) -> None:
        self.program = program
        self.findings = findings
        self.services = services
        self.map = ServiceMap(services)
        self.nodes: dict[str, Node] = {}
        self.edges: dict[tuple[str, str, str], dict[str, Any]] = {}
        self.ordinals: dict[str, int] = defaultdict(int)
        self.functions: dict[Definition, str] = {}

    def build(self) -> tuple[list[Node], list[dict[str, Any]], list[dict[str, Any]]]:
        """(nodes, edges, tables), each sorted."""
        for service in self.services:
            self._node(
                "service",
                service.name,
                service.file,
                1 if service.file else 0,
                0,
                "",
                service.name,
                1.0,
                {"folder": service.folder or ".", "kind": service.kind},
                language="",
            )
        tables = self._tables()
        migrations = {path for path, file in self.program.project.files.items() if is_migration(file)}
        wanted = [item for item in self.findings.found if item.kind not in EFFECTS or item.file.path not in migrations]
        found = sorted(
            wanted, key=lambda item: (item.file.path, item.line, _ORDER[item.kind], item.name, item.end_line)
        )
        placed = [(item, self._found(item)) for item in found]
        self._flow(placed)
        self._targets(placed, tables)
        self._contained()
        nodes = sorted(self.nodes.values(), key=lambda n: (_ORDER[n["kind"]], n["file"], n["line"], n["name"], n["id"]))
        edges = sorted(self.edges.values(), key=lambda e: (e["source"], e["target"], e["kind"]))
        return nodes, edges, [_table_row(table) for table in tables.values()]

    # -- nodes ------------------------------------------------------------------------------------------------

    def _node(
        self, kind: str, name: str, file: str, line: int, end_line: int, place: str, service: str,
        confidence: float, detail: dict[str, Any], language: str, *, unique: bool = False,
    ) -> str:  # fmt: skip
        base = f"{kind}\0{'' if unique else file}\0{place}\0{name}"
        ordinal = self.ordinals[base]
        self.ordinals[base] += 1
        digest = hashlib.blake2b(f"{base}\0{ordinal}".encode("utf-8", "replace"), digest_size=8).hexdigest()
        node_id = f"{kind}_{digest}"
        self.nodes[node_id] = {
            "id": node_id, "kind": kind, "name": name, "file": file, "line": line, "end_line": max(line, end_line),
            "service": service, "language": language, "confidence": confidence, "detail": dict(sorted(detail.items())),
        }  # fmt: skip
        return node_id

    def _service(self, path: str) -> str:
        service = self.map.of(path)
        return service.name if service else ""

    def _found(self, item: Found) -> str:
        place = item.file.scopes[item.scope].qualname if item.scope < len(item.file.scopes) else ""
        return self._node(
            item.kind, item.name, item.file.path, item.line, item.end_line, place, self._service(item.file.path),
            item.confidence, item.detail, item.file.language,
        )  # fmt: skip

    def _function(self, definition: Definition) -> str:
        found = self.functions.get(definition)
        if found is None:
            scope = definition.scope
            found = self.functions[definition] = self._node(
                "function", scope.qualname, definition.file.path, scope.line, scope.end_line, "", self._service(definition.file.path),
                1.0, {}, definition.file.language,
            )  # fmt: skip
        return found

    def _tables(self) -> dict[str, Table]:
        """One table per physical name: the declaration of the best rank, with columns from the first that has any."""
        best: dict[str, Table] = {}
        for table in sorted(self.findings.tables, key=lambda t: (t.rank, t.file.path, t.line, t.name)):
            known = best.setdefault(table.name, table)
            if known is not table and not known.columns and table.columns:
                known.columns = table.columns
        return dict(sorted(best.items()))

    def _table_node(self, name: str, item: Found) -> str:
        """The table of that name. One that no file declares lives outside of the tree, as far as the tree can tell."""
        found = self.tables_by_name.get(name.lower())
        if found is None:
            found = self.tables_by_name[name.lower()] = self._node(
                "external", name, item.file.path, item.line, item.line, "table", self._service(item.file.path), 0.5,
                {"what": "table"}, "", unique=True,
            )  # fmt: skip
        return found

    # -- edges ------------------------------------------------------------------------------------------------

    def _edge(self, source: str, target: str, kind: str, confidence: float, file: str, line: int) -> None:
        key = source, target, kind
        edge = self.edges.get(key)
        if edge is None:
            edge = self.edges[key] = {
                "source": source,
                "target": target,
                "kind": kind,
                "confidence": confidence,
                "evidence": [],
            }
        edge["confidence"] = max(edge["confidence"], confidence)
        evidence = {"file": file, "line": line}
        if evidence not in edge["evidence"] and len(edge["evidence"]) < 20:
            edge["evidence"].append(evidence)
            edge["evidence"].sort(key=lambda e: (e["file"], e["line"]))

    def _flow(self, placed: list[tuple[Found, str]]) -> None:
        """Entry → handler → called functions → effects; functions that lead to no effect are left out, unless they handle an entry."""
        owners: dict[str, list[tuple[Definition, str, int]]] = {}
        handlers: list[Definition] = []
        for item, node in placed:
            if item.kind in ENTRIES:
                handlers += item.handlers
            if item.kind in EFFECTS:
                owner = self.program.project.owner(item.file, item.scope)
                own = [(owner, item.file.path, item.line)] if owner is not None else []
                owners[node] = own + item.callers
        in_classes: dict[tuple[str, int], list[tuple[Found, str]]] = defaultdict(list)
        for item, node in placed:
            if item.kind in EFFECTS and item.file.scopes[item.scope].kind == CLASS:
                in_classes[item.file.path, item.scope].append((item, node))
        calls = Calls(self.program, self.findings)
        kept = calls.leading_to([owner for row in owners.values() for owner, _, _ in row], handlers)
        for definition in sorted(kept, key=lambda d: d.key):
            self._function(definition)
        for item, node in placed:
            if item.kind in ENTRIES:
                for handler in item.handlers:
                    kind = "consumes" if item.kind == "consume" else "handles"
                    self._edge(node, self._function(handler), kind, item.confidence, item.file.path, item.line)
            if item.view is not None:
                self._viewed(item, node, in_classes)
            for owner, file, line in owners.get(node, ()):
                self._edge(self._function(owner), node, "does", item.confidence, file, line)
        for call in calls.between(kept):
            source, target = self._function(call.source), self._function(call.target)
            if source != target:
                self._edge(source, target, "calls", call.confidence, call.file, call.line)

    def _viewed(self, route: Found, node: str, in_classes: dict[tuple[str, int], list[tuple[Found, str]]]) -> None:
        """A generic view's own queryset is read by its routes, though no function of the tree says so."""
        assert route.view is not None
        for owner in self.program.inference.members.order(route.view)[0]:
            for effect, target in in_classes.get(owner.key, ()):
                self._edge(node, target, "does", min(effect.confidence, 0.8), effect.file.path, effect.line)

    def _targets(self, placed: list[tuple[Found, str]], tables: dict[str, Table]) -> None:
        """Effects → tables, externals, routes of this tree and topics."""
        self.tables_by_name: dict[str, str] = {}
        for name, table in tables.items():
            # A table that only a relation implies stands nowhere itself; its node says which relation makes it.
            implied = bool(table.detail.get("automatic"))
            made_by = {"made_by": f"{table.file.path}:{table.line}"} if implied else {}
            file, line = ("", 0) if implied else (table.file.path, table.line)
            self.tables_by_name[name.lower()] = self._node(
                "table", name, file, line, line, "", self._service(table.file.path), 1.0,
                {**table.detail, **made_by, "columns": len(table.columns)}, table.file.language, unique=True,
            )  # fmt: skip
        for name, table in tables.items():
            for column in table.columns:
                target = self.tables_by_name.get((column.references or "").lower())
                if target:
                    self._edge(
                        self.tables_by_name[name.lower()], target, "references", 1.0, table.file.path, table.line
                    )
        routes = RoutePaths(
            [(item.name, self._service(item.file.path), node) for item, node in placed if item.kind == "route"],
            Rewrites.of(self.program.project),
            {s.name: called for s in self.services if (called := self.findings.called.get(plain(s.name))) is not None},
        )
        named: dict[tuple[str, str], str] = {}
        for item, node in placed:
            place = item.file.path, item.line
            if item.kind in ("db_read", "db_write"):
                kind = "reads" if item.kind == "db_read" else "writes"
                for name in (item.name, *item.detail.get("joins", ())):  # what a statement reads beside its own table
                    self._edge(node, self._table_node(name, item), kind, item.confidence, *place)
            elif item.kind == "http_call":
                self._request(item, node, routes, named)
            elif item.kind in ("publish", "consume"):
                topic = self._named(named, "topic", item.name, item)
                if item.kind == "publish":
                    self._edge(node, topic, "publishes", item.confidence, *place)
                else:
                    self._edge(topic, node, "delivers", item.confidence, *place)

    def _request(self, item: Found, node: str, routes: RoutePaths, named: dict[tuple[str, str], str]) -> None:
        host = host_of(item.name)
        matched = routes.match(item.name, host)
        for route in matched:
            sure = 0.9 if host else 0.8
            self._edge(node, route, "requests", min(item.confidence, sure), item.file.path, item.line)
        if host and not matched:
            target = self._named(named, "external", host, item)
            self._edge(node, target, "requests", item.confidence, item.file.path, item.line)

    def _named(self, named: dict[tuple[str, str], str], kind: str, name: str, item: Found) -> str:
        """A node for something that has a name and no place of its own: it stands where it is first mentioned."""
        found = named.get((kind, name))
        if found is None:
            found = named[kind, name] = self._node(
                kind,
                name,
                item.file.path,
                item.line,
                item.line,
                "",
                self._service(item.file.path),
                item.confidence,
                {"what": "host"} if kind == "external" else {},
                "",
                unique=True,
            )
        return found

    def _contained(self) -> None:
        """A service holds its entries, and what nothing else in the graph leads to."""
        services = {node["name"]: node["id"] for node in self.nodes.values() if node["kind"] == "service"}
        reached = {target for (_, target, kind) in self.edges if kind != "references"}
        for node in list(self.nodes.values()):
            if node["kind"] in ("service", "topic", "external") or node["service"] not in services:
                continue
            if node["kind"] in ENTRIES or node["id"] not in reached:
                self._edge(services[node["service"]], node["id"], "contains", 1.0, node["file"], node["line"])


def _table_row(table: Table) -> dict[str, Any]:
    return {
        "name": table.name,
        "file": table.file.path,
        "line": table.line,
        "columns": [
            {
                "name": c.name,
                "type": c.type,
                "nullable": c.nullable,
                "primary_key": c.primary_key,
                "references": c.references,
            }
            for c in table.columns
        ],
    }
