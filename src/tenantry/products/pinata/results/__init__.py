"""Results of scans as files: made in the heavy process, kept in storage, read back in pieces. What runs in the heavy
process imports the engine and core only: a server imported there would take seconds and memory for nothing.

graph.json.gz      the whole graph, schema `pinata.scan/1`
columns.json.gz    the graph column by column with coordinates, as the graph view reads it
sources/0000.json.gz …   {path: text} of the files with findings, in order of path
changes/<scan>.json.gz   what changed against another scan
"""

GRAPH, COLUMNS = "graph.json.gz", "columns.json.gz"


def sources_name(part: int) -> str:
    """The name of a part of the sources."""
    return f"sources/{part:04}.json.gz"
