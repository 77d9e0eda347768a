"""Annotations as rules read them: by canonical name, through annotations that the tree makes of others."""

from collections.abc import Container, Iterator
from typing import NamedTuple

from tenantry.products.pinata.engine.configuration import configuration_of
from tenantry.products.pinata.engine.facts import CALL, INDEX, LIST, NAME, STR, Expr, decorators
from tenantry.products.pinata.engine.resolve import strings
from tenantry.products.pinata.engine.resolve.inference import Inference
from tenantry.products.pinata.engine.resolve.program import Program
from tenantry.products.pinata.engine.resolve.values import CLASS, EXTERNAL, LITERAL, UNKNOWN, At, Definition

MAX_DEPTH = 4  # annotations on annotations
MAX_TEXTS = 50


class Annotation(NamedTuple):
    """`name` is canonical; `at` is where its elements are looked up."""

    name: str
    expr: Expr
    at: At
    line: int

    @property
    def last(self) -> str:
        return self.name.rpartition(".")[2]

    def get(self, *names: str) -> Expr | None:
        """The first of these elements that is given; `value` is also the one without a name."""
        if self.expr[0] != CALL:
            return None
        for name in names:
            for key, value in self.expr[3]:
                if key == name:
                    return value  # type: ignore[no-any-return]
            if name == "value" and self.expr[2]:
                return self.expr[2][0]  # type: ignore[no-any-return]
        return None


def annotations(inference: Inference, definition: Definition) -> list[Annotation]:
    """Annotations of a class or method, with those that its own annotations carry."""
    return list(_read(inference, definition.scope.decorators, definition.outside, 0))


def annotations_of_field(inference: Inference, value: Expr | None, at: At) -> list[Annotation]:
    """Annotations of a field or parameter, by the value assigned to it (a parameter: its default)."""
    pairs = tuple((expr, expr[4] if expr[0] == CALL else 0) for expr in decorators(value))
    return list(_read(inference, pairs, at, 0))


def _read(
    inference: Inference, pairs: tuple[tuple[Expr, int], ...], at: At, depth: int, line: int = 0
) -> Iterator[Annotation]:
    for expr, own in pairs:
        named = expr[1] if expr[0] == CALL else expr
        if named[0] != NAME:
            continue
        value = inference.named_type(named[1], at)
        if value.kind == EXTERNAL:
            yield Annotation(value.path, expr, at, line or own)
        elif value.kind == CLASS and value.definition is not None and depth < MAX_DEPTH:
            made = value.definition
            yield Annotation(made.name, expr, at, line or own)
            for inner in _read(inference, made.scope.decorators, made.outside, depth + 1, line or own):
                yield _with_aliases(inner, expr, at)


def _with_aliases(inner: Annotation, outer: Expr, at: At) -> Annotation:
    """`@PostApi("/x")` hands its path on to the `@RequestMapping(method = POST)` that it carries."""
    if outer[0] != CALL or inner.get("value", "path") is not None:
        return inner
    given = Annotation("", outer, at, 0).get("value", "path")
    if given is None:
        return inner
    callee, named = (inner.expr[1], inner.expr[3]) if inner.expr[0] == CALL else (inner.expr, ())
    return inner._replace(expr=(CALL, callee, (given,), named, inner.line), at=at)


def first(found: list[Annotation], *names: str) -> Annotation | None:
    """The first annotation of one of these canonical names."""
    return next((item for item in found if item.name in names), None)


def java_classes(program: Program) -> Iterator[Definition]:
    return (item for item in program.project.classes() if item.file.language == "java")


def methods_of(program: Program, owner: Definition) -> list[Definition]:
    """The functions that a class itself declares, in source order."""
    table: dict[tuple[str, int], list[Definition]] = program.project.state("methods.of", lambda: _methods(program))
    return table.get(owner.key, [])


def _methods(program: Program) -> dict[tuple[str, int], list[Definition]]:
    table: dict[tuple[str, int], list[Definition]] = {}
    for definition in program.project.functions():
        if definition.file.scopes[definition.scope.parent].kind == "class":
            table.setdefault((definition.file.path, definition.scope.parent), []).append(definition)
    return table


def is_interface(definition: Definition) -> bool:
    return definition.index in definition.file.extra.get("interfaces", ())


def is_abstract(method: Definition) -> bool:
    """Whether a method has no body."""
    return method.index in method.file.extra.get("abstract", ())


def text(program: Program, expr: Expr | None, at: At) -> str | None:
    """A text with settings filled in; None when nothing of it is known."""
    if expr is None:
        return None
    value = program.inference.value(expr, at) if expr[0] != STR else None
    if value is None or value.kind == LITERAL and value.expr is not None and value.expr[0] == STR:
        return folded(program, expr, at)  # `"{id}"` is a constant, though it looks like a hole
    return filled(program, strings.text(program.inference, expr, at), at)


def folded(program: Program, expr: Expr | None, at: At) -> str | None:
    """Like `text`, but a wholly dynamic expression gives its hole."""
    return filled(program, program.folded(expr, at), at)


def filled(program: Program, value: str | None, at: At) -> str | None:
    if value is None or "${" not in value:
        return value
    return configuration_of(program.project).filled(at.file.path, value.replace("#{'", "").replace("'}", ""))


def texts(program: Program, expr: Expr | None, at: At) -> list[str]:
    """The texts of an element that takes one or an array of them; what is not constant is left out."""
    if expr is None:
        return []
    if expr[0] == LIST:
        return [found for item in expr[1][:MAX_TEXTS] for found in texts(program, item, at)]
    value = program.value(expr, at) if expr[0] in (NAME, "a") else None
    if value is not None and value.expr is not None and value.expr[0] == LIST and value.at is not None:
        return texts(program, value.expr, value.at)
    found = text(program, expr, at)
    return [found] if found is not None else []


def names(expr: Expr | None) -> list[str]:
    """Last names of an element that takes one or an array of constants: `RequestMethod.GET` → GET."""
    if expr is None:
        return []
    if expr[0] == LIST:
        return [name for item in expr[1] for name in names(item)]
    return [expr[1].rpartition(".")[2]] if expr[0] == NAME else [expr[2]] if expr[0] == "a" else []


def class_named(inference: Inference, expr: Expr | None, at: At) -> Definition | None:
    """The class that a type or a class literal names."""
    if expr is None:
        return None
    if expr[0] == INDEX:
        expr = expr[1]
    value = inference.named_type(expr[1], at) if expr[0] == NAME else inference.value(expr, at)
    return value.definition if value.kind == CLASS and not value.path else None


def argument_of_base(
    inference: Inference, definition: Definition, is_base: Container[str], position: int = 0
) -> tuple[Expr, At] | None:
    """The type argument that a class hands to a base from outside: User of `interface Users extends Base<User>`.

    Followed through generic bases of the tree, whose type parameters stand for what is handed to them."""
    return _argument(inference, definition, is_base, position, {}, 0)


def _argument(
    inference: Inference,
    definition: Definition,
    is_base: Container[str],
    position: int,
    bound: dict[str, tuple[Expr, At]],
    depth: int,
) -> tuple[Expr, At] | None:
    for base in definition.scope.bases if depth < 8 else ():
        if base[0] != INDEX:
            plain = inference.named_type(base[1], definition.outside) if base[0] == NAME else UNKNOWN
            if plain.kind == CLASS and plain.definition is not None and plain.definition is not definition:
                found = _argument(inference, plain.definition, is_base, position, {}, depth + 1)
                if found is not None:
                    return found
            continue
        value = inference.named_type(base[1][1], definition.outside) if base[1][0] == NAME else UNKNOWN
        arguments = [
            bound.get(item[1], (item, definition.outside)) if item[0] == NAME else (item, definition.outside)
            for item in base[2][1]
        ]
        if value.kind == EXTERNAL and value.path in is_base and position < len(arguments):
            return arguments[position]
        if value.kind == CLASS and value.definition is not None and value.definition is not definition:
            names_of = value.definition.file.extra.get("generics", {}).get(value.definition.index, ())
            inner = dict(zip(names_of, arguments, strict=False))
            found = _argument(inference, value.definition, is_base, position, inner, depth + 1)
            if found is not None:
                return found
    return None
