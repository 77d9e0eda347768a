"""What one source file says, in words that no language owns.

A language turns a file into `FileFacts`; from there on nothing looks at syntax trees again. Facts hold only
tuples, strings and numbers, so they are cheap to keep in memory, to send between processes and to cache.

Expressions are plain tuples whose first item is a tag:

    (STR, text)                        a string without holes
    (NUM, value)                       a number, True, False or None
    (NAME, "a.b.c")                    a dotted name; the instance itself is always spelled `self`
    (ATTR, expression, "name")         a member of something that is not a plain dotted name
    (CALL, callee, args, kwargs, line) args: expressions; kwargs: (name, expression) pairs; line: of the parenthesis
    (TEMPLATE, parts)                  a string with holes; each part is a text or an expression
    (LIST, items)                      a list, tuple or set, or the one body of a comprehension
    (DICT, pairs)                      (key expression, value expression) pairs
    (INDEX, expression, index)         subscript
    (BINARY, operator, left, right)    also `or`, `and`, and `?` for either branch of a conditional
    (ELEMENT, expression)              one element of an iterable (a loop variable)
    (FUNCTION, start)                  an inline function: the `start` of its scope in the same file
    (FUNCTION, -1, expression)         an inline function that calls nothing: what it gives
    (SPLAT, expression)                an argument list unpacked in place
    UNKNOWN                            anything else

Type arguments of a call, `Set<Order>()`, are a keyword argument of the name TYPES that holds a LIST of types; what an
object initializer sets, `new Order { Total = 1 }`, are keyword arguments of the constructor's call.
"""

import marshal
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

Expr: TypeAlias = tuple[Any, ...]

STR, NUM, NAME, ATTR, CALL, TEMPLATE = "s", "n", "v", "a", "c", "t"
LIST, DICT, INDEX, BINARY, ELEMENT, FUNCTION, SPLAT = "l", "d", "i", "b", "e", "f", "*"
UNKNOWN: Expr = ("?",)
TYPES = "<>"

DECORATED = "@"
"""`@Column() name = 1` is an assignment of the call `@(Column(), …, value=1)`: see `decorators` below."""

MODULE, CLASS, CALLABLE = "module", "class", "function"


class Param(NamedTuple):
    """A parameter of a function; `kind` is "" for a plain one, "*" and "**" for the rest."""

    name: str
    annotation: Expr | None
    default: Expr | None
    kind: str = ""


class Scope(NamedTuple):
    """A module (always index 0), a class or a function, named or inline.

    `start` is its first byte; `decorators` are (expression, line) pairs, annotations and attributes of other
    languages included; `returns` holds returned and yielded values; keyword arguments of a class are `params`."""

    kind: str
    name: str
    qualname: str
    parent: int
    line: int
    end_line: int
    start: int = 0
    decorators: tuple[tuple[Expr, int], ...] = ()
    bases: tuple[Expr, ...] = ()
    params: tuple[Param, ...] = ()
    annotation: Expr | None = None
    returns: tuple[Expr, ...] = ()


class Import(NamedTuple):
    """`alias` stands for `name` of `module`; name "" means the module itself, "*" all that it offers.

    `level` counts the leading dots of a relative import in languages that have them (else 0)."""

    scope: int
    alias: str
    module: str
    name: str
    level: int
    line: int


class Assign(NamedTuple):
    """`target` is a name, or dotted (`self.client`, `app.config`); several may share one target."""

    scope: int
    target: str
    value: Expr | None
    annotation: Expr | None
    line: int


class Call(NamedTuple):
    """The outermost call of a chain: `a.b().c()` is one fact, whose callee holds the inner call."""

    scope: int
    expr: Expr
    line: int
    end_line: int


class Statement(NamedTuple):
    """One SQL statement of an .sql file; `name` is its label where a loader such as aiosql gives it one."""

    name: str
    text: str
    line: int


@dataclass(slots=True)
class FileFacts:
    """All facts of one file. `exports` maps names it passes on from elsewhere (`export {x} from`), for languages that do."""

    path: str
    language: str
    scopes: list[Scope] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    assigns: list[Assign] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)


def pack(facts: FileFacts) -> bytes:
    """Facts as bytes, without the path: they hold for equal contents wherever the file lies.

    An expression that is part of another one stays the very same object (marshal keeps references from version 3 on):
    frameworks tell by identity what they have counted already."""
    plain = (
        facts.language,
        [(*scope[:9], tuple(map(tuple, scope.params)), *scope[10:]) for scope in facts.scopes],
        [*map(tuple, facts.imports)],
        [*map(tuple, facts.assigns)],
        [*map(tuple, facts.calls)],
        [*map(tuple, facts.statements)],
        facts.errors,
        facts.extra,
    )
    return marshal.dumps(plain, 4)


def unpack(path: str, data: bytes) -> FileFacts:
    """The facts of the file at `path` from `pack`'s bytes; ValueError, EOFError or TypeError when they are damaged."""
    language, scopes, imports, assigns, calls, statements, errors, extra = marshal.loads(data)
    return FileFacts(
        path,
        language,
        [Scope._make((*row[:9], tuple(Param._make(param) for param in row[9]), *row[10:])) for row in scopes],
        [Import._make(row) for row in imports],
        [Assign._make(row) for row in assigns],
        [Call._make(row) for row in calls],
        [Statement._make(row) for row in statements],
        errors,
        extra,
    )


def dotted(expr: Expr | None) -> str:
    """`a.b.c` of a dotted name, else ""."""
    return expr[1] if expr is not None and expr[0] == NAME else ""


def spine(expr: Expr) -> list[Expr]:
    """The calls of a chain, outermost first: for `a.b(1).c(2)` the call of `c`, then that of `b`."""
    calls = []
    while True:
        if expr[0] == CALL:
            calls.append(expr)
            expr = expr[1]
        elif expr[0] in (ATTR, INDEX):
            expr = expr[1]
        else:
            return calls


def keyword(call: Expr, name: str, position: int | None = None) -> Expr | None:
    """The argument called `name`, or the one at `position`, of a CALL; None when it is not given."""
    for key, value in call[3]:
        if key == name:
            return value  # type: ignore[no-any-return]
    if position is not None and position < len(call[2]):
        value = call[2][position]
        return None if value[0] == SPLAT else value
    return None


def decorators(value: Expr | None) -> tuple[Expr, ...]:
    """The decorators of a field or of a constructor's parameter, by the value assigned to it."""
    return value[2] if value is not None and value[0] == CALL and value[1] == (NAME, DECORATED) else ()


def type_arguments(call: Expr) -> tuple[Expr, ...]:
    """The type arguments of a CALL."""
    for key, value in call[3]:
        if key == TYPES:
            return value[1]  # type: ignore[no-any-return]
    return ()


def joined(values: "list[Expr]") -> Expr:
    """Strings and whatever stands between them, in order, as one STR or TEMPLATE."""
    parts: list[Any] = []
    for value in values:
        pieces = value[1] if value[0] == TEMPLATE else (value[1],) if value[0] == STR else (value,)
        for piece in pieces:
            if isinstance(piece, str) and parts and isinstance(parts[-1], str):
                parts[-1] += piece
            else:
                parts.append(piece)
    if len(parts) == 1 and isinstance(parts[0], str):
        return (STR, parts[0])
    return (TEMPLATE, tuple(parts))
