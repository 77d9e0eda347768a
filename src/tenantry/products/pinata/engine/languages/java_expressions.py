"""Java's expressions, annotations and types as neutral tuples (see facts.py)."""

import re
import textwrap
from collections.abc import Callable

from tree_sitter import Node

from tenantry.products.pinata.engine.facts import (
    ATTR,
    BINARY,
    CALL,
    FUNCTION,
    INDEX,
    LIST,
    NAME,
    NUM,
    STR,
    TEMPLATE,
    UNKNOWN,
    Expr,
    joined,
)
from tenantry.products.pinata.engine.languages.treesitter import MAX_DEPTH

MAX_ITEMS = 400  # a literal is read up to here; longer ones are data
_MAX_PARTS = 500  # of one concatenation
_MAX_NAMES = 100_000  # names shared between files
_DOTTED = re.compile(rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*(?:\.[A-Za-z_$\x80-\xff][\w$\x80-\xff]*)*\Z")
_ESCAPE = re.compile(r"\\(u+[0-9a-fA-F]{4}|[0-7]{1,3}|\r?\n|.)", re.DOTALL)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "s": " ", "\n": "", "\r\n": ""}
_PRIMITIVE = frozenset(("integral_type", "floating_point_type", "boolean_type", "void_type"))
_PLAIN = frozenset(
    b"String Integer Long Boolean Double Float Short Byte Character Object BigDecimal BigInteger UUID LocalDate "
    b"LocalDateTime Instant Date Number CharSequence Void Throwable Exception RuntimeException Duration var".split()
)
_ARGUMENTS = frozenset(("wildcard", "type_identifier", "generic_type", "array_type", "scoped_type_identifier"))
_names: dict[bytes, Expr] = {}
"""One tuple per text that is a dotted name: the same ones come again and again, and facts of all files are kept."""


def name_of(text: bytes) -> Expr:
    """The shared NAME of a dotted name; the instance itself is `self`."""
    found = _names.get(text)
    if found is None:
        if len(_names) > _MAX_NAMES:
            _names.clear()
        plain = text
        if text[:4] == b"this" and text[4:5] in (b".", b""):
            plain = b"self" + text[4:]
        found = _names[text] = (NAME, plain.replace(b".this.", b".").decode("utf-8", "replace"))
    return found


def _unescape(match: re.Match[str]) -> str:
    found = match.group(1)
    if found in _SIMPLE:
        return _SIMPLE[found]
    if found[0] == "u" and len(found) > 4:
        return chr(int(found.lstrip("u"), 16))
    return chr(int(found, 8)) if found[0] in "01234567" else found


class Expressions:
    """Reads expressions of one file. Casts and parentheses vanish; anything unforeseen is UNKNOWN."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.depth = 0
        self.read_calls: dict[int, Expr] = {}

    def read(self, node: Node) -> Expr:
        kind = node.type
        if kind == "identifier":
            return name_of(self.source[node.start_byte : node.end_byte])
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

    def member(self, node: Node) -> Expr:
        text = self.source[node.start_byte : node.end_byte]
        if text in _names or (text[:6] != b"super." and _DOTTED.match(text)):
            return name_of(text)
        owner, field = node.child_by_field_name("object"), node.child_by_field_name("field")
        if owner is None or field is None:
            return UNKNOWN
        return self._of(self.read(owner), self.text(field))

    @staticmethod
    def _of(owner: Expr, name: str) -> Expr:
        return (NAME, f"{owner[1]}.{name}") if owner[0] == NAME else (ATTR, owner, name)

    def call(self, node: Node) -> Expr:
        found = self.read_calls.get(node.id)
        if found is None:
            found = self.read_calls[node.id] = self._call(node)
        return found

    def _call(self, node: Node) -> Expr:
        name = node.child_by_field_name("name")
        listed = node.child_by_field_name("arguments")
        if name is None or listed is None:
            return UNKNOWN
        start = node.start_byte
        text = self.source[start : name.end_byte]
        if text in _names or (text[:6] != b"super." and _DOTTED.match(text)):
            callee = name_of(text)
        else:
            owner = node.child_by_field_name("object")
            callee = self._of(self.read(owner), self.text(name)) if owner is not None else UNKNOWN
        return (CALL, callee, self.arguments(listed), (), listed.start_point[0] + 1)

    def arguments(self, listed: Node) -> tuple[Expr, ...]:
        read = self.read
        return tuple([read(child) for child in listed.named_children if not child.type.endswith("comment")])

    def created(self, node: Node) -> Expr:
        found = self.read_calls.get(node.id)
        if found is None:
            kind, listed = node.child_by_field_name("type"), node.child_by_field_name("arguments")
            name = self.type_name(kind)
            if name is None or listed is None:
                return UNKNOWN
            found = (CALL, (NAME, name), self.arguments(listed), (), node.start_point[0] + 1)
            self.read_calls[node.id] = found
        return found

    def reference(self, node: Node) -> Expr:
        """`owner::name`; `Owner::new` is the class itself."""
        children = node.children
        if len(children) < 3:
            return UNKNOWN
        owner = self.read(children[0])
        if children[-1].type == "new":
            name = self.type_name(children[0])
            return (NAME, name) if name is not None else owner
        if owner == UNKNOWN:
            name = self.type_name(children[0])
            owner = (NAME, name) if name is not None else UNKNOWN
        return self._of(owner, self.text(children[-1])) if owner != UNKNOWN else UNKNOWN

    def superior(self, node: Node) -> Expr:
        return (CALL, (NAME, "super"), (), (), node.start_point[0] + 1)

    # -- literals ---------------------------------------------------------------------------------------------

    def string(self, node: Node) -> Expr:
        raw = self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")
        if raw.startswith('"""'):
            text = textwrap.dedent(raw[3:-3].partition("\n")[2]) if raw.endswith('"""') and len(raw) > 5 else raw[3:]
        else:
            text = raw[1:-1] if raw.endswith('"') and len(raw) > 1 else raw[1:]
        return (STR, _ESCAPE.sub(_unescape, text) if "\\" in text else text)

    def number(self, node: Node) -> Expr:
        text = self.text(node).replace("_", "").rstrip("lLdDfF")
        try:
            return (NUM, int(text, 0) if text[:1] != "0" or len(text) < 2 or text[1] in "xXbB" else int(text, 8))
        except ValueError:
            pass
        try:
            return (NUM, float(text))
        except ValueError:
            return UNKNOWN

    def items(self, node: Node) -> Expr:
        children = node.named_children[:MAX_ITEMS]
        return (LIST, tuple([self.read(child) for child in children if not child.type.endswith("comment")]))

    def array(self, node: Node) -> Expr:
        value = node.child_by_field_name("value")
        return self.items(value) if value is not None else UNKNOWN

    # -- operators --------------------------------------------------------------------------------------------

    def subscript(self, node: Node) -> Expr:
        owner, index = node.child_by_field_name("array"), node.child_by_field_name("index")
        return (INDEX, self.read(owner), self.read(index)) if owner is not None and index is not None else UNKNOWN

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

    def ternary(self, node: Node) -> Expr:
        yes, no = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
        return (BINARY, "?", self.read(yes), self.read(no)) if yes is not None and no is not None else UNKNOWN

    def last(self, node: Node) -> Expr:
        for child in reversed(node.named_children):
            if not child.type.endswith("comment"):
                return self.read(child)
        return UNKNOWN

    def value(self, node: Node) -> Expr:
        inner = node.child_by_field_name("value") or node.child_by_field_name("right")
        return self.read(inner) if inner is not None else UNKNOWN

    def function(self, node: Node) -> Expr:
        return (FUNCTION, node.start_byte)

    def of_class(self, node: Node) -> Expr:
        """`Owner.class` is the class."""
        name = self.type_name(node.named_children[0]) if node.named_children else None
        return (NAME, name) if name is not None else UNKNOWN

    # -- annotations ------------------------------------------------------------------------------------------

    def annotation(self, node: Node) -> Expr:
        """`@Get("/x")` is a call, `@Id` a name; named elements are keyword arguments."""
        name = node.child_by_field_name("name")
        if name is None:
            return UNKNOWN
        callee = name_of(self.source[name.start_byte : name.end_byte])
        listed = node.child_by_field_name("arguments")
        if listed is None:
            return callee
        args: list[Expr] = []
        named: list[tuple[str, Expr]] = []
        for child in listed.named_children:
            if child.type == "element_value_pair":
                key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
                if key is not None and value is not None:
                    named.append((self.text(key), self.read(value)))
            elif not child.type.endswith("comment"):
                args.append(self.read(child))
        return (CALL, callee, tuple(args), tuple(named), node.start_point[0] + 1)

    def annotations(self, node: Node) -> list[tuple[Expr, int]]:
        """(annotation, line) pairs of what a declaration's modifiers hold."""
        modifiers = node.named_child(0) if node.named_child_count else None
        if modifiers is None or modifiers.type != "modifiers":
            return []
        return [
            (self.annotation(child), child.start_point[0] + 1)
            for child in modifiers.named_children
            if child.type in ("annotation", "marker_annotation")
        ]

    # -- types ------------------------------------------------------------------------------------------------

    def type_name(self, node: Node | None) -> str | None:
        """The dotted name of a type without its arguments; None for primitives and arrays."""
        if node is None:
            return None
        if node.type == "generic_type" and node.named_children:
            return self.type_name(node.named_children[0])
        if node.type in (
            "type_identifier",
            "identifier",
            "scoped_type_identifier",
            "field_access",
            "scoped_identifier",
        ):
            text = self.source[node.start_byte : node.end_byte]
            if _DOTTED.match(text):
                return text.decode("utf-8", "replace")
        return None

    def typed(self, node: Node | None, *, plain: bool = False) -> Expr | None:
        """A type as far as it names something of interest: `List<Owner>`, `Map.Entry<A, B>`, `Owner[]`.

        `plain`: strings, numbers and dates are of interest too."""
        if node is None or self.depth > MAX_DEPTH:
            return None
        kind = node.type
        if kind == "type_identifier":
            text = self.source[node.start_byte : node.end_byte]
            return name_of(text) if (plain and text != b"var") or text not in _PLAIN else None
        if kind in _PRIMITIVE:
            return (NAME, self.text(node)) if plain else None
        self.depth += 1
        found = self._typed(node, kind, plain)
        self.depth -= 1
        return found

    def _typed(self, node: Node, kind: str, plain: bool) -> Expr | None:
        if kind == "generic_type":
            children = node.named_children
            base = self.type_name(node)
            if base is None or len(children) < 2:
                return None
            listed = [child for child in children[-1].named_children if child.type in _ARGUMENTS]
            return (INDEX, (NAME, base), (LIST, tuple([self.typed(child, plain=plain) or UNKNOWN for child in listed])))
        if kind == "scoped_type_identifier":
            name = self.type_name(node)
            return (NAME, name) if name is not None else None
        if kind == "array_type":
            item = self.typed(node.child_by_field_name("element"), plain=plain)
            return (INDEX, (NAME, "List"), (LIST, (item,))) if item is not None else None
        if kind in ("annotated_type", "wildcard") and node.named_children:
            return self.typed(node.named_children[-1], plain=plain)
        return None


_READERS: dict[str, Callable[[Expressions, Node], Expr]] = {
    "this": lambda _, node: (NAME, "self"),
    "super": Expressions.superior,
    "null_literal": lambda _, node: (NUM, None),
    "true": lambda _, node: (NUM, True),
    "false": lambda _, node: (NUM, False),
    "field_access": Expressions.member,
    "method_invocation": Expressions.call,
    "object_creation_expression": Expressions.created,
    "method_reference": Expressions.reference,
    "string_literal": Expressions.string,
    "text_block": Expressions.string,
    "decimal_integer_literal": Expressions.number,
    "hex_integer_literal": Expressions.number,
    "octal_integer_literal": Expressions.number,
    "binary_integer_literal": Expressions.number,
    "decimal_floating_point_literal": Expressions.number,
    "array_initializer": Expressions.items,
    "element_value_array_initializer": Expressions.items,
    "array_creation_expression": Expressions.array,
    "array_access": Expressions.subscript,
    "binary_expression": Expressions.binary,
    "ternary_expression": Expressions.ternary,
    "parenthesized_expression": Expressions.last,
    "cast_expression": Expressions.value,
    "assignment_expression": Expressions.value,
    "lambda_expression": Expressions.function,
    "class_literal": Expressions.of_class,
    "annotation": Expressions.annotation,
    "marker_annotation": Expressions.annotation,
}
