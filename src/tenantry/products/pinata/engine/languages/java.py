"""Java: grammar, query, and how its captures become facts."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import tree_sitter_java
from tree_sitter import Node

from tenantry.products.pinata.engine.facts import (
    ATTR,
    CALL,
    CALLABLE,
    CLASS,
    DECORATED,
    ELEMENT,
    MODULE,
    NAME,
    UNKNOWN,
    Assign,
    Call,
    Expr,
    FileFacts,
    Import,
    Param,
    Scope,
)
from tenantry.products.pinata.engine.languages.java_expressions import Expressions
from tenantry.products.pinata.engine.languages.java_packages import Packages
from tenantry.products.pinata.engine.languages.treesitter import Grammar

if TYPE_CHECKING:
    from tenantry.products.pinata.engine.resolve.inference import Inference
    from tenantry.products.pinata.engine.resolve.project import Project
    from tenantry.products.pinata.engine.resolve.values import At, Definition, Value

GRAMMAR = Grammar(
    tree_sitter_java.language,
    """
    (package_declaration) @package
    (import_declaration) @import
    (class_declaration) @class
    (interface_declaration) @class
    (enum_declaration) @class
    (record_declaration) @class
    (annotation_type_declaration) @class
    (method_declaration) @function
    (constructor_declaration) @function
    (compact_constructor_declaration) @function
    (lambda_expression) @lambda
    (field_declaration) @field
    (constant_declaration) @field
    (enum_constant) @constant
    (local_variable_declaration) @local
    (resource) @resource
    (instanceof_expression name: (_)) @pattern
    (enhanced_for_statement) @for
    (assignment_expression) @assign
    (return_statement) @return
    (method_invocation) @call
    (object_creation_expression) @call
    (method_reference) @reference
    """,
)

MAX_RETURNS = 8  # values kept per function
# Calls of these names never carry a fact. A quiet call is transparent: what it is called on still counts.
QUIET = frozenset(
    b"equals hashCode toString println printf isEmpty isBlank size length substring trim strip toLowerCase toUpperCase "
    b"split startsWith endsWith charAt indexOf lastIndexOf matches equalsIgnoreCase valueOf parseInt parseLong intValue "
    b"longValue requireNonNull hash compareTo compare getClass getSimpleName getMessage printStackTrace stream collect "
    b"toList toSet toMap map filter flatMap forEach mapToInt mapToLong anyMatch allMatch noneMatch reduce sorted distinct "
    b"limit skip findFirst findAny joining groupingBy orElse orElseThrow orElseGet ifPresent isPresent ofNullable asList "
    b"entrySet keySet values containsKey contains containsAll iterator hasNext format formatted currentTimeMillis "
    b"assertThat assertEquals assertTrue assertFalse assertNotNull verify notNull isTrue hasText isNull nonNull sum "
    b"isDebugEnabled isInfoEnabled isTraceEnabled emptyList emptyMap singletonList unmodifiableList toArray block "
    b"subscribe switchIfEmpty doOnNext doOnError onErrorResume thenReturn toLocalDate now plusDays minusDays addAll "
    b"peek boxed mapToObj randomUUID getBytes arraycopy".split()
)
_LOGGERS = (b"log.", b"logger.", b"LOG.", b"LOGGER.", b"System.out.", b"System.err.", b"Assert.", b"Objects.", b"Math.",
            b"StringUtils.", b"Collectors.", b"this.logger.", b"this.log.", b"Arrays.", b"Optional.", b"Logger.")  # fmt: skip
_EACH = frozenset(b"forEach map flatMap filter ifPresent concatMap doOnNext peek anyMatch allMatch mapToLong".split())
_RECORDS = frozenset(("method_invocation", "object_creation_expression", "field_access", "array_access",
                      "parenthesized_expression", "cast_expression"))  # fmt: skip

_ACCESSOR = re.compile(
    rb"(?:(?:public|protected|private|final)\s+)*[\w.<>\[\], ?]+\s+(?:get|is|set)[A-Z]\w*\s*\((?:(?:final\s+)?[\w.<>\[\], ?]+\s+\w+)?\)\s*"
    rb"\{\s*(?:return\s+(?:this\.)?\w+|(?:this\.)?\w+\s*=\s*\w+)\s*;\s*\}\Z"
)
"""A method that only gives or sets a field, without annotations."""


class _Reader:
    """One pass over the captures of one file, keeping the stack of scopes it is in."""

    def __init__(self, path: str, source: bytes) -> None:
        self.source = source
        self.facts = FileFacts(path, "java")
        self.root = GRAMMAR.parse(source)
        self.expressions = Expressions(source)
        self.returns: dict[int, list[Expr]] = {}
        self.loops: dict[int, Expr] = {}
        self.inner_calls: set[int] = set()
        self.declared: dict[int, set[str]] = {}  # scope → its parameters and variables

    def read(self) -> FileFacts:
        facts, root = self.facts, self.root
        facts.scopes.append(Scope(MODULE, "", "", -1, 1, root.end_point[0] + 1))
        handlers = {
            "package": self.package, "import": self.imported, "field": self.field, "constant": self.constant,
            "local": self.local, "resource": self.variable, "pattern": self.pattern, "for": self.loop,
            "assign": self.assign, "return": self.returned, "call": self.call, "reference": self.reference,
        }  # fmt: skip
        stack: list[tuple[int, int]] = []  # (end byte, scope index) of every scope around the current capture
        for start, minus_end, capture, node in GRAMMAR.captures(root):
            while stack and start >= stack[-1][0]:
                stack.pop()
            current = stack[-1][1] if stack else 0
            if current < 0:
                continue
            if capture == "function":
                if _ACCESSOR.match(self.source, start, -minus_end):  # its field says as much
                    stack.append((-minus_end, -1))
                    continue
                stack.append((-minus_end, self.function(node, current)))
            elif capture == "class":
                stack.append((-minus_end, self.class_(node, current)))
            elif capture == "lambda":
                if b"(" in self.source[start:-minus_end].partition(b"->")[2]:  # one that calls nothing says nothing
                    stack.append((-minus_end, self.lambda_(node, current)))
            else:
                handlers[capture](node, current)
        for index, values in self.returns.items():
            facts.scopes[index] = facts.scopes[index]._replace(returns=tuple(values))
        facts.errors = GRAMMAR.errors(root)
        return facts

    def text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    # -- packages and imports ---------------------------------------------------------------------------------

    def package(self, node: Node, scope: int) -> None:
        if node.named_children:
            self.facts.extra["package"] = self.text(node.named_children[-1])

    def imported(self, node: Node, scope: int) -> None:
        children = node.named_children
        if not children:
            return
        name = self.text(children[0])
        line = node.start_point[0] + 1
        if children[-1].type == "asterisk":
            self.facts.imports.append(Import(0, "*", name, "*", 0, line))
        else:
            module, _, last = name.rpartition(".")
            self.facts.imports.append(Import(0, last, module, last, 0, line))

    # -- definitions ------------------------------------------------------------------------------------------

    def class_(self, node: Node, parent: int) -> int:
        scopes, facts = self.facts.scopes, self.facts
        index, outer = len(scopes), scopes[parent]
        named = node.child_by_field_name("name")
        name = self.text(named) if named is not None else f"<class:{index}>"
        qualname = f"{outer.qualname}.{name}" if outer.qualname else name
        line = (named or node).start_point[0] + 1
        scopes.append(
            Scope(CLASS, name, qualname, parent, line, node.end_point[0] + 1, node.start_byte,
                  tuple(self.expressions.annotations(node)), tuple(self._bases(node)))
        )  # fmt: skip
        if node.type in ("interface_declaration", "annotation_type_declaration"):
            facts.extra.setdefault("interfaces", []).append(index)
        for child in node.named_children:
            if child.type == "type_parameters":
                self._type_parameters(child, index)
            elif child.type == "formal_parameters":  # the components of a record
                for item in child.named_children:
                    self._component(item, index)
        return index

    def _bases(self, node: Node) -> list[Expr]:
        """What the class extends, then what it implements, with type arguments."""
        found: list[Expr | None] = []
        for child in node.named_children:
            if child.type == "superclass":
                found += [self.expressions.typed(item, plain=True) for item in child.named_children]
            elif child.type in ("super_interfaces", "extends_interfaces"):
                for listed in child.named_children:
                    found += [self.expressions.typed(item, plain=True) for item in listed.named_children]
        return [base for base in found if base is not None]

    def _type_parameters(self, node: Node, index: int) -> None:
        """`<R extends Repository<T>>`: inside the class R is such a repository. `extra` keeps the names in order."""
        names: list[str] = []
        for child in node.named_children:
            parts = child.named_children
            if child.type != "type_parameter" or not parts:
                continue
            names.append(self.text(parts[0]))
            bound = parts[-1].named_children if parts[-1].type == "type_bound" else []
            typed = self.expressions.type_name(bound[0]) if bound else None
            if typed is not None:
                self.facts.extra.setdefault("bounds", {})[f"{index} {names[-1]}"] = typed
        if names:
            self.facts.extra.setdefault("generics", {})[index] = tuple(names)

    def _component(self, node: Node, index: int) -> None:
        named = node.child_by_field_name("name")
        if named is not None:
            annotation = self.expressions.typed(node.child_by_field_name("type"), plain=True)
            value = self._decorated(node, None)
            self.facts.assigns.append(Assign(index, self.text(named), value, annotation, named.start_point[0] + 1))

    def _decorated(self, node: Node, value: Expr | None) -> Expr | None:
        """A field's value under its annotations: see facts.DECORATED."""
        found = self.expressions.annotations(node)
        if not found:
            return value
        given = (("value", value),) if value is not None else ()
        return (CALL, (NAME, DECORATED), tuple([expr for expr, _ in found]), given, found[0][1])

    def function(self, node: Node, parent: int) -> int:
        scopes = self.facts.scopes
        index, outer = len(scopes), scopes[parent]
        named = node.child_by_field_name("name")
        if node.type != "method_declaration":
            name = "constructor"
        else:
            name = self.text(named) if named is not None else f"<lambda:{index}>"
        if outer.kind != CLASS:  # a method of an anonymous class is part of the code that makes one
            name = f"<{name}:{index}>"
        qualname = f"{outer.qualname}.{name}" if outer.qualname else name
        line = (named or node).start_point[0] + 1
        scopes.append(
            Scope(CALLABLE, name, qualname, parent, line, node.end_point[0] + 1, node.start_byte,
                  tuple(self.expressions.annotations(node)), (), self._params(node),
                  self.expressions.typed(node.child_by_field_name("type")))
        )  # fmt: skip
        generic = node.child_by_field_name("type_parameters")
        if generic is not None:
            self._type_parameters(generic, index)
        if node.child_by_field_name("body") is None:
            self.facts.extra.setdefault("abstract", []).append(index)
        return index

    def _params(self, node: Node) -> tuple[Param, ...]:
        listed = node.child_by_field_name("parameters")
        found: list[Param] = []
        for child in listed.named_children if listed is not None else ():
            named = child.child_by_field_name("name")
            kind = ""
            if child.type == "spread_parameter":
                kind = "*"
                named = next(
                    (c.child_by_field_name("name") for c in child.named_children if c.type == "variable_declarator"),
                    None,
                )
            if named is not None:
                typed = self.expressions.typed(child.child_by_field_name("type"))
                found.append(Param(self.text(named), typed, self._decorated(child, None), kind))
        return tuple(found)

    def lambda_(self, node: Node, parent: int) -> int:
        scopes = self.facts.scopes
        index, outer = len(scopes), scopes[parent]
        name = f"<lambda:{index}>"
        listed, body = node.child_by_field_name("parameters"), node.child_by_field_name("body")
        params: tuple[Param, ...] = ()
        if listed is not None:
            if listed.type == "formal_parameters":
                params = self._params(node)
            else:
                names = [listed] if listed.type == "identifier" else listed.named_children
                params = tuple([Param(self.text(item), None, None) for item in names if item.type == "identifier"])
        element = self.loops.get(node.start_byte)
        if element is not None and len(params) == 1:
            self.facts.assigns.append(Assign(index, params[0].name, element, None, node.start_point[0] + 1))
            params = ()
        returns: tuple[Expr, ...] = ()
        if body is not None and body.type != "block":
            returns = (self.expressions.read(body),)
        scopes.append(
            Scope(CALLABLE, name, f"{outer.qualname}.{name}" if outer.qualname else name, parent, node.start_point[0] + 1,
                  node.end_point[0] + 1, node.start_byte, (), (), params, None, returns)
        )  # fmt: skip
        return index

    # -- values -----------------------------------------------------------------------------------------------

    def field(self, node: Node, scope: int) -> None:
        annotation = self.expressions.typed(node.child_by_field_name("type"), plain=True)
        for child in node.named_children:
            if child.type == "variable_declarator":
                self._declare(child, scope, annotation, self._decorated(node, self._value(child)))

    def constant(self, node: Node, scope: int) -> None:
        """A constant of an enum: `TOPIC("orders")` is one of that class, made from these arguments."""
        named, listed = node.child_by_field_name("name"), node.child_by_field_name("arguments")
        if named is not None:
            line = node.start_point[0] + 1
            arguments = self.expressions.arguments(listed) if listed is not None else ()
            made = (CALL, (NAME, self.facts.scopes[scope].name), arguments, (), line)
            self.facts.assigns.append(Assign(scope, self.text(named), made, None, line))

    def local(self, node: Node, scope: int) -> None:
        annotation = self.expressions.typed(node.child_by_field_name("type"))
        for child in node.named_children:
            if child.type == "variable_declarator":
                self._declare(child, scope, annotation, self._value(child))

    def _value(self, declarator: Node) -> Expr | None:
        value = declarator.child_by_field_name("value")
        return self.expressions.read(value) if value is not None else None

    def _declare(self, node: Node, scope: int, annotation: Expr | None, value: Expr | None) -> None:
        named = node.child_by_field_name("name")
        if named is None:
            return
        if self.facts.scopes[scope].kind == CALLABLE:
            self.declared.setdefault(scope, set()).add(self.text(named))
        if annotation is not None or value not in (None, UNKNOWN):
            self.facts.assigns.append(Assign(scope, self.text(named), value, annotation, named.start_point[0] + 1))

    def variable(self, node: Node, scope: int) -> None:
        """`try (Connection c = source.getConnection())`"""
        self._declare(node, scope, self.expressions.typed(node.child_by_field_name("type")), self._value(node))

    def pattern(self, node: Node, scope: int) -> None:
        """`x instanceof Owner owner`"""
        self._declare(node, scope, self.expressions.typed(node.child_by_field_name("right")), None)

    def loop(self, node: Node, scope: int) -> None:
        named, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if named is not None and value is not None:
            typed = self.expressions.typed(node.child_by_field_name("type"))
            element = (ELEMENT, self.expressions.read(value))
            self.facts.assigns.append(Assign(scope, self.text(named), element, typed, named.start_point[0] + 1))

    def assign(self, node: Node, scope: int) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None or left.type not in ("identifier", "field_access"):
            return
        target = self.expressions.read(left)
        if target[0] != NAME or ("." in target[1] and not target[1].startswith("self.")) or target[1].count(".") > 1:
            return
        value = self.expressions.read(right)
        if value != UNKNOWN:
            name = target[1] if "." in target[1] or self._is_local(target[1], scope) else f"self.{target[1]}"
            self.facts.assigns.append(Assign(scope, name, value, None, node.start_point[0] + 1))

    def _is_local(self, name: str, scope: int) -> bool:
        scopes = self.facts.scopes
        while scope > 0 and scopes[scope].kind == CALLABLE:
            if name in self.declared.get(scope, ()) or any(param.name == name for param in scopes[scope].params):
                return True
            scope = scopes[scope].parent
        return False

    def returned(self, node: Node, scope: int) -> None:
        children = node.named_children
        if children and scope:
            value = self.expressions.read(children[0])
            if value != UNKNOWN:
                values = self.returns.setdefault(scope, [])
                if len(values) < MAX_RETURNS:
                    values.append(value)

    # -- calls ------------------------------------------------------------------------------------------------

    def call(self, node: Node, scope: int) -> None:
        if node.id in self.inner_calls:
            return
        owner = node.child_by_field_name("object")
        named = node.child_by_field_name("name")
        if named is not None:
            name = self.source[named.start_byte : named.end_byte]
            if name in _EACH and owner is not None:
                self._each(node, owner)
            if self.source.startswith(_LOGGERS, node.start_byte):
                return
            if name in QUIET:
                return
        expr = self.expressions.read(node)
        if expr[0] != CALL:
            return
        self.facts.calls.append(Call(scope, expr, node.start_point[0] + 1, node.end_point[0] + 1))
        while owner is not None and owner.type in _RECORDS:
            if owner.type in ("method_invocation", "object_creation_expression"):
                self.inner_calls.add(owner.id)
                inner = owner.child_by_field_name("name")
                if inner is not None and self.source[inner.start_byte : inner.end_byte] in _EACH:
                    further = owner.child_by_field_name("object")
                    if further is not None:
                        self._each(owner, further)
            owner = owner.child_by_field_name("object") or (owner.named_child(0) if owner.named_child_count else None)

    def _each(self, node: Node, owner: Node) -> None:
        """`items.forEach(item -> …)`: the parameter is an element of `items`."""
        listed = node.child_by_field_name("arguments")
        first = listed.named_child(0) if listed is not None and listed.named_child_count else None
        if first is not None and first.type == "lambda_expression":
            while owner.type == "method_invocation":  # what a stream is made of, its steps left out
                named, further = owner.child_by_field_name("name"), owner.child_by_field_name("object")
                if (
                    named is None
                    or further is None
                    or self.text(named) not in ("stream", "filter", "sorted", "parallelStream")
                ):
                    break
                owner = further
            self.loops[first.start_byte] = (ELEMENT, self.expressions.read(owner))

    def reference(self, node: Node, scope: int) -> None:
        """`repository::save` handed to somebody is called by them: as good as a call here."""
        expr = self.expressions.read(node)
        if expr[0] in (NAME, ATTR) and node.children[-1].type != "new":
            line = node.start_point[0] + 1
            if expr[0] == ATTR or not expr[1].rpartition(".")[2].startswith(("get", "is", "to", "equals", "hashCode")):
                self.facts.calls.append(Call(scope, (CALL, expr, (), (), line), line, node.end_point[0] + 1))


class Java:
    """Java up to 25, as far as its grammar goes."""

    name = "java"
    builtins: Mapping[str, str] = {"super": "super", DECORATED: DECORATED}

    def extract(self, path: str, source: bytes) -> FileFacts:
        return _Reader(path, source).read()

    def find_module(self, project: "Project", file: FileFacts, item: Import) -> str | None:
        return None

    def submodule(self, project: "Project", path: str, name: str) -> str | None:
        return None

    def find_type(self, project: "Project", file: FileFacts, scope: int, name: str) -> "Definition | None":
        return Packages.of(project).find(file, scope, name)

    def find_name(self, project: "Project", file: FileFacts, name: str) -> "tuple[Definition, str] | None":
        return Packages.of(project).static_member(file, name)

    def outside(self, project: "Project", file: FileFacts, scope: int, name: str) -> str:
        return Packages.of(project).outside(file, scope, name)

    def parts(self, project: "Project", definition: "Definition") -> "list[Definition]":
        return [definition]

    def extension(self, inference: "Inference", value: "Value", at: "At") -> "Definition | None":
        return None

    def property_of(self, method: str) -> str | None:
        """Lombok's `getName()` and a record's `name()` stand nowhere; the field does."""
        if method.startswith("get") and len(method) > 3:
            return method[3].lower() + method[4:]
        return method

    @staticmethod
    def external_name(item: Import) -> str:
        return Packages.spelled(f"{item.module}.{item.name}" if item.name and item.name != "*" else item.module)


language = Java()
