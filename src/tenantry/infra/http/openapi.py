"""The OpenAPI document: FastAPI's, with our errors, and with who may call what."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import RouteContext, iter_route_contexts

from tenantry.infra.http.problems import MEDIA_TYPE, ProblemDocument
from tenantry.infra.http.routing import Guard

_ERRORS = {
    401: "Nobody is signed in.",
    403: "Your role does not allow this.",
    404: "There is no such thing here, or it is not yours.",
    422: "Some of the input can’t be accepted.",
}
_KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 255, "pattern": "^[!-~]+$"},
    "description": "Makes repeating this request safe: with the same key and body it is done once, and answered the same.",
}


def guard_of(route: RouteContext) -> Guard | None:
    """What decides who may call a route, if anything does."""
    dependant = getattr(route, "dependant", None)
    return next((call for call in _calls(dependant) if isinstance(call, Guard)), None) if dependant else None


def _calls(dependant: Dependant) -> Iterator[Any]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _calls(inner)


def build_openapi(app: FastAPI, *, cookie: str) -> dict[str, Any]:
    """The document. `x-permission` names what a role must allow; `security` is absent where anybody may call."""
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    problem = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs", {})
    schemas["ProblemDocument"] = problem
    document["components"]["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": cookie},
        "api_key": {"type": "http", "scheme": "bearer", "description": "An API key, tnt_live_…"},
    }
    for route in iter_route_contexts(app.routes):
        for method in route.methods or ():
            operation = document["paths"].get(route.path_format, {}).get(method.lower())
            if operation is not None:
                _complete(operation, guard_of(route), method)
    return document


def _complete(operation: dict[str, Any], guard: Guard | None, method: str) -> None:
    operation["responses"].pop("422", None)
    statuses = {422} if "requestBody" in operation or operation.get("parameters") else set()
    if guard is not None and not guard.public:
        operation["security"] = [{"session": []}] if guard.session_only else [{"session": []}, {"api_key": []}]
        statuses |= {401, 403, 404} if guard.in_organization else {401}
        if guard.permission:
            operation["x-permission"] = guard.permission
    if method == "POST":
        operation.setdefault("parameters", []).append(_KEY_HEADER)
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    for status in sorted(statuses):
        operation["responses"].setdefault(str(status), {"description": _ERRORS[status], "content": content})
    operation["responses"]["default"] = {"description": "Any other problem.", "content": content}
