"""Ways from a node to what it causes in the end: a breadth-first walk, a step a query, bounded in memory and time."""

from sqlalchemy import select

from tenantry.products.pinata.engine.graph import EFFECTS
from tenantry.products.pinata.findings.models import Edge, Node
from tenantry.products.pinata.findings.queries import node_out
from tenantry.products.pinata.findings.schemas import NodeOut, Paths
from tenantry.products.pinata.scans.models import Scan
from tenantry.sdk import OrgScope

MOST_PATHS = 50
MOST_STEPS = 25
MOST_NODES = 20_000
NOT_CAUSES = ("contains", "references")


async def paths_to_effects(scope: OrgScope, scan: Scan, start: Node) -> Paths:
    """The shortest way to each effect that can be reached, the nearest first, 50 at most."""
    came_from: dict[int, int | None] = {start.position: None}
    effects: list[int] = []
    frontier = [start.position]
    for _ in range(MOST_STEPS):
        if not frontier or len(effects) >= MOST_PATHS or len(came_from) > MOST_NODES:
            break
        statement = (
            select(Edge.source, Edge.target, Node.kind)
            .join(Node, (Node.scan_id == scan.id) & (Node.position == Edge.target))
            .where(Edge.scan_id == scan.id, Edge.source.in_(frontier), Edge.kind.not_in(NOT_CAUSES))
            .order_by(Edge.source, Edge.target)
        )
        frontier = []
        for source, target, kind in await scope.session.execute(statement):
            if target in came_from:
                continue
            came_from[target] = source
            frontier.append(target)
            if kind in EFFECTS:
                effects.append(target)
    ways = [_way(came_from, effect) for effect in effects[:MOST_PATHS]]
    nodes = await _nodes(scope, scan, {position for way in ways for position in way})
    return Paths(paths=[[nodes[position] for position in way] for way in ways])


def _way(came_from: dict[int, int | None], end: int) -> list[int]:
    way: list[int] = []
    position: int | None = end
    while position is not None:
        way.append(position)
        position = came_from[position]
    return way[::-1]


async def _nodes(scope: OrgScope, scan: Scan, positions: set[int]) -> dict[int, NodeOut]:
    if not positions:
        return {}
    found = await scope.session.scalars(select(Node).where(Node.scan_id == scan.id, Node.position.in_(positions)))
    return {node.position: node_out(node) for node in found}
