"""A large graph as a map: a district for each folder, each a flow of its own, packed by service."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tenantry.products.pinata.engine.layout.flow import ASPECT, NARROW, Edge, Point, flow

FULL = 160  # nodes; a larger folder is split into its subfolders
SMALL = 12  # nodes; smaller folders share the district of the folder around them
STREET = 110.0  # between districts
SQUARE = 420.0  # between services


@dataclass(frozen=True, slots=True)
class District:
    """A part of the map: a folder (`name`, "" for the root) of one service, and the rectangle around its nodes."""

    name: str
    service: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """(x, y) by node id, and the districts they lie in; a small graph has none."""

    points: dict[str, Point]
    districts: list[District]


@dataclass(slots=True)
class _Block:
    """Something to be packed: its size, and what it holds at points of its own."""

    width: float
    height: float
    points: dict[int, Point]
    districts: list[District]


def as_map(nodes: Sequence[dict[str, Any]], edges: Sequence[Edge]) -> Layout:
    """Lay out a large graph."""
    services: dict[str, list[int]] = defaultdict(list)
    for i, node in enumerate(nodes):
        services[node["service"]].append(i)
    home: dict[int, int] = {}
    folders: list[tuple[str, str, list[int]]] = []
    for service in sorted(services, key=lambda name: (-len(services[name]), name)):
        for folder, members in _split("", [(_folder(nodes[i]), i) for i in services[service]]):
            home.update(dict.fromkeys(members, len(folders)))
            folders.append((service, folder, members))
    within: list[list[Edge]] = [[] for _ in folders]
    for source, target in edges:
        if home[source] == home[target]:
            within[home[source]].append((source, target))
    blocks: dict[str, list[_Block]] = defaultdict(list)
    for (service, folder, members), inner in zip(folders, within, strict=True):
        laid = flow(nodes, members, inner, column=NARROW)
        blocks[service].append(
            _Block(
                laid.width,
                laid.height,
                laid.points,
                [District(folder, service, 0.0, 0.0, laid.width, laid.height)],
            )
        )
    whole = _pack([_pack(found, STREET) for found in blocks.values()], SQUARE)
    points = {nodes[i]["id"]: point for i, point in sorted(whole.points.items())}
    return Layout(points, whole.districts)


def _folder(node: dict[str, Any]) -> str:
    return str(node["file"] or "").rpartition("/")[0]


def _split(folder: str, members: list[tuple[str, int]]) -> list[tuple[str, list[int]]]:
    """Folders with their nodes, in order of path: subfolders on their own when they are many, together when they are few."""
    below: dict[str, list[tuple[str, int]]] = defaultdict(list)
    here: list[int] = []
    prefix = f"{folder}/" if folder else ""
    for path, i in members:
        if path == folder:
            here.append(i)
        else:
            below[prefix + path[len(prefix) :].partition("/")[0]].append((path, i))
    if len(members) <= FULL or not below:
        return [(folder, [i for _, i in members])]
    found: list[tuple[str, list[int]]] = []
    for name in sorted(below):
        if len(below[name]) < SMALL:
            here += [i for _, i in below[name]]
        else:
            found += _split(name, below[name])
    return [(folder, here), *found] if here else found


def _pack(blocks: list[_Block], gap: float) -> _Block:
    """Blocks side by side in rows, in their order, so that neighbours stay neighbours and the whole has a pleasant shape."""
    area = sum((block.width + gap) * (block.height + gap) for block in blocks)
    wide = max([(area * ASPECT) ** 0.5, *(block.width for block in blocks)])
    whole = _Block(0.0, 0.0, {}, [])
    x = y = tallest = 0.0
    for block in blocks:
        if x and x + block.width > wide:
            x, y, tallest = 0.0, y + tallest + gap, 0.0
        for i, (left, top) in block.points.items():
            whole.points[i] = (round(x + left, 1), round(y + top, 1))
        for part in block.districts:
            moved = District(
                part.name, part.service, round(x + part.x, 1), round(y + part.y, 1), part.width, part.height
            )
            whole.districts.append(moved)
        whole.width, whole.height = max(whole.width, x + block.width), max(whole.height, y + block.height)
        tallest = max(tallest, block.height)
        x += block.width + gap
    return whole
