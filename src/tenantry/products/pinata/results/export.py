"""Writing an export from the graph's file, in the heavy process."""

import gzip
import json
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Literal

from tenantry.products.pinata.engine.formats.mermaid import to_mermaid
from tenantry.products.pinata.engine.formats.spreadsheet import to_csv
from tenantry.products.pinata.engine.graph import lines

Format = Literal["json", "csv", "mermaid"]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which nodes, in the words of the list of nodes: kinds (with commas between them), words, a service, a folder."""

    kind: str | None = None
    q: str | None = None
    service: str | None = None
    folder: str | None = None

    @property
    def everything(self) -> bool:
        """Whether all nodes are meant."""
        return not any(astuple(self))


def write_export(graph: Path, out: Path, format: Format, choice: Choice) -> None:
    """Read `graph`, keep what is chosen, write it gzipped."""
    document = json.loads(gzip.decompress(graph.read_bytes()))
    text = _text(chosen(document, choice), format)
    out.write_bytes(gzip.compress(text.encode("utf-8", "replace"), compresslevel=6, mtime=0))


def chosen(document: dict[str, Any], choice: Choice) -> dict[str, Any]:
    """The part of the document with the nodes that fit, as the list of nodes would show them, and the edges between them."""
    if choice.everything:
        return document
    kinds = set(choice.kind.split(",")) if choice.kind else None
    words = (choice.q or "").lower().split()
    folder = f"{choice.folder}/" if choice.folder else ""

    def fits(item: dict[str, Any]) -> bool:
        text, file = item["name"].lower(), (item["file"] or "").lower()
        return (item["file"] or "").startswith(folder) and all(word in text or word in file for word in words)

    def node_fits(node: dict[str, Any]) -> bool:
        of_kind = kinds is None or node["kind"] in kinds
        return of_kind and choice.service in (None, node["service"]) and fits(node)

    nodes = [node for node in document["nodes"] if node_fits(node)]
    kept = {node["id"] for node in nodes}
    names = {node["name"] for node in nodes if node["kind"] == "table"}
    return document | {
        "nodes": nodes,
        "edges": [edge for edge in document["edges"] if edge["source"] in kept and edge["target"] in kept],
        "tables": [table for table in document["tables"] if table["name"] in names],
    }


def _text(document: dict[str, Any], format: Format) -> str:
    match format:
        case "json":
            return "".join(lines(document))
        case "csv":
            return to_csv(document)
        case "mermaid":
            # Several diagrams, since Mermaid draws 500 edges at most: a page of Markdown holds them all.
            diagrams = [text.rstrip("\n") for text in to_mermaid(document)]
            if len(diagrams) == 1:
                return diagrams[0] + "\n"
            return "".join(f"```mermaid\n{diagram}\n```\n\n" for diagram in diagrams)
