"""What every tree-sitter language shares: parsing, captures in document order, enclosing scopes, parse errors."""

from collections.abc import Callable
from functools import cache, cached_property
from operator import itemgetter
from typing import Any

from tree_sitter import Language, Node, Parser, Query, QueryCursor

MAX_DEPTH = 24  # nested expressions deeper than this are UNKNOWN
MAX_ITEMS = 2_000  # a literal list or dict is read up to here
MAX_ERRORS = 5  # parse errors reported per file
MAX_UNREAD = (
    4_096  # bytes of an expression that is left unread; a longer one could be parsed again for each of its parts
)
MAX_CHAIN = 8  # calls of a chain that is left unread


class Grammar:
    """A grammar with its one query, both compiled on first use in each process."""

    def __init__(self, pointer: Any, query: str) -> None:
        self._pointer = pointer
        self._query = query

    @cached_property
    def language(self) -> Language:
        return Language(self._pointer())

    @cached_property
    def parser(self) -> Parser:
        return Parser(self.language)

    @cached_property
    def query(self) -> Query:
        return Query(self.language, self._query)

    @cached_property
    def error_query(self) -> Query:
        return Query(self.language, "(ERROR) @error")

    @cached_property
    def kind(self) -> Callable[[str], int | None]:
        """The number of a named node kind, or None: comparing numbers is cheaper than comparing strings."""
        language = self.language
        return cache(lambda name: language.id_for_node_kind(name, True))

    def parse(self, source: bytes) -> Node:
        return self.parser.parse(source).root_node

    def expression(self, content: bytes, start: int, end: int) -> Node | None:
        """The expression in these bytes of a file, parsed again. It stands in parentheses: offset 1 is `start`."""
        node = self.parse(b"(%b)" % content[start:end])
        for _ in range(3):  # the statement, the parentheses, the expression
            if not node.named_child_count:
                return None
            node = node.named_child(0)
        return node

    def captures(self, root: Node) -> list[tuple[int, int, str, Node]]:
        """(start, -end, capture, node) in document order, outer before inner."""
        rows = [
            (node.start_byte, -node.end_byte, name, node)
            for name, nodes in QueryCursor(self.query).captures(root).items()
            for node in nodes
        ]
        rows.sort(key=itemgetter(0, 1))
        return rows

    def errors(self, root: Node) -> list[int]:
        """Lines (from 1) of the first few places that could not be parsed."""
        if not root.has_error:
            return []
        nodes = QueryCursor(self.error_query).captures(root).get("error", [])
        lines = sorted({node.start_point.row + 1 for node in nodes})
        return lines[:MAX_ERRORS] or [1]
