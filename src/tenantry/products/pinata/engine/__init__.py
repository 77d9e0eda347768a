"""The engine of Pinata Code: from a tree of source files to a graph of what the system does.

    graph = scan(Path("."), options=ScanOptions(cache_dir=Path("/var/cache/pinata")))
    graph.write_json(Path("scan.json"))

It needs no database and no network, never runs what it reads, and gives the same graph for the same tree.
"""

from tenantry.products.pinata.engine.diff import Changes, diff
from tenantry.products.pinata.engine.formats.mermaid import to_mermaid
from tenantry.products.pinata.engine.formats.spreadsheet import to_csv
from tenantry.products.pinata.engine.graph import Graph, load
from tenantry.products.pinata.engine.layout import layout
from tenantry.products.pinata.engine.options import Progress, ScanOptions
from tenantry.products.pinata.engine.scan import scan

__all__ = ["Changes", "Graph", "Progress", "ScanOptions", "diff", "layout", "load", "scan", "to_csv", "to_mermaid"]
