"""From what a person types to the nodes they mean."""

import difflib
import re
from collections.abc import Callable, Collection

from tenantry.products.pinata.engine.flow.index import Flow, Node
from tenantry.products.pinata.engine.graph import KINDS

_METHOD = re.compile(r"(?i)(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|ANY|WS)\s+(/\S*)\Z")
_PLACE = re.compile(r"(?P<file>[^:\s]+):(?P<line>\d+)\Z")
_HOLE = re.compile(r"\{[^}]*\}")


class NotFoundError(LookupError):
    """Nothing is called so. `near` are names that look like it."""

    def __init__(self, text: str, near: list[str]) -> None:
        super().__init__(text)
        self.text, self.near = text, near

    def __str__(self) -> str:
        hint = f" Did you mean {', '.join(self.near)}?" if self.near else ""
        return f"There is nothing called “{self.text}” in the graph.{hint}"


def find(flow: Flow, text: str, kinds: Collection[str] = KINDS) -> list[Node]:
    """The nodes a text names, of the given kinds; the first reading that fits anything decides:

    an id; a route as `GET /orders/{id}`, with real values too (`GET /orders/5`); its path alone; a name (`orders`, `order.placed`,
    `OrderService.place`); the end of a qualified name (`place`); a place (`orders/service.py:30`).

    Raises:
        NotFoundError: nothing fits.
    """
    text = text.strip()
    wanted = [node for node in flow.document["nodes"] if node["kind"] in kinds]
    readings: list[Callable[[Node], bool]] = [lambda node: node["id"] == text]
    if route := _METHOD.match(text):
        readings += [_route(route[1].upper(), route[2], exact=True), _route(route[1].upper(), route[2], exact=False)]
    elif text.startswith("/"):
        readings += [_route("", text, exact=True), _route("", text, exact=False)]
    lower = text.lower()
    readings += [
        lambda node: node["name"] == text,
        lambda node: node["name"].lower() == lower,
        lambda node: node["name"].lower().endswith((f".{lower}", f"/{lower}", f":{lower}")),
    ]
    for fits in readings:
        if found := [node for node in wanted if fits(node)]:
            return found
    if found := _standing_at(wanted, text):
        return found
    raise NotFoundError(text, _near(wanted, text))


def _route(method: str, path: str, *, exact: bool) -> Callable[[Node], bool]:
    given = path.partition("?")[0].strip("/")

    def fits(node: Node) -> bool:
        verb, _, pattern = node["name"].partition(" ")
        if node["kind"] != "route" or (method and verb not in (method, "ANY")):
            return False
        shape = pattern.strip("/")
        if exact:
            return bool(_HOLE.sub("{}", shape).lower() == _HOLE.sub("{}", given).lower())
        return (
            re.fullmatch(_HOLE.sub("[^/]+", re.escape(shape).replace(r"\{", "{").replace(r"\}", "}")), given)
            is not None
        )

    return fits


def _standing_at(nodes: list[Node], text: str) -> list[Node]:
    """What stands on a line; else the innermost function around it."""
    match = _PLACE.match(text)
    if match is None:
        return []
    file, line = match["file"].removeprefix("./"), int(match["line"])
    if found := [node for node in nodes if node["file"] == file and node["line"] == line]:
        return found
    around = [node for node in nodes if node["file"] == file and node["line"] <= line <= node["end_line"]]
    return sorted(around, key=lambda node: node["end_line"] - node["line"])[:1]


def _near(nodes: list[Node], text: str, most: int = 3) -> list[str]:
    names = list(dict.fromkeys(node["name"] for node in nodes))
    holding = sorted((name for name in names if text.lower() in name.lower()), key=len)
    return (holding or difflib.get_close_matches(text, names, most, 0.6))[:most]
