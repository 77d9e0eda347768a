"""The engine of Pinata Code: from a tree of source files to a graph of what the system does.

    graph = scan(Path("."), options=ScanOptions(cache_dir=Path("~/.cache/pinata").expanduser()))
    graph.write_json(Path("scan.json"))

It needs no database and no network, never runs what it reads, and gives the same graph for the same tree.
"""

from tenantry.products.pinata.engine.graph import Graph, load
from tenantry.products.pinata.engine.options import Progress, ScanOptions
from tenantry.products.pinata.engine.scan import scan

__all__ = ["Graph", "Progress", "ScanOptions", "load", "scan"]
