"""Findings over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from starlette.responses import Response

from tenantry.products.pinata.findings import changes, gzipped, queries
from tenantry.products.pinata.findings.paths import paths_to_effects
from tenantry.products.pinata.findings.schemas import (
    Changes,
    DiagnosticOut,
    Filters,
    Honesty,
    NodeDetail,
    NodePage,
    Paths,
    TableOut,
)
from tenantry.products.pinata.parts import FromApp
from tenantry.products.pinata.results import COLUMNS
from tenantry.products.pinata.scans.queries import find_result
from tenantry.sdk import OrgScope, Page, Paging, Router, needs

Reader = Annotated[OrgScope, needs("pinata.scans.read")]

router = Router()


@router.get("/scans/{scan_id}/nodes")
async def list_nodes(scope: Reader, scan_id: UUID, filters: Filters, asked: Paging) -> NodePage:
    """Everything that was found, filtered; entries such as routes come before what they cause."""
    return await queries.list_nodes(scope, await find_result(scope, scan_id), filters, asked)


@router.get("/scans/{scan_id}/nodes/{node_id}")
async def get_node(scope: Reader, parts: FromApp, scan_id: UUID, node_id: str) -> NodeDetail:
    """One node with its source lines and its neighbours."""
    scan = await find_result(scope, scan_id)
    node = await queries.find_node(scope, scan, node_id)
    return await queries.describe_node(scope, scan, node, parts.storage.of(scope))


@router.get("/scans/{scan_id}/nodes/{node_id}/paths")
async def list_paths(scope: Reader, scan_id: UUID, node_id: str) -> Paths:
    """The shortest way from a node to each effect it can have: reads, writes, calls, messages, files. 50 at most."""
    scan = await find_result(scope, scan_id)
    return await paths_to_effects(scope, scan, await queries.find_node(scope, scan, node_id))


@router.get("/scans/{scan_id}/graph", response_class=Response, responses={200: {"content": {"application/json": {}}}})
async def get_graph(request: Request, scope: Reader, parts: FromApp, scan_id: UUID) -> Response:
    """The whole graph column by column, with coordinates (pixels at zoom 1, y downwards), for drawing. It never changes.

    `{"kinds", "services", "edge_kinds": names, "nodes": {"id", "kind", "name", "file", "line", "service", "x", "y"},
    "edges": {"source", "target", "kind"}}`: kinds and services are indexes into the names, ends of edges are indexes of nodes.
    """
    scan = await find_result(scope, scan_id)
    content = await parts.storage.of(scope).get(f"{scan.folder}/{COLUMNS}")
    return gzipped.answer(request, content, cache=gzipped.FOREVER, etag=f'"graph-{scan.id}"')


@router.get("/scans/{scan_id}/tables")
async def list_tables(scope: Reader, scan_id: UUID, asked: Paging) -> Page[TableOut]:
    """The tables with their columns, by name."""
    return await queries.list_tables(scope, await find_result(scope, scan_id), asked)


@router.get("/scans/{scan_id}/diagnostics")
async def list_diagnostics(scope: Reader, scan_id: UUID, asked: Paging) -> Page[DiagnosticOut]:
    """What could not be read or followed, by file and line."""
    return await queries.list_diagnostics(scope, await find_result(scope, scan_id), asked)


@router.get("/scans/{scan_id}/honesty")
async def get_honesty(scope: Reader, scan_id: UUID) -> Honesty:
    """How far the graph can be trusted: what could not be read, followed or matched, and what was measured of the rules at work."""
    scan = await find_result(scope, scan_id)
    return Honesty.model_validate(scan.found.get("honesty") or {})


@router.get("/scans/{scan_id}/changes", response_model=Changes)
async def get_changes(
    request: Request,
    scope: Reader,
    parts: FromApp,
    scan_id: UUID,
    against: Annotated[str | None, Query(max_length=36, description="Another scan of the repository.")] = None,
) -> Response:
    """What changed since another scan of the same repository; left out, the last one before this that succeeded."""
    scan = await find_result(scope, scan_id)
    return gzipped.answer(request, await changes.changes_of(scope, scan, parts, _scan_id(against)))


def _scan_id(text: str | None) -> UUID | None:
    """An id from a query; one that is no id is one of no scan."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return UUID(int=0)
