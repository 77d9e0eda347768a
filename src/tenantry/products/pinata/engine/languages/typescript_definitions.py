"""Functions, classes and enums of TypeScript and JavaScript, and what they are called."""

import re

from tree_sitter import Node

from tenantry.products.pinata.engine.facts import (
    CALL,
    CALLABLE,
    CLASS,
    DECORATED,
    NAME,
    NUM,
    STR,
    UNKNOWN,
    Assign,
    Expr,
    Param,
    Scope,
    decorators,
)
from tenantry.products.pinata.engine.languages.typescript_expressions import FUNCTIONS
from tenantry.products.pinata.engine.languages.typescript_reading import Reading

_UNWRAPPED = frozenset(("as_expression", "satisfies_expression", "parenthesized_expression", "await_expression"))
_MEMBER_DEPTH = 3
_PLAIN = re.compile(rb"\s*[\w$]+\s*\Z")
_GETTER = re.compile(rb"(?:(?:public|protected|private|static|override)\s+)*get\s+[\w$#\['\"]")


class Definitions(Reading):
    """The half of the reader that opens scopes."""

    # -- names of functions -----------------------------------------------------------------------------------

    def name_function(self, name: str, node: Node) -> bool:
        """`name = () => …`, also as the argument of a wrapper: `name = catchErrors(async () => …)`. True for the former."""
        if node.type in FUNCTIONS:
            self.names[node.start_byte] = name
            return True
        if node.type == "call_expression":
            callee, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
            if (
                callee is not None
                and callee.type == "identifier"
                and arguments is not None
                and arguments.type == "arguments"
            ):
                for child in arguments.named_children:
                    if child.type in FUNCTIONS:
                        self.names.setdefault(child.start_byte, name)
                        break
        return False

    def name_members(self, name: str, node: Node, depth: int = 0) -> None:
        """`name = {get() {…}, list: async () => …}`: functions called `name.get` and `name.list`."""
        while node.type in _UNWRAPPED and node.named_children:
            node = node.named_children[0]
        if node.type != "object" or depth > _MEMBER_DEPTH:
            return
        for child in node.named_children:
            kind = child.type
            if kind == "method_definition":
                key = child.child_by_field_name("name")
                if key is not None:
                    self.names[child.start_byte] = f"{name}.{self._key(key)}"
            elif kind == "pair":
                key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
                if key is not None and value is not None:
                    inner = f"{name}.{self._key(key)}"
                    if not self.name_function(inner, value):
                        self.name_members(inner, value, depth + 1)

    def _key(self, node: Node) -> str:
        return self.text(node).strip("'\"#")

    # -- functions --------------------------------------------------------------------------------------------

    def trivial(self, start: int, end: int) -> bool:
        """Whether a function is an unnamed `x => x.id`: it calls nothing and gives nothing that has a name."""
        if start in self.names or end - start > 400:
            return False
        head, arrow, body = self.source[start:end].partition(b"=>")
        return (
            bool(arrow)
            and b"(" not in body
            and b"return" not in body
            and _PLAIN.match(body) is None
            and b"{" not in head
        )

    def function(self, node: Node, parent: int) -> int:
        scopes = self.facts.scopes
        index, outer, start = len(scopes), scopes[parent], node.start_byte
        name = self.names.get(start)
        kind = node.type
        named = node.child_by_field_name("name") if kind != "arrow_function" else None
        if name is None:
            in_object = kind == "method_definition" and outer.kind != CLASS
            name = f"<lambda:{index}>" if in_object or named is None else self._key(named)
        qualname = f"{outer.qualname}.{name}" if outer.qualname else name
        found = list(self.decorated.get(start, ()))
        if outer.kind == CLASS and _GETTER.match(self.source, start):
            found.append(((NAME, "property"), node.start_point[0] + 1))
        typed = node.child_by_field_name("return_type")
        annotation = self.expressions.annotation(typed) if typed is not None else None
        component = name[:1].isupper() and self.facts.path.endswith("x")  # what a component shows comes from anywhere
        params = tuple(self._params(node, index, parent if name == "constructor" else -1, component=component))
        returns: tuple[Expr, ...] = ()
        body = node.child_by_field_name("body")
        if body is not None and body.type != "statement_block":
            if body.type == "parenthesized_expression" and body.named_children:
                self.name_members(name, body.named_children[0])
            value = self.expressions.read(body)
            returns = (value,) if value != UNKNOWN else ()
        line, end = node.start_point[0] + 1, node.end_point[0] + 1
        scopes.append(
            Scope(CALLABLE, name, qualname, parent, line, end, start, tuple(found), (), params, annotation, returns)
        )
        return index

    def _params(self, node: Node, index: int, owner: int, *, component: bool) -> list[Param]:
        listed = node.child_by_field_name("parameters")
        if listed is None:
            single = node.child_by_field_name("parameter")
            children = [single] if single is not None else []
        else:
            children = listed.named_children
        element = self.loops.get(node.start_byte)
        params: list[Param] = []
        for position, child in enumerate(children):
            if child.type == "comment":
                continue
            if position == 0 and element is not None:
                pattern = child.child_by_field_name("pattern") or child
                if pattern.type != "this":
                    self.bind(pattern, element, index)
                continue
            found = self._param(child, index, owner, len(params), component)
            if found is not None:
                params.append(found)
        return params

    def _param(self, node: Node, index: int, owner: int, position: int, component: bool) -> Param | None:
        kind = node.type
        pattern: Node | None = node
        annotation: Expr | None = None
        default: Node | None = None
        if kind in ("required_parameter", "optional_parameter"):
            pattern = node.child_by_field_name("pattern")
            annotation = self.expressions.annotation(node.child_by_field_name("type"))
            default = node.child_by_field_name("value")
        elif kind == "assignment_pattern":
            pattern, default = node.child_by_field_name("left"), node.child_by_field_name("right")
        if pattern is None or pattern.type == "this":
            return None
        value = self.expressions.read(default) if default is not None else None
        if pattern.type == "rest_pattern":
            return Param(self.text(pattern).lstrip("."), annotation, None, "*")
        if pattern.type in ("object_pattern", "array_pattern"):
            name = f"{{}}{position}"  # not a name anybody can write: what is destructured is a member of it
            if not component:
                self.bind(pattern, (NAME, name), index)
            return Param(name, annotation, value)
        name = self.text(pattern)
        if owner >= 0:
            self._property(node, name, annotation, index)
        return Param(name, annotation, value)

    def _property(self, node: Node, name: str, annotation: Expr | None, index: int) -> None:
        """`constructor(@Inject(X) private readonly x: X)`: a parameter that is a field."""
        found: list[Node] = []
        is_field = False
        for child in node.children:
            if child.type == "decorator":
                found.append(child)
            elif child.type in ("accessibility_modifier", "readonly", "override_modifier"):
                is_field = True
        if not is_field and not found:
            return
        line = node.start_point[0] + 1
        value: Expr = (NAME, name)
        if found:
            read = self.read_decorators(found)
            value = (CALL, (NAME, DECORATED), tuple(expr for expr, _ in read), (), read[-1][1])
        # Without a modifier it is no field, but constructors assign such a parameter to the field of that name.
        self.facts.assigns.append(Assign(index, f"self.{name}", value, annotation, line))

    def read_decorators(self, nodes: list[Node]) -> list[tuple[Expr, int]]:
        found: list[tuple[Expr, int]] = []
        for node in nodes:
            if node.named_children:
                inner = node.named_children[0]
                self.inner_calls.add(inner.id)
                found.append((self.expressions.read(inner), node.start_point[0] + 1))
        return found

    # -- classes and enums ------------------------------------------------------------------------------------

    def class_(self, node: Node, parent: int) -> int:
        scopes = self.facts.scopes
        index, outer, start = len(scopes), scopes[parent], node.start_byte
        named = node.child_by_field_name("name")
        name = self.names.get(start) or (self.text(named) if named is not None else f"<class:{index}>")
        qualname = f"{outer.qualname}.{name}" if outer.qualname else name
        own = self.read_decorators([child for child in node.children if child.type == "decorator"])
        line = (named or node).start_point[0] + 1
        scopes.append(
            Scope(
                CLASS, name, qualname, parent, line, node.end_point[0] + 1, start,
                tuple(self.decorated.get(start, []) + own), tuple(self._bases(node)),
            )
        )  # fmt: skip
        body = node.child_by_field_name("body")
        if body is not None:
            self._body(body, index)
        return index

    def _bases(self, node: Node) -> list[Expr]:
        """What the class extends, with type arguments, then what it implements."""
        found: list[Expr] = []
        for heritage in node.named_children:
            if heritage.type != "class_heritage":
                continue
            for clause in heritage.named_children:
                if clause.type == "extends_clause":
                    for child in clause.named_children:
                        if child.type == "type_arguments" and found:
                            arguments = tuple(
                                self.expressions.annotation(item) or UNKNOWN for item in child.named_children
                            )
                            found[-1] = ("i", found[-1], ("l", arguments))
                        elif child.type != "comment":
                            found.append(self.expressions.read(child))
                elif clause.type == "implements_clause":
                    read = (self.expressions.annotation(child) for child in clause.named_children)
                    found.extend(item for item in read if item is not None)
                else:
                    found.append(self.expressions.read(clause))
        return [base for base in found if base != UNKNOWN]

    def _body(self, body: Node, index: int) -> None:
        pending: list[Node] = []
        for child in body.named_children:
            kind = child.type
            if kind == "decorator":
                pending.append(child)
            elif kind == "method_definition":
                if pending:
                    self.decorated[child.start_byte] = self.read_decorators(pending)
                    pending = []
            elif kind in ("public_field_definition", "field_definition"):
                self._field(child, index)
                pending = []
            elif kind != "comment":
                pending = []

    def _field(self, node: Node, index: int) -> None:
        named = node.child_by_field_name("name") or node.child_by_field_name("property")
        if named is None:
            return
        name = self._key(named)
        found = self.read_decorators([child for child in node.children if child.type == "decorator"])
        annotation = self.expressions.annotation(node.child_by_field_name("type"), primitive=bool(found))
        right = node.child_by_field_name("value")
        value: Expr | None = None
        if right is not None:
            if self.name_function(name, right) and not found:
                return
            self.name_members(name, right)
            value = self.expressions.read(right)
        if found:
            given = (("value", value),) if value is not None else ()
            value = (CALL, (NAME, DECORATED), tuple(expr for expr, _ in found), given, found[0][1])
        if value is not None or annotation is not None:
            self.facts.assigns.append(Assign(index, name, value, annotation, named.start_point[0] + 1))

    def enumeration(self, node: Node, parent: int) -> None:
        """An enum is a class whose fields are its members."""
        scopes = self.facts.scopes
        index, outer = len(scopes), scopes[parent]
        named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if named is None or body is None:
            return
        name = self.text(named)
        qualname = f"{outer.qualname}.{name}" if outer.qualname else name
        line, end = node.start_point[0] + 1, node.end_point[0] + 1
        scopes.append(Scope(CLASS, name, qualname, parent, line, end, node.start_byte, bases=((NAME, "enum"),)))
        for position, child in enumerate(body.named_children):
            if child.type == "enum_assignment":
                key, right = child.child_by_field_name("name"), child.child_by_field_name("value")
                value: Expr = self.expressions.read(right) if right is not None else (NUM, position)
            elif child.type in ("property_identifier", "string"):
                key, value = child, (NUM, position)
            else:
                continue
            if key is not None:
                self.facts.assigns.append(Assign(index, self._key(key), value, None, child.start_point[0] + 1))


__all__ = ["DECORATED", "STR", "Definitions", "decorators"]
