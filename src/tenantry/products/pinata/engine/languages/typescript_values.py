"""Variables, patterns, assignments, returned values and loops of TypeScript and JavaScript."""

import re

from tree_sitter import Node

from tenantry.products.pinata.engine.facts import (
    ATTR,
    CALL,
    DICT,
    ELEMENT,
    INDEX,
    LIST,
    NAME,
    NUM,
    STR,
    UNKNOWN,
    Assign,
    Expr,
)
from tenantry.products.pinata.engine.languages.typescript_expressions import FUNCTIONS
from tenantry.products.pinata.engine.languages.typescript_reading import Reading

_MARKUP = re.compile(rb"return\s*\(?\s*(?:<|;)")  # JSX, or nothing
MAX_RETURNS = 8  # values kept per function
_VALIDATORS = (b"z.", b"yup.", b"Yup.", b"Joi.", b"styled.", b"styled(", b"keyframes`", b"css`")  # schemas and styles
_TABLE = 16  # entries of an object literal


class Values(Reading):
    """The part of the reader that binds names."""

    def commonjs(self, name: str, right: Node, scope: int, line: int) -> None:
        raise NotImplementedError

    def variable(self, node: Node, scope: int) -> None:
        left, right = node.child_by_field_name("name"), node.child_by_field_name("value")
        if left is None:
            return
        typed = node.child_by_field_name("type") if node.named_child_count > (right is not None) + 1 else None
        annotation = self.expressions.annotation(typed) if typed is not None else None
        if right is None:
            if annotation is not None and left.type == "identifier":
                self.facts.assigns.append(Assign(scope, self.text(left), None, annotation, node.start_point[0] + 1))
            return
        if left.type == "identifier":
            name = self.text(left)
            if self.name_function(name, right):
                return
            self.name_members(name, right)
            if scope and right.type == "object" and right.named_child_count > _TABLE:
                return  # a local table of data
            if self.source.startswith(_VALIDATORS, right.start_byte):
                return
            value = self.given(right)
            if value[0] == NAME and value[1].startswith("require$"):
                self.alias_import(name, value[1], scope)
            elif value != UNKNOWN or annotation is not None:
                self.assigned(scope, name, value, annotation, node.start_point[0] + 1)
            return
        self.bind(left, self.expressions.read(right), scope)

    def bind(self, left: Node, value: Expr | None, scope: int) -> None:
        """Bind a pattern: `{a, b: {c}} = value`, `[x, y] = value`, or a plain name."""
        kind, line = left.type, left.start_point[0] + 1
        if (
            value is not None
            and value[0] == CALL
            and value[1] in ((NAME, "Promise.all"), (NAME, "Promise.allSettled"))
            and value[2]
        ):
            value = value[2][0]
        if kind in ("identifier", "shorthand_property_identifier_pattern"):
            self.facts.assigns.append(Assign(scope, self.text(left), value, None, line))
        elif kind == "assignment_pattern" or kind == "object_assignment_pattern":
            inner = left.child_by_field_name("left")
            if inner is not None:
                self.bind(inner, value, scope)
        elif kind == "object_pattern" and value is not None:
            for child in left.named_children:
                self._bind_property(child, value, scope)
        elif kind == "array_pattern" and value is not None:
            items = value[1] if value[0] == LIST else ()
            for position, child in enumerate(left.named_children):
                self.bind(child, items[position] if position < len(items) else (INDEX, value, (NUM, position)), scope)

    def _bind_property(self, child: Node, value: Expr, scope: int) -> None:
        inner: Node | None = child
        if child.type == "pair_pattern":
            key, inner = child.child_by_field_name("key"), child.child_by_field_name("value")
        elif child.type == "object_assignment_pattern":
            key = inner = child.child_by_field_name("left")
        else:
            key = child
        if key is None or inner is None or child.type == "rest_pattern":
            return
        name = self.text(key)
        if (
            value[0] == NAME
            and value[1].startswith("require$")
            and inner.type.endswith("identifier_pattern")
            or (value[0] == NAME and value[1].startswith("require$") and inner.type == "identifier")
        ):
            self.alias_import(self.text(inner), f"{value[1]}.{name}", scope)
            return
        member: Expr = (NAME, f"{value[1]}.{name}") if value[0] == NAME else (ATTR, value, name)
        if value[0] == DICT:
            member = next((item for known, item in value[1] if known == (STR, name)), member)
        self.bind(inner, member, scope)

    def assign(self, node: Node, scope: int) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        kind = left.type
        if kind in ("object_pattern", "array_pattern"):
            self.bind(left, self.expressions.read(right), scope)
            return
        line = node.start_point[0] + 1
        if kind == "subscript_expression":
            read = self.expressions.read(left)
            if scope == 0 and read[0] == INDEX and read[1][0] == NAME and read[2][0] == STR:
                self.facts.assigns.append(
                    Assign(scope, f"{read[1][1]}[{read[2][1]}]", self.expressions.read(right), None, line)
                )
            return
        target = self.expressions.dotted(left) if kind in ("identifier", "member_expression") else None
        if target is None:
            return
        for prefix in ("module.exports", "exports"):
            if target == prefix or target.startswith(prefix + "."):
                self.commonjs(target[len(prefix) + 1 :], right, scope, line)
                return
        if "." in target and scope and not target.startswith("self.") and right.type not in FUNCTIONS:
            return  # a field of some local thing
        if self.name_function(target.removeprefix("self."), right) and not target.startswith("self."):
            return
        self.name_members(target, right)
        value = self.given(right)
        if value[0] == NAME and value[1].startswith("require$") and "." not in target:
            self.alias_import(target, value[1], scope)
        elif value != UNKNOWN:
            self.assigned(scope, target, value, None, line)

    def returned(self, node: Node, scope: int) -> None:
        if _MARKUP.match(self.source, node.start_byte):
            return
        children = node.named_children
        if children and scope:
            if children[0].type == "object":
                self.name_members(self.facts.scopes[scope].name, children[0])
            value = self.given(children[0])
            if value != UNKNOWN:
                values = self.returns.setdefault(scope, [])
                if len(values) < MAX_RETURNS:
                    values.append(value)

    def loop(self, node: Node, scope: int) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and right is not None:
            self.bind(left, (ELEMENT, self.expressions.read(right)), scope)
