"""Which routes of the tree an HTTP call reaches."""

import re
from collections import defaultdict

from tenantry.products.pinata.engine.gateways import Rewrites

_HOST = re.compile(r"^[a-z][a-z0-9+.-]*://([^/?#]*)", re.IGNORECASE)
_LOCAL = frozenset(("localhost", "127.0.0.1", "0.0.0.0", "host.docker.internal"))  # noqa: S104
_HOLE = re.compile(r"\{[^}]*\}")


def host_of(name: str) -> str:
    """The host of `METHOD https://host/path`; "" when it is relative or dynamic."""
    match = _HOST.match(name.partition(" ")[2])
    if match is None:
        return ""
    host = match.group(1).rpartition("@")[2].lower()
    if (
        host.partition(":")[0] in _LOCAL
    ):  # the default of a base address, for a developer's machine: a route of this tree
        return ""
    return "" if host.startswith("{") and host.endswith("}") and host.count("{") == 1 else host


class RoutePaths:
    """Routes (name, service, node id) by method and shape: `/users/{id}` and `/users/{}` have one shape."""

    def __init__(
        self,
        routes: list[tuple[str, str, str]],
        rewrites: Rewrites | None = None,
        aliases: dict[str, str] | None = None,
    ) -> None:
        self.rewrites = rewrites
        self.aliases = aliases or {}
        """Service → the name by which others call it, where that is another one."""
        self.by_shape: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for name, service, node in routes:
            method, _, path = name.partition(" ")
            self.by_shape[method, _shape(path)].append((service, node))

    def match(self, name: str, host: str = "") -> list[str]:
        """Node ids of the routes that a call names exactly; the root path matches nothing.

        With a `host` only routes of the service called so: compose files and clusters give services their names as hosts."""
        service = host.partition(":")[0].partition(".")[0]
        found = self._found(name, host, service)
        if found or self.rewrites is None:
            return found
        method, _, url = name.partition(" ")
        path = re.sub(r"^\{[^}]*\}(?=/)", "", _HOST.sub("", url).partition("?")[0])
        for behind, target in self.rewrites.through(path if path.startswith("/") else f"/{path}"):
            found += [node for node in self._found(f"{method} {behind}", target, target) if node not in found]
        return found

    def _found(self, name: str, host: str, service: str) -> list[str]:
        named = {plain(service), plain(host.partition(":")[0])}
        return [
            node for owner, node in self._exactly(name) if not host or plain(self.aliases.get(owner, owner)) in named
        ]

    def _exactly(self, name: str) -> list[tuple[str, str]]:
        method, _, url = name.partition(" ")
        path = _HOST.sub("", url).partition("?")[0]
        path = re.sub(r"^\{[^}]*\}(?=/)", "", path)
        shape = _shape(path)
        if shape in ("", "{}"):
            return []
        return self.by_shape.get((method, shape)) or self.by_shape.get(("ANY", shape)) or []


def plain(name: str) -> str:
    """`Webhooks.API`, `webhooks-api` and `webhooks_api` are one name."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _shape(path: str) -> str:
    return _HOLE.sub("{}", path).strip("/").lower()
