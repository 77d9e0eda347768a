"""Namespaces, types, members and functions of C#: the half of the reader that opens scopes."""

from tree_sitter import Node

from tenantry.products.pinata.engine.facts import (
    BINARY,
    CALL,
    CALLABLE,
    CLASS,
    DECORATED,
    ELEMENT,
    NAME,
    NUM,
    UNKNOWN,
    Assign,
    Expr,
    FileFacts,
    Import,
    Param,
    Scope,
)
from tenantry.products.pinata.engine.languages.csharp_expressions import LAMBDAS, Expressions

_KINDS = {
    "class_declaration": "class", "interface_declaration": "interface", "struct_declaration": "struct",
    "record_declaration": "record", "record_struct_declaration": "record", "enum_declaration": "enum",
}  # fmt: skip
_PLAIN_TYPES = frozenset(
    "string int long bool double float decimal object byte short char uint ulong ushort sbyte void nint dynamic Guid "
    "DateTime DateTimeOffset TimeSpan CancellationToken Exception DateOnly TimeOnly String Type Stream".split()
)


class Definitions:
    """One file, its facts so far, and what was noted for captures still to come."""

    source: bytes
    facts: FileFacts
    expressions: Expressions
    names: dict[int, str]
    """Start of an inline function → the name it is given by what it is handed to."""
    elements: dict[int, Expr]
    """Start of an inline function → the collection whose elements it is called with."""
    declared: dict[int, set[str]]
    """Scope → its own variables and parameters."""
    spaces: list[tuple[int, int, str]]
    """(start, end, whole name) of the namespaces of the file."""

    # -- usings and namespaces --------------------------------------------------------------------------------

    def using(self, node: Node, scope: int) -> None:
        """`using N`, `using static T`, `using A = N.T`, with or without `global`."""
        line = node.start_point[0] + 1
        words = {child.type for child in node.children if not child.is_named}
        alias = node.child_by_field_name("name")
        children = [child for child in node.named_children if child.type != "comment"]
        if not children:
            return
        extra = self.facts.extra
        module = self.raw(children[-1])
        if alias is not None:
            before, _, last = module.partition("<")[0].rpartition(".")
            self.facts.imports.append(Import(0, self.raw(alias), before, last, 0, line))
            if "global" in words:
                extra.setdefault("global aliases", []).append((self.raw(alias), module))
        elif "static" in words:
            self.facts.imports.append(Import(0, f"using {module}", module, "", 0, line))
            extra.setdefault("static usings", []).append(module)
        else:
            self.facts.imports.append(Import(0, f"using {module}", module, "", 0, line))
            extra.setdefault("global usings" if "global" in words else "usings", []).append(module)

    def raw(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace").replace("global::", "")

    def namespace(self, node: Node) -> None:
        named = node.child_by_field_name("name")
        if named is None:
            return
        end = len(self.source) if node.type == "file_scoped_namespace_declaration" else node.end_byte
        outer = self._space(node.start_byte)
        name = self.raw(named)
        self.spaces.append((node.start_byte, end, f"{outer}.{name}" if outer else name))

    def _space(self, start: int) -> str:
        """The innermost namespace around a place."""
        return next((name for begin, end, name in reversed(self.spaces) if begin <= start < end), "")

    # -- types ------------------------------------------------------------------------------------------------

    def type_(self, node: Node, parent: int) -> int:
        scopes, extra = self.facts.scopes, self.facts.extra
        index, outer = len(scopes), scopes[parent]
        named = node.child_by_field_name("name")
        name = self.raw(named) if named is not None else f"<class:{index}>"
        qualname = f"{outer.qualname}.{name}" if outer.qualname else name
        kind = _KINDS.get(node.type, "class")
        bases: list[Expr] = [(NAME, "enum")] if kind == "enum" else []
        params: list[Param] = []
        words: list[str] = []
        generics: tuple[str, ...] = ()
        body: Node | None = None
        decorators: list[tuple[Expr, int]] = []
        primary: Node | None = None
        for child in node.named_children:
            what = child.type
            if what == "modifier":
                words.append(self.raw(child))
            elif what == "attribute_list":
                decorators += self.attributes(child)
            elif what == "base_list" and kind != "enum":
                bases += [base for item in child.named_children if (base := self._base(item)) is not None]
            elif what == "type_parameter_list":
                generics = self._type_parameters(child)
            elif what == "type_parameter_constraints_clause":
                self._constraint(child, index)
            elif what == "parameter_list":
                primary = child
            elif what in ("declaration_list", "enum_member_declaration_list"):
                body = child
        if primary is not None:
            params = self._params(primary, index)
        line = (named or node).start_point[0] + 1
        scopes.append(
            Scope(
                CLASS, name, qualname, parent, line, node.end_point[0] + 1, node.start_byte, tuple(decorators),
                tuple(bases), tuple(params),
            )
        )  # fmt: skip
        extra.setdefault("kinds", {})[index] = " ".join([*words, kind])
        if outer.kind != CLASS:
            extra.setdefault("spaces", {})[index] = self._space(node.start_byte)
        if generics:
            extra.setdefault("generics", {})[index] = generics
        if kind == "record" and primary is not None:
            self._record(primary, index)
        if body is not None:
            self._enum(body, index) if kind == "enum" else self._body(body, index)
        return index

    def _base(self, node: Node) -> Expr | None:
        if node.type == "argument_list":
            return None
        if node.type == "primary_constructor_base_type":
            return self.expressions.type(node.named_children[0]) if node.named_children else None
        return self.expressions.type(node)

    def _type_parameters(self, node: Node) -> tuple[str, ...]:
        return tuple(
            self.raw(child.child_by_field_name("name") or child)
            for child in node.named_children
            if child.type == "type_parameter"
        )

    def _constraint(self, node: Node, index: int) -> None:
        """`where T : IntegrationEvent`: the first type that a parameter must be."""
        children = node.named_children
        for child in children[1:]:
            inner = child.child_by_field_name("type") or (child.named_children[0] if child.named_children else None)
            found = self.expressions.type(inner) if inner is not None else None
            if found is not None:
                self.facts.extra.setdefault("constraints", {}).setdefault(index, {})[self.raw(children[0])] = found
                return

    def attributes(self, node: Node) -> list[tuple[Expr, int]]:
        """Of one `[A, B(1)]`."""
        return [
            (self.expressions.attribute(child), child.start_point[0] + 1)
            for child in node.named_children
            if child.type == "attribute"
        ]

    def _record(self, listed: Node, index: int) -> None:
        """A record's parameters are its properties."""
        for child in listed.named_children:
            named = child.child_by_field_name("name") if child.type == "parameter" else None
            if named is not None:
                annotation = self.expressions.type(child.child_by_field_name("type"))
                found = [
                    pair
                    for item in child.named_children
                    if item.type == "attribute_list"
                    for pair in self.attributes(item)
                ]
                value = _decorated(found, None)
                self.facts.assigns.append(Assign(index, self.raw(named), value, annotation, named.start_point[0] + 1))

    def _body(self, body: Node, index: int) -> None:
        for child in body.named_children:
            kind = child.type
            if kind == "property_declaration":
                self._property(child, index)
            elif kind in ("field_declaration", "event_field_declaration"):
                self._field(child, index)

    def _property(self, node: Node, index: int) -> None:
        named = node.child_by_field_name("name")
        if named is None:
            return
        found = [
            pair for item in node.named_children if item.type == "attribute_list" for pair in self.attributes(item)
        ]
        kind = node.child_by_field_name("type")
        annotation = self.expressions.type(kind)
        given = node.child_by_field_name("value")
        value: Expr | None = None
        if given is not None:
            value = self._given(given, annotation)
            if given.type == "arrow_expression_clause":
                self.facts.extra.setdefault("computed", []).append((index, self.raw(named)))
        words = [self.raw(item) for item in node.named_children if item.type == "modifier"]
        if "static" in words:
            self.facts.extra.setdefault("computed", []).append((index, self.raw(named)))
        self.facts.assigns.append(
            Assign(index, self.raw(named), _decorated(found, value), annotation, named.start_point[0] + 1)
        )

    def _given(self, node: Node, annotation: Expr | None) -> Expr:
        if node.type == "implicit_object_creation_expression":
            return self.target_typed(node, annotation)
        return self.expressions.read(node)

    def target_typed(self, node: Node, annotation: Expr | None) -> Expr:
        """`new(…)` where the type is known from what it is assigned to."""
        while annotation is not None and annotation[0] == BINARY:
            annotation = annotation[2]
        return self.expressions.created(node, annotation)

    def _field(self, node: Node, index: int) -> None:
        found: list[tuple[Expr, int]] = []
        for child in node.named_children:
            if child.type == "attribute_list":
                found += self.attributes(child)
            elif child.type == "variable_declaration":
                annotation = self.expressions.type(child.child_by_field_name("type"))
                for declarator in child.named_children:
                    if declarator.type != "variable_declarator":
                        continue
                    named = declarator.child_by_field_name("name")
                    if named is None:
                        continue
                    given = self._initializer(declarator, named)
                    value = self._given(given, annotation) if given is not None else None
                    name = self.raw(named)
                    self.facts.extra.setdefault("computed", []).append((index, name))
                    self.facts.assigns.append(
                        Assign(index, name, _decorated(found, value), annotation, named.start_point[0] + 1)
                    )

    def _initializer(self, declarator: Node, named: Node) -> Node | None:
        for child in reversed(declarator.named_children):
            if child.id != named.id and child.type not in ("comment", "bracketed_argument_list"):
                return child
        return None

    def _enum(self, body: Node, index: int) -> None:
        position = 0
        for child in body.named_children:
            if child.type == "enum_member_declaration":
                named, given = child.child_by_field_name("name"), child.child_by_field_name("value")
                if named is not None:
                    value = self.expressions.read(given) if given is not None else (NUM, position)
                    self.facts.assigns.append(Assign(index, self.raw(named), value, None, named.start_point[0] + 1))
                position += 1

    # -- functions --------------------------------------------------------------------------------------------

    def function(self, node: Node, parent: int) -> int:
        scopes, extra = self.facts.scopes, self.facts.extra
        index, outer, kind, start = len(scopes), scopes[parent], node.type, node.start_byte
        named = node.child_by_field_name("name")
        line = (named or node).start_point[0] + 1
        if kind in LAMBDAS:
            name = self.names.get(start) or f"<lambda:{index}>"
            line = node.start_point[0] + 1
        elif kind == "constructor_declaration":
            name = "constructor"
        elif kind == "accessor_declaration":
            name = f"{self.raw(named) if named is not None else 'get'}_{self._owner_of_accessor(node)}"
        else:
            name = self.raw(named) if named is not None and kind != "destructor_declaration" else f"<operator:{index}>"
        qualname = f"{outer.qualname}.{name}" if outer.qualname else name
        decorators: list[tuple[Expr, int]] = []
        words: list[str] = []
        listed = node.child_by_field_name("parameters")
        for child in node.named_children:
            what = child.type
            if what == "modifier":
                words.append(self.raw(child))
            elif what == "attribute_list":
                decorators += self.attributes(child)
            elif what == "type_parameter_list":
                extra.setdefault("generics", {})[index] = self._type_parameters(child)
            elif what == "type_parameter_constraints_clause":
                self._constraint(child, index)
        annotation = None
        typed = node.child_by_field_name("returns") or node.child_by_field_name("type")
        if typed is not None and kind != "conversion_operator_declaration":
            annotation = self.expressions.type(typed)
            if annotation is not None and annotation[0] == NAME and annotation[1] in _PLAIN_TYPES:
                annotation = None
        self.declared[index] = set()
        params = self._params(listed, index) if listed is not None else []
        returns: tuple[Expr, ...] = ()
        body = node.child_by_field_name("body")
        if body is not None and body.type != "block":
            value = self.expressions.read(body)
            returns = (value,) if value != UNKNOWN else ()
        if outer.kind == CLASS and kind == "method_declaration":
            self._member(index, words, listed, body)
        scopes.append(
            Scope(
                CALLABLE, name, qualname, parent, line, node.end_point[0] + 1, start, tuple(decorators), (),
                tuple(params), annotation, returns,
            )
        )  # fmt: skip
        element = self.elements.get(start)
        if element is not None and params and params[0].annotation is None:
            self.facts.assigns.append(Assign(index, params[0].name, (ELEMENT, element), None, line))
        return index

    def _owner_of_accessor(self, node: Node) -> str:
        above = node.parent.parent if node.parent is not None else None
        named = above.child_by_field_name("name") if above is not None else None
        return self.raw(named) if named is not None else "Item"

    def _member(self, index: int, words: list[str], listed: Node | None, body: Node | None) -> None:
        extra = self.facts.extra
        if "static" in words:
            extra.setdefault("static", []).append(index)
            first = listed.named_children[0] if listed is not None and listed.named_children else None
            if first is not None and first.type == "parameter":
                extended = any(
                    self.raw(child) == "this" for child in first.children if child.type in ("modifier", "this")
                )
                if extended:
                    annotation = self.expressions.type(first.child_by_field_name("type"))
                    if annotation is not None:
                        extra.setdefault("extensions", {})[index] = annotation
        elif "public" in words:
            extra.setdefault("public", []).append(index)
        if body is None:
            extra.setdefault("bodiless", []).append(index)

    def _params(self, listed: Node, index: int) -> list[Param]:
        found: list[Param] = []
        declared = self.declared.setdefault(index, set())
        if listed.type == "implicit_parameter" or listed.type == "identifier":
            name = self.raw(listed)
            declared.add(name)
            return [Param(name, None, None)]
        for child in listed.named_children:
            if child.type == "implicit_parameter" or child.type == "identifier":
                name, annotation = self.raw(child), None
            elif child.type == "parameter":
                named = child.child_by_field_name("name")
                if named is None:
                    continue
                name = self.raw(named)
                annotation = self.expressions.type(child.child_by_field_name("type"))
                if annotation is not None and annotation[0] == NAME and annotation[1] in _PLAIN_TYPES:
                    annotation = None
                given = child.named_children[-1]
                default = None
                if given.id != named.id and given.type.endswith("_literal"):
                    default = self.expressions.read(given)
                declared.add(name)
                self._trigger(child, index)
                found.append(Param(name, annotation, default))
                continue
            else:
                continue
            declared.add(name)
            found.append(Param(name, annotation, None))
        return found

    def _trigger(self, node: Node, index: int) -> None:
        """`[TimerTrigger("…")] TimerInfo timer`: a parameter whose attribute says what starts its function."""
        for child in node.named_children:
            if child.type == "attribute_list":
                for expr, line in self.attributes(child):
                    if expr[0] == CALL and expr[1][0] == NAME and expr[1][1].endswith("Trigger"):
                        self.facts.extra.setdefault("triggers", []).append((index, expr, line))


def _decorated(found: list[tuple[Expr, int]], value: Expr | None) -> Expr | None:
    """A member's value with its attributes (see `decorators` of facts.py)."""
    if not found:
        return value
    given = (("value", value),) if value is not None else ()
    return (CALL, (NAME, DECORATED), tuple(expr for expr, _ in found), given, found[0][1])
