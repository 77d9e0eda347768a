"""What the parts of the TypeScript reader share."""

import re

from tree_sitter import Node

from tenantry.products.pinata.engine.facts import (
    CALL,
    DICT,
    LIST,
    Assign,
    Expr,
    FileFacts,
    Text,
)
from tenantry.products.pinata.engine.languages.treesitter import MAX_UNREAD
from tenantry.products.pinata.engine.languages.typescript_expressions import Expressions

_READ_AT_ONCE = re.compile(rb"=>|function|require|import")
_UNREAD = {"call_expression": CALL, "new_expression": CALL, "array": LIST, "object": DICT}


class Reading:
    """What the parts of the reader share: one file, its facts so far, and what was noted for captures still to come."""

    source: bytes
    facts: FileFacts
    expressions: Expressions
    returns: dict[int, list[Expr]]
    """Scope → values it returns."""
    names: dict[int, str]
    """Start of a function → the name it is given by what it is assigned or handed to."""
    decorated: dict[int, list[tuple[Expr, int]]]
    """Start of a class or method → its decorators that stand before it."""
    loops: dict[int, Expr]
    """Start of an inline function → what its first parameter is."""
    inner_calls: set[int]
    """Calls that another fact already holds."""

    unread: Text | None
    """What may be left unread is a part of this; None when the file could not be parsed as a whole."""

    def left_unread(self, start: int, end: int) -> bool:
        """Whether an expression is left unread: it is short, holds no function and no module, and nobody has read it."""
        return (
            self.unread is not None
            and end - start <= MAX_UNREAD
            and _READ_AT_ONCE.search(self.source, start, end) is None
            and (start, end) not in self.expressions.known
        )

    def given(self, node: Node) -> Expr:
        """An expression, or the Span of one that is left unread."""
        inner = node.named_child(0) if node.type == "await_expression" and node.named_child_count == 1 else node
        tag = _UNREAD.get(inner.type)
        if tag is not None and self.left_unread(inner.start_byte, inner.end_byte):
            return (inner.start_byte, inner.end_byte, tag, "")
        return self.expressions.read(node)

    def assigned(self, scope: int, target: str, value: Expr, annotation: Expr | None, line: int) -> None:
        """Note an assignment of what `given` gives."""
        unread = self.unread if type(value[0]) is int else None
        self.facts.assigns.append(Assign(scope, target, value, annotation, line, unread))

    def text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def bind(self, left: Node, value: Expr | None, scope: int) -> None:
        raise NotImplementedError

    def name_function(self, name: str, node: Node) -> bool:
        raise NotImplementedError

    def name_members(self, name: str, node: Node, depth: int = 0) -> None:
        raise NotImplementedError

    def read_decorators(self, nodes: list[Node]) -> list[tuple[Expr, int]]:
        raise NotImplementedError

    def alias_import(self, name: str, required: str, scope: int) -> None:
        raise NotImplementedError
