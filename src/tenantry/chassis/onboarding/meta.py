"""What the interface is told about the products, so that one without pages of its own can still be used."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

import tenantry
from tenantry.chassis.manifest import Product
from tenantry.chassis.onboarding.schemas import Meta, ProductOut, Resource


def meta_of(app: FastAPI) -> Meta:
    """Made once, from the manifests and the OpenAPI document."""
    if not hasattr(app.state, "meta"):
        settings = app.state.settings
        app.state.meta = Meta(
            version=tenantry.__version__,
            mode=settings.mode,
            sign_up=settings.sign_up,
            products=[_product(product, app.openapi()) for product in app.state.products],
        )
    meta: Meta = app.state.meta
    return meta


def _product(product: Product, document: dict[str, Any]) -> ProductOut:
    return ProductOut(
        slug=product.slug,
        name=product.name,
        summary=product.summary,
        hue=product.hue,
        icon=product.icon,
        interface=product.interface is not None,
        sample=product.sample is not None,
        resources=list(_resources(product, document)),
    )


def _resources(product: Product, document: dict[str, Any]) -> Iterator[Resource]:
    """Every list of the product that has no parameter but the organization."""
    base = f"/api/v1/orgs/{{org}}/{product.slug}/"
    for path, operations in document["paths"].items():
        name = path.removeprefix(base)
        if not path.startswith(base) or "{" in name or "get" not in operations:
            continue
        item = _item(operations["get"], document)
        if item is None:
            continue
        one = _one(path, document)
        yield Resource(
            name=name,
            title=name.rsplit("/", 1)[-1].replace("-", " ").replace("_", " ").capitalize(),
            path=path,
            schema=item,
            create=_body(operations.get("post"), document),
            update=_body(one.get("patch"), document),
            delete="delete" in one,
        )


def _one(path: str, document: dict[str, Any]) -> dict[str, Any]:
    """What can be done with one item of a list: the operations below `…/{id}`."""
    found = (ops for other, ops in document["paths"].items() if other.startswith(f"{path}/{{") and other.endswith("}"))
    return next(found, {})


def _item(operation: dict[str, Any], document: dict[str, Any]) -> dict[str, Any] | None:
    schema = _resolve(_json(operation["responses"].get("200", {})), document)
    items = schema.get("properties", {}).get("items", {}).get("items")
    return _inlined(items, document) if items else None


def _body(operation: dict[str, Any] | None, document: dict[str, Any]) -> dict[str, Any] | None:
    return _inlined(_json(operation["requestBody"]), document) if operation and "requestBody" in operation else None


def _json(part: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = part.get("content", {}).get("application/json", {}).get("schema", {})
    return schema


def _resolve(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return found


def _inlined(schema: Any, document: dict[str, Any], seen: tuple[str, ...] = ()) -> Any:
    """The schema without references, so that it stands alone; what contains itself stays open."""
    if isinstance(schema, list):
        return [_inlined(part, document, seen) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        if schema["$ref"] in seen:
            return {}
        return _inlined(_resolve(schema, document), document, (*seen, schema["$ref"]))
    return {key: _inlined(value, document, seen) for key, value in schema.items()}
