"""C#: how captures become facts. What names mean in its namespaces is in csharp_names.py."""

import re
from collections.abc import Mapping

import tree_sitter_c_sharp
from tree_sitter import Node

from tenantry.products.pinata.engine.facts import (
    ATTR,
    CALL,
    CALLABLE,
    ELEMENT,
    FUNCTION,
    MODULE,
    NAME,
    STR,
    TEMPLATE,
    UNKNOWN,
    Assign,
    Call,
    Expr,
    FileFacts,
    Import,
    Scope,
    spine,
)
from tenantry.products.pinata.engine.languages import csharp_names
from tenantry.products.pinata.engine.languages.csharp_definitions import Definitions
from tenantry.products.pinata.engine.languages.csharp_expressions import LAMBDAS, Expressions
from tenantry.products.pinata.engine.languages.treesitter import Grammar

GRAMMAR = Grammar(
    tree_sitter_c_sharp.language,
    """
    (using_directive) @using
    (namespace_declaration) @namespace
    (file_scoped_namespace_declaration) @namespace
    (class_declaration) @type
    (interface_declaration) @type
    (struct_declaration) @type
    (record_declaration) @type
    (enum_declaration) @type
    (method_declaration) @function
    (constructor_declaration) @function
    (destructor_declaration) @function
    (operator_declaration) @function
    (conversion_operator_declaration) @function
    (local_function_statement) @function
    (accessor_declaration body: (_)) @function
    (lambda_expression) @lambda
    (anonymous_method_expression) @lambda
    (invocation_expression) @call
    (object_creation_expression) @call
    (implicit_object_creation_expression) @call
    (query_expression) @call
    (local_declaration_statement (variable_declaration) @variables)
    (using_statement (variable_declaration) @variables)
    (for_statement (variable_declaration) @variables)
    (assignment_expression) @assign
    (return_statement) @return
    (yield_statement) @return
    (foreach_statement) @each
    (declaration_pattern) @pattern
    (recursive_pattern name: (_)) @pattern
    (declaration_expression) @pattern
    (from_clause) @from
    (join_clause) @from
    """,
)

EACH = "@each"
"""`foreach (var o in x)` is the call `x.@each()`, `a.b(c).State = d` the call `a.b(c).@State(d)`."""

# Calls of these members never carry a fact. What they are called on still counts.
QUIET = frozenset(
    "nameof ToString Equals GetHashCode GetType Trim TrimEnd TrimStart Split ToLower ToUpper ToLowerInvariant ToUpperInvariant "
    "StartsWith EndsWith Substring Replace IsNullOrEmpty IsNullOrWhiteSpace LogInformation LogWarning LogError LogDebug "
    "LogTrace LogCritical ConfigureAwait GetAwaiter GetResult ThrowIfNull ThrowIfNullOrEmpty ThrowIfNullOrWhiteSpace "
    "CompareTo ContainsKey TryGetValue IsEnabled WriteLine AddDays AddHours AddMinutes AddSeconds AddMonths AddYears "
    "ThrowIfCancellationRequested Dispose GetValueOrDefault HasFlag SequenceEqual ReferenceEquals PadLeft PadRight "
    "AddModelError RuleFor NotEmpty WithMessage MaximumLength MinimumLength NotNull Must WithName Produces "
    "WithTags WithSummary WithDescription ProducesProblem ProducesValidationProblem WithOpenApi IsUnicode "
    "HasComment NewGuid".split()
)
_QUIET_OWNERS = (
    "Console",
    "Math",
    "Guid",
    "Debug",
    "Trace",
    "Log",
    "Assert",
    "Convert",
    "Regex",
    "_logger",
    "logger",
    "Logger",
)
_EACH = frozenset(
    "Select Where ForEach SelectMany Any All First FirstOrDefault Single SingleOrDefault OrderBy OrderByDescending "
    "GroupBy ToDictionary Count Sum Max Min Last LastOrDefault Find FindAll ForEachAsync TakeWhile SkipWhile".split()
)
_CHAIN = frozenset(
    "member_access_expression conditional_access_expression element_access_expression invocation_expression await_expression "
    "parenthesized_expression postfix_unary_expression query_expression".split()
)
_EXCEPTION = re.compile(rb"new\s+[\w.]*Exception\b")


class _Reader(Definitions):
    """One pass over the captures of one file, keeping the stack of scopes it is in."""

    def __init__(self, path: str, source: bytes) -> None:
        self.source = source
        self.root = GRAMMAR.parse(source)
        self.facts = FileFacts(path, "csharp")
        self.expressions = Expressions(source)
        self.returns: dict[int, list[Expr]] = {}
        self.names = {}
        self.elements = {}
        self.declared = {0: set()}
        self.spaces = []
        self.inner_calls: set[int] = set()

    def read(self) -> FileFacts:
        facts, root = self.facts, self.root
        facts.scopes.append(Scope(MODULE, "", "", -1, 1, root.end_point.row + 1))
        handlers = {
            "call": self.call,
            "variables": self.variables,
            "assign": self.assign,
            "return": self.returned,
            "each": self.loop,
            "pattern": self.pattern,
            "from": self.ranged,
            "using": self.using,
        }
        stack: list[tuple[int, int]] = []  # (end byte, scope index) of every scope around the current capture
        for start, minus_end, capture, node in GRAMMAR.captures(root):
            while stack and start >= stack[-1][0]:
                stack.pop()
            current = stack[-1][1] if stack else 0
            if capture == "function":
                stack.append((-minus_end, self.function(node, current)))
            elif capture == "lambda":
                if start in self.names or self.expressions.plain(node) is None:
                    stack.append((-minus_end, self.function(node, current)))
            elif capture == "type":
                stack.append((-minus_end, self.type_(node, current)))
            elif capture == "namespace":
                self.namespace(node)
            else:
                handlers[capture](node, current)
        for index, values in self.returns.items():
            facts.scopes[index] = facts.scopes[index]._replace(returns=tuple(values))
        if self.spaces:
            facts.extra["namespaces"] = sorted({name for _, _, name in self.spaces})
        facts.errors = GRAMMAR.errors(root)
        return facts

    # -- calls ------------------------------------------------------------------------------------------------

    def call(self, node: Node, scope: int) -> None:
        if node.id in self.inner_calls:
            return
        kind = node.type
        callee: Node | None = None
        if kind == "invocation_expression":
            callee = node.child_by_field_name("function")
            if callee is None:
                return
            name = self.expressions.last(callee)
            if name in _EACH:
                self._element(node, callee)
            if name in QUIET or self._quiet_owner(callee):
                if name != "TryGetValue" or b"ache" not in self.source[callee.start_byte : callee.end_byte]:
                    return
            expr = self.expressions.call(node)
        else:
            expr = self._created(node, kind)
        if expr[0] != CALL:
            return
        self.facts.calls.append(Call(scope, expr, node.start_point[0] + 1, node.end_point[0] + 1))
        self._name_arguments(node, expr)
        self._chained(callee)

    def _created(self, node: Node, kind: str) -> Expr:
        if kind == "query_expression":
            return self.expressions.query(node)
        if kind == "object_creation_expression":
            return UNKNOWN if _EXCEPTION.match(self.source, node.start_byte) else self.expressions.creation(node)
        return self.expressions.read_calls.get(node.id, UNKNOWN)  # `new()`, of a type that somebody told

    def _chained(self, callee: Node | None) -> None:
        """The calls that one is called on belong to the same fact."""
        while callee is not None and callee.type in _CHAIN:
            if callee.type == "query_expression":
                self.inner_calls.add(callee.id)
                return
            if callee.type == "invocation_expression":
                self.inner_calls.add(callee.id)
                inner = callee.child_by_field_name("function")
                if inner is not None and self.expressions.last(inner) in _EACH:
                    self._element(callee, inner)
                self._name_arguments(callee, self.expressions.call(callee))
                callee = inner
            else:
                callee = callee.named_child(0) if callee.named_child_count else None

    def _quiet_owner(self, callee: Node) -> bool:
        if callee.type != "member_access_expression":
            return False
        owner = callee.child_by_field_name("expression")
        if owner is None or owner.type != "identifier":
            return False
        return self.source[owner.start_byte : owner.end_byte].decode("utf-8", "replace") in _QUIET_OWNERS

    def _element(self, node: Node, callee: Node) -> None:
        """`orders.Select(o => …)`: what the inline function is called with are elements of the collection."""
        listed = node.child_by_field_name("arguments")
        owner = callee.child_by_field_name("expression") if callee.type == "member_access_expression" else None
        if listed is None or owner is None:
            return
        for child in listed.named_children:
            inner = child.named_children[-1] if child.named_children else None
            if inner is not None and inner.type in LAMBDAS:
                if self.expressions.plain(inner) is None:
                    self.elements[inner.start_byte] = self.expressions.read(owner)
                return

    def _name_arguments(self, node: Node, expr: Expr) -> None:
        """Inline functions get the name of what they are given to: `MapGet(/users)`."""
        if expr[0] != CALL or not any(item[0] == FUNCTION for item in expr[2]):
            return
        label = next((call[2][0] for call in spine(expr) if call[2] and call[2][0][0] in (STR, TEMPLATE)), None)
        arguments = node.child_by_field_name("arguments")
        callee = expr[1]
        name = callee[1].rpartition(".")[2] if callee[0] == NAME else callee[2] if callee[0] == "a" else ""
        if arguments is None or not name.startswith("Map") or label is None:
            return
        text = label[1] if label[0] == STR else "".join(part if isinstance(part, str) else "{}" for part in label[1])
        if len(text) > 200:
            return
        for child in arguments.named_children:
            inner = child.named_children[-1] if child.named_children else None
            if inner is not None and inner.type in LAMBDAS and self.expressions.plain(inner) is None:
                self.names.setdefault(inner.start_byte, f"{name}({text})")

    # -- values -----------------------------------------------------------------------------------------------

    def variables(self, node: Node, scope: int) -> None:
        typed = node.child_by_field_name("type")
        annotation = self.expressions.type(typed) if typed is not None and typed.type != "implicit_type" else None
        for declarator in node.named_children:
            if declarator.type != "variable_declarator":
                continue
            named = declarator.child_by_field_name("name")
            if named is None:  # var (a, b) = …
                continue
            given = self._initializer(declarator, named)
            value = self._given(given, annotation) if given is not None else None
            self._bind(self.raw(named), value, annotation, scope, named.start_point[0] + 1)

    def _bind(self, name: str, value: Expr | None, annotation: Expr | None, scope: int, line: int) -> None:
        self.declared.setdefault(scope, set()).add(name)
        if value is not None and value == UNKNOWN and annotation is None:
            value = None
        self.facts.assigns.append(Assign(scope, name, value, annotation, line))

    def assign(self, node: Node, scope: int) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        above = node.parent
        if left is None or right is None or above is None or above.type == "initializer_expression":
            return
        target = self.expressions.read(left)
        line = left.start_point[0] + 1
        if target[0] == ATTR and target[1][0] == CALL:  # context.Entry(order).State = …
            made: Expr = (CALL, (ATTR, target[1], f"@{target[2]}"), (self.expressions.read(right),), (), line)
            self.facts.calls.append(Call(scope, made, line, node.end_point[0] + 1))
            if left.type == "member_access_expression":
                self._chained(left.child_by_field_name("expression"))
            return
        if target[0] != NAME:
            return
        name = target[1]
        if "." not in name and not self._is_local(name, scope):
            name = f"self.{name}"
        if right.type == "implicit_object_creation_expression" and name.endswith(("Address", "Uri", "Url")):
            value = self.target_typed(right, (NAME, "Uri"))
        else:
            value = self.expressions.read(right)
        if value == UNKNOWN:
            return
        self.facts.assigns.append(Assign(scope, name, value, None, line))

    def _is_local(self, name: str, scope: int) -> bool:
        """Whether a bare name is a variable or parameter; else it is a member."""
        scopes = self.facts.scopes
        while scope > 0 and scopes[scope].kind == CALLABLE:
            if name in self.declared.get(scope, ()):
                return True
            scope = scopes[scope].parent
        return scope == 0

    def returned(self, node: Node, scope: int) -> None:
        if node.named_children:
            values = self.returns.setdefault(scope, [])
            if len(values) < 8:
                value = self.expressions.read(node.named_children[0])
                if value != UNKNOWN:
                    values.append(value)

    def loop(self, node: Node, scope: int) -> None:
        left, right, typed = (node.child_by_field_name(name) for name in ("left", "right", "type"))
        if left is not None and right is not None and left.type == "identifier":
            annotation = self.expressions.type(typed) if typed is not None and typed.type != "implicit_type" else None
            source = self.expressions.read(right)
            line = left.start_point[0] + 1
            self._bind(self.raw(left), (ELEMENT, source), annotation, scope, line)
            if source[0] in (NAME, ATTR, CALL):  # to walk through a query is to perform it
                walked: Expr = (CALL, (ATTR, source, EACH), (), (), line)
                self.facts.calls.append(Call(scope, walked, line, line))
                self._chained(right)

    def pattern(self, node: Node, scope: int) -> None:
        """`x is Order order`, `out Order order`"""
        named, typed = node.child_by_field_name("name"), node.child_by_field_name("type")
        if named is not None and named.type == "identifier":
            annotation = self.expressions.type(typed) if typed is not None and typed.type != "implicit_type" else None
            self._bind(self.raw(named), None, annotation, scope, named.start_point[0] + 1)

    def ranged(self, node: Node, scope: int) -> None:
        """A range variable of a query is an element of its source."""
        source = self.expressions.source_of(node)
        named = node.child_by_field_name("name") or next(
            (child for child in node.named_children if child.type == "identifier"), None
        )
        if source is not None and named is not None:
            value = (ELEMENT, self.expressions.read(source))
            self._bind(self.raw(named), value, None, scope, named.start_point[0] + 1)


class CSharp:
    """C# up to 13, top-level programs included."""

    name = "csharp"
    builtins: Mapping[str, str] = {"super": "super", "@": "@"}

    def extract(self, path: str, source: bytes) -> FileFacts:
        if source[:3] == b"\xef\xbb\xbf":
            source = source[3:]
        return _Reader(path, source).read()

    find_module = staticmethod(csharp_names.find_module)
    find_type = staticmethod(csharp_names.find_type)
    find_name = staticmethod(csharp_names.find_name)
    parts = staticmethod(csharp_names.parts)
    extension = staticmethod(csharp_names.extension)

    @staticmethod
    def outside(project: object, file: object, scope: int, name: str) -> str:
        return name.rpartition(".")[2]

    @staticmethod
    def property_of(method: str) -> str | None:
        return None

    @staticmethod
    def submodule(project: object, path: str, name: str) -> str | None:
        return None

    @staticmethod
    def external_name(item: Import) -> str:
        return item.name or item.module


language = CSharp()
