"""Finding the route of a request at once, however many there are.

FastAPI tries its routes one after the other, each by a regular expression, and those of an included router twice. With a few
hundred routes that costs more than a small answer. `mount` puts them into the application itself, and `RouteIndex`, which stands
before all of them, knows by method, length and fixed words which one is meant; what it doesn't know goes the usual way.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from tenantry.infra.http.routing import Route, Router

_CHOSEN = "tenantry.route"
Fixed = tuple[tuple[int, str], ...]


def mount(app: FastAPI, router: APIRouter, *, prefix: str, tags: Sequence[str] = ()) -> None:
    """Like `app.include_router`, with the routes of our own routers put into the application one by one."""
    if not isinstance(router, Router) or len(router.declared) != len(list(iter_route_contexts(router.routes))):
        app.include_router(router, prefix=prefix, tags=list(tags))
        return
    for path, endpoint, options in router.declared:
        own = {**options, "tags": [*tags, *router.tags, *(options.get("tags") or ())], "route_class_override": Route}
        app.router.add_api_route(prefix + router.prefix + path, endpoint, **own)


class RouteIndex(BaseRoute):
    """All routes of an application whose place is clear from method, length and fixed words."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._routes: defaultdict[tuple[str, int], list[tuple[Fixed, APIRoute]]] = defaultdict(list)
        for route in routes:
            if isinstance(route, APIRoute) and ":path}" not in route.path:
                parts = route.path.split("/")
                fixed = tuple((place, part) for place, part in enumerate(parts) if "{" not in part)
                for method in route.methods or ():
                    self._routes[method, len(parts)].append((fixed, route))

    def find(self, scope: Scope) -> APIRoute | None:
        """The first route that fits the words of the address; its parameters are not looked at."""
        if scope["type"] != "http" or scope.get("root_path"):
            return None
        parts = scope["path"].split("/")
        for fixed, route in self._routes.get((scope["method"], len(parts)), ()):
            if all(parts[place] == part for place, part in fixed):
                return route
        return None

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """That route, if it takes the parameters too; where it doesn't, the routes behind this one are asked."""
        route = scope.get(_CHOSEN) or self.find(scope)
        if route is not None:
            match, child = route.matches(scope)
            if match is Match.FULL:
                scope[_CHOSEN] = route
                return match, child
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go to the route that was found."""
        route: APIRoute = scope.pop(_CHOSEN)
        scope["route"] = route
        await route.handle(scope, receive, send)


def endpoint_of(scope: Scope) -> Callable[..., Any] | None:
    """The function that will answer, before the application has looked for it; none where that is not known so early."""
    routes = scope["app"].router.routes
    if not routes or not isinstance(routes[0], RouteIndex):
        return None
    route = scope[_CHOSEN] = routes[0].find(scope)
    return route.endpoint if route else None


def index_routes(app: FastAPI) -> None:
    """Let the application find its routes by the index; the last thing to do with it."""
    app.router.routes.insert(0, RouteIndex(app.router.routes))
