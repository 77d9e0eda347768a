"""Imports and exports of ECMAScript, TypeScript and CommonJS."""

import re

from tree_sitter import Node

from tenantry.products.pinata.engine.facts import (
    DICT,
    NAME,
    STR,
    Assign,
    Expr,
    Import,
)
from tenantry.products.pinata.engine.languages.typescript_expressions import FUNCTIONS
from tenantry.products.pinata.engine.languages.typescript_reading import Reading

_IMPORT = re.compile(
    r"import\s+(?:type\s+)?(?:(?P<default>[\w$]+)\s*,?\s*)?(?:\*\s*as\s+(?P<all>[\w$]+)\s*)?(?:\{(?P<names>[^}]*)\}\s*)?from\s*['\"](?P<module>[^'\"]+)['\"]"
)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


class Imports(Reading):
    """The part of the reader that knows modules."""

    def required(self, module: str, dynamic: bool, line: int) -> str:
        """A name for `require("x")` or `import("x")` in the middle of an expression."""
        alias = f"require${len(self.facts.imports)}"
        self.facts.imports.append(Import(0, alias, module, "" if dynamic else "default", 0, line))
        return alias

    def imported(self, node: Node, scope: int) -> None:
        line, add = node.start_point[0] + 1, self.facts.imports.append
        match = _IMPORT.match(self.text(node))
        if match is None:
            self._unusual_import(node, scope, line)
            return
        default, everything, names, module = match.groups()
        if default:
            add(Import(scope, default, module, "default", 0, line))
        if everything:
            add(Import(scope, everything, module, "", 0, line))
        if names and "/" in names:
            names = _COMMENT.sub("", names)
        for item in names.split(",") if names else ():
            words = item.split()
            if len(words) > 1 and words[0] == "type" and words[1] != "as":
                words = words[1:]
            if words:
                add(Import(scope, words[-1], module, words[0], 0, line))

    def _unusual_import(self, node: Node, scope: int, line: int) -> None:
        """`import x = require("y")`, and what comments or odd spacing hide from the pattern."""
        source = node.child_by_field_name("source")
        module = self.expressions.string(source)[1] if source is not None else ""
        add = self.facts.imports.append
        for clause in node.named_children:
            inner = clause.child_by_field_name("source")
            if clause.type == "import_require_clause" and inner is not None:
                add(
                    Import(
                        scope,
                        self.text(clause.named_children[0]),
                        self.expressions.string(inner)[1],
                        "default",
                        0,
                        line,
                    )
                )
            for child in clause.named_children if clause.type == "import_clause" else ():
                if child.type == "identifier":
                    add(Import(scope, self.text(child), module, "default", 0, line))
                elif child.type == "namespace_import" and child.named_children:
                    add(Import(scope, self.text(child.named_children[-1]), module, "", 0, line))
                for item in child.named_children if child.type == "named_imports" else ():
                    if item.type == "import_specifier":
                        name, alias = self._specifier(item)
                        add(Import(scope, alias, module, name, 0, line))

    def _specifier(self, node: Node) -> tuple[str, str]:
        name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
        text = self.text(name).strip("'\"") if name is not None else ""
        return text, self.text(alias).strip("'\"") if alias is not None else text

    def exported(self, node: Node, scope: int) -> None:
        """`export {a as b}`"""
        for child in node.named_children:
            if child.type == "export_clause":
                for item in child.named_children:
                    name, alias = self._specifier(item)
                    if alias != name and name:
                        self.facts.assigns.append(Assign(scope, alias, (NAME, name), None, node.start_point[0] + 1))

    def decorated_export(self, node: Node, scope: int) -> None:
        target = node.child_by_field_name("declaration") or node.child_by_field_name("value")
        if target is not None:
            decorators = [child for child in node.named_children if child.type == "decorator"]
            self.decorated.setdefault(target.start_byte, self.read_decorators(decorators))

    def default(self, node: Node, scope: int) -> None:
        """`export default value` and `export = value`"""
        line = node.start_point[0] + 1
        target = node.child_by_field_name("declaration") or node.child_by_field_name("value")
        if target is None and node.named_child_count:
            target = node.named_child(0)
        if target is None or target.type == "export_clause":
            return
        kind = target.type
        definition = kind in FUNCTIONS or kind == "class" or kind.endswith("_declaration")
        named = target.child_by_field_name("name") if definition else None
        if named is not None:
            self._bind_default((NAME, self.text(named)), scope, line)
            if kind in FUNCTIONS or kind == "class":
                self.names[target.start_byte] = self.text(named)
        elif definition:
            self.names[target.start_byte] = "default"
        else:
            self.name_function("default", target)
            self.name_members("default", target)
            self._bind_default(self.expressions.read(target), scope, line)

    def passed_on(self, node: Node, scope: int) -> None:
        """`export {a as b} from "x"`, `export * from "x"`, `export * as a from "x"`"""
        source = node.child_by_field_name("source")
        if source is None:
            return
        module, line, add = self.expressions.string(source)[1], node.start_point[0] + 1, self.facts.imports.append
        for child in node.named_children:
            if child.type == "export_clause":
                for item in child.named_children:
                    name, alias = self._specifier(item)
                    add(Import(scope, alias, module, name, 0, line))
                return
            if child.type == "namespace_export" and child.named_children:
                add(Import(scope, self.text(child.named_children[0]), module, "", 0, line))
                return
        add(Import(scope, "*", module, "*", 0, line))

    def _bind_default(self, value: Expr, scope: int, line: int) -> None:
        self.facts.assigns.append(Assign(scope, "default", value, None, line))

    def alias_import(self, name: str, required: str, scope: int) -> None:
        """`const a = require("x").b`: an import like any other."""
        head, _, member = required.partition(".")
        item = self.facts.imports[int(head[8:])]
        if "." in member:
            self.facts.assigns.append(Assign(scope, name, (NAME, required), None, item.line))
        else:
            self.facts.imports.append(item._replace(scope=scope, alias=name, name=member or item.name))

    def commonjs(self, name: str, right: Node, scope: int, line: int) -> None:
        """`exports.name = value` binds a name of the module; `module.exports = value` what `require` gives."""
        while right.type == "assignment_expression":  # exports = module.exports = value
            inner = right.child_by_field_name("right")
            if inner is None:
                return
            right = inner
        if self.name_function(name or "default", right):
            return
        self.name_members(name or "default", right)
        value = self.expressions.read(right)
        if name:
            if value != (NAME, name):
                self.facts.assigns.append(Assign(0, name, value, None, line))
            return
        self.facts.assigns.append(Assign(0, "default", value, None, line))
        if value[0] == DICT:
            for key, item in value[1]:
                if key[0] == STR and item != (NAME, key[1]):
                    if item[0] == NAME and item[1].startswith("require$"):
                        self.alias_import(key[1], item[1], 0)
                    else:
                        self.facts.assigns.append(Assign(0, key[1], item, None, line))
