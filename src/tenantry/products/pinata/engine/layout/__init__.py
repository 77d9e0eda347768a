"""Coordinates for the graph view: what comes in on the left, what it touches on the right.

A small graph is one flow (`flow`). A large one would be a wall, so it becomes a map: a district for each folder, each a
flow of its own, side by side with its neighbours (`districts`). All of it is deterministic and near linear.
"""

from typing import Any

from tenantry.products.pinata.engine.layout.districts import District, Layout, as_map
from tenantry.products.pinata.engine.layout.flow import WIDE, Edge, flow

LARGE = 400  # nodes; up to here one flow is read at a glance

__all__ = ["District", "Layout", "layout"]


def layout(document: dict[str, Any]) -> Layout:
    """Where each node of a `pinata.scan/1` document lies, in pixels at zoom 1; y grows downwards.

    The same document always gives the same layout.
    """
    nodes = document["nodes"]
    place = {node["id"]: position for position, node in enumerate(nodes)}
    edges: list[Edge] = [
        (place[edge["source"]], place[edge["target"]])
        for edge in document["edges"]
        if edge["kind"] != "contains" and edge["source"] != edge["target"]
    ]
    if len(nodes) > LARGE:
        return as_map(nodes, edges)
    laid = flow(nodes, range(len(nodes)), edges, column=WIDE)
    return Layout({nodes[i]["id"]: point for i, point in sorted(laid.points.items())}, [])
