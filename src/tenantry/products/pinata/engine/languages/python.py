"""Python: grammar, query, and how its captures become facts."""

from collections.abc import Mapping
from functools import cache

import tree_sitter_python
from tree_sitter import Node

from tenantry.products.pinata.engine.facts import (
    CALL,
    CALLABLE,
    CLASS,
    ELEMENT,
    INDEX,
    LIST,
    MODULE,
    NAME,
    NUM,
    STR,
    UNKNOWN,
    Assign,
    Call,
    Expr,
    FileFacts,
    Import,
    Param,
    Scope,
    Text,
    returned,
)
from tenantry.products.pinata.engine.languages.python_expressions import Expressions
from tenantry.products.pinata.engine.languages.python_modules import find_module, submodule
from tenantry.products.pinata.engine.languages.treesitter import MAX_CHAIN, MAX_UNREAD, Grammar

GRAMMAR = Grammar(
    tree_sitter_python.language,
    """
    (function_definition) @function
    (class_definition) @class
    (lambda) @lambda
    (import_statement) @import
    (import_from_statement) @from
    (call) @call
    (assignment) @assign
    (augmented_assignment) @augmented
    (named_expression) @walrus
    (return_statement) @return
    (yield) @return
    (as_pattern) @as
    (for_statement) @for
    (for_in_clause) @for
    """,
)

# Calls of these plain names never carry a fact; leaving them out saves a quarter of all calls.
QUIET = frozenset(
    b"len str int float bool isinstance issubclass print super range list dict set tuple frozenset hasattr repr sorted "
    b"min max sum any all zip enumerate type id hash round abs callable cast TypeVar ValueError TypeError KeyError "
    b"RuntimeError NotImplementedError AssertionError AttributeError Exception property bytes map filter reversed".split()
)
# Nor do these methods of strings, mappings and dates, and what is said to a log.
QUIET_METHODS = tuple(
    f".{name}".encode()
    for name in "items keys strip rstrip lstrip lower upper startswith endswith split splitlines isoformat strftime setdefault "
    "hexdigest encode decode title capitalize isdigit total_seconds timestamp".split()
)
LOGGERS = (b"logger.", b"log.", b"logging.", b"self.logger.", b"self.log.", b"LOG.", b"_logger.")


@cache
def _expressions() -> Expressions:
    """One per process: its table of readers is the same for every file."""
    return Expressions(GRAMMAR.kind)


class _Reader:
    """One pass over the captures of one file, keeping the stack of scopes it is in."""

    def __init__(self, path: str, source: bytes) -> None:
        self.source = source
        self.facts = FileFacts(path, "python")
        self.root = GRAMMAR.parse(source)
        self.expressions = _expressions()
        self.expressions.open(source)
        self.text = self.expressions.text
        self.returns: dict[int, list[Expr]] = {}
        # Where something could not be parsed, a part of the file may read otherwise than the whole.
        self.unread = None if self.root.has_error else Text(source, path, expression)

    def read(self) -> FileFacts:
        facts, root = self.facts, self.root
        facts.scopes.append(Scope(MODULE, "", "", -1, 1, root.end_point.row + 1))
        rows = GRAMMAR.captures(root)
        handlers = {
            "assign": self.assign,
            "augmented": self.augmented,
            "walrus": self.assign_walrus,
            "return": self.returned,
            "as": self.bound_as,
            "for": self.loop,
            "import": self.imported,
            "from": self.imported_from,
        }
        opened = self.opened
        # (end byte, scope index) of every scope around the current capture.
        stack: list[tuple[int, int]] = []
        inner_calls: set[int] = set()
        current = 0
        for start, minus_end, capture, node in rows:
            while stack and start >= stack[-1][0]:
                stack.pop()
            current = stack[-1][1] if stack else 0
            if capture == "call":
                if node.id not in inner_calls:
                    self.call(node, current, inner_calls)
            elif capture in ("function", "class", "lambda"):
                stack.append((-minus_end, opened(capture, node, current)))
            else:
                handlers[capture](node, current)
        for index, values in self.returns.items():
            facts.scopes[index] = facts.scopes[index]._replace(returns=returned(self.unread, values))
        facts.text = self.unread
        facts.errors = GRAMMAR.errors(root)
        return facts

    # -- definitions ------------------------------------------------------------------------------------------

    def opened(self, capture: str, node: Node, parent: int) -> int:
        scopes, read = self.facts.scopes, self.expressions.read
        index = len(scopes)
        outer = scopes[parent]
        if capture == "lambda":
            name, kind = f"<lambda:{index}>", CALLABLE
            body = node.child_by_field_name("body")
            if body is not None:
                self.returns.setdefault(index, []).append(self.given(body))
        else:
            field = node.child_by_field_name("name")
            name = self.text(field) if field is not None else ""
            kind = CLASS if capture == "class" else CALLABLE
        qualname = f"{outer.qualname}.{name}" if outer.qualname else name
        decorators: list[tuple[Expr, int]] = []
        line = node.start_point.row + 1
        above = node.parent
        if above is not None and above.type == "decorated_definition":
            for child in above.named_children:
                if child.type == "decorator" and child.named_children:
                    decorators.append((read(child.named_children[0]), child.start_point.row + 1))
        bases: list[Expr] = []
        params: list[Param] = []
        annotation: Expr | None = None
        if capture == "class":
            listed = node.child_by_field_name("superclasses")
            for child in listed.named_children if listed is not None else ():
                if child.type == "keyword_argument":
                    params.append(self.keyword_param(child))
                else:
                    bases.append(read(child))
        else:
            listed = node.child_by_field_name("parameters")
            params = [p for child in (listed.named_children if listed is not None else ()) if (p := self.param(child))]
            returned = node.child_by_field_name("return_type")
            annotation = self.annotation(returned)
        scopes.append(
            Scope(
                kind, name, qualname, parent, line, node.end_point.row + 1, node.start_byte,
                tuple(decorators), tuple(bases), tuple(params), annotation,
            )
        )  # fmt: skip
        return index

    def keyword_param(self, node: Node) -> Param:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        return Param(self.text(name) if name else "", None, self.expressions.read(value) if value else None, "=")

    def param(self, node: Node) -> Param | None:
        kind = node.type
        if kind == "identifier":
            return Param(self.text(node), None, None)
        if kind in ("typed_parameter", "default_parameter", "typed_default_parameter"):
            first = node.child_by_field_name("name") or node.named_children[0]
            stars = (
                "**" if first.type == "dictionary_splat_pattern" else "*" if first.type == "list_splat_pattern" else ""
            )
            default = node.child_by_field_name("value")
            return Param(
                self.text(first).lstrip("*"),
                self.annotation(node.child_by_field_name("type")),
                self.expressions.read(default) if default is not None else None,
                stars,
            )
        if kind in ("list_splat_pattern", "dictionary_splat_pattern"):
            return Param(self.text(node).lstrip("*"), None, None, "*" if kind[0] == "l" else "**")
        return None

    def annotation(self, node: Node | None) -> Expr | None:
        return self.expressions.annotation(node) if node is not None else None

    # -- imports ----------------------------------------------------------------------------------------------

    def imported(self, node: Node, scope: int) -> None:
        line = node.start_point.row + 1
        for child in node.named_children:
            if child.type == "aliased_import":
                name, alias = child.named_children[0], child.named_children[-1]
                self.facts.imports.append(Import(scope, self.text(alias), self.text(name), "", 0, line))
            elif child.type == "dotted_name":
                name_text = self.text(child)
                # `import a.b` binds `a`; the whole dotted module is what it makes available.
                self.facts.imports.append(Import(scope, name_text, name_text, "", 0, line))

    def imported_from(self, node: Node, scope: int) -> None:
        line = node.start_point.row + 1
        source = node.child_by_field_name("module_name")
        if source is None:
            return
        module = self.text(source)
        level = len(module) - len(module.lstrip("."))
        module = module[level:].strip()
        add = self.facts.imports.append
        for child in node.named_children:
            if child.id == source.id:
                continue
            if child.type == "wildcard_import":
                add(Import(scope, "*", module, "*", level, line))
            elif child.type == "aliased_import":
                name, alias = self.text(child.named_children[0]), self.text(child.named_children[-1])
                add(Import(scope, alias, module, name, level, line))
            elif child.type == "dotted_name":
                name = self.text(child)
                add(Import(scope, name, module, name, level, line))

    # -- values -----------------------------------------------------------------------------------------------

    def assign(self, node: Node, scope: int) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None:
            return
        kind = right.type if right is not None else ""
        if kind == "assignment":  # a = b = value: the value is the innermost one
            while right is not None and right.type == "assignment":
                right = right.child_by_field_name("right")
            kind = right.type if right is not None else ""
        typed = node.child_by_field_name("type")
        annotation = self.expressions.annotation(typed) if typed is not None else None
        if right is None:
            self.bind(left, None, annotation, scope)
        elif kind in ("dictionary", "dictionary_comprehension") and self.facts.scopes[scope].kind == CALLABLE:
            self.bind(left, UNKNOWN, annotation, scope)  # local tables of data are many and say nothing
        else:
            self.assigned(left, right, annotation, scope)

    def given(self, node: Node, element: bool = False) -> Expr:
        """An expression, or the Span of one that is left unread; with `element`, one element of it."""
        tag = self.expressions.unread.get(node.kind_id)
        if tag is not None and self.unread is not None:
            start, end = node.start_byte, node.end_byte
            if end - start <= MAX_UNREAD:
                found = self.expressions.known.get((start, end))
                if found is None:
                    return (start, end, ELEMENT if element else tag, "")
                return (ELEMENT, found) if element else found
        value = self.expressions.read(node)
        return (ELEMENT, value) if element else value

    def assigned(self, left: Node, right: Node, annotation: Expr | None, scope: int, *, element: bool = False) -> None:
        """Bind a target, a plain name in most cases, to an expression, which may then be left unread."""
        expressions = self.expressions
        target = expressions.read(left)[1] if left.kind_id == expressions.name_kind else ""
        if not (target and target.isascii()):
            target = expressions.dotted(left) or ""
        if target:
            value = self.given(right, element=element)
            unread = self.unread if type(value[0]) is int else None
            self.facts.assigns.append(Assign(scope, target, value, annotation, left.start_point[0] + 1, unread))
        else:
            value = expressions.read(right)
            self.bind(left, (ELEMENT, value) if element else value, annotation, scope)

    def bind(self, left: Node, value: Expr | None, annotation: Expr | None, scope: int) -> None:
        if left.type in ("pattern_list", "tuple_pattern", "list_pattern"):
            items = value[1] if value is not None and value[0] == LIST else ()
            targets = left.named_children
            for position, target in enumerate(targets):
                if len(items) == len(targets):
                    item = items[position]
                else:
                    item = (INDEX, value, (NUM, position)) if value is not None else None
                self.bind(target, item, None, scope)
            return
        target_text = self.expressions.dotted(left)
        if target_text is None:
            if left.type == "subscript":
                read = self.expressions.read(left)
                if read[0] == INDEX and read[1][0] == NAME and read[2][0] == STR and value is not None:
                    target_text = f"{read[1][1]}[{read[2][1]}]"
        if target_text:
            line = left.start_point.row + 1
            self.facts.assigns.append(Assign(scope, target_text, value, annotation, line))

    def augmented(self, node: Node, scope: int) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and right is not None:
            self.assigned(left, right, None, scope)

    def assign_walrus(self, node: Node, scope: int) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is not None and value is not None:
            self.assigned(name, value, None, scope)

    def returned(self, node: Node, scope: int) -> None:
        if node.named_child_count:
            values = self.returns.setdefault(scope, [])
            if len(values) < 8:
                values.append(self.given(node.named_child(0)))

    def bound_as(self, node: Node, scope: int) -> None:
        children = node.named_children
        if len(children) == 2 and children[1].type == "as_pattern_target" and children[1].named_children:
            parent = node.parent
            if parent is not None and parent.type in ("except_clause", "except_group_clause"):
                return
            self.assigned(children[1].named_children[0], children[0], None, scope)

    def loop(self, node: Node, scope: int) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and right is not None:
            self.assigned(left, right, None, scope, element=True)

    def call(self, node: Node, scope: int, inner_calls: set[int]) -> None:
        callee: Node | None = node.child(0)
        if callee is None:
            return
        name = self.source[callee.start_byte : callee.end_byte]
        if name in QUIET or name.endswith(QUIET_METHODS) or name.startswith(LOGGERS):
            return
        line, end_line = node.start_point[0] + 1, node.end_point[0] + 1
        start, end = node.start_byte, node.end_byte
        if self.unread is not None and end - start <= MAX_UNREAD and (start, end) not in self.expressions.known:
            called = self.called(callee, inner_calls)
            if called is not None:
                self.facts.calls.append(Call(scope, (start, end, CALL, called), line, end_line, self.unread))
                return
        expr = self.expressions.read(node)
        if expr[0] != CALL:
            return
        self.facts.calls.append(Call(scope, expr, line, end_line))
        if b"(" not in name:
            return
        inner: Node | None = callee
        while inner is not None and inner.type in (
            "attribute",
            "subscript",
            "call",
            "await",
            "parenthesized_expression",
        ):
            if inner.type == "call":
                inner_calls.add(inner.id)
            inner = inner.named_child(0)

    def called(self, callee: Node, inner_calls: set[int]) -> str | tuple[str, ...] | None:
        """What a Span of a call says of it: its dotted name, or the last names of a plain chain of calls; None for others."""
        expressions = self.expressions
        name = expressions.dotted_name(callee)
        if name:
            return name
        names: list[str] = []
        inner: list[int] = []
        node = callee
        while node.kind_id == expressions.attribute_kind and len(names) < MAX_CHAIN:
            names.append(self.text(node.named_child(node.named_child_count - 1)))
            while node.kind_id == expressions.attribute_kind:
                node = node.named_child(0)
            if node.kind_id != expressions.call_kind:
                return None
            inner.append(node.id)
            node = node.named_child(0)
            name = expressions.dotted_name(node)
            if name:
                inner_calls.update(inner)
                return (*names, name[name.rfind(".") + 1 :])
        return None


def expression(text: Text, start: int, end: int) -> Expr:
    """Reads what was left unread."""
    expressions, content = _expressions(), text.content
    expressions.open(b"(%b)" % content[start:end], start - 1, text.row(start), text.known)
    node = GRAMMAR.expression(content, start, end)
    value = expressions.read(node) if node is not None else UNKNOWN
    expressions.open(b"")
    return value


class Python:
    """Python 2.7 to 3.14, as far as its grammar goes; stub files (.pyi) are not read."""

    name = "python"
    builtins: Mapping[str, str] = {"open": "open", "super": "super"}

    def extract(self, path: str, source: bytes) -> FileFacts:
        return _Reader(path, source).read()

    expression = staticmethod(expression)
    find_module = staticmethod(find_module)
    submodule = staticmethod(submodule)

    @staticmethod
    def external_name(item: Import) -> str:
        if item.level:
            return "." * item.level + ".".join(part for part in (item.module, item.name) if part)
        return f"{item.module}.{item.name}" if item.name else item.module


language = Python()
