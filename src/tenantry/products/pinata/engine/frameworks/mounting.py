"""Routers that are mounted on routers: the one idea behind include_router, register_blueprint and `app.use`."""

from collections import defaultdict
from dataclasses import dataclass, field

from tenantry.products.pinata.engine.resolve.values import Binding

MAX_MOUNTS = 64  # places that one router may be reached at


@dataclass(slots=True)
class Mount:
    parent: Binding
    prefix: str
    override: bool = False
    """The prefix replaces the child's own one (Flask's `url_prefix`)."""


@dataclass(slots=True)
class Mounts:
    """Which routers there are, their own prefixes, and where each is mounted."""

    prefixes: dict[Binding, str] = field(default_factory=dict)
    roots: set[Binding] = field(default_factory=set)
    parents: dict[Binding, list[Mount]] = field(default_factory=lambda: defaultdict(list))

    def router(self, binding: Binding, prefix: str = "", *, root: bool = False) -> None:
        self.prefixes[binding] = prefix
        if root:
            self.roots.add(binding)

    def mount(self, child: Binding, parent: Binding, prefix: str, *, override: bool = False) -> None:
        self.parents[child].append(Mount(parent, prefix, override))

    def paths(self, router: Binding, seen: frozenset[Binding] = frozenset()) -> list[str]:
        """Every whole prefix at which a router is reached. One that is mounted nowhere is reached at its own prefix."""
        own = self.prefixes.get(router, "")
        if router in seen:
            return []
        mounts = self.parents.get(router, [])
        if not mounts:
            return [own]
        found: list[str] = []
        for mount in mounts:
            for above in self.paths(mount.parent, seen | {router}):
                whole = above + mount.prefix + ("" if mount.override else own)
                if whole not in found:
                    found.append(whole)
        return found[:MAX_MOUNTS]

    def reachable(self, router: Binding, seen: frozenset[Binding] = frozenset()) -> bool:
        """Whether a router hangs, over any number of mounts, on an application."""
        if router in self.roots:
            return True
        return router not in seen and any(
            self.reachable(mount.parent, seen | {router}) for mount in self.parents.get(router, [])
        )
