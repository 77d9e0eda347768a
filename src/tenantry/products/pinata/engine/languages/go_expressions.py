"""Go's expressions and types as neutral tuples (see facts.py)."""

import re
from collections.abc import Callable

from tree_sitter import Node

from tenantry.products.pinata.engine.facts import (
    ATTR,
    BINARY,
    CALL,
    DICT,
    FUNCTION,
    INDEX,
    LIST,
    NAME,
    NUM,
    SPLAT,
    STR,
    TEMPLATE,
    UNKNOWN,
    Expr,
    joined,
)
from tenantry.products.pinata.engine.languages.treesitter import MAX_DEPTH

MAX_ITEMS = 400  # a literal is read up to here; longer ones are data
_MAX_PARTS = 500  # of one concatenation
_DOTTED = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*(?:\.[A-Za-z_\x80-\xff][\w\x80-\xff]*)*\Z")
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)", re.DOTALL)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "a": "\a"}
_PLAIN = frozenset(
    b"string int int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 float32 float64 bool byte rune error any uintptr".split()
)


def _unescape(match: re.Match[str]) -> str:
    found = match.group(1)
    if found in _SIMPLE:
        return _SIMPLE[found]
    if found[0] in "xuU" and len(found) > 1:
        code = int(found[1:], 16)
        return chr(code) if code <= 0x10FFFF else ""
    return chr(int(found, 8)) if found[0].isdigit() and len(found) == 3 else found


class Expressions:
    """Reads expressions of one file. Pointers, conversions and assertions vanish; anything unforeseen is UNKNOWN."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.depth = 0
        self.receiver = b""
        """What the method that is read calls its own value: that is `self`."""
        self.read_calls: dict[int, Expr] = {}

    def read(self, node: Node) -> Expr:
        kind = node.type
        if kind == "identifier":
            return self.name_of(self.source[node.start_byte : node.end_byte])
        reader = _READERS.get(kind)
        if reader is None or self.depth > MAX_DEPTH:
            return UNKNOWN
        self.depth += 1
        found = reader(self, node)
        self.depth -= 1
        return found

    def text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    # -- names and calls --------------------------------------------------------------------------------------

    def name_of(self, text: bytes) -> Expr:
        own = self.receiver
        if own and text.startswith(own) and (len(text) == len(own) or text[len(own) : len(own) + 1] == b"."):
            text = b"self" + text[len(own) :]
        return (NAME, text.decode("utf-8", "replace"))

    def member(self, node: Node) -> Expr:
        text = self.source[node.start_byte : node.end_byte]
        if _DOTTED.match(text):
            return self.name_of(text)
        owner, field = node.child_by_field_name("operand"), node.child_by_field_name("field")
        if owner is None or field is None:
            return UNKNOWN
        base, name = self.read(owner), self.text(field)
        return (NAME, f"{base[1]}.{name}") if base[0] == NAME else (ATTR, base, name)

    def call(self, node: Node) -> Expr:
        found = self.read_calls.get(node.id)
        if found is None:
            found = self.read_calls[node.id] = self._call(node)
        return found

    def _call(self, node: Node) -> Expr:
        function, listed = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if function is None or listed is None:
            return UNKNOWN
        args = tuple([self.read(child) for child in listed.named_children if child.type != "comment"])
        text = self.source[function.start_byte : function.end_byte]
        if text in (b"new", b"make") and listed.named_children:
            made = self.typed(listed.named_children[0])
            return (CALL, made, (), (), listed.start_point[0] + 1) if made is not None and made[0] == NAME else UNKNOWN
        return (CALL, self.read(function), args, (), listed.start_point[0] + 1)

    def first(self, node: Node) -> Expr:
        for child in node.named_children:
            if child.type != "comment":
                return self.read(child)
        return UNKNOWN

    def operand(self, node: Node) -> Expr:
        inner = node.child_by_field_name("operand")
        return self.read(inner) if inner is not None else UNKNOWN

    def asserted(self, node: Node) -> Expr:
        """`x.(*User)` is a User."""
        typed = self.typed(node.child_by_field_name("type"))
        if typed is not None and typed[0] == NAME:
            return (CALL, typed, (), (), node.start_point[0] + 1)
        return self.operand(node)

    def subscript(self, node: Node) -> Expr:
        owner, index = node.child_by_field_name("operand"), node.child_by_field_name("index")
        return (INDEX, self.read(owner), self.read(index)) if owner is not None and index is not None else UNKNOWN

    def splat(self, node: Node) -> Expr:
        return (SPLAT, self.first(node))

    def instantiated(self, node: Node) -> Expr:
        """`Handle[Order]` without its type arguments."""
        inner = node.child_by_field_name("type") or (node.named_children[0] if node.named_children else None)
        return self.read(inner) if inner is not None else UNKNOWN

    def type_name(self, node: Node) -> Expr:
        text = self.source[node.start_byte : node.end_byte]
        return self.name_of(text) if _DOTTED.match(text) else UNKNOWN

    # -- literals ---------------------------------------------------------------------------------------------

    def string(self, node: Node) -> Expr:
        raw = self.source[node.start_byte + 1 : node.end_byte - 1].decode("utf-8", "replace")
        return (STR, _ESCAPE.sub(_unescape, raw) if "\\" in raw else raw)

    def raw(self, node: Node) -> Expr:
        return (STR, self.source[node.start_byte + 1 : node.end_byte - 1].decode("utf-8", "replace"))

    def number(self, node: Node) -> Expr:
        text = self.text(node).replace("_", "")
        try:
            return (NUM, int(text, 0) if text[:1] != "0" or len(text) < 2 or text[1] in "xXbBoO" else int(text, 8))
        except ValueError:
            pass
        try:
            return (NUM, float(text))
        except ValueError:
            return UNKNOWN

    def composite(self, node: Node) -> Expr:
        """`User{Name: "a"}` is a call of User with keyword arguments, `[]T{…}` a list, `map[K]V{…}` a dict."""
        kind, body = node.child_by_field_name("type"), node.child_by_field_name("body")
        if kind is None or body is None:
            return UNKNOWN
        return self._literal(kind, body)

    def _literal(self, kind: Node, body: Node) -> Expr:
        children = [child for child in body.named_children[:MAX_ITEMS] if child.type != "comment"]
        if kind.type in ("slice_type", "array_type", "implicit_length_array_type"):
            element = kind.child_by_field_name("element")
            return (LIST, tuple([self._element(child, element) for child in children]))
        if kind.type == "map_type":
            value = kind.child_by_field_name("value")
            pairs = [
                child.named_children
                for child in children
                if child.type == "keyed_element" and len(child.named_children) >= 2
            ]
            return (DICT, tuple([(self._element(pair[0], None), self._element(pair[1], value)) for pair in pairs]))
        typed = self.typed(kind)
        if typed is None:
            return UNKNOWN
        if typed[0] == INDEX:
            typed = typed[1]
        args: list[Expr] = []
        named: list[tuple[str, Expr]] = []
        for child in children:
            if child.type == "keyed_element" and len(child.named_children) >= 2:
                key = self.text(child.named_children[0])
                named.append((key, self._element(child.named_children[-1], None)))
            elif child.type != "keyed_element":
                args.append(self._element(child, None))
        return (CALL, typed, tuple(args), tuple(named), body.start_point[0] + 1)

    def _element(self, node: Node, kind: Node | None) -> Expr:
        """A value inside a literal; `{X: 1}` in a `[]Tag{…}` is a Tag."""
        if node.type == "literal_element" and node.named_children:
            node = node.named_children[0]
        if node.type == "literal_value":
            if kind is not None and kind.type == "pointer_type" and kind.named_children:
                kind = kind.named_children[0]
            if kind is None or self.depth > MAX_DEPTH:
                return UNKNOWN
            self.depth += 1
            found = self._literal(kind, node)
            self.depth -= 1
            return found
        return self.read(node)

    # -- operators --------------------------------------------------------------------------------------------

    def binary(self, node: Node) -> Expr:
        operator = node.child_by_field_name("operator")
        if operator is None or operator.type != "+":
            return UNKNOWN  # comparisons and arithmetic
        # A chain of `+` leans to the left and may be long: it is walked, not recursed into.
        operands: list[Node] = []
        left: Node | None = node
        while left is not None and left.type == "binary_expression" and len(operands) < _MAX_PARTS:
            operator, right = left.child_by_field_name("operator"), left.child_by_field_name("right")
            if operator is None or right is None or operator.type != "+":
                break
            operands.append(right)
            left = left.child_by_field_name("left")
        values = [self.read(item) for item in reversed(operands)]
        if left is not None:
            values.insert(0, self.read(left))
        if not any(value[0] in (STR, TEMPLATE) for value in values):
            return (BINARY, "+", values[0], values[-1]) if len(values) == 2 else (TEMPLATE, tuple(values))
        return joined(values)

    def unary(self, node: Node) -> Expr:
        operator, inner = node.child_by_field_name("operator"), node.child_by_field_name("operand")
        return self.read(inner) if inner is not None and operator is not None and operator.type in "&*" else UNKNOWN

    def function(self, node: Node) -> Expr:
        return (FUNCTION, node.start_byte)

    # -- types ------------------------------------------------------------------------------------------------

    def typed(self, node: Node | None, *, plain: bool = False) -> Expr | None:
        """A type as far as it names something of interest: `*sql.DB`, `[]User`; `plain`: strings and numbers too."""
        if node is None or self.depth > MAX_DEPTH:
            return None
        kind = node.type
        if kind in ("type_identifier", "qualified_type"):
            text = self.source[node.start_byte : node.end_byte]
            if kind == "qualified_type":
                return (NAME, text.decode("utf-8", "replace")) if _DOTTED.match(text) else None
            return (NAME, text.decode("utf-8", "replace")) if plain or text not in _PLAIN else None
        self.depth += 1
        found = self._typed(node, kind, plain)
        self.depth -= 1
        return found

    def _typed(self, node: Node, kind: str, plain: bool) -> Expr | None:
        children = node.named_children
        if kind in ("pointer_type", "parenthesized_type", "type_elem") and children:
            return self.typed(children[0], plain=plain)
        if kind in ("slice_type", "array_type", "implicit_length_array_type"):
            item = self.typed(node.child_by_field_name("element"), plain=plain)
            return (INDEX, (NAME, "List"), (LIST, (item,))) if item is not None else None
        if kind == "generic_type":
            base = self.typed(node.child_by_field_name("type"))
            listed = node.child_by_field_name("type_arguments")
            arguments = [self.typed(child) or UNKNOWN for child in listed.named_children] if listed is not None else []
            return (INDEX, base, (LIST, tuple(arguments))) if base is not None and base[0] == NAME else base
        if kind == "parameter_list":  # several results: the first counts
            for child in children:
                return self.typed(child.child_by_field_name("type"), plain=plain)
        return None


_READERS: dict[str, Callable[[Expressions, Node], Expr]] = {
    "nil": lambda _, node: (NUM, None),
    "true": lambda _, node: (NUM, True),
    "false": lambda _, node: (NUM, False),
    "field_identifier": Expressions.type_name,
    "type_identifier": Expressions.type_name,
    "qualified_type": Expressions.type_name,
    "selector_expression": Expressions.member,
    "call_expression": Expressions.call,
    "interpreted_string_literal": Expressions.string,
    "raw_string_literal": Expressions.raw,
    "int_literal": Expressions.number,
    "float_literal": Expressions.number,
    "composite_literal": Expressions.composite,
    "index_expression": Expressions.subscript,
    "slice_expression": Expressions.operand,
    "binary_expression": Expressions.binary,
    "unary_expression": Expressions.unary,
    "parenthesized_expression": Expressions.first,
    "literal_element": Expressions.first,
    "expression_list": Expressions.first,
    "type_assertion_expression": Expressions.asserted,
    "type_conversion_expression": Expressions.operand,
    "type_instantiation_expression": Expressions.instantiated,
    "generic_type": Expressions.instantiated,
    "variadic_argument": Expressions.splat,
    "func_literal": Expressions.function,
}
