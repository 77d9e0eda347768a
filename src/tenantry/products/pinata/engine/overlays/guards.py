"""Effects whose failure nobody handles: no `try` around them, nor around any call on some way from an entry to them."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tree_sitter import Language, Parser, Query, QueryCursor

from tenantry.products.pinata.engine.flow.index import Edge, Flow, Node
from tenantry.products.pinata.engine.graph import EFFECTS, ENTRIES
from tenantry.products.pinata.engine.languages import language_of

Ranges = Sequence[tuple[int, int]]

_FAILS_OFTEN = (
    "http_call", "publish", "file_write", "file_read", "cache_write", "cache_read", "db_write", "db_read", "transform",
)  # fmt: skip

# What is looked after, per language: the bodies of `try` statements that catch something, and their like.
_PYTHON = """
(try_statement body: (block) @body (except_clause))
(with_statement (with_clause (with_item value: (call function: (_) @name)
    (#match? @name "(^|\\\\.)suppress$"))) body: (block) @body)
"""
_JAVASCRIPT = """
(try_statement body: (statement_block) @body handler: (catch_clause))
(call_expression function: (member_expression object: (_) @body property: (property_identifier) @name)
    (#eq? @name "catch"))
"""
_JAVA = """
(try_statement body: (block) @body (catch_clause))
(try_with_resources_statement body: (block) @body (catch_clause))
"""
_CSHARP = "(try_statement body: (block) @body (catch_clause))"
# Go has no `try`: whoever takes the error, or hands it on, looks after it. What is called for nothing, or into `_`, is not.
_GO_UNGUARDED = """
(expression_statement (call_expression)) @body
(go_statement) @body
(defer_statement) @body
(assignment_statement left: (expression_list . (identifier) @name .) (#eq? @name "_")) @body
"""

_QUERIES = {
    "python": _PYTHON,
    "javascript": _JAVASCRIPT,
    "typescript": _JAVASCRIPT,
    "java": _JAVA,
    "csharp": _CSHARP,
    "go": _GO_UNGUARDED,
}


def find_gaps(root: Path, flow: Flow) -> list[dict[str, Any]]:
    """`{"effect", "entry", "way"}`: ids of an unguarded effect, of an entry that leads to it, and of the nodes between, both included.
    Only what an entry reaches counts, and of all ways the shortest unguarded one is told. The most urgent come first."""
    base = root.resolve()

    @cache
    def guards(file: str) -> Ranges | None:
        path = base / file
        if not path.resolve().is_relative_to(base) or not path.is_file():
            return None
        return guarded_lines(file, path.read_bytes())

    def open_to(place: dict[str, Any]) -> bool:
        ranges = guards(place["file"])
        return ranges is not None and not any(first <= place["line"] <= last for first, last in ranges)

    def step(node: Node) -> list[tuple[Edge, Node]]:
        return [
            (edge, other)
            for edge, other in flow.out(node, "handles", "consumes", "calls", "does")
            if edge["kind"] in ("handles", "consumes") or any(map(open_to, edge["evidence"]))
        ]

    came_from = flow.walk(flow.of_kind(*ENTRIES), step)
    gaps = []
    for node_id in came_from:
        node = flow.nodes[node_id]
        if node["kind"] not in EFFECTS or not open_to(node):
            continue
        way = [node_id]
        while (came := came_from[way[-1]]) is not None:
            way.append(came[1]["id"])
        gaps.append({"effect": node_id, "entry": way[-1], "way": way[::-1]})
    return sorted(gaps, key=lambda gap: _urgency(flow.nodes[gap["effect"]], flow.nodes[gap["entry"]]))


def _urgency(effect: Node, entry: Node) -> tuple[object, ...]:
    """What leaves the process fails most often; behind a route the framework still answers with an error, behind a job nobody does."""
    return (_FAILS_OFTEN.index(effect["kind"]), entry["kind"] == "route", effect["file"], effect["line"], effect["id"])


def guarded_lines(path: str, source: bytes) -> Ranges | None:
    """(first, last) lines whose failure is handled within the file; None for a language of which it isn't known how one does that."""
    name = "go" if path.endswith(".go") else language_of(path) or ""
    parser, query = _reader(name, path.endswith(("x", "X"))) or (None, None)
    if parser is None or query is None:
        return None
    nodes = QueryCursor(query).captures(parser.parse(source).root_node).get("body", [])
    ranges = [(node.start_point.row + 1, node.end_point.row + 1) for node in nodes]
    return _others(ranges, source.count(b"\n") + 1) if name == "go" else ranges


def _others(ranges: list[tuple[int, int]], last: int) -> Ranges:
    """All lines but these."""
    found, line = [], 1
    for first, end in sorted(ranges):
        if line < first:
            found.append((line, first - 1))
        line = max(line, end + 1)
    return [*found, (line, last)] if line <= last else found


@cache
def _reader(name: str, jsx: bool) -> tuple[Parser, Query] | None:
    if name not in _QUERIES:
        return None
    language = Language(_pointer(name, jsx))
    return Parser(language), Query(language, _QUERIES[name])


def _pointer(name: str, jsx: bool) -> Any:
    """The grammar; imported only when a file of the language is looked at."""
    if name == "python":
        import tree_sitter_python

        return tree_sitter_python.language()
    if name == "javascript":
        import tree_sitter_javascript

        return tree_sitter_javascript.language()
    if name == "java":
        import tree_sitter_java

        return tree_sitter_java.language()
    if name == "csharp":
        import tree_sitter_c_sharp

        return tree_sitter_c_sharp.language()
    if name == "go":
        import tree_sitter_go

        return tree_sitter_go.language()
    import tree_sitter_typescript

    return tree_sitter_typescript.language_tsx() if jsx else tree_sitter_typescript.language_typescript()
