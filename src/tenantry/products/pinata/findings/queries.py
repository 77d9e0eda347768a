"""What can be asked about what a scan found."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from tenantry.products.pinata.findings.models import Diagnostic, Edge, FoundTable, Node
from tenantry.products.pinata.findings.schemas import (
    DiagnosticOut,
    EdgeOut,
    Neighbour,
    NodeDetail,
    NodeFilters,
    NodeOut,
    NodePage,
    SourceOut,
    TableOut,
)
from tenantry.products.pinata.results import sources_name
from tenantry.products.pinata.results.sources import excerpt, part_of
from tenantry.products.pinata.scans.models import Scan
from tenantry.sdk import Cursor, Files, NotFound, OrgScope, Page, PageParams

MOST_NEIGHBOURS = 200
LAST = 2**62


def node_out(node: Node) -> NodeOut:
    """A node as it goes over the wire."""
    fields = {name: getattr(node, name) for name in NodeOut.model_fields if name != "id"}
    return NodeOut(id=node.node, **fields)


async def find_node(scope: OrgScope, scan: Scan, node_id: str) -> Node:
    """The node with this stable name.

    Raises:
        NotFound: `pinata.node.not_found`.
    """
    wanted = select(Node).where(Node.scan_id == scan.id, Node.node == node_id)
    node = await scope.session.scalar(wanted) if node_id.isidentifier() else None
    if node is None:
        raise NotFound(
            "pinata.node.not_found",
            "There is no such finding in this scan.",
            hint="It may be in another scan of the repository.",
        )
    return node


async def list_nodes(scope: OrgScope, scan: Scan, filters: NodeFilters, asked: PageParams) -> NodePage:
    """Nodes in the order of the graph's file."""
    statement = select(Node).where(*_conditions(scan, filters)).order_by(Node.position).limit(asked.limit + 1)
    if asked.after:
        statement = statement.where(Node.position > _place(asked.after))
    found = list(await scope.session.scalars(statement))
    shown = found[: asked.limit]
    return NodePage(
        items=[node_out(node) for node in shown],
        next=Cursor.encode(shown[-1].position) if len(found) > asked.limit else None,
        counts=await _counts(scope, scan, filters),
        services=scan.found.get("services", []),
    )


async def describe_node(scope: OrgScope, scan: Scan, node: Node, files: Files) -> NodeDetail:
    """A node with its source and its neighbours."""
    return NodeDetail(
        **node_out(node).model_dump(),
        source=await _source(scan, node, files),
        incoming=await _neighbours(scope, scan, Edge.target == node.position, Edge.source),
        outgoing=await _neighbours(scope, scan, Edge.source == node.position, Edge.target),
    )


async def list_tables(scope: OrgScope, scan: Scan, asked: PageParams) -> Page[TableOut]:
    """Tables in the order of the graph's file, which is by name."""
    rows, more = await _by_position(scope, select(FoundTable).where(FoundTable.scan_id == scan.id), FoundTable, asked)
    return Page(items=[TableOut.model_validate(row, from_attributes=True) for row in rows], next=more)


async def list_diagnostics(scope: OrgScope, scan: Scan, asked: PageParams) -> Page[DiagnosticOut]:
    """Diagnostics by file and line."""
    rows, more = await _by_position(scope, select(Diagnostic).where(Diagnostic.scan_id == scan.id), Diagnostic, asked)
    return Page(items=[DiagnosticOut.model_validate(row, from_attributes=True) for row in rows], next=more)


async def _by_position(
    scope: OrgScope, statement: Select[Any], model: Any, asked: PageParams
) -> tuple[Sequence[Any], str | None]:
    statement = statement.order_by(model.position).limit(asked.limit + 1)
    if asked.after:
        statement = statement.where(model.position > _place(asked.after))
    found = list(await scope.session.scalars(statement))
    shown = found[: asked.limit]
    return shown, Cursor.encode(shown[-1].position) if len(found) > asked.limit else None


def _place(after: str) -> int:
    """The position in a cursor; whoever makes one up gets no further than the last row."""
    position: int = Cursor.decode(after, int)[0]
    return max(-1, min(position, LAST))


def _conditions(scan: Scan, filters: NodeFilters, *, with_kind: bool = True) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Node.scan_id == scan.id]
    if filters.kind and with_kind:
        conditions.append(Node.kind.in_(filters.kind.split(",")))
    if filters.service:
        conditions.append(Node.service == filters.service)
    if filters.folder:
        conditions.append(Node.file.op("^@", is_comparison=True)(f"{filters.folder}/"))
    if filters.q:
        words = filters.q.split()
        conditions.append(
            and_(
                *(
                    or_(Node.name.icontains(word, autoescape=True), Node.file.icontains(word, autoescape=True))
                    for word in words
                )
            )
        )
    return conditions


async def _counts(scope: OrgScope, scan: Scan, filters: NodeFilters) -> dict[str, int]:
    if filters.model_copy(update={"kind": None}).empty:
        kinds: dict[str, int] = scan.found.get("kinds", {})
        return kinds
    conditions = _conditions(scan, filters, with_kind=False)
    rows = await scope.session.execute(select(Node.kind, func.count()).where(*conditions).group_by(Node.kind))
    return {row[0]: row[1] for row in rows}


async def _neighbours(scope: OrgScope, scan: Scan, mine: ColumnElement[bool], other: Any) -> list[Neighbour]:
    statement = (
        select(Edge, Node)
        .join(Node, and_(Node.scan_id == scan.id, Node.position == other))
        .where(Edge.scan_id == scan.id, mine)
        .order_by(Edge.kind, Node.position)
        .limit(MOST_NEIGHBOURS)
    )
    return [
        Neighbour(node=node_out(node), edge=EdgeOut.model_validate(edge, from_attributes=True))
        for edge, node in await scope.session.execute(statement)
    ]


async def _source(scan: Scan, node: Node, files: Files) -> SourceOut | None:
    if not node.file or not node.line:
        return None
    part = part_of(scan.found.get("parts", []), node.file)
    if part is None:
        return None
    try:
        content = await files.get(f"{scan.folder}/{sources_name(part)}")
    except NotFound:
        return None
    found = excerpt(content, node.file, node.line, node.end_line or node.line)
    return SourceOut.model_validate(found._asdict()) if found else None
