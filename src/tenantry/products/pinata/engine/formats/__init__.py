"""The graph in other people's formats, by the name that a command line gives them."""

from collections.abc import Callable, Mapping
from typing import Any

Document = dict[str, Any]

FORMATS: Mapping[str, str] = {
    "mermaid": "flowcharts as Markdown, split under Mermaid's limits",
    "c4": "containers and their relations, for Structurizr (C4 model)",
    "openapi": "OpenAPI 3.1 of one service's routes",
    "asyncapi": "AsyncAPI 3.0 of the topics",
    "json-schema": "JSON Schema (2020-12) of the tables",
    "graphml": "nodes and edges, for Gephi, yEd and networkx",
    "csv": "nodes as CSV",
    "edges-csv": "edges as CSV, a row for each place that shows one",
    "tables-csv": "columns of the tables as CSV",
    "json": "the graph itself",
}
"""What `write` can make, each with what it is."""


class NeedsServiceError(ValueError):
    """The format describes one service, and the graph has several; `services` are their names."""

    def __init__(self, services: list[str]) -> None:
        super().__init__(f"say which service: {', '.join(services)}")
        self.services = services


def write(document: Document, format: str, service: str | None = None) -> str:
    """The document as text.

    Args:
        service: take only this service's part; OpenAPI needs it where there are several with routes.

    Raises:
        NeedsServiceError: which one is not clear.
        ValueError: there is no such format.
    """
    if format not in FORMATS:
        raise ValueError(f"there is no format {format}; there are {', '.join(FORMATS)}")
    return _writers()[format](document if service is None else of_service(document, service), service)


def of_service(document: Document, service: str) -> Document:
    """The part of one service, with whatever it touches directly.

    Raises:
        ValueError: there is no such service.
    """
    names = {node["name"] for node in document["nodes"] if node["kind"] == "service"}
    if service not in names:
        raise ValueError(f"there is no service {service}; there are {', '.join(sorted(names))}")
    own = {node["id"] for node in document["nodes"] if node["service"] == service}
    edges = [edge for edge in document["edges"] if edge["source"] in own or edge["target"] in own]
    kept = own | {edge[end] for edge in edges for end in ("source", "target")}
    nodes = [node for node in document["nodes"] if node["id"] in kept]
    tables = {node["name"] for node in nodes if node["kind"] == "table"}
    return document | {
        "nodes": nodes,
        "edges": edges,
        "tables": [table for table in document["tables"] if table["name"] in tables],
    }


def _writers() -> Mapping[str, Callable[[Document, str | None], str]]:
    from tenantry.products.pinata.engine.formats import (
        asyncapi,
        graphml,
        json_schema,
        mermaid,
        openapi,
        spreadsheet,
        structurizr,
    )
    from tenantry.products.pinata.engine.graph import lines

    return {
        "mermaid": lambda document, _: mermaid.to_markdown(document),
        "c4": lambda document, _: structurizr.to_structurizr(document),
        "openapi": openapi.to_openapi_text,
        "asyncapi": lambda document, _: asyncapi.to_asyncapi_text(document),
        "json-schema": lambda document, _: json_schema.to_json_schema_text(document),
        "graphml": lambda document, _: graphml.to_graphml(document),
        "csv": lambda document, _: spreadsheet.to_csv(document),
        "edges-csv": lambda document, _: spreadsheet.to_csv(document, "edges"),
        "tables-csv": lambda document, _: spreadsheet.to_csv(document, "tables"),
        "json": lambda document, _: "".join(lines(document)),
    }


__all__ = ["FORMATS", "NeedsServiceError", "of_service", "write"]
