"""Go: grammar, query, and how its captures become facts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import tree_sitter_go
from tree_sitter import Node

from tenantry.products.pinata.engine.facts import (
    CALL,
    CALLABLE,
    CLASS,
    DECORATED,
    ELEMENT,
    FUNCTION,
    INDEX,
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
    spine,
)
from tenantry.products.pinata.engine.languages.go_expressions import Expressions
from tenantry.products.pinata.engine.languages.go_packages import Packages, alias_of, spelled
from tenantry.products.pinata.engine.languages.treesitter import Grammar

if TYPE_CHECKING:
    from tenantry.products.pinata.engine.resolve.project import Project
    from tenantry.products.pinata.engine.resolve.values import Definition

GRAMMAR = Grammar(
    tree_sitter_go.language,
    """
    (import_spec) @import
    (type_spec) @type
    (function_declaration) @function
    (method_declaration) @function
    (func_literal) @lambda
    (const_spec) @variable
    (var_spec) @variable
    (short_var_declaration) @short
    (assignment_statement) @assign
    (range_clause) @range
    (return_statement) @return
    (call_expression) @call
    """,
)

MAX_RETURNS = 8  # values kept per function
# Calls of these names, and of what these packages offer, never carry a fact.
QUIET = frozenset(
    b"len cap append make new panic print println copy delete close string int int64 int32 uint uint64 float64 float32 bool byte "
    b"error recover min max clear rune".split()
)
QUIET_OWNERS = (
    b"fmt.",
    b"errors.",
    b"strings.",
    b"strconv.",
    b"log.",
    b"logger.",
    b"slog.",
    b"logrus.",
    b"zap.",
    b"math.",
    b"sort.",
    b"bytes.",
    b"time.",
    b"sync.",
    b"context.",
    b"reflect.",
    b"utf8.",
    b"unicode.",
    b"regexp.",
    b"assert.",
    b"require.",
    b"klog.",
    b"glog.",
    b"atomic.",
    b"rand.",
    b"hex.",
    b"base64.",
    b"wg.",
    b"mu.",
)
_TAGS = ("gorm:", "db:", "bun:", "xorm:", "pg:", "bson:", "dynamodbav:")
_CHAIN = frozenset(("selector_expression", "call_expression", "index_expression", "parenthesized_expression"))


class _Reader:
    """One pass over the captures of one file, keeping the stack of scopes it is in."""

    def __init__(self, path: str, source: bytes) -> None:
        self.source = source
        self.facts = FileFacts(path, "go")
        self.root = GRAMMAR.parse(source)
        self.expressions = Expressions(source)
        self.returns: dict[int, list[Expr]] = {}
        self.names: dict[int, str] = {}
        self.receivers: dict[int, bytes] = {}
        self.parts: dict[str, int] = {}  # type → its scope in this file
        self.inner_calls: set[int] = set()

    def read(self) -> FileFacts:
        facts, root = self.facts, self.root
        facts.scopes.append(Scope(MODULE, "", "", -1, 1, root.end_point[0] + 1))
        for child in root.named_children[:3]:
            if child.type == "package_clause" and child.named_children:
                facts.extra["package"] = self.text(child.named_children[-1])
        handlers = {
            "import": self.imported,
            "variable": self.variable,
            "short": self.short,
            "assign": self.assign,
            "range": self.ranged,
            "return": self.returned,
            "call": self.call,
        }
        stack: list[tuple[int, int]] = []  # (end byte, scope index) of every scope around the current capture
        for start, minus_end, capture, node in GRAMMAR.captures(root):
            while stack and start >= stack[-1][0]:
                stack.pop()
            current = stack[-1][1] if stack else 0
            self.expressions.receiver = self.receivers.get(current, b"")
            if capture == "function":
                stack.append((-minus_end, self.function(node)))
            elif capture == "lambda":
                stack.append((-minus_end, self.lambda_(node, current)))
            elif capture == "type":
                self.type(node, current)
            else:
                handlers[capture](node, current)
        for index, values in self.returns.items():
            facts.scopes[index] = facts.scopes[index]._replace(returns=tuple(values))
        facts.errors = GRAMMAR.errors(root)
        return facts

    def text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def imported(self, node: Node, scope: int) -> None:
        path, named = node.child_by_field_name("path"), node.child_by_field_name("name")
        if path is None:
            return
        module = self.text(path).strip('"`')
        alias = self.text(named) if named is not None else alias_of(module)
        line = node.start_point[0] + 1
        if alias == ".":
            self.facts.imports.append(Import(0, "*", module, "*", 0, line))
        elif alias != "_":
            self.facts.imports.append(Import(0, alias, module, "", 0, line))
        else:
            self.facts.imports.append(Import(0, f"_ {module}", module, "", 0, line))

    # -- definitions ------------------------------------------------------------------------------------------

    def _part(self, name: str, node: Node) -> int:
        """The scope of a type in this file; a method may stand in another file than the type itself."""
        found = self.parts.get(name)
        if found is None:
            scopes = self.facts.scopes
            found = self.parts[name] = len(scopes)
            line = node.start_point[0] + 1
            scopes.append(Scope(CLASS, name, name, 0, line, line, -found))
            self.facts.extra.setdefault("parts", []).append(found)
        return found

    def type(self, node: Node, parent: int) -> None:
        named, kind = node.child_by_field_name("name"), node.child_by_field_name("type")
        if named is None or kind is None or parent:
            return
        name = self.text(named)
        line, end = node.start_point[0] + 1, node.end_point[0] + 1
        scopes, extra = self.facts.scopes, self.facts.extra
        index = self.parts.get(name)
        scope = Scope(CLASS, name, name, 0, line, end, node.start_byte)
        if index is None:
            index = self.parts[name] = len(scopes)
            scopes.append(scope)
        else:  # its methods came first
            scopes[index] = scope
            extra["parts"].remove(index)
        bases: list[Expr] = []
        if kind.type == "struct_type":
            listed = kind.named_children[0] if kind.named_children else None
            for child in listed.named_children if listed is not None else ():
                if child.type == "field_declaration":
                    self._field(child, index, bases)
        elif kind.type == "interface_type":
            extra.setdefault("interfaces", []).append(index)
            for child in kind.named_children:
                if child.type in ("method_elem", "method_spec"):
                    self._abstract(child, index, name)
                elif child.type in ("type_elem", "constraint_elem", "type_identifier", "qualified_type"):
                    typed = self.expressions.typed(child)
                    if typed is not None and typed[0] == NAME:
                        bases.append(typed)
        elif kind.type not in ("function_type", "map_type", "channel_type"):
            typed = self.expressions.typed(kind)
            if typed is not None:
                extra.setdefault("aliases", {})[index] = typed
        if bases:
            scopes[index] = scopes[index]._replace(bases=tuple(bases))

    def _field(self, node: Node, index: int, bases: list[Expr]) -> None:
        typed = self.expressions.typed(node.child_by_field_name("type"), plain=True)
        tag = node.child_by_field_name("tag")
        text = self.text(tag)[1:-1] if tag is not None else ""
        line = node.start_point[0] + 1
        value: Expr | None = (
            (CALL, (NAME, DECORATED), ((STR, text),), (), line) if any(word in text for word in _TAGS) else None
        )
        named = [child for i, child in enumerate(node.children) if node.field_name_for_child(i) == "name"]
        if not named:  # an embedded struct
            if typed is not None and typed[0] == NAME:
                bases.append(typed)
                own = typed[1].rpartition(".")[2]
                self.facts.assigns.append(Assign(index, own, value, typed, line))
            return
        for child in named:
            if typed is not None or value is not None:
                self.facts.assigns.append(Assign(index, self.text(child), value, typed, line))

    def _abstract(self, node: Node, parent: int, owner: str) -> None:
        named = node.child_by_field_name("name")
        if named is None:
            return
        scopes = self.facts.scopes
        name, line = self.text(named), node.start_point[0] + 1
        self.facts.extra.setdefault("abstract", []).append(len(scopes))
        annotation = self.expressions.typed(node.child_by_field_name("result"))
        scopes.append(
            Scope(
                CALLABLE,
                name,
                f"{owner}.{name}",
                parent,
                line,
                node.end_point[0] + 1,
                node.start_byte,
                (),
                (),
                self._params(node),
                annotation,
            )
        )

    def function(self, node: Node) -> int:
        scopes = self.facts.scopes
        named, receiver = node.child_by_field_name("name"), node.child_by_field_name("receiver")
        name = self.text(named) if named is not None else "_"
        parent, qualname, own = 0, name, b""
        if receiver is not None:
            for child in receiver.named_children:
                typed = self.expressions.typed(child.child_by_field_name("type"))
                typed = typed[1] if typed is not None and typed[0] == INDEX else typed
                if typed is not None and typed[0] == NAME:
                    parent = self._part(typed[1], node)
                    qualname = f"{typed[1]}.{name}"
                    variable = child.child_by_field_name("name")
                    own = self.source[variable.start_byte : variable.end_byte] if variable is not None else b""
        index = len(scopes)
        self.receivers[index] = own if own != b"_" else b""
        line = node.start_point[0] + 1
        annotation = self.expressions.typed(node.child_by_field_name("result"))
        scopes.append(
            Scope(
                CALLABLE,
                name,
                qualname,
                parent,
                line,
                node.end_point[0] + 1,
                node.start_byte,
                (),
                (),
                self._params(node),
                annotation,
            )
        )
        self._named_results(node, index)
        return index

    def _named_results(self, node: Node, index: int) -> None:
        result = node.child_by_field_name("result")
        for child in result.named_children if result is not None and result.type == "parameter_list" else ():
            named, typed = child.child_by_field_name("name"), self.expressions.typed(child.child_by_field_name("type"))
            if named is not None and typed is not None:
                self.facts.assigns.append(Assign(index, self.text(named), None, typed, child.start_point[0] + 1))

    def _params(self, node: Node) -> tuple[Param, ...]:
        listed = node.child_by_field_name("parameters")
        found: list[Param] = []
        for child in listed.named_children if listed is not None else ():
            if child.type not in ("parameter_declaration", "variadic_parameter_declaration"):
                continue
            typed = self.expressions.typed(child.child_by_field_name("type"))
            kind = "*" if child.type[0] == "v" else ""
            names = [
                item
                for i, item in enumerate(child.children)
                if child.field_name_for_child(i) == "name" and item.is_named
            ]
            for item in names:
                found.append(Param(self.text(item), typed, None, kind))
            if not names:
                found.append(Param("_", typed, None, kind))
        return tuple(found)

    def lambda_(self, node: Node, parent: int) -> int:
        scopes = self.facts.scopes
        index, outer = len(scopes), scopes[parent]
        name = self.names.get(node.start_byte) or f"<lambda:{index}>"
        self.receivers[index] = self.receivers.get(parent, b"")
        annotation = self.expressions.typed(node.child_by_field_name("result"))
        scopes.append(
            Scope(
                CALLABLE,
                name,
                f"{outer.qualname}.{name}" if outer.qualname else name,
                parent,
                node.start_point[0] + 1,
                node.end_point[0] + 1,
                node.start_byte,
                (),
                (),
                self._params(node),
                annotation,
            )
        )
        return index

    # -- values -----------------------------------------------------------------------------------------------

    def variable(self, node: Node, scope: int) -> None:
        names = [
            child for i, child in enumerate(node.children) if node.field_name_for_child(i) == "name" and child.is_named
        ]
        typed = self.expressions.typed(node.child_by_field_name("type"))
        listed = node.child_by_field_name("value")
        values = [child for child in listed.named_children if child.type != "comment"] if listed is not None else []
        self._bind(names, values, typed, scope)

    def short(self, node: Node, scope: int) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and right is not None:
            self._bind(left.named_children, right.named_children, None, scope)

    def assign(self, node: Node, scope: int) -> None:
        left, right, operator = (node.child_by_field_name(name) for name in ("left", "right", "operator"))
        if left is not None and right is not None and operator is not None and operator.type == "=":
            self._bind(left.named_children, right.named_children, None, scope)

    def _bind(self, names: list[Node], values: list[Node], typed: Expr | None, scope: int) -> None:
        for position, item in enumerate(names):
            target = self.expressions.read(item) if item.type in ("identifier", "selector_expression") else UNKNOWN
            if (
                target[0] != NAME
                or target[1] == "_"
                or target[1].count(".") > (1 if target[1].startswith("self.") else 0)
            ):
                continue
            value: Expr | None = None
            if position < len(values) and (len(values) == len(names) or position == 0):
                value = self.expressions.read(values[position])
                if values[position].type == "func_literal":
                    self.names[values[position].start_byte] = target[1].rpartition(".")[2]
            elif values:
                value = (
                    (INDEX, self.expressions.read(values[0]), (NUM, position))
                    if position == 1 and len(names) > 2
                    else None
                )
            if value not in (None, UNKNOWN) or typed is not None:
                self.facts.assigns.append(Assign(scope, target[1], value, typed, item.start_point[0] + 1))

    def ranged(self, node: Node, scope: int) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        names = [child for child in left.named_children if child.type == "identifier"]
        if len(names) > 1 and self.text(names[1]) != "_":
            element = (ELEMENT, self.expressions.read(right))
            self.facts.assigns.append(Assign(scope, self.text(names[1]), element, None, names[1].start_point[0] + 1))

    def returned(self, node: Node, scope: int) -> None:
        children = node.named_children
        if children and scope:
            value = self.expressions.read(children[0])
            if value not in (UNKNOWN, (NUM, None)):
                values = self.returns.setdefault(scope, [])
                if len(values) < MAX_RETURNS:
                    values.append(value)

    # -- calls ------------------------------------------------------------------------------------------------

    def call(self, node: Node, scope: int) -> None:
        if node.id in self.inner_calls:
            return
        function = node.child_by_field_name("function")
        if function is None:
            return
        text = self.source[function.start_byte : function.end_byte]
        if text in QUIET or text.startswith(QUIET_OWNERS):
            return
        expr = self.expressions.read(node)
        if expr[0] != CALL:
            return
        self.facts.calls.append(Call(scope, expr, node.start_point[0] + 1, node.end_point[0] + 1))
        self._name_arguments(node, expr)
        inner: Node | None = function
        while inner is not None and inner.type in _CHAIN:
            if inner.type == "call_expression":
                self.inner_calls.add(inner.id)
                self._name_arguments(inner, self.expressions.call(inner))
                inner = inner.child_by_field_name("function")
            else:
                inner = inner.child_by_field_name("operand") or (
                    inner.named_child(0) if inner.named_child_count else None
                )

    def _name_arguments(self, node: Node, expr: Expr) -> None:
        """Inline functions get the name of what they are given to: `GET(/users)`, `AddFunc(@hourly)`."""
        if expr[0] != CALL or not any(item[0] == FUNCTION for item in expr[2]):
            return
        label = next((call[2][0][1] for call in spine(expr) if call[2] and call[2][0][0] == STR), None)
        listed = node.child_by_field_name("arguments")
        callee = expr[1]
        name = callee[1].rpartition(".")[2] if callee[0] == NAME else callee[2] if callee[0] == "a" else ""
        if label and listed is not None and name and len(label) <= 200 and name not in ("Route", "Group", "Run"):
            for child in listed.named_children:
                if child.type == "func_literal":
                    self.names[child.start_byte] = f"{name}({label})"


class Go:
    """Go with modules (go.mod, go.work) or without."""

    name = "go"
    builtins: Mapping[str, str] = {DECORATED: DECORATED}

    def extract(self, path: str, source: bytes) -> FileFacts:
        return _Reader(path, source).read()

    def find_module(self, project: "Project", file: FileFacts, item: Import) -> str | None:
        return Packages.of(project).module(item.module, file.path)

    def submodule(self, project: "Project", path: str, name: str) -> str | None:
        return None

    def siblings(self, project: "Project", file: FileFacts) -> list[str]:
        return Packages.of(project).siblings(file)

    def parts(self, project: "Project", definition: "Definition") -> "list[Definition]":
        return Packages.of(project).parts(definition)

    @staticmethod
    def external_name(item: Import) -> str:
        return spelled(item.module)


language = Go()
