"""One layered flow: entries on the left, functions by depth, effects, and what they touch on the right.

Every node has a layer; layers are columns, and a layer with more nodes than a screen is high becomes a band of several
columns, so that the whole keeps a pleasant shape. Within a layer nodes are ordered by service, then so that edges cross
little: barycenter sweeps, after Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system
structures" (1981).
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Edge: TypeAlias = tuple[int, int]
Point: TypeAlias = tuple[float, float]

NARROW, WIDE = 64.0, 230.0  # between two columns of a band: close together, or with room for names
ROW, SERVICE_GAP = 30.0, 56.0
SWEEPS = 6
ASPECT = 1.6  # wanted width : height
MAX_DEPTH = 6  # deeper functions share the last layer of functions

ENTRIES = frozenset(("route", "schedule", "consume"))
INNER = frozenset(("function", "transform"))
TARGETS = frozenset(("table", "external", "topic"))


@dataclass(frozen=True, slots=True)
class Flow:
    """Points by the place of the node in the list, from (0, 0) rightwards and downwards, and the size of the whole."""

    points: dict[int, Point]
    width: float
    height: float


def flow(nodes: Sequence[dict[str, Any]], members: Sequence[int], edges: Sequence[Edge], *, column: float) -> Flow:
    """Lay out the nodes at the places `members`, and nothing but the `edges` between them."""
    following: dict[int, list[int]] = {i: [] for i in members}
    preceding: dict[int, list[int]] = {i: [] for i in members}
    for source, target in edges:
        following[source].append(target)
        preceding[target].append(source)
    alone = [
        i for i in members if not following[i] and not preceding[i] and nodes[i]["kind"] not in ("service", *ENTRIES)
    ]
    apart = set(alone)
    layers = _layers(nodes, [i for i in members if i not in apart], following)
    services = _services(nodes, members)
    order = _ordered(nodes, layers, services, following, preceding)
    points, bottom = _placed(nodes, order, services, column)
    points.update(_packed(alone, nodes, bottom, column))
    width = max((x for x, _ in points.values()), default=0.0)
    height = max((y for _, y in points.values()), default=0.0)
    return Flow(points, width, height)


def _layers(nodes: Sequence[dict[str, Any]], members: list[int], following: dict[int, list[int]]) -> list[list[int]]:
    """Nodes by layer; empty layers are left out."""
    depth: dict[int, int] = {}
    waiting: deque[int] = deque()
    called = {target for i in members for target in following[i]}
    for i in members:
        kind = nodes[i]["kind"]
        if kind in ENTRIES or (kind in INNER and i not in called):
            depth[i] = 0 if kind in ENTRIES else 1
            waiting.append(i)
    while waiting:
        i = waiting.popleft()
        for target in following[i]:
            if target not in depth and nodes[target]["kind"] in INNER:
                depth[target] = min(depth[i] + 1, MAX_DEPTH)
                waiting.append(target)
    last = max(depth.values(), default=0)
    found: dict[int, list[int]] = defaultdict(list)
    for i in members:
        kind = nodes[i]["kind"]
        if kind == "service":
            found[-1].append(i)
        elif kind in TARGETS:
            found[last + 2].append(i)
        elif kind in ENTRIES or kind in INNER:
            found[depth.get(i, 1)].append(i)
        else:
            found[last + 1].append(i)
    return [found[layer] for layer in sorted(found)]


def _services(nodes: Sequence[dict[str, Any]], members: Sequence[int]) -> dict[str, int]:
    """Services by size, the largest first."""
    sizes: dict[str, int] = defaultdict(int)
    for i in members:
        sizes[nodes[i]["service"]] += 1
    return {name: rank for rank, name in enumerate(sorted(sizes, key=lambda name: (-sizes[name], name)))}


def _ordered(
    nodes: Sequence[dict[str, Any]],
    layers: list[list[int]],
    services: dict[str, int],
    following: dict[int, list[int]],
    preceding: dict[int, list[int]],
) -> list[list[int]]:
    """Each layer in an order with few crossings: by service, then by the mean place of the neighbours."""
    rank = {i: services[nodes[i]["service"]] for layer in layers for i in layer}
    layers = [
        sorted(layer, key=lambda i: (rank[i], nodes[i]["file"], nodes[i]["line"], nodes[i]["name"], i))
        for layer in layers
    ]
    where: dict[int, float] = {}

    def settle(layer: list[int]) -> None:
        for position, i in enumerate(layer):
            where[i] = (position + 0.5) / len(layer)

    for layer in layers:
        settle(layer)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        neighbours = preceding if down else following
        for number in range(len(layers)) if down else range(len(layers) - 1, -1, -1):
            keys = {}
            for i in layers[number]:
                near = [where[j] for j in neighbours[i] if j in where]
                keys[i] = (rank[i], sum(near) / len(near) if near else where[i], where[i], i)
            layers[number] = sorted(layers[number], key=keys.__getitem__)
            settle(layers[number])
    return layers


def _placed(
    nodes: Sequence[dict[str, Any]], layers: list[list[int]], services: dict[str, int], column: float
) -> tuple[dict[int, Point], float]:
    """Points of all layers, and the lowest y in use."""
    rows = _rows([len(layer) for layer in layers], column)
    columns = [max(1, -(-len(layer) // rows)) for layer in layers]
    lefts, x = [], 0.0
    for count in columns:
        lefts.append(x)
        x += (count - 1) * column + _gap(column)
    by_service: dict[int, list[list[int]]] = defaultdict(lambda: [[] for _ in layers])
    for number, layer in enumerate(layers):
        for i in layer:
            by_service[services[nodes[i]["service"]]][number].append(i)
    points: dict[int, Point] = {}
    top = 0.0
    for service in sorted(by_service):
        bands = by_service[service]
        height = max(-(-len(band) // columns[number]) for number, band in enumerate(bands))
        for number, band in enumerate(bands):
            if not band:
                continue
            used = -(-len(band) // columns[number])
            # A short band is spread over the height of its service, so that edges run level.
            step = ROW * min(height / used, 4.0)
            start = top + (height * ROW - used * step) / 2
            for position, i in enumerate(band):
                place, row = divmod(position, used)
                points[i] = (round(lefts[number] + place * column, 1), round(start + (row + 0.5) * step, 1))
        top += height * ROW + SERVICE_GAP
    return points, top - SERVICE_GAP if by_service else 0.0


def _gap(column: float) -> float:
    """Between two layers."""
    return max(column, 130.0)


def _rows(sizes: list[int], column: float) -> int:
    """How many rows a layer may have before it becomes a band, for the wanted shape of the whole."""
    tallest = max(sizes, default=1)

    def miss(rows: int) -> float:
        width = sum(((-(-size // rows) - 1) * column + _gap(column) for size in sizes), start=column)
        ratio = width / (min(rows, tallest) * ROW) / ASPECT
        return max(ratio, 1 / ratio)

    return min(range(min(8, tallest), tallest + 1), key=lambda rows: (miss(rows), rows))


def _packed(alone: list[int], nodes: Sequence[dict[str, Any]], top: float, column: float) -> dict[int, Point]:
    """What nothing leads to or from, in a grid below the flow, by kind and service."""
    ordered = sorted(
        alone, key=lambda i: (nodes[i]["kind"], nodes[i]["service"], nodes[i]["file"], nodes[i]["line"], i)
    )
    wide = max(4, round((len(alone) * ASPECT * ROW / column) ** 0.5))
    below = top + ROW if top else 0.0
    return {
        i: (round(position % wide * column, 1), round(below + (position // wide + 0.5) * ROW, 1))
        for position, i in enumerate(ordered)
    }
