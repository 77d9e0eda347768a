"""TypeScript and JavaScript expressions and types as neutral tuples (see facts.py)."""

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
from tenantry.products.pinata.engine.languages.treesitter import MAX_CHAIN, MAX_DEPTH

_DOTTED = re.compile(rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*(?:\.[A-Za-z_$\x80-\xff][\w$\x80-\xff]*)*\Z")
_ESCAPE = re.compile(r"\\(\r?\n|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]{1,6}\}|.)", re.DOTALL)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}
_OPERATORS = {"||": "or", "??": "or", "&&": "and", "+": "+"}
_HOOK = re.compile(r"use(?!SWR|Fetch|LazyFetch)[A-Z]")
_SIMPLE_KINDS = frozenset(
    (
        "string",
        "template_string",
        "identifier",
        "member_expression",
        "arrow_function",
        "function_expression",
        "call_expression",
    )
)
MAX_ITEMS = 400  # a literal is read up to here; longer ones are data
_MAX_PARTS = 500  # of one concatenation
_MAX_NAMES = 100_000  # names shared between files
_names: dict[bytes, Expr] = {}
"""One tuple per text that is a dotted name: the same ones come again and again, and facts of all files are kept."""


def _shared(text: bytes, name: str) -> Expr:
    if len(_names) > _MAX_NAMES:
        _names.clear()
    found = _names[text] = (NAME, name)
    return found


FUNCTIONS = frozenset(("arrow_function", "function_expression", "function", "generator_function", "method_definition"))
_SKIPPED_TYPES = frozenset(("predefined_type", "literal_type", "object_type", "function_type", "this_type", "asserts"))


def _unescape(match: re.Match[str]) -> str:
    found = match.group(1)
    if found in _SIMPLE:
        return _SIMPLE[found]
    if found[0] in "xu" and len(found) > 1:
        code = int(found[1:].strip("{}"), 16)
        return chr(code) if code <= 0x10FFFF else ""
    return found


class Expressions:
    """Reads expressions of one file. Casts, `await` and `!` vanish; anything unforeseen is UNKNOWN."""

    def __init__(
        self,
        source: bytes,
        required: Callable[[str, bool, int], str],
        base: int = 0,
        row: int = 0,
        known: dict[tuple[int, int], Expr] | None = None,
    ) -> None:
        """`required(module, dynamic, line)` notes a `require` or `import()` and returns a name that stands for it; a part of
        a file begins at byte `base` of its line `row`, counted from 0."""
        self.source = source
        self.required = required
        self.base = base
        self.row = row
        self.depth = 0
        # Calls by their bytes in the file: they are captured on their own and within each other, but read once.
        self.known: dict[tuple[int, int], Expr] = {} if known is None else known

    def read(self, node: Node) -> Expr:
        kind = node.type
        if kind == "identifier":
            text = self.source[node.start_byte : node.end_byte]
            return _names.get(text) or _shared(text, text.decode("utf-8", "replace"))
        reader = _READERS.get(kind)
        if reader is None or self.depth > MAX_DEPTH:
            return UNKNOWN
        self.depth += 1
        found = reader(self, node)
        self.depth -= 1
        return found

    def text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    # -- names ------------------------------------------------------------------------------------------------

    def dotted(self, node: Node) -> str | None:
        """The text of a plain dotted name (`this` is `self`, `?.` and `!` count as nothing), else None."""
        text = self.source[node.start_byte : node.end_byte]
        if _DOTTED.match(text) is None:
            text = text.replace(b"?.", b".").replace(b"!.", b".")
            if _DOTTED.match(text) is None:
                return None
        if text[:5] == b"this.":
            text = b"self" + text[4:]
        return text.decode("utf-8", "replace")

    def member(self, node: Node) -> Expr:
        text = self.source[node.start_byte : node.end_byte]
        found = _names.get(text)
        if found is not None:
            return found
        name = self.dotted(node)
        if name is not None:
            return _shared(text, name)
        owner, field = node.child_by_field_name("object"), node.child_by_field_name("property")
        if owner is None or field is None:
            return UNKNOWN
        base, member = self.read(owner), self.text(field).lstrip("#")
        return (NAME, f"{base[1]}.{member}") if base[0] == NAME else (ATTR, base, member)

    def called(self, callee: Node) -> tuple[str | tuple[str, ...], list[int]] | None:
        """What a Span of a call says of it (its dotted name, or the last names of a plain chain of calls), and the calls that
        the chain goes on from, by their nodes; None for other calls."""
        names: list[str] = []
        inner: list[int] = []
        node = callee
        while len(names) <= MAX_CHAIN:
            kind = node.type
            if kind != "identifier" and kind != "member_expression":
                return None
            read = self.read(node) if kind == "identifier" else self.known_name(node)
            if read is not None:
                name: str = read[1]
                return ((*names, name[name.rfind(".") + 1 :]) if names else name), inner
            field = node.child_by_field_name("property")
            names.append(self.text(field).lstrip("#") if field is not None else "")
            while node.type == "member_expression":
                owner = node.child_by_field_name("object")
                if owner is None:
                    return None
                node = owner
            if node.type != "call_expression" or not node.named_child_count:
                return None
            inner.append(node.id)
            node = node.named_child(0)
        return None

    def known_name(self, node: Node) -> Expr | None:
        """The NAME of a plain dotted member, else None."""
        text = self.source[node.start_byte : node.end_byte]
        found = _names.get(text)
        if found is None:
            name = self.dotted(node)
            found = _shared(text, name) if name is not None else None
        return found

    # -- calls ------------------------------------------------------------------------------------------------

    def call(self, node: Node) -> Expr:
        place = (self.base + node.start_byte, self.base + node.end_byte)
        found = self.known.get(place)
        if found is None:
            found = self.known[place] = self._call(node)
        return found

    def _call(self, node: Node) -> Expr:
        if not node.named_child_count:
            return UNKNOWN
        callee, listed = node.named_child(0), node.child_by_field_name("arguments")
        kind = callee.type
        if kind == "import" or (kind == "identifier" and listed is not None and self._is(callee, b"require")):
            return self._required(node, listed, kind == "import")
        target = self.read(callee)
        if listed is None:
            return (CALL, target, (), (), self.row + node.start_point[0] + 1)
        line = self.row + listed.start_point[0] + 1
        if listed.type == "template_string":
            return (CALL, target, (self.template(listed),), (), line)
        children = listed.named_children
        if not children:
            return (CALL, target, (), (), line)
        read = self.read
        if kind == "identifier" and _HOOK.match(target[1]):  # what React's hooks are configured with says nothing
            args = tuple([read(child) if child.type in _SIMPLE_KINDS else UNKNOWN for child in children])
        else:
            args = tuple([read(child) for child in children if child.type != "comment"])
        return (CALL, target, args, (), line)

    def _required(self, node: Node, listed: Node | None, dynamic: bool) -> Expr:
        """`require("x")` and `import("x")` stand for the module."""
        for child in listed.named_children if listed is not None else ():
            if child.type in ("string", "template_string"):
                module = self.read(child)
                if module[0] == STR:
                    return (NAME, self.required(module[1], dynamic, node.start_point[0] + 1))
            if child.type != "comment":
                break
        return UNKNOWN

    def _is(self, node: Node, name: bytes) -> bool:
        return self.source[node.start_byte : node.end_byte] == name

    # -- literals ---------------------------------------------------------------------------------------------

    def string(self, node: Node) -> Expr:
        text = self.source[node.start_byte + 1 : node.end_byte - 1].decode("utf-8", "replace")
        return (STR, _ESCAPE.sub(_unescape, text) if "\\" in text else text)

    def template(self, node: Node) -> Expr:
        source, parts = self.source, list[str | Expr]()
        start = node.start_byte + 1
        for child in node.named_children:
            if child.type == "template_substitution":
                self._piece(parts, source[start : child.start_byte])
                start = child.end_byte
                inner = child.named_children
                parts.append(self.read(inner[0]) if inner else UNKNOWN)
        self._piece(parts, source[start : node.end_byte - 1])
        if not parts:
            return (STR, "")
        if len(parts) == 1 and isinstance(parts[0], str):
            return (STR, parts[0])
        return (TEMPLATE, tuple(parts))

    @staticmethod
    def _piece(parts: list[str | Expr], raw: bytes) -> None:
        if raw:
            text = raw.decode("utf-8", "replace")
            parts.append(_ESCAPE.sub(_unescape, text) if "\\" in text else text)

    def number(self, node: Node) -> Expr:
        text = self.text(node).replace("_", "").rstrip("n")
        try:
            return (NUM, int(text, 0) if text[:1] != "0" or len(text) < 2 or text[1] in "xXbBoO" else float(text))
        except ValueError:
            pass
        try:
            return (NUM, float(text))
        except ValueError:
            return UNKNOWN

    def items(self, node: Node) -> Expr:
        children = node.named_children[:MAX_ITEMS]
        return (LIST, tuple([self.read(child) for child in children if child.type != "comment"]))

    def object(self, node: Node) -> Expr:
        pairs: list[tuple[Expr, Expr]] = []
        for child in node.named_children[:MAX_ITEMS]:
            kind = child.type
            if kind == "pair":
                parts = child.named_children
                if len(parts) >= 2:
                    pairs.append((self.key(parts[0]), self.read(parts[-1])))
            elif kind == "shorthand_property_identifier":
                name = self.text(child)
                pairs.append(((STR, name), (NAME, name)))
            elif kind == "spread_element" and child.named_children:
                pairs.append(((SPLAT, UNKNOWN), self.read(child.named_children[0])))
            elif kind == "method_definition":
                key = child.child_by_field_name("name")
                if key is not None:
                    pairs.append((self.key(key), (FUNCTION, self.base + child.start_byte)))
        return (DICT, tuple(pairs))

    def key(self, node: Node) -> Expr:
        kind = node.type
        if kind == "property_identifier":
            return (STR, self.source[node.start_byte : node.end_byte].decode("utf-8", "replace"))
        if kind == "string":
            return self.string(node)
        if kind == "computed_property_name":
            return self.read(node.named_children[0]) if node.named_children else UNKNOWN
        return (STR, self.text(node).lstrip("#"))

    # -- operators --------------------------------------------------------------------------------------------

    def subscript(self, node: Node) -> Expr:
        owner, index = node.child_by_field_name("object"), node.child_by_field_name("index")
        if owner is None or index is None:
            return UNKNOWN
        return (INDEX, self.read(owner), self.read(index))

    def binary(self, node: Node) -> Expr:
        operator = node.child_by_field_name("operator")
        sign = operator.type if operator is not None else ""
        if sign not in _OPERATORS:
            return UNKNOWN  # comparisons and arithmetic
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return UNKNOWN
        if sign != "+":
            return (BINARY, _OPERATORS[sign], self.read(left), self.read(right))
        # A chain of `+` leans to the left and may be long: it is walked, not recursed into.
        operands = [right]
        while left is not None and left.type == "binary_expression" and len(operands) < _MAX_PARTS:
            operator, right = left.child_by_field_name("operator"), left.child_by_field_name("right")
            if operator is None or right is None or operator.type != "+":
                break
            operands.append(right)
            left = left.child_by_field_name("left")
        values = [self.read(node) for node in reversed(operands)]
        if left is not None:
            values.insert(0, self.read(left))
        if not any(value[0] in (STR, TEMPLATE) for value in values):
            return (BINARY, "+", values[0], values[-1])
        return joined(values)

    def ternary(self, node: Node) -> Expr:
        yes, no = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
        return (BINARY, "?", self.read(yes), self.read(no)) if yes is not None and no is not None else UNKNOWN

    def first(self, node: Node) -> Expr:
        for child in node.named_children:
            if child.type != "comment":
                return self.read(child)
        return UNKNOWN

    def last(self, node: Node) -> Expr:
        for child in reversed(node.named_children):
            if child.type != "comment":
                return self.read(child)
        return UNKNOWN

    def splat(self, node: Node) -> Expr:
        return (SPLAT, self.read(node.named_children[0])) if node.named_children else UNKNOWN

    def function(self, node: Node) -> Expr:
        return (FUNCTION, self.base + node.start_byte)

    # -- types ------------------------------------------------------------------------------------------------

    def annotation(self, node: Node | None, *, primitive: bool = False) -> Expr | None:
        """A type as far as it names something of interest: `Promise<User[]>`, `Repository<User> | null`.

        `primitive`: a plain `string` is of interest too."""
        if node is None or self.depth > MAX_DEPTH:
            return None
        if primitive and node.named_child_count == 1 and node.named_child(0).type == "predefined_type":
            return (NAME, self.text(node.named_child(0)))
        self.depth += 1
        try:
            return self._annotation(node, node.type)
        finally:
            self.depth -= 1

    def _annotation(self, node: Node, kind: str) -> Expr | None:
        if kind in ("type_identifier", "identifier"):
            return (NAME, self.text(node))
        if kind in _SKIPPED_TYPES:
            return None
        children = node.named_children
        if kind in ("type_annotation", "readonly_type", "parenthesized_type", "optional_type"):
            return self.annotation(children[-1]) if children else None
        if kind == "generic_type" and len(children) >= 2:
            base = self.dotted(children[0])
            if base is None:
                return None
            arguments = [self.annotation(child) or UNKNOWN for child in children[-1].named_children]
            return (INDEX, (NAME, base), (LIST, tuple(arguments)))
        if kind == "nested_type_identifier":
            name = self.dotted(node)
            return (NAME, name) if name is not None else None
        if kind == "array_type" and children:
            item = self.annotation(children[0])
            return (INDEX, (NAME, "Array"), (LIST, (item,))) if item is not None else None
        if kind in ("union_type", "intersection_type"):
            found = [read for child in children if (read := self.annotation(child)) is not None]
            if len(found) == 2:
                return (BINARY, "|" if kind == "union_type" else "&", found[0], found[1])
            return found[0] if found else None
        return None


_READERS: dict[str, Callable[[Expressions, Node], Expr]] = {
    "this": lambda _, node: (NAME, "self"),
    "super": lambda _, node: (NAME, "super"),
    "undefined": lambda _, node: (NUM, None),
    "null": lambda _, node: (NUM, None),
    "true": lambda _, node: (NUM, True),
    "false": lambda _, node: (NUM, False),
    "member_expression": Expressions.member,
    "call_expression": Expressions.call,
    "new_expression": Expressions.call,
    "string": Expressions.string,
    "template_string": Expressions.template,
    "number": Expressions.number,
    "array": Expressions.items,
    "object": Expressions.object,
    "subscript_expression": Expressions.subscript,
    "binary_expression": Expressions.binary,
    "ternary_expression": Expressions.ternary,
    "await_expression": Expressions.first,
    "parenthesized_expression": Expressions.last,
    "sequence_expression": Expressions.last,
    "non_null_expression": Expressions.first,
    "as_expression": Expressions.first,
    "instantiation_expression": Expressions.first,
    "satisfies_expression": Expressions.first,
    "type_assertion": Expressions.last,
    "spread_element": Expressions.splat,
    "yield_expression": Expressions.first,
    "assignment_expression": Expressions.last,
    "arrow_function": Expressions.function,
    "function_expression": Expressions.function,
    "generator_function": Expressions.function,
}
