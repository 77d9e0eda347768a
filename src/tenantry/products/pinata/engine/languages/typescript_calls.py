"""Calls of TypeScript and JavaScript: which are facts, and what they tell of the functions they are given."""

import re

from tree_sitter import Node

from tenantry.products.pinata.engine.facts import (
    ATTR,
    CALL,
    ELEMENT,
    FUNCTION,
    NAME,
    STR,
    TEMPLATE,
    Call,
    Expr,
    spine,
)
from tenantry.products.pinata.engine.languages.typescript_expressions import FUNCTIONS
from tenantry.products.pinata.engine.languages.typescript_reading import Reading

# Calls of these names, and of these members, never carry a fact. A quiet call is transparent: what it is called on still counts.
QUIET = frozenset(
    b"parseInt parseFloat String Number Boolean Symbol BigInt isNaN Error TypeError RangeError clearTimeout clearInterval "
    b"setTimeout setImmediate resolve reject t cn clsx useState useEffect useMemo useCallback useRef describe it test expect "
    b"beforeEach afterEach beforeAll afterAll Date Map Set WeakMap WeakSet Promise RegExp Array Object Uint8Array Buffer "
    b"super encodeURIComponent decodeURIComponent structuredClone URLSearchParams Proxy next done".split()
)
QUIET_MEMBERS = frozenset(
    b"map filter reduce flatMap some every includes push pop shift unshift slice splice concat join split trim toString "
    b"toLowerCase toUpperCase replace replaceAll startsWith endsWith indexOf charAt padStart padEnd substring substr sort "
    b"reverse forEach then catch finally toISOString getTime hasOwnProperty bind isArray stringify assign freeze entries "
    b"values fromEntries toBe toEqual toHaveBeenCalled toHaveBeenCalledWith toHaveBeenCalledTimes toStrictEqual "
    b"preventDefault stopPropagation toFixed charCodeAt localeCompare findIndex isInteger flat fill min max floor ceil "
    b"round random abs now optional nullable min max email uuid describe".split()
)
QUIET_OWNERS = (
    b"console.",
    b"logger.",
    b"this.logger.",
    b"res.",
    b"response.",
    b"Math.",
    b"Object.",
    b"JSON.",
    b"Date.",
    b"z.",
    b"jest.",
    b"vi.",
)
# The callee of most calls is a plain dotted name, which the text tells sooner than the nodes do.
_CALLEE = re.compile(rb"(?:new\s+)?((?:[\w$]+(?:\s*(?:\?\.|!?\.)\s*))*)([\w$]+)\s*(?=[(<`])")
_EACH = frozenset((b"forEach", b"map", b"flatMap", b"filter", b"each", b"for", b"some", b"every"))
_TRANSACTIONS = frozenset((b"transaction", b"$transaction", b"withTransaction", b"begin"))
_CHAIN = frozenset(
    "member_expression subscript_expression call_expression await_expression parenthesized_expression non_null_expression "
    "as_expression".split()
)


class Calls(Reading):
    """The part of the reader that notes calls."""

    def call(self, node: Node, scope: int) -> None:
        start = node.start_byte
        if (
            node.id in self.inner_calls or self.source[start - 1 : start] == b"@"
        ):  # what decorates is no call of the code around
            return
        if not node.named_child_count:
            return
        callee: Node | None = node.named_child(0)
        if callee is None or callee.type in ("import", "super"):
            return
        name, quiet = self._method(start, callee)
        if name in _EACH:
            self._each(node, callee)
        if quiet:
            return
        if name in _TRANSACTIONS and callee.type == "member_expression":
            self._transaction(node, callee)
        line, end_line = node.start_point[0] + 1, node.end_point[0] + 1
        if self.left_unread(start, node.end_byte):
            called = self.expressions.called(callee)
            if called is not None:
                self.inner_calls.update(called[1])
                span = (start, node.end_byte, CALL, called[0])
                self.facts.calls.append(Call(scope, span, line, end_line, self.unread))
                return
        expr = self.expressions.call(node)
        if expr[0] != CALL:
            return
        self.facts.calls.append(Call(scope, expr, line, end_line))
        self._name_arguments(node, expr)
        while callee is not None and callee.type in _CHAIN:
            if callee.type == "call_expression":
                self.inner_calls.add(callee.id)
                self._name_arguments(callee, self.expressions.call(callee))
            callee = callee.named_child(0) if callee.named_child_count else None

    def _method(self, start: int, callee: Node) -> tuple[bytes, bool]:
        """(last name of what is called, whether the call is quiet)"""
        source = self.source
        match = _CALLEE.match(source, start)
        if match is not None and match.end(2) == callee.end_byte:
            owner, name = match.groups()
            if not owner:
                return b"", name in QUIET
            return name, name in QUIET_MEMBERS or owner.startswith(QUIET_OWNERS)
        if callee.type != "member_expression":
            return b"", False
        field = callee.child_by_field_name("property")
        name = source[field.start_byte : field.end_byte] if field is not None else b""
        return name, name in QUIET_MEMBERS

    def _name_arguments(self, node: Node, expr: Expr) -> None:
        """Inline functions get the name of what they are given to: `router.get(/users)`, `cron.schedule(0 * * * *)`."""
        if expr[0] != CALL or not any(item[0] == FUNCTION or (item[0] == CALL and item[2]) for item in expr[2]):
            return
        label = next((call[2][0] for call in spine(expr) if call[2] and call[2][0][0] in (STR, TEMPLATE)), None)
        arguments = node.child_by_field_name("arguments")
        if label is None or arguments is None:
            return
        text = label[1] if label[0] == STR else "".join(part if isinstance(part, str) else "{}" for part in label[1])
        callee = expr[1]
        name = callee[1] if callee[0] == NAME else callee[2] if callee[0] == ATTR else ""
        if name and len(text) <= 200:
            for child in arguments.named_children:
                self.name_function(f"{name}({text})", child)

    def _each(self, node: Node, callee: Node) -> None:
        """`items.forEach(item => …)`: the parameter is an element of `items`."""
        arguments = node.child_by_field_name("arguments")
        first = arguments.named_child(0) if arguments is not None and arguments.named_child_count else None
        owner = callee.child_by_field_name("object")
        if first is not None and owner is not None and first.type in FUNCTIONS:
            self.loops[first.start_byte] = (ELEMENT, self.expressions.read(owner))

    def _transaction(self, node: Node, callee: Node) -> None:
        """`db.transaction(async (tx) => …)`: what `tx` is, a framework says by the result of `@transaction(db)`."""
        arguments = node.child_by_field_name("arguments")
        owner = callee.child_by_field_name("object")
        for child in arguments.named_children if arguments is not None and owner is not None else ():
            if child.type in FUNCTIONS and owner is not None:
                self.loops[child.start_byte] = (
                    CALL,
                    (NAME, "@transaction"),
                    (self.expressions.read(owner),),
                    (),
                    node.start_point[0] + 1,
                )
                break
