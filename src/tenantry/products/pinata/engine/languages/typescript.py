"""TypeScript and JavaScript: one reader for four grammars; how captures become facts."""

import re

import tree_sitter_javascript
import tree_sitter_typescript
from tree_sitter import Node

from tenantry.products.pinata.engine.facts import (
    ATTR,
    CALL,
    DICT,
    ELEMENT,
    FUNCTION,
    INDEX,
    LIST,
    MODULE,
    NAME,
    NUM,
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
from tenantry.products.pinata.engine.languages.treesitter import Grammar
from tenantry.products.pinata.engine.languages.typescript_definitions import Definitions
from tenantry.products.pinata.engine.languages.typescript_expressions import FUNCTIONS, Expressions
from tenantry.products.pinata.engine.languages.typescript_modules import Modules

_COMMON = """
    (function_declaration) @function
    (generator_function_declaration) @function
    (function_expression) @function
    (generator_function) @function
    (arrow_function) @function
    (method_definition) @function
    (class_declaration) @class
    (class) @class
    (import_statement) @import
    (export_statement source: (string)) @from
    (export_statement "default") @default
    (export_statement !source (export_clause)) @export
    (export_statement decorator: (decorator)) @decorated
    (call_expression) @call
    (new_expression) @call
    (variable_declarator) @variable
    (assignment_expression) @assign
    (return_statement) @return
    (for_in_statement operator: "of") @for
"""
_TYPED = """
    (abstract_class_declaration) @class
    (enum_declaration) @enum
    (export_statement "=" . (_) .) @default
"""
GRAMMARS = {
    "js": Grammar(tree_sitter_javascript.language, _COMMON),
    "ts": Grammar(tree_sitter_typescript.language_typescript, _COMMON + _TYPED),
    "tsx": Grammar(tree_sitter_typescript.language_tsx, _COMMON + _TYPED),
}

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
_IMPORT = re.compile(
    r"import\s+(?:type\s+)?(?:(?P<default>[\w$]+)\s*,?\s*)?(?:\*\s*as\s+(?P<all>[\w$]+)\s*)?(?:\{(?P<names>[^}]*)\}\s*)?from\s*['\"](?P<module>[^'\"]+)['\"]"
)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_TABLE = 16  # entries of an object literal
_EACH = frozenset((b"forEach", b"map", b"flatMap", b"filter", b"each", b"for", b"some", b"every"))
_TRANSACTIONS = frozenset((b"transaction", b"$transaction", b"withTransaction", b"begin"))
_CHAIN = frozenset(
    "member_expression subscript_expression call_expression await_expression parenthesized_expression non_null_expression as_expression".split()
)


class _Reader(Definitions):
    """One pass over the captures of one file, keeping the stack of scopes it is in."""

    def __init__(self, path: str, source: bytes, language: str, grammar: Grammar) -> None:
        self.source = source
        self.grammar = grammar
        self.root = grammar.parse(source)
        self.facts = FileFacts(path, language)
        self.expressions = Expressions(source, self.required)
        self.returns: dict[int, list[Expr]] = {}
        self.names: dict[int, str] = {}
        self.decorated: dict[int, list[tuple[Expr, int]]] = {}
        self.loops: dict[int, Expr] = {}
        self.inner_calls: set[int] = set()

    def read(self) -> FileFacts:
        facts, root = self.facts, self.root
        facts.scopes.append(Scope(MODULE, "", "", -1, 1, root.end_point.row + 1))
        handlers = {
            "call": self.call,
            "variable": self.variable,
            "assign": self.assign,
            "return": self.returned,
            "for": self.loop,
            "import": self.imported,
            "from": self.passed_on,
            "default": self.default,
            "export": self.exported,
            "decorated": self.decorated_export,
            "enum": self.enumeration,
        }
        stack: list[tuple[int, int]] = []  # (end byte, scope index) of every scope around the current capture
        for start, minus_end, capture, node in self.grammar.captures(root):
            while stack and start >= stack[-1][0]:
                stack.pop()
            current = stack[-1][1] if stack else 0
            if capture == "function":
                stack.append((-minus_end, self.function(node, current)))
            elif capture == "class":
                stack.append((-minus_end, self.class_(node, current)))
            else:
                handlers[capture](node, current)
        for index, values in self.returns.items():
            facts.scopes[index] = facts.scopes[index]._replace(returns=tuple(values))
        facts.errors = self.grammar.errors(root)
        return facts

    def text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    # -- imports and exports ----------------------------------------------------------------------------------

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

    # -- values -----------------------------------------------------------------------------------------------

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
            value = self.expressions.read(right)
            if value[0] == NAME and value[1].startswith("require$"):
                self._alias_import(name, value[1], scope)
            elif value != UNKNOWN or annotation is not None:
                self.facts.assigns.append(Assign(scope, name, value, annotation, node.start_point[0] + 1))
            return
        self.bind(left, self.expressions.read(right), scope)

    def _alias_import(self, name: str, required: str, scope: int) -> None:
        """`const a = require("x").b`: an import like any other."""
        head, _, member = required.partition(".")
        item = self.facts.imports[int(head[8:])]
        if "." in member:
            self.facts.assigns.append(Assign(scope, name, (NAME, required), None, item.line))
        else:
            self.facts.imports.append(item._replace(scope=scope, alias=name, name=member or item.name))

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
            self._alias_import(self.text(inner), f"{value[1]}.{name}", scope)
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
                self._commonjs(target[len(prefix) + 1 :], right, scope, line)
                return
        if "." in target and scope and not target.startswith("self.") and right.type not in FUNCTIONS:
            return  # a field of some local thing
        if self.name_function(target.removeprefix("self."), right) and not target.startswith("self."):
            return
        self.name_members(target, right)
        value = self.expressions.read(right)
        if value[0] == NAME and value[1].startswith("require$") and "." not in target:
            self._alias_import(target, value[1], scope)
        elif value != UNKNOWN:
            self.facts.assigns.append(Assign(scope, target, value, None, line))

    def _commonjs(self, name: str, right: Node, scope: int, line: int) -> None:
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
                        self._alias_import(key[1], item[1], 0)
                    else:
                        self.facts.assigns.append(Assign(0, key[1], item, None, line))

    def returned(self, node: Node, scope: int) -> None:
        children = node.named_children
        if children and scope:
            values = self.returns.setdefault(scope, [])
            if len(values) < 8:
                if children[0].type == "object":
                    self.name_members(self.facts.scopes[scope].name, children[0])
                values.append(self.expressions.read(children[0]))

    def loop(self, node: Node, scope: int) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and right is not None:
            self.bind(left, (ELEMENT, self.expressions.read(right)), scope)

    # -- calls ------------------------------------------------------------------------------------------------

    def call(self, node: Node, scope: int) -> None:
        start, source = node.start_byte, self.source
        if (
            node.id in self.inner_calls or source[start - 1 : start] == b"@"
        ):  # what decorates is no call of the code around
            return
        if not node.named_child_count:
            return
        callee: Node | None = node.named_child(0)
        if callee is None:
            return
        each, name = False, b""
        match = _CALLEE.match(source, start)
        if match is not None and match.end(2) == callee.end_byte:
            owner, name = match.groups()
            if not owner:
                if name in QUIET:
                    return
            else:
                each = name in _EACH
                if not each and (name in QUIET_MEMBERS or owner.startswith(QUIET_OWNERS)):
                    return
        elif callee.type == "member_expression":
            field = callee.child_by_field_name("property")
            name = source[field.start_byte : field.end_byte] if field is not None else b""
            each = name in _EACH
            if not each and name in QUIET_MEMBERS:
                return
        if each:
            self._each(node, callee)
            if name in QUIET_MEMBERS:
                return
        elif callee.type in ("import", "super"):
            return
        if name in _TRANSACTIONS and callee.type == "member_expression":
            self._transaction(node, callee)
        expr = self.expressions.call(node)
        if expr[0] != CALL:
            return
        self.facts.calls.append(Call(scope, expr, node.start_point[0] + 1, node.end_point[0] + 1))
        self._name_arguments(node, expr)
        while callee is not None and callee.type in _CHAIN:
            if callee.type == "call_expression":
                self.inner_calls.add(callee.id)
                self._name_arguments(callee, self.expressions.call(callee))
            callee = callee.named_child(0) if callee.named_child_count else None

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


class TypeScript:
    """TypeScript (.ts .tsx .mts .cts) or, as `javascript`, .js .jsx .mjs .cjs with JSX."""

    builtins = {  # noqa: RUF012
        "fetch": "fetch", "process": "process", "global": "global", "globalThis": "globalThis", "window": "window",
        "localStorage": "localStorage", "sessionStorage": "sessionStorage", "Deno": "Deno", "Bun": "Bun",
        "XMLHttpRequest": "XMLHttpRequest", "EventSource": "EventSource", "WebSocket": "WebSocket", "$": "jquery",
        "jQuery": "jquery", "$fetch": "ofetch", "useFetch": "useFetch", "@": "@", "@transaction": "@transaction",
    }  # fmt: skip

    def __init__(self, name: str) -> None:
        self.name = name

    def extract(self, path: str, source: bytes) -> FileFacts:
        if self.name == "javascript":
            grammar = GRAMMARS["js"]
        else:
            grammar = GRAMMARS["tsx" if path.endswith((".tsx", ".TSX")) else "ts"]
        return _Reader(path, source, self.name, grammar).read()

    find_module = staticmethod(Modules.find)
    submodule = staticmethod(Modules.submodule)
    external_name = staticmethod(Modules.external_name)


language = TypeScript("typescript")
