"""What rules about Go share: where a value was made, and what a function is called with."""

from collections import defaultdict
from typing import NamedTuple

from tenantry.products.pinata.engine.facts import CALL, FUNCTION, NAME, Assign, Expr, Param
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import FUNCTION as FUNCTION_VALUE
from tenantry.products.pinata.engine.resolve.values import At, Definition

MAX_DEPTH = 12


class Origin(NamedTuple):
    """An expression that a variable stands for, and where it stands; `line` of the assignment."""

    expr: Expr
    at: At
    line: int


def last(call: Expr) -> str:
    """The last name of what a call calls."""
    callee = call[1]
    return str(callee[2]) if callee[0] == "a" else callee[1].rpartition(".")[2] if callee[0] == NAME else ""


def receiver(call: Expr) -> Expr | None:
    """What a method is called on: `r.group` of `r.group.GET(…)`."""
    callee = call[1]
    if callee[0] == "a":
        return callee[1]  # type: ignore[no-any-return]
    if callee[0] == NAME and "." in callee[1]:
        return (NAME, callee[1].rpartition(".")[0])
    return None


def given(call: Expr, name: str) -> Expr | None:
    """A field that a composite literal sets."""
    return next((value for key, value in call[3] if key == name), None) if call[0] == CALL else None


def origins(program: Program, name: str, at: At, line: int = 0) -> list[Origin]:
    """What a variable or a field of the receiver was set to, the nearest assignment above `line` first."""
    project = program.project
    if name.startswith("self."):
        inside = project.enclosing_class(at.file, at.scope)
        return fields(program, inside, name[5:]) if inside is not None else []
    if "." in name:
        owner, _, field = name.partition(".")
        value = program.inference.dotted(owner, at)
        return (
            fields(program, value.definition, field)
            if value.definition is not None and not value.path and "." not in field
            else []
        )
    scope = at.scope
    while scope >= 0:
        entries = project.names(at.file, scope).get(name, ()) if at.file.scopes[scope].kind != "class" else ()
        if entries:
            found = [
                Origin(entry.value, At(at.file, scope), entry.line)
                for entry in entries
                if isinstance(entry, Assign) and entry.value is not None and entry.value != (NAME, name)
            ]
            above = [item for item in found if item.line <= line] if line and scope == at.scope else []
            if found or any(isinstance(entry, Param) for entry in entries):
                return sorted(above, key=lambda item: -item.line) or found
        scope = at.file.scopes[scope].parent
    for path in getattr(project.language(at.file), "siblings", lambda *_: [])(project, at.file):
        other = project.files[path]
        for entry in project.names(other, 0).get(name, ()):
            if isinstance(entry, Assign) and entry.value is not None:
                return [Origin(entry.value, At(other, 0), entry.line)]
    return []


def fields(program: Program, owner: Definition | None, field: str) -> list[Origin]:
    """What a field of a struct is set to: by its methods, and where the struct is made."""
    if owner is None:
        return []
    found: list[Origin] = []
    for part in program.inference.members.order(owner)[0]:
        for at, assign in program.inference.members.attributes(part).get(field, ()):
            if assign.value is not None:
                found.append(Origin(assign.value, at, assign.line))
    made: dict[str, list[tuple[Expr, At]]] = program.project.state("go.literals", lambda: _literals(program))
    for call, at in made.get(owner.name, ()):
        value = given(call, field)
        if value is not None:
            found.append(Origin(value, at, call[4]))
    return found


def _literals(program: Program) -> dict[str, list[tuple[Expr, At]]]:
    """Composite literals that are assigned or returned, by the name of their type."""
    table: dict[str, list[tuple[Expr, At]]] = defaultdict(list)

    def note(expr: Expr | None, at: At) -> None:
        if expr is not None and expr[0] == CALL and expr[3] and expr[1][0] == NAME:
            table[expr[1][1].rpartition(".")[2]].append((expr, at))

    for path in program.project.paths("go"):
        file = program.project.files[path]
        for assign in file.assigns:
            note(assign.value, At(file, assign.scope))
        for index, scope in enumerate(file.scopes):
            for returned in scope.returns:
                note(returned, At(file, index))
        for call in file.calls:
            for argument in call.expr[2]:
                note(argument, At(file, call.scope))
    return table


def calls_of(program: Program, definition: Definition) -> list[Site]:
    """Calls of a function or method of the tree, through interfaces too."""
    table: dict[str, list[Site]] = program.project.state("go.calls", dict)
    key = f"{definition.file.path}\0{definition.index}"
    if key not in table:
        table[key] = [
            site
            for site in program.methods(definition.name)
            if site.file.language == "go"
            and site.callee.kind == FUNCTION_VALUE
            and site.callee.definition is definition
        ]
    return table[key]


def handed(program: Program, at: At, start: int) -> tuple[Expr, At] | None:
    """The call that an inline function is an argument of."""
    table: dict[str, dict[int, tuple[Expr, int]]] = program.project.state("go.handed", dict)
    found = table.get(at.file.path)
    if found is None:
        found = table[at.file.path] = {}
        for call in at.file.calls:
            expr = call.expr
            while True:
                if expr[0] == CALL:
                    for argument in expr[2]:
                        if argument[0] == FUNCTION:
                            found[argument[1]] = (expr, call.scope)
                    expr = expr[1]
                elif expr[0] in ("a", "i"):
                    expr = expr[1]
                else:
                    break
    pair = found.get(start)
    return (pair[0], At(at.file, pair[1])) if pair is not None else None


def handler_of(program: Program, expr: Expr | None, at: At, depth: int = 0) -> Definition | None:
    """The function that serves: named, inline, or what a wrapper is given or makes."""
    if expr is None or depth > 4:
        return None
    found = program.function(expr, at)
    if found is not None:
        return found
    if expr[0] == CALL:
        for argument in expr[2]:
            inner = handler_of(program, argument, at, depth + 1) if argument[0] in (NAME, FUNCTION, CALL, "a") else None
            if inner is not None:
                return inner
        return program.function(expr[1], at)
    value = program.value(expr, at)
    if value.definition is not None and not value.path:  # a type that is a handler itself
        return program.inference.members.method(value.definition, "ServeHTTP")
    return None
