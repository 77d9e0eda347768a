"""How routes are declared: a `Router` whose POST routes honour Idempotency-Key and whose names read well."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from tenantry.infra.http.idempotency import Once, Replay


class Route(APIRoute):
    """A route whose answer is kept, in the transaction that did the work, when the request carried an Idempotency-Key."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler which FastAPI calls while the scopes of the request are still open."""
        handle = super().get_route_handler()

        async def handle_once(request: Request) -> Response:
            try:
                response = await handle(request)
            except Replay as replay:
                return replay.response
            once: Once | None = getattr(request.state, "once", None)
            if once is not None:
                await once.save(response)
            return response

        return handle_once


class Router(APIRouter):
    """Collects the routes of a slice. `tags=["pinata"]` names the section of the API reference they stand in."""

    def __init__(self, *, prefix: str = "", tags: list[str] | None = None) -> None:
        self.declared: list[tuple[str, Callable[..., Any], dict[str, Any]]] = []
        """Path, function and options of each route, as they were given."""
        super().__init__(prefix=prefix, tags=list(tags or []), route_class=Route, redirect_slashes=False)

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Add a route."""
        self.declared.append((path, endpoint, options))
        super().add_api_route(path, endpoint, **options)

    def include_router(self, router: APIRouter, **options: Any) -> None:
        """Add the routes of another."""
        if isinstance(router, Router):
            prefix, tags = options.get("prefix", ""), [*(options.get("tags") or ()), *router.tags]
            for path, endpoint, given in router.declared:
                own = {**given, "tags": [*tags, *(given.get("tags") or ())]}
                self.declared.append((prefix + router.prefix + path, endpoint, own))
        super().include_router(router, **options)


def operation_id(route: APIRoute) -> str:
    """`list_scans` in the section `pinata` is `pinata_list_scans`."""
    return f"{route.tags[0]}_{route.name}" if route.tags else route.name


class Guard:
    """A dependency that decides who may call a route; the API reference and the isolation suite read it from the route."""

    permission: str | None = None
    """What the caller's role must allow, if anything."""
    in_organization: bool = False
    """Whether the route stands below `/orgs/{org}`."""
    public: bool = False
    """Whether anybody may call it."""
    session_only: bool = False
    """Whether it is for people who are signed in, and not for API keys."""
