"""Coordinates for the graph view: entries on the left, what they do on the right, services one below the other.

Every node has a layer (services, entries, functions by depth, effects, what they touch). Layers are columns; a layer with
more nodes than a screen is high becomes a band of several columns, so that the whole keeps a pleasant shape. Within a
layer, nodes are ordered by service, then so that edges cross little (barycenter sweeps). All of it is deterministic and
near linear: 30,000 nodes take a few CPU seconds.
"""

from collections import defaultdict, deque
from collections.abc import Iterable
from typing import Any

COLUMN, ROW, LAYER_GAP, SERVICE_GAP = 90.0, 28.0, 150.0, 56.0  # pixels at zoom 1
SWEEPS = 6
ASPECT = 1.6  # wanted width : height
MAX_DEPTH = 6  # deeper functions share the last layer of functions

_ENTRIES = frozenset(("route", "schedule", "consume"))
_INNER = frozenset(("function", "transform"))
_TARGETS = frozenset(("table", "external", "topic"))


def layout(document: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """(x, y) in pixels by node id; y grows downwards. The same document always gives the same coordinates."""
    nodes = document["nodes"]
    if not nodes:
        return {}
    ids = [node["id"] for node in nodes]
    place = {node_id: position for position, node_id in enumerate(ids)}
    edges = [(place[e["source"]], place[e["target"]]) for e in document["edges"] if e["kind"] != "contains"]
    following: list[list[int]] = [[] for _ in ids]
    preceding: list[list[int]] = [[] for _ in ids]
    for source, target in edges:
        if source != target:
            following[source].append(target)
            preceding[target].append(source)
    alone = [
        i
        for i, node in enumerate(nodes)
        if not following[i] and not preceding[i] and node["kind"] not in ("service", *_ENTRIES)
    ]
    apart = set(alone)
    layers = _layers(nodes, following, apart)
    services = _services(nodes)
    order = _ordered(nodes, layers, services, following, preceding)
    points, bottom = _placed(nodes, order, services)
    points.update(_packed(alone, nodes, bottom))
    return {ids[i]: point for i, point in sorted(points.items())}


def _layers(nodes: list[dict[str, Any]], following: list[list[int]], apart: set[int]) -> list[list[int]]:
    """Nodes by layer, without those that stand apart; empty layers are left out."""
    depth: dict[int, int] = {}
    waiting: deque[int] = deque()
    called = {target for targets in following for target in targets}
    for i, node in enumerate(nodes):
        if node["kind"] in _ENTRIES or node["kind"] in _INNER and i not in called:
            depth[i] = 0 if node["kind"] in _ENTRIES else 1
            waiting.append(i)
    while waiting:
        i = waiting.popleft()
        for target in following[i]:
            if target not in depth and nodes[target]["kind"] in _INNER:
                depth[target] = min(depth[i] + 1, MAX_DEPTH)
                waiting.append(target)
    last = max((depth[i] for i in depth), default=0)
    found: dict[int, list[int]] = defaultdict(list)
    for i, node in enumerate(nodes):
        if i in apart:
            continue
        kind = node["kind"]
        if kind == "service":
            found[-1].append(i)
        elif kind in _TARGETS:
            found[last + 2].append(i)
        elif kind in _ENTRIES or kind in _INNER:
            found[depth.get(i, 1)].append(i)
        else:
            found[last + 1].append(i)
    return [found[layer] for layer in sorted(found)]


def _services(nodes: list[dict[str, Any]]) -> dict[str, int]:
    """Services by size, the largest first."""
    sizes: dict[str, int] = defaultdict(int)
    for node in nodes:
        sizes[node["service"]] += 1
    return {name: rank for rank, name in enumerate(sorted(sizes, key=lambda name: (-sizes[name], name)))}


def _ordered(
    nodes: list[dict[str, Any]], layers: list[list[int]], services: dict[str, int],
    following: list[list[int]], preceding: list[list[int]],
) -> list[list[int]]:  # fmt: skip
    """Each layer in an order with few crossings: by service, then by the mean place of the neighbours."""
    rank = [services[node["service"]] for node in nodes]
    layers = [
        sorted(layer, key=lambda i: (rank[i], nodes[i]["file"], nodes[i]["line"], nodes[i]["name"], i))
        for layer in layers
    ]
    where = [0.0] * len(nodes)

    def settle(layer: list[int]) -> None:
        size = len(layer)
        for position, i in enumerate(layer):
            where[i] = (position + 0.5) / size

    for layer in layers:
        settle(layer)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        neighbours = preceding if down else following
        for number in range(len(layers)) if down else range(len(layers) - 1, -1, -1):
            layer = layers[number]
            keys = {}
            for i in layer:
                near = neighbours[i]
                keys[i] = (rank[i], sum([where[j] for j in near]) / len(near) if near else where[i], where[i], i)
            layers[number] = sorted(layer, key=keys.__getitem__)
            settle(layers[number])
    return layers


def _placed(
    nodes: list[dict[str, Any]], layers: list[list[int]], services: dict[str, int]
) -> tuple[dict[int, tuple[float, float]], float]:
    """Points of all layers, and the lowest y in use."""
    total = sum(len(layer) for layer in layers)
    rows = _rows([len(layer) for layer in layers], total)
    columns = [max(1, -(-len(layer) // rows)) for layer in layers]
    lefts, x = [], 0.0
    for count in columns:
        lefts.append(x)
        x += (count - 1) * COLUMN + LAYER_GAP
    by_service: dict[int, list[list[int]]] = defaultdict(lambda: [[] for _ in layers])
    for number, layer in enumerate(layers):
        for i in layer:
            by_service[services[nodes[i]["service"]]][number].append(i)
    points: dict[int, tuple[float, float]] = {}
    top = 0.0
    for service in sorted(by_service):
        bands = by_service[service]
        height = max(-(-len(band) // columns[number]) for number, band in enumerate(bands))
        for number, band in enumerate(bands):
            wide = columns[number]
            used = -(-len(band) // wide) if band else 0
            # A short band is spread over the height of its service, so that edges run level.
            step = ROW * min(height / used, 6.0) if used else ROW
            start = top + (height * ROW - used * step) / 2
            for position, i in enumerate(band):
                row, column = divmod(position, wide)
                points[i] = (round(lefts[number] + column * COLUMN, 1), round(start + (row + 0.5) * step, 1))
        top += height * ROW + SERVICE_GAP
    return points, top


def _rows(sizes: Iterable[int], total: int) -> int:
    """How many rows a layer may have before it becomes a band, for the wanted shape of the whole."""
    sizes = list(sizes)
    best, best_miss = max(sizes, default=1), float("inf")
    for rows in sorted({max(1, round(total**0.5 * factor / 4)) for factor in range(1, 33)}):
        columns = [max(1, -(-size // rows)) for size in sizes]
        width = sum((count - 1) * COLUMN + LAYER_GAP for count in columns)
        miss = abs(width / (min(rows, max(sizes, default=1)) * ROW) - ASPECT)
        if miss < best_miss:
            best, best_miss = rows, miss
    return max(best, 8)


def _packed(alone: list[int], nodes: list[dict[str, Any]], top: float) -> dict[int, tuple[float, float]]:
    """What nothing leads to or from, in a grid below the flow, by kind and service."""
    ordered = sorted(
        alone, key=lambda i: (nodes[i]["kind"], nodes[i]["service"], nodes[i]["file"], nodes[i]["line"], i)
    )
    wide = max(6, round((len(alone) * ASPECT * ROW / COLUMN) ** 0.5))
    return {
        i: (round(position % wide * COLUMN, 1), round(top + position // wide * ROW * 1.5, 1))
        for position, i in enumerate(ordered)
    }
