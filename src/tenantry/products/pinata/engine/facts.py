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

Reading an expression costs more than parsing it, and rules ask for few. So a language may leave some unread: `given` of a
Call or an Assign is then a `Span` of the file's `Text`, and `expr`, `value` and `Scope.returns` read it when somebody asks.
What is asked of every call or assignment should be asked of `name`, `tag` and `head`, which read nothing.

Type arguments of a call, `Set<Order>()`, are a keyword argument of the name TYPES that holds a LIST of types; what an
object initializer sets, `new Order { Total = 1 }`, are keyword arguments of the constructor's call.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias, overload

Expr: TypeAlias = tuple[Any, ...]
Span: TypeAlias = tuple[int, int, str, str | tuple[str, ...]]
"""(start, end, tag, name): the bytes of an expression that is yet to be read, its tag, and of a call what is called: a dotted
name, or the last names of a chain of calls, outermost first. A Span begins with a number, an Expr with a text."""

STR, NUM, NAME, ATTR, CALL, TEMPLATE = "s", "n", "v", "a", "c", "t"
LIST, DICT, INDEX, BINARY, ELEMENT, FUNCTION, SPLAT = "l", "d", "i", "b", "e", "f", "*"
UNKNOWN: Expr = ("?",)
TYPES = "<>"

DECORATED = "@"
"""`@Column() name = 1` is an assignment of the call `@(Column(), …, value=1)`: see `decorators` below."""

MODULE, CLASS, CALLABLE = "module", "class", "function"


@dataclass(slots=True)
class Text:
    """The source of a file, kept as long as some of its expressions are unread; `reader(text, start, end)` reads one."""

    content: bytes
    path: str = field(compare=False)
    reader: "Callable[[Text, int, int], Expr]" = field(compare=False)
    known: dict[tuple[int, int], Expr] = field(default_factory=dict, compare=False)
    """Calls that have been read, by their bytes: whoever reads a call again gets the very same object."""
    place: tuple[int, int] = field(default=(0, 0), compare=False)

    def row(self, start: int) -> int:
        """The line of a byte, from 0. It is counted from the last one asked for: most are asked for in order."""
        last, row = self.place
        if start < last:
            last = row = 0
        row += self.content.count(b"\n", last, start)
        self.place = start, row
        return row

    def read(self, span: Expr) -> Expr:
        place = span[:2]
        found = self.known.get(place)
        if found is None:
            found = self.known[place] = self.reader(self, *place)
        return (ELEMENT, found) if span[2] == ELEMENT else found


class Unread(Sequence[Expr]):
    """Expressions of which some are read when they are asked for."""

    __slots__ = ("given", "text")

    def __init__(self, text: Text, given: tuple[Expr, ...]) -> None:
        self.text = text
        self.given = given

    def __len__(self) -> int:
        return len(self.given)

    def __iter__(self) -> Iterator[Expr]:
        return map(self._read, self.given)

    @overload
    def __getitem__(self, index: int) -> Expr: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Expr]: ...
    def __getitem__(self, index: int | slice) -> Expr | Sequence[Expr]:
        return Unread(self.text, self.given[index]) if isinstance(index, slice) else self._read(self.given[index])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unread) and (self.text, self.given) == (other.text, other.given)

    def __hash__(self) -> int:
        return hash(self.given)

    def _read(self, given: Expr) -> Expr:
        return given if type(given[0]) is str else self.text.read(given)


def returned(text: Text | None, given: list[Expr]) -> Sequence[Expr]:
    """What a scope returns, of which some may be unread."""
    if text is None or all(type(value[0]) is str for value in given):
        return tuple(given)
    return Unread(text, tuple(given))


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
    returns: Sequence[Expr] = ()


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
    given: Expr | None
    annotation: Expr | None
    line: int
    text: Text | None = None

    @property
    def value(self) -> Expr | None:
        """What is assigned; None for a mere declaration."""
        given = self.given
        return given if self.text is None or given is None else self.text.read(given)

    @property
    def tag(self) -> str:
        """The tag of the value; "" for a mere declaration."""
        given = self.given
        return "" if given is None else given[0] if self.text is None else given[2]

    @property
    def head(self) -> str:
        """The dotted name with which a value begins that is a name, a call or a chain of calls; else ""."""
        if self.text is not None:
            return head_of(self.text.content, self.given) if self.given is not None else ""
        value = self.given
        while value is not None and value[0] in (CALL, ATTR):
            value = value[1]
        return dotted(value)


class Call(NamedTuple):
    """The outermost call of a chain: `a.b().c()` is one fact, whose callee holds the inner call."""

    scope: int
    given: Expr
    line: int
    end_line: int
    text: Text | None = None

    @property
    def expr(self) -> Expr:
        """The whole call."""
        if self.text is None:
            return self.given
        found = self.text.read(self.given)
        return found if found[0] == CALL else (CALL, (NAME, self.name), (), (), self.line)

    @property
    def name(self) -> str:
        """The dotted name of what is called; "" for a chain of calls and whatever has no name."""
        given = self.given
        if self.text is None:
            return dotted(given[1])
        return given[3] if type(given[3]) is str else ""


class Statement(NamedTuple):
    """One SQL statement of an .sql file; `name` is its label where a loader such as aiosql gives it one."""

    name: str
    text: str
    line: int


@dataclass(slots=True)
class FileFacts:
    """All facts of one file. `exports` maps names it passes on from elsewhere (`export {x} from`), for languages that do;
    `text` is kept when some expressions are unread."""

    path: str
    language: str
    scopes: list[Scope] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    assigns: list[Assign] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    text: Text | None = None


_HEAD = re.compile(rb"[\w$.]+")


def head_of(content: bytes, span: Expr) -> str:
    """The dotted name with which a call begins that is yet to be read."""
    found = _HEAD.match(content, span[0], span[1]) if span[2] == CALL else None
    return found.group().decode("ascii") if found is not None else ""


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
