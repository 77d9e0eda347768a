"""The routes of a service as a skeleton of an OpenAPI 3.1 document: paths, methods, parameters and where each one stands."""

import re
from collections import defaultdict
from typing import Any

import yaml

from tenantry.products.pinata.engine.formats import NeedsServiceError

_HOLE = re.compile(r"\{([^}]*)\}")
_ANY = ("get", "post", "put", "patch", "delete")
_METHODS = frozenset((*_ANY, "head", "options", "trace"))


def to_openapi_text(document: dict[str, Any], service: str | None = None) -> str:
    """The document of `to_openapi` as YAML."""
    return yaml.safe_dump(to_openapi(document, service), sort_keys=False, allow_unicode=True, width=120)


def to_openapi(document: dict[str, Any], service: str | None = None) -> dict[str, Any]:
    """What the tree says for sure: types and bodies are left open. Paths that differ only in the names of their parameters are one.

    Raises:
        NeedsServiceError: several services have routes, and none is named.
    """
    routes = [node for node in document["nodes"] if node["kind"] == "route"]
    services = sorted({node["service"] for node in routes})
    if service is None and len(services) > 1:
        raise NeedsServiceError(services)
    name = service or (services[0] if services else document["repository"]["root"])
    handlers = _handlers(document)
    paths: dict[str, dict[str, Any]] = {}
    shapes: dict[str, str] = {}
    sockets, ids = [], set[str]()
    for node in routes:
        if service is not None and node["service"] != service:
            continue
        method, _, path = node["name"].partition(" ")
        if method == "WS":
            sockets.append({"path": path, "x-source": f"{node['file']}:{node['line']}"})
            continue
        path, names = _plain(path)
        path = shapes.setdefault(_HOLE.sub("{}", path), path)
        names = _HOLE.findall(path)
        item = paths.setdefault(path, _parameters(names))
        for verb in _ANY if method == "ANY" else (method.lower(),):
            if verb in _METHODS and verb not in item:
                item[verb] = _operation(node, verb, path, handlers.get(node["id"]), ids)
    result: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": name or "API", "version": (document["repository"]["commit"] or "0")[:12]},
        "paths": dict(sorted(paths.items())),
    }
    return result | ({"x-websockets": sockets} if sockets else {})


def _handlers(document: dict[str, Any]) -> dict[str, str]:
    names = {node["id"]: node["name"] for node in document["nodes"] if node["kind"] == "function"}
    found: dict[str, list[str]] = defaultdict(list)
    for edge in document["edges"]:
        if edge["kind"] == "handles" and edge["target"] in names:
            found[edge["source"]].append(names[edge["target"]])
    return {route: min(handlers) for route, handlers in found.items()}


def _plain(path: str) -> tuple[str, list[str]]:
    """Every parameter with a name of its own: OpenAPI allows no two of one name in a path."""
    seen: dict[str, int] = {}

    def named(match: re.Match[str]) -> str:
        name = re.sub(r"[^\w.-]", "_", match[1].strip("*?.")) or "value"
        seen[name] = seen.get(name, 0) + 1
        return f"{{{name}}}" if seen[name] == 1 else f"{{{name}_{seen[name]}}}"

    path = _HOLE.sub(named, path)
    return path, _HOLE.findall(path)


def _parameters(names: list[str]) -> dict[str, Any]:
    rows = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    return {"parameters": rows} if rows else {}


def _operation(node: dict[str, Any], verb: str, path: str, handler: str | None, ids: set[str]) -> dict[str, Any]:
    base = re.sub(r"\W+", "_", handler or f"{verb}_{path}").strip("_") or verb
    name, number = base, 1
    while name in ids:
        number += 1
        name = f"{base}_{number}"
    ids.add(name)
    operation: dict[str, Any] = {"operationId": name}
    if handler:
        operation["summary"] = handler
    return operation | {
        "x-source": f"{node['file']}:{node['line']}",
        "responses": {"default": {"description": "Not described in the code that was read."}},
    }
