"""Pinata as tools of an assistant, by the Model Context Protocol: the questions of the command line on the same graph."""

from pathlib import Path
from typing import Any

from mcp.server import MCPServer
from mcp.types import ToolAnnotations

import tenantry
from tenantry.products.pinata.engine.flow import Flow, NotFoundError, find
from tenantry.products.pinata.engine.flow.impact import impact
from tenantry.products.pinata.engine.flow.index import at
from tenantry.products.pinata.engine.flow.trace import trace
from tenantry.products.pinata.engine.graph import KINDS
from tenantry.products.pinata.graphs import lines_of, read_graph

INSTRUCTIONS = """Facts about a code base, read from its source: routes, the functions behind them, tables, queries, HTTP calls, topics
and the paths between them, each with the file and line that proves it. Begin with `overview`. Names are spelled as in the lists:
routes are `METHOD /path/{param}`."""
MOST = 200
_READS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)


def server(path: str) -> MCPServer[Any]:
    """The server for a folder or a graph file. A folder is looked at again for each question; what has not changed is not read again."""
    tools = _Tools(path)
    mcp: MCPServer[Any] = MCPServer("pinata", version=tenantry.__version__, instructions=INSTRUCTIONS)
    for tool in (tools.overview, tools.list_nodes, tools.trace, tools.impact, tools.table, tools.source):
        mcp.tool(annotations=_READS)(tool)
    return mcp


class _Tools:
    def __init__(self, path: str) -> None:
        self._path = path
        self._root = Path(path) if Path(path).is_dir() else None

    def _flow(self) -> Flow:
        return Flow(read_graph(self._path))

    def overview(self) -> dict[str, Any]:
        """What was scanned: counts by kind, services, languages, tables, and what could not be followed."""
        flow = self._flow()
        document = flow.document
        counts = {kind: len(flow.of_kind(kind)) for kind in KINDS}
        return {
            "repository": document["repository"],
            "stats": document["stats"],
            "counts": {kind: number for kind, number in counts.items() if number},
            "services": [node["name"] for node in flow.of_kind("service")],
            "tables": sorted(flow.tables),
            "topics": sorted(node["name"] for node in flow.of_kind("topic")),
            "diagnostics": document["diagnostics"][:MOST],
        }

    def list_nodes(self, kind: str, contains: str = "", service: str = "", after: int = 0) -> dict[str, Any]:
        """Nodes of one kind, 200 at a time: route, function, table, db_read, db_write, http_call, topic, publish, consume, external …

        `contains` looks in names and files; `after` is the `next` of the answer before."""
        if kind not in KINDS:
            raise ValueError(f"There is no kind {kind}; there are {', '.join(KINDS)}.")
        words = contains.lower().split()
        found = [
            node
            for node in self._flow().of_kind(kind)
            if service in ("", node["service"]) and all(w in f"{node['name']} {node['file']}".lower() for w in words)
        ]
        rows = [
            {"name": n["name"], "at": at(n), "service": n["service"], "id": n["id"]}
            for n in found[after : after + MOST]
        ]
        return {"total": len(found), "nodes": rows, "next": after + MOST if after + MOST < len(found) else None}

    def trace(self, entry: str, depth: int = 12) -> list[dict[str, Any]]:
        """Everything that a route, function, consumer or schedule causes, as a tree with evidence."""
        flow = self._flow()
        return [trace(flow, node, max(1, depth)).to_dict() for node in _named(flow, entry)[:10]]

    def impact(self, target: str) -> dict[str, Any]:
        """Who would notice if TABLE, TABLE.COLUMN, a route, a topic or a function changed."""
        try:
            return impact(self._flow(), target, lines_of(self._root) if self._root else None).to_dict()
        except NotFoundError as error:
            raise ValueError(str(error)) from None

    def table(self, name: str) -> list[dict[str, Any]]:
        """Columns of a table, and who reads and writes it."""
        flow = self._flow()
        return [
            {
                **flow.tables.get(node["name"], {"name": node["name"], "columns": []}),
                "readers": [{"at": at(edge), "service": user["service"]} for edge, user in flow.into(node, "reads")],
                "writers": [{"at": at(edge), "service": user["service"]} for edge, user in flow.into(node, "writes")],
            }
            for node in _named(flow, name, ("table", "external"))
        ]

    def source(self, file: str, line: int, around: int = 10) -> str:
        """The source lines around a place that an answer names."""
        if self._root is None:
            raise ValueError("Only the graph file is here, not the source. Start the server on the folder.")
        lines = lines_of(self._root)(file)
        if not lines:
            raise ValueError(f"There is no file {file}.")
        around = min(max(around, 0), 100)
        first = max(1, line - around)
        return "\n".join(f"{number:>5}  {text}" for number, text in enumerate(lines[first - 1 : line + around], first))


def _named(flow: Flow, text: str, kinds: tuple[str, ...] = KINDS) -> list[dict[str, Any]]:
    try:
        return find(flow, text, kinds)
    except NotFoundError as error:
        raise ValueError(str(error)) from None
