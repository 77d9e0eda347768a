"""TypeScript and JavaScript: one reader for four grammars; how captures become facts."""

import tree_sitter_javascript
import tree_sitter_typescript

from tenantry.products.pinata.engine.facts import (
    MODULE,
    UNKNOWN,
    Expr,
    FileFacts,
    Scope,
    Text,
    returned,
)
from tenantry.products.pinata.engine.languages.treesitter import Grammar
from tenantry.products.pinata.engine.languages.typescript_calls import Calls
from tenantry.products.pinata.engine.languages.typescript_definitions import Definitions
from tenantry.products.pinata.engine.languages.typescript_expressions import Expressions
from tenantry.products.pinata.engine.languages.typescript_imports import Imports
from tenantry.products.pinata.engine.languages.typescript_modules import Modules
from tenantry.products.pinata.engine.languages.typescript_values import Values

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


class _Reader(Imports, Definitions, Values, Calls):
    """One pass over the captures of one file, keeping the stack of scopes it is in."""

    def __init__(self, path: str, source: bytes, language: "TypeScript", grammar: Grammar) -> None:
        self.source = source
        self.grammar = grammar
        self.root = grammar.parse(source)
        self.facts = FileFacts(path, language.name)
        # Where something could not be parsed, a part of the file may read otherwise than the whole.
        self.unread = None if self.root.has_error else Text(source, path, language.expression)
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
                if not self.trivial(start, -minus_end):
                    stack.append((-minus_end, self.function(node, current)))
            elif capture == "class":
                stack.append((-minus_end, self.class_(node, current)))
            else:
                handlers[capture](node, current)
        for index, values in self.returns.items():
            facts.scopes[index] = facts.scopes[index]._replace(returns=returned(self.unread, values))
        facts.text = self.unread
        facts.errors = self.grammar.errors(root)
        return facts


def _no_module(module: str, dynamic: bool, line: int) -> str:
    """What names a module is never left unread."""
    return module


class TypeScript:
    """TypeScript (.ts .tsx .mts .cts) or, as `javascript`, .js .jsx .mjs .cjs with JSX."""

    builtins = {
        "fetch": "fetch", "process": "process", "global": "global", "globalThis": "globalThis", "window": "window",
        "localStorage": "localStorage", "sessionStorage": "sessionStorage", "Deno": "Deno", "Bun": "Bun",
        "XMLHttpRequest": "XMLHttpRequest", "EventSource": "EventSource", "WebSocket": "WebSocket", "$": "jquery",
        "jQuery": "jquery", "$fetch": "ofetch", "useFetch": "useFetch", "@": "@", "@transaction": "@transaction",
    }  # fmt: skip

    def __init__(self, name: str) -> None:
        self.name = name

    def grammar(self, path: str) -> Grammar:
        if self.name == "javascript":
            return GRAMMARS["js"]
        return GRAMMARS["tsx" if path.endswith((".tsx", ".TSX")) else "ts"]

    def expression(self, text: Text, start: int, end: int) -> Expr:
        """Reads what was left unread."""
        content = text.content
        part, row = b"(%b)" % content[start:end], text.row(start)
        node = self.grammar(text.path).expression(content, start, end)
        return Expressions(part, _no_module, start - 1, row, text.known).read(node) if node is not None else UNKNOWN

    def extract(self, path: str, source: bytes) -> FileFacts:
        reader = _Reader(path, source, self, self.grammar(path))
        facts = reader.read()
        # It holds the reader's own method: left alone, the circle would keep the whole tree until somebody collects it.
        del reader.expressions
        return facts

    find_module = staticmethod(Modules.find)
    submodule = staticmethod(Modules.submodule)
    external_name = staticmethod(Modules.external_name)


language = TypeScript("typescript")
