"""What the frameworks of .NET share: attributes, selectors, the receivers of calls, spellings of paths."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from tenantry.products.pinata.engine.facts import (
    ATTR,
    BINARY,
    CALL,
    CALLABLE,
    DICT,
    FUNCTION,
    INDEX,
    LIST,
    NAME,
    STR,
    UNKNOWN,
    Expr,
    type_arguments,
)
from tenantry.products.pinata.engine.facts import decorators as member_attributes
from tenantry.products.pinata.engine.resolve.inference import Inference
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import CLASS, MANY, At, Definition, Value

LANGUAGE = "csharp"
_PARAMETER = re.compile(r"\{\**([\w.-]+)(?:[:=?](?:[^{}]|\{[^{}]*\})*)?\}")


INJECTORS = (
    "GetRequiredService", "GetService", "GetServices", "GetRequiredKeyedService", "GetKeyedService", "Resolve", "GetInstance",
    "GetPayload", "CreateInstance", "GetServiceOrCreateInstance", "ResolveOptional", "LazyGetRequiredService",
)  # fmt: skip
"""Methods that give an instance of their type argument."""


class Attribute(NamedTuple):
    """`name` without `Attribute`; `args` and `named` are empty for one without parentheses."""

    name: str
    args: tuple[Expr, ...]
    named: tuple[tuple[str, Expr], ...]
    line: int

    def argument(self, name: str, position: int | None = None) -> Expr | None:
        for key, value in self.named:
            if key == name:
                return value
        return self.args[position] if position is not None and position < len(self.args) else None


def in_use(program: Program) -> bool:
    """Whether the tree holds any C# at all."""
    return program.project.state(
        "dotnet.used", lambda: any(file.language == LANGUAGE for file in program.project.files.values())
    )


def csharp_classes(program: Program) -> list[Definition]:
    return program.project.state(
        "dotnet.classes", lambda: [item for item in program.project.classes() if item.file.language == LANGUAGE]
    )


def sites(program: Program, *names: str) -> Iterator[Site]:
    """Calls in C# by the last name of what is called."""
    return (site for site in program.methods(*names) if site.file.language == LANGUAGE)


def attributes(definition: Definition) -> list[Attribute]:
    """Attributes of a class or method."""
    return [_attribute(expr, line) for expr, line in definition.scope.decorators if expr != UNKNOWN]


def attributes_of_member(value: Expr | None) -> list[Attribute]:
    """Attributes of a property or field, by the value assigned to it."""
    return [_attribute(expr, expr[4] if expr[0] == CALL else 0) for expr in member_attributes(value) if expr != UNKNOWN]


def _attribute(expr: Expr, line: int) -> Attribute:
    args, named = (expr[2], expr[3]) if expr[0] == CALL else ((), ())
    target = expr[1] if expr[0] == CALL else expr
    name = target[1].rpartition(".")[2] if target[0] == NAME else ""
    return Attribute(name.removesuffix("Attribute"), args, named, line)


def words(definition: Definition) -> frozenset[str]:
    """Modifiers and kind of a class: {"public", "abstract", "class"}."""
    return frozenset(definition.file.extra.get("kinds", {}).get(definition.index, "").split())


def is_concrete(definition: Definition) -> bool:
    return not words(definition) & {"abstract", "interface", "static"}


def methods_of(program: Program, owner: Definition, *, inherited: bool = False) -> list[Definition]:
    """Methods of a class, all its parts included; with `inherited` those of its bases that it does not replace."""
    found: list[Definition] = []
    names: set[tuple[str, int]] = set()
    table: dict[tuple[str, int], list[int]] = program.project.state("dotnet.methods", lambda: _all_methods(program))
    members = program.inference.members
    for part in members.order(owner)[0] if inherited else members.parts(owner):
        for index in table.get(part.key, ()):
            scope = part.file.scopes[index]
            key = scope.name, len(scope.params)
            if not inherited or part is owner or key not in names:
                names.add(key)
                found.append(program.project.definition(part.file, index))
    return found


def _all_methods(program: Program) -> dict[tuple[str, int], list[int]]:
    found: dict[tuple[str, int], list[int]] = defaultdict(list)
    for path in program.project.paths(LANGUAGE):
        file = program.project.files[path]
        for index, scope in enumerate(file.scopes):
            if scope.kind == CALLABLE and scope.parent > 0 and file.scopes[scope.parent].kind == "class":
                found[path, scope.parent].append(index)
    return found


def receiver(call: Expr) -> Expr | None:
    """What a method is called on; None for a bare name."""
    callee = call[1]
    if callee[0] == ATTR:
        return callee[1]  # type: ignore[no-any-return]
    if callee[0] == NAME and "." in callee[1]:
        return (NAME, callee[1].rpartition(".")[0])
    return None


def method_of(call: Expr) -> str:
    """The last name of what a CALL calls."""
    callee = call[1]
    return callee[2] if callee[0] == ATTR else callee[1].rpartition(".")[2] if callee[0] == NAME else ""


def chain(call: Expr) -> list[Expr]:
    """The calls of a chain in the order in which they are performed."""
    found: list[Expr] = []
    expr: Expr | None = call
    while expr is not None:
        if expr[0] == CALL:
            found.append(expr)
            expr = receiver(expr)
        elif expr[0] in (ATTR, INDEX):
            expr = expr[1]
        else:
            break
    found.reverse()
    return found


def root_of(call: Expr) -> str:
    """The name that a chain begins with."""
    expr: Expr = call
    while expr[0] in (CALL, ATTR, INDEX):
        expr = expr[1]
    return str(expr[1]).partition(".")[0] if expr[0] == NAME else ""


def selected(expr: Expr | None) -> list[str]:
    """The members that `o => o.Buyer` or `o => new { o.A, o.B }` names; one that calls something names none."""
    if expr is None:
        return []
    if expr[0] == STR:
        return [expr[1]]
    if expr[0] == FUNCTION:
        return _members(expr[2], 0) if len(expr) > 2 else []
    if expr[0] == LIST:
        return [name for item in expr[1] for name in selected(item)]
    return []


def _members(expr: Expr, depth: int) -> list[str]:
    if expr[0] == NAME and "." in expr[1]:
        return [expr[1].partition(".")[2]]
    if expr[0] == DICT and depth < 2:
        return [name for _, value in expr[1] for name in _members(value, depth + 1)]
    return []


def type_named(inference: Inference, expr: Expr | None, at: At) -> Definition | None:
    """The class of the tree that a type, or `typeof(…)`, names; of a generic one, the class without its arguments."""
    while expr is not None and expr[0] in (INDEX, BINARY):
        expr = expr[2] if expr[0] == BINARY else expr[1]
    if expr is None or expr[0] != NAME:
        return None
    value = inference.named_type(expr[1], at)
    return value.definition if value.kind == CLASS and not value.path else None


def type_name(expr: Expr | None) -> str:
    """The last name of a type, whatever it is."""
    while expr is not None and expr[0] in (INDEX, BINARY):
        expr = expr[2] if expr[0] == BINARY else expr[1]
    return expr[1].rpartition(".")[2] if expr is not None and expr[0] == NAME else ""


def types_of(site: Site) -> tuple[Expr, ...]:
    """The type arguments of a call."""
    return type_arguments(site.expr)


def bases(program: Program, definition: Definition) -> Iterator[tuple[str, tuple[Expr, ...], At]]:
    """(name, type arguments, where to read them) of all that a class extends or implements, bases of bases included."""
    for owner in program.inference.members.order(definition)[0]:
        for base in owner.scope.bases:
            arguments = base[2][1] if base[0] == INDEX and base[2][0] == LIST else ()
            yield type_name(base), arguments, owner.outside


def inherits(program: Program, definition: Definition, *names: str) -> bool:
    return any(name in names for name in program.inference.members.externals(definition))


def injected(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`provider.GetRequiredService<T>()` is an instance of T, `GetServices<T>()` many of them."""
    if not call[3]:
        return None
    found = inference.type_argument(call, at)
    if found is None:
        return None
    return Value(MANY, item=found) if method_of(call) == "GetServices" else found


def path_of(path: str) -> str:
    """One spelling of parameters: `{id:int}`, `{id?}`, `{id=1}` and `{**id}` are `{id}`."""
    return _PARAMETER.sub(r"{\1}", path) if "{" in path else path


def joined(*parts: str) -> str:
    """Path pieces with exactly one slash between them, one before and none after."""
    return "/" + "/".join(stripped for part in parts if (stripped := part.strip("/")))


def items_of(inference: Inference, expr: Expr | None, at: At) -> list[tuple[Expr, At]]:
    """The items of an array, also of one that a constant holds."""
    if expr is None:
        return []
    if expr[0] == LIST:
        return [(item, at) for item in expr[1]]
    value = inference.value(expr, at)
    if value.expr is not None and value.at is not None and value.expr[0] == LIST:
        return [(item, value.at) for item in value.expr[1]]
    return [(expr, at)]
