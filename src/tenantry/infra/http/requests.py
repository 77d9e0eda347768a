"""What middlewares and routes read from a request, in one place."""

import re
from typing import Any

from starlette.requests import HTTPConnection
from starlette.types import Scope

from tenantry.infra.database.scopes import Origin

API = "/api/"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def state_of(scope: Scope) -> dict[str, Any]:
    """What is noted about this request on its way, by name (`request.state` of a route)."""
    state: dict[str, Any] = scope.setdefault("state", {})
    return state


def note(scope: Scope, **facts: Any) -> None:
    """Note something about this request; the access log tells `actor` and `organization`."""
    state_of(scope).update(facts)


def request_id(scope: Scope) -> str:
    """The id under which this request is logged, and which an error shows to the caller."""
    return str(state_of(scope).get("request_id", ""))


def address_of(connection: HTTPConnection | Scope) -> str:
    """The address of the caller: of the peer, or what a trusted proxy said about it."""
    client = connection.get("client")
    return str(client[0]) if client else "unknown"


def origin_of(connection: HTTPConnection) -> Origin:
    """Where a request comes from, as the audit log keeps it."""
    agent = header(connection.scope, b"user-agent") or ""
    return Origin(address_of(connection), agent[:300], request_id(connection.scope), _country_of(connection.scope))


def _country_of(scope: Scope) -> str | None:
    """Only a trusted proxy's word counts: where one has told the caller's address, the server knows no port of it."""
    client = scope.get("client")
    country = header(scope, b"cf-ipcountry") if client and not client[1] else None
    return country if country and re.fullmatch(r"[A-Z]{2}", country) and country != "XX" else None


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of that name (in small letters)."""
    return next((value.decode("latin-1") for key, value in scope.get("headers", ()) if key == name), None)


def operation_of(scope: Scope) -> str:
    """Which function answered, such as `products.pinata.scans.routes.list_scans`: a name that leads to the line."""
    endpoint = scope.get("endpoint")
    if endpoint is None:
        return "none"
    return f"{getattr(endpoint, '__module__', '?').removeprefix('tenantry.')}.{getattr(endpoint, '__name__', '?')}"
