"""What the parts of the TypeScript reader share."""

from tree_sitter import Node

from tenantry.products.pinata.engine.facts import (
    Expr,
    FileFacts,
)
from tenantry.products.pinata.engine.languages.typescript_expressions import Expressions


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
