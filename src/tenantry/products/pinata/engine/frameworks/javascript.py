"""What the frameworks of TypeScript and JavaScript share: decorators, options in object literals, path spellings."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from tenantry.products.pinata.engine.facts import BINARY, CALL, DICT, FUNCTION, LIST, NAME, SPLAT, STR, Expr, FileFacts
from tenantry.products.pinata.engine.facts import decorators as field_decorators
from tenantry.products.pinata.engine.resolve.inference import Inference
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import CLASS, EXTERNAL, LITERAL, At, Definition
from tenantry.products.pinata.engine.resolve.values import FUNCTION as FUNCTION_VALUE

LANGUAGES = ("typescript", "javascript")
_COLON = re.compile(r":([A-Za-z_]\w*)(?:\((?:[^()]|\([^()]*\))*\))?[?*+]?")
_STAR = re.compile(r"\(\.\*\)|\*(\w*)")


class Decorator(NamedTuple):
    """`name` is canonical, `@nestjs/common.Get`; `args` are empty for one without parentheses."""

    name: str
    args: tuple[Expr, ...]
    line: int

    @property
    def last(self) -> str:
        return self.name.rpartition(".")[2]


def is_javascript(file: FileFacts) -> bool:
    return file.language in LANGUAGES


def javascript_classes(program: Program) -> Iterator[Definition]:
    return (item for item in program.project.classes() if item.file.language in LANGUAGES)


def decorators(inference: Inference, definition: Definition) -> list[Decorator]:
    """Decorators of a class or method."""
    return [
        Decorator(name, expr[2] if expr[0] == CALL else (), line)
        for expr, line in definition.scope.decorators
        if (name := canonical(inference, expr, definition.outside))
    ]


def decorators_of_field(inference: Inference, value: Expr | None, at: At) -> list[Decorator]:
    """Decorators of a field or a constructor's parameter, by its assigned value."""
    return [
        Decorator(name, expr[2] if expr[0] == CALL else (), expr[4] if expr[0] == CALL else 0)
        for expr in field_decorators(value)
        if (name := canonical(inference, expr, at))
    ]


def canonical(inference: Inference, expr: Expr, at: At) -> str:
    """The canonical name of a decorator, or of what a call calls; "" when it is not from outside the tree."""
    value = inference.value(expr[1] if expr[0] == CALL else expr, at)
    return value.path if value.kind == EXTERNAL else ""


def literal(inference: Inference, expr: Expr | None, at: At) -> tuple[Expr, At] | None:
    """The object or list literal that an expression is, or names."""
    if expr is None:
        return None
    if expr[0] in (DICT, LIST):
        return expr, at
    value = inference.value(expr, at)
    if value.kind == LITERAL and value.expr is not None and value.at is not None and value.expr[0] in (DICT, LIST):
        return value.expr, value.at
    return None


def option(inference: Inference, expr: Expr | None, at: At, *names: str) -> tuple[Expr, At] | None:
    """The value of the first of these keys that an object literal has, with the place to read it from."""
    found = literal(inference, expr, at)
    if found is None or found[0][0] != DICT:
        return None
    pairs, where = found[0][1], found[1]
    for name in names:
        for key, value in reversed(pairs):
            if key == (STR, name):
                return value, where
    for key, value in pairs:
        if key[0] == SPLAT:
            inner = option(inference, value, where, *names)
            if inner is not None:
                return inner
    return None


def items(inference: Inference, expr: Expr | None, at: At, depth: int = 0) -> list[tuple[Expr, At]]:
    """The items of a list literal, named lists and spreads unfolded; one expression that is no list is one item."""
    if expr is None or depth > 6:
        return []
    either = alternatives(inference, expr, at)
    if len(either) > 1:
        return [pair for item, where in either for pair in items(inference, item, where, depth + 1)]
    found = literal(inference, expr, at) if expr[0] in (LIST, NAME, "a", "i") else None
    if found is None or found[0][0] != LIST:
        return [(expr, at)]
    unfolded: list[tuple[Expr, At]] = []
    for item in found[0][1]:
        if item[0] == SPLAT:
            unfolded += items(inference, item[1], found[1], depth + 1)
        else:
            unfolded += alternatives(inference, item, found[1])
    return unfolded


def alternatives(inference: Inference, expr: Expr, at: At) -> list[tuple[Expr, At]]:
    """Both branches of a conditional expression, or of the constant that names one; else the expression itself."""
    if expr[0] == NAME and "." not in expr[1]:
        scope = at.scope
        while scope >= 0:
            entries = inference.project.names(at.file, scope).get(expr[1])
            if entries:
                value = getattr(entries[0], "value", None)
                if value is not None and value[0] == BINARY and value[1] == "?":
                    return [(value[2], At(at.file, scope)), (value[3], At(at.file, scope))]
                break
            scope = at.file.scopes[scope].parent
    if expr[0] == BINARY and expr[1] == "?":
        return [(expr[2], at), (expr[3], at)]
    return [(expr, at)]


def named_class(inference: Inference, expr: Expr | None, at: At) -> Definition | None:
    """The class that an expression names: `User`, `() => User`, `forwardRef(() => User)`, `Module.forRoot(…)`."""
    if expr is None:
        return None
    if expr[0] == CALL:
        callee = expr[1]
        last = callee[1].rpartition(".")[2] if callee[0] == NAME else ""
        if last == "forwardRef" and expr[2]:
            return named_class(inference, expr[2][0], at)
        if callee[0] == NAME and "." in callee[1]:
            return named_class(inference, (NAME, callee[1].rpartition(".")[0]), at)
        return None
    value = inference.value(expr, at)
    if value.kind == CLASS and not value.path:
        return value.definition
    if value.kind == FUNCTION_VALUE and value.definition is not None and expr[0] == FUNCTION:
        for returned in value.definition.scope.returns:
            found = named_class(inference, returned, value.definition.inside)
            if found is not None:
                return found
    return None


def calls_of(program: Program, definition: Definition) -> list[Site]:
    """Calls of a function of the tree; of a constructor, where its class is instantiated."""
    known: dict[tuple[str, int], list[Site]] = program.project.state("javascript.calls", dict)
    found = known.get(definition.key)
    if found is None:
        made = definition.name == "constructor"
        target = program.project.definition(definition.file, definition.scope.parent) if made else definition
        found = known[definition.key] = [
            site
            for site in program.methods(*sorted(_names_of(program, target.name[target.name.rfind(".") + 1 :])))
            if site.file.language in LANGUAGES and site.callee.definition is target and not site.callee.path
        ]
        found.sort(key=lambda site: (site.file.path, site.outer.line, site.expr[4]))
    return found


def _names_of(program: Program, name: str) -> set[str]:
    """Every name by which imports, assignments and objects pass on what is called `name`."""
    others: dict[str, set[str]] = program.project.state("javascript.names", lambda: _passed_on(program))
    found, waiting = {name}, [name]
    while waiting:
        for other in others.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def _passed_on(program: Program) -> dict[str, set[str]]:
    table: dict[str, set[str]] = defaultdict(set)
    for file in program.project.files.values():
        if file.language not in LANGUAGES:
            continue
        for item in file.imports:
            if item.name and item.alias != item.name:
                table[item.name].add(item.alias)
        for assign in file.assigns:
            value = assign.value if assign.tag in (DICT, NAME) else None
            if value is None:
                continue
            pairs = value[1] if value[0] == DICT else (((STR, assign.target), value),)
            for key, given in pairs:
                if given[0] == NAME and key[0] == STR:
                    table[given[1][given[1].rfind(".") + 1 :]].add(key[1][key[1].rfind(".") + 1 :])
    return table


def path_of(path: str) -> str:
    """One spelling of parameters: `/users/:id(\\d+)` and `/files/*` are `/users/{id}` and `/files/{path}`."""
    path = _STAR.sub(lambda match: "{" + (match.group(1) or "path") + "}", path) if "*" in path else path
    return _COLON.sub(r"{\1}", path) if ":" in path else path


def joined(*parts: str) -> str:
    """Path pieces with exactly one slash between them, one before and none after."""
    return "/" + "/".join(stripped for part in parts if (stripped := part.strip("/")))
