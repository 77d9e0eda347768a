"""Python expressions as neutral tuples (see facts.py)."""

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
)
from tenantry.products.pinata.engine.languages.treesitter import MAX_DEPTH, MAX_ITEMS

_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*\Z")
_ESCAPE = re.compile(r"\\(\n|[\\'\"abfnrtv]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4})")
_SIMPLE = {
    "\n": "",
    "\\": "\\",
    "'": "'",
    '"': '"',
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}
# What is said to people says nothing to us, and there is much of it.
_PROSE = frozenset(
    (
        "description",
        "help_text",
        "verbose_name",
        "verbose_name_plural",
        "deprecation_reason",
        "error_messages",
        "help",
        "summary",
    )
)

MAX_NAMES = 100_000  # names shared between files


def _unescape(match: re.Match[str]) -> str:
    found = match.group(1)
    return _SIMPLE[found] if found in _SIMPLE else chr(int(found[1:], 16))


class Expressions:
    """Reads expressions of one file after another. Comments and formatting vanish; anything unforeseen is UNKNOWN."""

    def __init__(self, kinds: Callable[[str], int | None]) -> None:
        self.names: dict[str, Expr] = {}
        self.open(b"")
        readers: dict[str, Callable[[Node], Expr]] = {
            "identifier": self.identifier,
            "attribute": self.attribute,
            "call": self.call,
            "string": self.string,
            "concatenated_string": self.concatenated,
            "integer": self.number,
            "float": self.number,
            "true": lambda node: (NUM, True),
            "false": lambda node: (NUM, False),
            "none": lambda node: (NUM, None),
            "list": self.items,
            "tuple": self.items,
            "set": self.items,
            "expression_list": self.items,
            "dictionary": self.dictionary,
            "list_comprehension": self.comprehension,
            "set_comprehension": self.comprehension,
            "generator_expression": self.comprehension,
            "subscript": self.subscript,
            "binary_operator": self.binary,
            "boolean_operator": self.boolean,
            "conditional_expression": self.conditional,
            "await": self.first,
            "parenthesized_expression": self.first,
            "named_expression": self.last,
            "type": self.first,
            "yield": self.first,
            "list_splat": self.splat,
            "dictionary_splat": self.splat,
            "as_pattern": self.first,
            "lambda": self.function,
        }
        self.readers = {kind: reader for name, reader in readers.items() if (kind := kinds(name)) is not None}
        self.keyword_argument, self.dictionary_splat = kinds("keyword_argument"), kinds("dictionary_splat")
        self.comment, self.argument_list, self.pair = kinds("comment"), kinds("argument_list"), kinds("pair")
        self.nameables = (kinds("identifier"), kinds("attribute"))
        self.name_kind, self.attribute_kind, self.call_kind = kinds("identifier"), kinds("attribute"), kinds("call")
        unread = {
            "call": CALL,
            "list": LIST,
            "tuple": LIST,
            "set": LIST,
            "dictionary": DICT,
            "list_comprehension": LIST,
            "set_comprehension": LIST,
            "generator_expression": LIST,
        }
        # Expressions that can be left unread, with the tag they will have.
        self.unread = {kind: tag for name, tag in unread.items() if (kind := kinds(name)) is not None}

    def open(
        self, source: bytes, base: int = 0, row: int = 0, known: dict[tuple[int, int], Expr] | None = None
    ) -> None:
        """Begin with another file, or with a part of one that begins at byte `base` of its line `row`, counted from 0."""
        self.source = source
        self.base = base
        self.row = row
        # Byte offsets are character offsets in ASCII, and slicing a string is cheaper than decoding a slice.
        self.ascii = source.decode("ascii") if source.isascii() else None
        self.depth = 0
        # Calls by their bytes in the file: they are captured on their own and within each other, but read once.
        self.known: dict[tuple[int, int], Expr] = {} if known is None else known

    def read(self, node: Node) -> Expr:
        kind = node.kind_id
        if kind in self.nameables:  # most of all that is read, and nearly always read before
            text = self.ascii
            name = text[node.start_byte : node.end_byte] if text is not None else self.text(node)
            found = self.names.get(name)
            if kind == self.name_kind:
                return found or self.shared(name, name)
            if found is not None and self.depth <= MAX_DEPTH:
                return found
        reader = self.readers.get(kind)
        if reader is None or self.depth > MAX_DEPTH:
            return UNKNOWN
        self.depth += 1
        value = reader(node)
        self.depth -= 1
        return value

    def shared(self, text: str, name: str) -> Expr:
        """One tuple per text that is a name: the same ones come again and again, and facts of all files are kept."""
        if len(self.names) > MAX_NAMES:
            self.names.clear()
        found = self.names[text] = (NAME, name)
        return found

    def text(self, node: Node) -> str:
        if self.ascii is not None:
            return self.ascii[node.start_byte : node.end_byte]
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def dotted(self, node: Node) -> str | None:
        """The text of a plain dotted name, else None."""
        if node.kind_id not in self.nameables:
            return None
        text = self.text(node)
        if _DOTTED.match(text):
            return "self" + text[3:] if text[:4] == "cls." else text
        return None

    def dotted_name(self, node: Node) -> str:
        """The text of a plain dotted name, else ""."""
        if node.kind_id not in self.nameables:
            return ""
        text = self.text(node)
        found = self.names.get(text)
        if found is None and _DOTTED.match(text):
            found = self.shared(text, "self" + text[3:] if text[:4] == "cls." else text)
        return found[1] if found is not None else ""

    def annotation(self, node: Node) -> Expr:
        """A type expression; a quoted one (a forward reference) counts as what it quotes when it is a plain name."""
        value = self.read(node.named_children[0]) if node.type == "type" and node.named_children else self.read(node)
        if node.type == "type" and node.named_children and node.named_children[0].type == "generic_type":
            value = self.generic(node.named_children[0])
        return value

    def generic(self, node: Node) -> Expr:
        children = node.named_children
        base: Expr = (NAME, self.text(children[0]))
        arguments = children[1].named_children if len(children) > 1 else []
        return (INDEX, base, (LIST, tuple(self.annotation(child) for child in arguments)))

    # -- readers ----------------------------------------------------------------------------------------------

    def identifier(self, node: Node) -> Expr:
        return (NAME, self.text(node))

    def attribute(self, node: Node) -> Expr:
        text = self.text(node)
        if _DOTTED.match(text):
            return self.shared(text, "self" + text[3:] if text[:4] == "cls." else text)
        children = node.named_children
        if len(children) < 2:
            return UNKNOWN
        base = self.read(children[0])
        member = self.text(children[-1])
        return (NAME, f"{base[1]}.{member}") if base[0] == NAME else (ATTR, base, member)

    def call(self, node: Node) -> Expr:
        key = (self.base + node.start_byte, self.base + node.end_byte)
        found = self.known.get(key)
        if found is None:
            found = self._call(node)
            if self.depth < MAX_DEPTH // 2:  # what was cut off deep inside another call is read again on its own
                self.known[key] = found
        return found

    def _call(self, node: Node) -> Expr:
        children = node.named_children
        if len(children) < 2:
            return UNKNOWN
        read = self.read
        callee, listed = read(children[0]), children[-1]
        args: list[Expr] = []
        kwargs: list[tuple[str, Expr]] = []
        if listed.kind_id == self.argument_list:
            keyword_argument = self.keyword_argument
            for child in listed.named_children:
                kind = child.kind_id
                if kind == keyword_argument:
                    parts = child.named_children
                    if len(parts) >= 2 and (name := self.text(parts[0])) not in _PROSE:
                        kwargs.append((name, read(parts[-1])))
                elif kind == self.dictionary_splat:
                    inner = child.named_children
                    kwargs.append(("**", self.read(inner[0]) if inner else UNKNOWN))
                elif kind != self.comment:
                    args.append(read(child))
        else:
            args.append(self.read(listed))
        return (CALL, callee, tuple(args), tuple(kwargs), self.row + listed.start_point[0] + 1)

    def string(self, node: Node) -> Expr:
        whole = self.ascii
        text = whole[node.start_byte : node.end_byte] if whole is not None else self.text(node)
        quote = text[:1]
        if quote in ('"', "'") and "\\" not in text:
            return (STR, text[3:-3] if text[:3] == quote * 3 and len(text) >= 6 else text[1:-1])
        return self.prefixed(node, text)

    def prefixed(self, node: Node, text: str) -> Expr:
        """A string with a prefix or with escapes."""
        children = node.named_children
        prefix = self.text(children[0]).lower() if children else ""
        if "f" not in prefix.rstrip("'\""):
            start, end = len(prefix), len(text) - len(prefix.lstrip("bruft"))
            body = text[start:end] if children else text
            return (STR, body if "r" in prefix else _ESCAPE.sub(_unescape, body) if "\\" in body else body)
        parts: list[str | Expr] = []
        for child in children[1:-1]:
            if child.type == "interpolation" and child.named_children:
                parts.append(self.read(child.named_children[0]))
            else:
                piece = self.text(child).replace("{{", "{").replace("}}", "}")
                parts.append(_ESCAPE.sub(_unescape, piece) if "\\" in piece and "r" not in prefix else piece)
        if all(isinstance(part, str) for part in parts):
            return (STR, "".join(part for part in parts if isinstance(part, str)))
        return (TEMPLATE, tuple(parts))

    def concatenated(self, node: Node) -> Expr:
        parts: list[str | Expr] = []
        for child in node.named_children:
            if child.type == "comment":
                continue
            value = self.read(child)
            parts.extend(value[1] if value[0] == TEMPLATE else (value[1],) if value[0] == STR else (value,))
        if all(isinstance(part, str) for part in parts):
            return (STR, "".join(part for part in parts if isinstance(part, str)))
        return (TEMPLATE, tuple(parts))

    def number(self, node: Node) -> Expr:
        text = self.text(node)
        try:
            return (NUM, int(text, 0) if node.type == "integer" else float(text))
        except ValueError:
            return UNKNOWN

    def items(self, node: Node) -> Expr:
        comment, read = self.comment, self.read
        return (LIST, tuple([read(child) for child in node.named_children[:MAX_ITEMS] if child.kind_id != comment]))

    def dictionary(self, node: Node) -> Expr:
        pairs = []
        for child in node.named_children[:MAX_ITEMS]:
            parts = child.named_children
            if child.kind_id == self.pair and len(parts) >= 2:
                pairs.append((self.read(parts[0]), self.read(parts[-1])))
            elif child.kind_id == self.dictionary_splat and parts:
                pairs.append(((SPLAT, UNKNOWN), self.read(parts[0])))
        return (DICT, tuple(pairs))

    def comprehension(self, node: Node) -> Expr:
        return (LIST, (self.read(node.named_children[0]),)) if node.named_children else UNKNOWN

    def subscript(self, node: Node) -> Expr:
        children = node.named_children
        if len(children) < 2:
            return UNKNOWN
        base = self.read(children[0])
        if len(children) == 2:
            return (INDEX, base, self.read(children[1]))
        return (INDEX, base, (LIST, tuple(self.read(child) for child in children[1:])))

    def binary(self, node: Node) -> Expr:
        children = node.children
        if len(children) != 3:
            return UNKNOWN
        return (BINARY, self.text(children[1]), self.read(children[0]), self.read(children[2]))

    boolean = binary

    def conditional(self, node: Node) -> Expr:
        children = node.named_children
        return (BINARY, "?", self.read(children[0]), self.read(children[-1])) if len(children) == 3 else UNKNOWN

    def first(self, node: Node) -> Expr:
        for child in node.named_children:
            if child.type != "comment":
                return self.read(child)
        return UNKNOWN

    def last(self, node: Node) -> Expr:
        return self.read(node.named_children[-1]) if node.named_children else UNKNOWN

    def splat(self, node: Node) -> Expr:
        return (SPLAT, self.read(node.named_children[0])) if node.named_children else UNKNOWN

    def function(self, node: Node) -> Expr:
        return (FUNCTION, self.base + node.start_byte)
