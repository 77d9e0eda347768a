"""C# expressions and types as neutral tuples (see facts.py)."""

import re
import textwrap
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
    TYPES,
    UNKNOWN,
    Expr,
    joined,
)
from tenantry.products.pinata.engine.languages.treesitter import MAX_DEPTH

_DOTTED = re.compile(rb"@?[A-Za-z_\x80-\xff][\w\x80-\xff]*(?:\.@?[A-Za-z_\x80-\xff][\w\x80-\xff]*)*\Z")
_LAST = re.compile(rb"([A-Za-z_\x80-\xff][\w\x80-\xff]*)\s*(?:<[\w\x80-\xff\s,.?<>\[\]()]*>)?\Z")
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{1,4}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "a": "\a", "e": "\x1b"}
_PLACEHOLDER = re.compile(r"\{(\d+)(?:[,:][^{}]*)?\}")
_OPERATORS = {"||": "or", "??": "or", "&&": "and", "+": "+"}
_NAMESPACES = frozenset(
    "System Microsoft IO Net Http Text Json Threading Tasks Collections Generic Concurrent Linq Data Common SqlClient "
    "EntityFrameworkCore AspNetCore Extensions Configuration DependencyInjection Mvc Builder Routing Mail Reflection "
    "Diagnostics Globalization Security Claims Cryptography Serialization Xml ComponentModel DataAnnotations Schema "
    "Caching Memory Distributed Hosting Logging Options Metadata Builders Migrations Azure ServiceBus WebApi Web".split()
)
_FORMATS = ("string.Format", "String.Format")
_TRANSPARENT = frozenset(("ConfigureAwait", "GetAwaiter", "GetResult", "AsTask", "WaitAsync"))
MAX_ITEMS = 400  # a literal is read up to here; longer ones are data
_MAX_PARTS = 500  # of one concatenation
_MAX_ARMS = 8  # of a switch expression
_MAX_NAMES = 100_000  # names shared between files
_names: dict[bytes, Expr] = {}
"""One tuple per text that is a dotted name: the same ones come again and again, and facts of all files are kept."""

QUERY = "@query"
"""`from a in x join b in y … select …` is the call `x.@query(y, …)`: LINQ over the sources it joins."""

LAMBDAS = frozenset(("lambda_expression", "anonymous_method_expression"))
_NO_VALUE = frozenset(("comment", "preproc_region", "preproc_endregion"))


def shared(text: bytes) -> Expr:
    """The NAME of a dotted name; the instance itself is `self`."""
    found = _names.get(text)
    if found is None:
        if len(_names) > _MAX_NAMES:
            _names.clear()
        name = text.decode("utf-8", "replace").replace("@", "")
        if name[:4] == "this" and name[4:5] in ("", "."):
            name = "self" + name[4:]
        if name.startswith(("global::", "System.", "Microsoft.")):
            name = _without_namespace(name.removeprefix("global::"))
        found = _names[text] = (NAME, name)
    return found


def _without_namespace(name: str) -> str:
    """`System.IO.File.Exists` → `File.Exists`: the platform's own types go by their names."""
    parts = name.split(".")
    if parts[0] in ("System", "Microsoft"):
        while len(parts) > 1 and parts[0] in _NAMESPACES:
            parts.pop(0)
    return ".".join(parts)


def _unescape(match: re.Match[str]) -> str:
    found = match.group(1)
    if found in _SIMPLE:
        return _SIMPLE[found]
    if found[0] in "xuU" and len(found) > 1:
        code = int(found[1:], 16)
        return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else ""
    return found


class Expressions:
    """Reads expressions of one file. Casts, `await` and `!` vanish; anything unforeseen is UNKNOWN."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.depth = 0
        self.read_calls: dict[int, Expr] = {}
        self.receivers: list[Expr] = []  # of the `?.` around what is read

    def read(self, node: Node) -> Expr:
        kind = node.type
        if kind == "identifier":
            text = self.source[node.start_byte : node.end_byte]
            return _names.get(text) or shared(text)
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

    def member(self, node: Node) -> Expr:
        text = self.source[node.start_byte : node.end_byte]
        found = _names.get(text)
        if found is not None:
            return found
        if _DOTTED.match(text) is not None and not text.startswith(b"base."):
            return shared(text)
        owner, field = node.child_by_field_name("expression"), node.child_by_field_name("name")
        if owner is None or field is None:
            return UNKNOWN
        return self._member_of(self.read(owner), field)

    def _member_of(self, base: Expr, field: Node) -> Expr:
        if field.type == "generic_name" and field.named_children:
            field = field.named_children[0]
        member = self.text(field).lstrip("@")
        if base[0] == NAME:
            return shared(f"{base[1]}.{member}".encode())
        if base[0] == CALL and member == "Result":  # of a task
            return base
        return (ATTR, base, member)

    def generic(self, node: Node) -> Expr:
        return self.read(node.named_children[0]) if node.named_children else UNKNOWN

    def conditional_access(self, node: Node) -> Expr:
        """`a?.B`: the same as `a.B`."""
        condition = node.child_by_field_name("condition")
        rest = [child for child in node.named_children if condition is None or child.id != condition.id]
        if condition is None or not rest:
            return UNKNOWN
        self.receivers.append(self.read(condition))
        found = self.read(rest[-1])
        self.receivers.pop()
        return found

    def member_binding(self, node: Node) -> Expr:
        field = node.child_by_field_name("name")
        return self._member_of(self.receivers[-1], field) if field is not None and self.receivers else UNKNOWN

    def element_binding(self, node: Node) -> Expr:
        return (INDEX, self.receivers[-1], self._subscript(node)) if self.receivers else UNKNOWN

    def subscript(self, node: Node) -> Expr:
        owner, listed = node.child_by_field_name("expression"), node.child_by_field_name("subscript")
        if owner is None or listed is None:
            return UNKNOWN
        return (INDEX, self.read(owner), self._subscript(listed))

    def _subscript(self, listed: Node) -> Expr:
        for child in listed.named_children:
            if child.type == "argument" and child.named_children:
                return self.read(child.named_children[-1])
        return UNKNOWN

    # -- calls ------------------------------------------------------------------------------------------------

    def call(self, node: Node) -> Expr:
        found = self.read_calls.get(node.id)
        if found is None:
            found = self.read_calls[node.id] = self._call(node)
        return found

    def _call(self, node: Node) -> Expr:
        callee, listed = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if callee is None or listed is None:
            return UNKNOWN
        name = self.last(callee)
        if name in _TRANSPARENT and callee.type == "member_access_expression":
            owner = callee.child_by_field_name("expression")
            return self.read(owner) if owner is not None else UNKNOWN
        if name == "nameof":
            inner = self._subscript(listed)
            return (STR, inner[1].rpartition(".")[2]) if inner[0] == NAME else UNKNOWN
        types = self._type_arguments(callee)
        target = self.read(callee)
        args, kwargs = self.arguments(listed)
        if target[0] == NAME and target[1] in _FORMATS and args and args[0][0] == STR:
            return _formatted(args[0][1], args[1:])
        if target[0] == NAME and target[1] in ("string.Concat", "String.Concat") and args:
            return joined(list(args))
        return (CALL, target, args, types + kwargs, listed.start_point[0] + 1)

    def last(self, callee: Node) -> str:
        """The last name of what is called; "" when it has none."""
        end = callee.end_byte
        match = _LAST.search(self.source, max(callee.start_byte, end - 120), end)
        return match.group(1).decode("utf-8", "replace") if match is not None else ""

    def _type_arguments(self, callee: Node) -> tuple[tuple[str, Expr], ...]:
        """`Set<Order>()`: the types, as an argument of a name that nobody can write."""
        kind = callee.type
        if kind == "conditional_access_expression" and callee.named_children:
            return self._type_arguments(callee.named_children[-1])
        if kind != "generic_name":
            field = callee.child_by_field_name("name")
            if field is None or field.type != "generic_name":
                return ()
            callee = field
        found = self.type_list(callee)
        return ((TYPES, (LIST, found)),) if found else ()

    def type_list(self, generic: Node) -> tuple[Expr, ...]:
        for child in generic.named_children:
            if child.type == "type_argument_list":
                return tuple(self.type(item) or UNKNOWN for item in child.named_children)
        return ()

    def arguments(self, listed: Node) -> tuple[tuple[Expr, ...], tuple[tuple[str, Expr], ...]]:
        args: list[Expr] = []
        kwargs: list[tuple[str, Expr]] = []
        for child in listed.named_children:
            kind = child.type
            if kind not in ("argument", "attribute_argument"):
                continue
            inner = child.named_children
            if not inner:
                continue
            value = self.read(inner[-1])
            named = child.child_by_field_name("name")
            if named is not None and named.id != inner[-1].id:
                kwargs.append((self.text(named), value))
            else:
                args.append(value)
        return tuple(args), tuple(kwargs)

    def creation(self, node: Node) -> Expr:
        """`new Order(id) { Total = 1 }`: a call with what the initializer sets as named arguments."""
        found = self.read_calls.get(node.id)
        if found is None:
            named = node.child_by_field_name("type")
            target = self.type(named) if named is not None else None
            found = self.read_calls[node.id] = self.created(node, target)
        return found

    def created(self, node: Node, target: Expr | None) -> Expr:
        """A creation of an instance of the type `target`."""
        if target is None:
            return UNKNOWN
        args: tuple[Expr, ...] = ()
        kwargs: tuple[tuple[str, Expr], ...] = ()
        if target[0] == INDEX:
            kwargs = ((TYPES, target[2]),)
            target = target[1]
        line = node.start_point[0] + 1
        for child in node.named_children:
            kind = child.type
            if kind == "argument_list":
                args, more = self.arguments(child)
                kwargs += more
                line = child.start_point[0] + 1
            elif kind == "initializer_expression":
                kwargs += self._initializer(child)
        return (CALL, target, args, kwargs, line)

    def _initializer(self, node: Node) -> tuple[tuple[str, Expr], ...]:
        pairs: list[tuple[str, Expr]] = []
        for child in node.named_children[:MAX_ITEMS]:
            kind = child.type
            if kind == "assignment_expression":
                left, right = child.child_by_field_name("left"), child.child_by_field_name("right")
                if left is None or right is None:
                    continue
                if left.type == "identifier":
                    pairs.append((self.text(left), self.read(right)))
                elif left.type == "element_binding_expression":
                    key = self._subscript(left)
                    pairs.append((f"[{key[1]}]" if key[0] in (STR, NAME) else "[]", self.read(right)))
            elif kind == "initializer_expression" and child.named_child_count == 2:
                key = self.read(child.named_children[0])
                pairs.append((f"[{key[1]}]" if key[0] in (STR, NAME) else "[]", self.read(child.named_children[1])))
            elif kind not in _NO_VALUE:
                pairs.append(("[]", self.read(child)))
        return tuple(pairs)

    def attribute(self, node: Node) -> Expr:
        """`[HttpGet("x")]`: a call, or a plain name when it has no arguments."""
        named = node.child_by_field_name("name")
        if named is None:
            return UNKNOWN
        target = self.type(named) or UNKNOWN
        kwargs: tuple[tuple[str, Expr], ...] = ()
        if target[0] == INDEX:
            kwargs, target = ((TYPES, target[2]),), target[1]
        if target[0] == NAME and "." in target[1]:
            target = (NAME, target[1].rpartition(".")[2])
        line = node.start_point[0] + 1
        for child in node.named_children:
            if child.type == "attribute_argument_list":
                args, more = self.arguments(child)
                return (CALL, target, args, kwargs + more, line)
        return (CALL, target, (), kwargs, line) if kwargs else target

    # -- literals ---------------------------------------------------------------------------------------------

    def string(self, node: Node) -> Expr:
        raw = self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")
        text = raw[1 : raw.rfind('"')] if raw.count('"') > 1 else raw[1:]
        return (STR, _ESCAPE.sub(_unescape, text) if "\\" in text else text)

    def verbatim(self, node: Node) -> Expr:
        text = self.text(node)
        return (STR, text[2 : text.rfind('"')].replace('""', '"'))

    def raw(self, node: Node) -> Expr:
        for child in node.named_children:
            if child.type == "raw_string_content":
                text = self.text(child)
                if text[:1] in "\r\n":
                    text = textwrap.dedent(text.lstrip("\r\n").rstrip(" \t")).rstrip("\r\n")
                return (STR, text)
        return (STR, "")

    def template(self, node: Node) -> Expr:
        verbatim = b"@" in self.source[node.start_byte : node.start_byte + 3]
        is_raw = self.source[node.start_byte : node.end_byte].lstrip(b"$").startswith(b'"""')
        parts: list[Expr] = []
        for child in node.named_children:
            kind = child.type
            if kind == "interpolation":
                inner = [item for item in child.named_children if not item.type.startswith("interpolation_")]
                parts.append(self.read(inner[0]) if inner else UNKNOWN)
            elif kind in ("string_content", "escape_sequence"):
                text = self.text(child)
                if not is_raw:
                    if verbatim:
                        text = text.replace('""', '"')
                    elif "\\" in text:
                        text = _ESCAPE.sub(_unescape, text)
                    if "{{" in text or "}}" in text:
                        text = text.replace("{{", "{").replace("}}", "}")
                parts.append((STR, text))
        return joined(parts) if parts else (STR, "")

    def character(self, node: Node) -> Expr:
        text = self.text(node)[1:-1]
        return (STR, _ESCAPE.sub(_unescape, text) if "\\" in text else text)

    def number(self, node: Node) -> Expr:
        text = self.text(node).replace("_", "")
        try:
            return (NUM, int(text.rstrip("uUlL"), 0))
        except ValueError:
            try:
                return (NUM, float(text.rstrip("fFdDmM")))
            except ValueError:
                return UNKNOWN

    def items(self, node: Node) -> Expr:
        return (
            LIST,
            tuple(self.read(child) for child in node.named_children[:MAX_ITEMS] if child.type not in _NO_VALUE),
        )

    def array(self, node: Node) -> Expr:
        for child in node.named_children:
            if child.type == "initializer_expression":
                return self.items(child)
        return UNKNOWN

    def collection(self, node: Node) -> Expr:
        """`[a, ..b]`"""
        found: list[Expr] = []
        for element in node.named_children[:MAX_ITEMS]:
            inner = element.named_children[0] if element.named_children else element
            values = inner.named_children if inner.type in ("expression_element", "spread_element") else [inner]
            if values:
                value = self.read(values[0])
                found.append((SPLAT, value) if inner.type == "spread_element" else value)
        return (LIST, tuple(found))

    def tuple(self, node: Node) -> Expr:
        return (
            LIST,
            tuple(self.read(child.named_children[-1]) for child in node.named_children if child.named_children),
        )

    def anonymous(self, node: Node) -> Expr:
        """`new { o.Id, Name = c.Name }`"""
        pairs: list[tuple[Expr, Expr]] = []
        name = ""
        previous: Node | None = None
        for child in node.children:
            if child.type == "=" and previous is not None:
                name = self.text(previous)
                if pairs:
                    pairs.pop()
            elif child.is_named and child.type not in _NO_VALUE:
                value = self.read(child)
                key = name or (value[1].rpartition(".")[2] if value[0] == NAME else "")
                pairs.append(((STR, key), value))
                name, previous = "", child
        return (DICT, tuple(pairs))

    # -- operators --------------------------------------------------------------------------------------------

    def binary(self, node: Node) -> Expr:
        left, right, operator = (node.child_by_field_name(name) for name in ("left", "right", "operator"))
        sign = operator.type if operator is not None else ""
        if left is None or right is None or sign not in _OPERATORS:
            return self.read(left) if left is not None and sign == "as" else UNKNOWN
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
        values = [self.read(item) for item in reversed(operands)]
        if left is not None:
            values.insert(0, self.read(left))
        if not any(value[0] in (STR, TEMPLATE) for value in values):
            return (BINARY, "+", values[0], values[-1])
        return joined(values)

    def ternary(self, node: Node) -> Expr:
        yes, no = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
        return (BINARY, "?", self.read(yes), self.read(no)) if yes is not None and no is not None else UNKNOWN

    def switch(self, node: Node) -> Expr:
        arms = [child for child in node.named_children if child.type == "switch_expression_arm"][:_MAX_ARMS]
        values = [self.read(arm.named_children[-1]) for arm in arms if arm.named_children]
        found = values.pop() if values else UNKNOWN
        while values:
            found = (BINARY, "?", values.pop(), found)
        return found

    def first(self, node: Node) -> Expr:
        for child in node.named_children:
            if child.type not in _NO_VALUE:
                return self.read(child)
        return UNKNOWN

    def right(self, node: Node) -> Expr:
        """What is assigned or cast."""
        value = node.child_by_field_name("right") or node.child_by_field_name("value")
        return self.read(value) if value is not None else UNKNOWN

    def prefix(self, node: Node) -> Expr:
        value = self.first(node)
        if value[0] == NUM and isinstance(value[1], int | float) and not isinstance(value[1], bool):
            return (NUM, -value[1]) if self.source[node.start_byte : node.start_byte + 1] == b"-" else value
        return UNKNOWN

    def typeof(self, node: Node) -> Expr:
        named = node.child_by_field_name("type")
        found = self.type(named) if named is not None else None
        return UNKNOWN if found is None else found[1] if found[0] == INDEX else found

    def function(self, node: Node) -> Expr:
        """An inline function; one that calls nothing is what it gives, and no scope of its own."""
        value = self.plain(node)
        return (FUNCTION, node.start_byte) if value is None else (FUNCTION, -1, value)

    def plain(self, node: Node) -> Expr | None:
        """What `x => x.Name` gives; None for a function that calls something."""
        body = node.child_by_field_name("body")
        if body is None or body.type == "block" or body.type in ("assignment_expression", *LAMBDAS):
            return None
        text = self.source[body.start_byte : body.end_byte]
        return None if b"(" in text or len(text) > 400 else self.read(body)

    def query(self, node: Node) -> Expr:
        """A query expression is a call on its first source, with the further ones as arguments."""
        sources = [
            self.source_of(child) for child in node.named_children if child.type in ("from_clause", "join_clause")
        ]
        found = [self.read(source) for source in sources if source is not None]
        if not found:
            return UNKNOWN
        return (CALL, (ATTR, found[0], QUERY), tuple(found[1:]), (), node.start_point[0] + 1)

    def source_of(self, clause: Node) -> Node | None:
        """The collection of a `from` or `join` clause."""
        children = [child for child in clause.named_children if child.type not in _NO_VALUE]
        after = False
        for child in clause.children:
            if child.type == "in":
                after = True
            elif after and child.is_named:
                return child
        return children[-1] if children else None

    # -- types ------------------------------------------------------------------------------------------------

    def type(self, node: Node | None) -> Expr | None:
        """A type: `Task<List<Order>?>`, `string`, `A.B`; None for `var` and what has no name."""
        if node is None or self.depth > MAX_DEPTH:
            return None
        kind = node.type
        if kind in ("identifier", "predefined_type"):
            text = self.source[node.start_byte : node.end_byte]
            return _names.get(text) or shared(text)
        if kind == "generic_name":
            if not node.named_children:
                return None
            self.depth += 1
            found = self.type_list(node)
            self.depth -= 1
            base = self.read(node.named_children[0])
            return (INDEX, base, (LIST, found)) if found else base
        if kind == "nullable_type":
            inner = node.child_by_field_name("type") or (node.named_children[0] if node.named_children else None)
            found_inner = self.type(inner)
            return (BINARY, "|", found_inner, (NUM, None)) if found_inner is not None else None
        if kind == "array_type":
            item = self.type(node.child_by_field_name("type"))
            return (INDEX, (NAME, "Array"), (LIST, (item,))) if item is not None else None
        if kind in ("qualified_name", "alias_qualified_name"):
            return self._qualified(node)
        if kind in ("ref_type", "scoped_type"):
            return self.type(node.named_children[-1]) if node.named_children else None
        return None

    def _qualified(self, node: Node) -> Expr | None:
        text = self.source[node.start_byte : node.end_byte]
        if _DOTTED.match(text) is not None:
            return shared(text)
        last = node.child_by_field_name("name")
        before = node.child_by_field_name("qualifier")
        found = self.type(last)
        prefix = self.type(before) if before is not None else None
        if found is None or prefix is None or prefix[0] != NAME:
            return found
        if found[0] == NAME:
            return shared(f"{prefix[1]}.{found[1]}".encode())
        if found[0] == INDEX and found[1][0] == NAME:
            return (INDEX, shared(f"{prefix[1]}.{found[1][1]}".encode()), found[2])
        return found


def _formatted(pattern: str, values: tuple[Expr, ...]) -> Expr:
    """`string.Format("/items/{0}", id)`"""
    parts: list[Expr] = []
    start = 0
    for match in _PLACEHOLDER.finditer(pattern):
        parts.append((STR, pattern[start : match.start()]))
        position = int(match.group(1)[:6])
        parts.append(values[position] if position < len(values) else UNKNOWN)
        start = match.end()
    parts.append((STR, pattern[start:]))
    return joined([part for part in parts if part != (STR, "")]) if pattern else (STR, "")


_READERS: dict[str, Callable[[Expressions, Node], Expr]] = {
    "this": lambda _, node: (NAME, "self"),
    "this_expression": lambda _, node: (NAME, "self"),
    "base": lambda _, node: (CALL, (NAME, "super"), (), (), node.start_point[0] + 1),
    "base_expression": lambda _, node: (CALL, (NAME, "super"), (), (), node.start_point[0] + 1),
    "predefined_type": lambda self, node: (NAME, self.text(node)),
    "null_literal": lambda _, node: (NUM, None),
    "default_expression": lambda _, node: (NUM, None),
    "boolean_literal": lambda self, node: (NUM, self.text(node) == "true"),
    "generic_name": Expressions.generic,
    "qualified_name": lambda self, node: self.type(node) or UNKNOWN,
    "member_access_expression": Expressions.member,
    "conditional_access_expression": Expressions.conditional_access,
    "member_binding_expression": Expressions.member_binding,
    "element_binding_expression": Expressions.element_binding,
    "element_access_expression": Expressions.subscript,
    "invocation_expression": Expressions.call,
    "object_creation_expression": Expressions.creation,
    "implicit_object_creation_expression": Expressions.creation,
    "anonymous_object_creation_expression": Expressions.anonymous,
    "string_literal": Expressions.string,
    "verbatim_string_literal": Expressions.verbatim,
    "raw_string_literal": Expressions.raw,
    "interpolated_string_expression": Expressions.template,
    "character_literal": Expressions.character,
    "integer_literal": Expressions.number,
    "real_literal": Expressions.number,
    "array_creation_expression": Expressions.array,
    "implicit_array_creation_expression": Expressions.array,
    "initializer_expression": Expressions.items,
    "collection_expression": Expressions.collection,
    "tuple_expression": Expressions.tuple,
    "binary_expression": Expressions.binary,
    "as_expression": Expressions.first,
    "conditional_expression": Expressions.ternary,
    "switch_expression": Expressions.switch,
    "await_expression": Expressions.first,
    "parenthesized_expression": Expressions.first,
    "checked_expression": Expressions.first,
    "postfix_unary_expression": Expressions.first,
    "prefix_unary_expression": Expressions.prefix,
    "with_expression": Expressions.first,
    "arrow_expression_clause": Expressions.first,
    "cast_expression": Expressions.right,
    "assignment_expression": Expressions.right,
    "typeof_expression": Expressions.typeof,
    "lambda_expression": Expressions.function,
    "anonymous_method_expression": Expressions.function,
    "query_expression": Expressions.query,
}

__all__ = ["LAMBDAS", "QUERY", "Expressions", "shared"]
