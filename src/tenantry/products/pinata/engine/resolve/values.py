"""What an expression stands for, as far as it can be told without running anything.

A value has a kind, what it refers to, and a `path`: the members and calls that lead on from there and are not part of
the tree. For things from outside, the path is the whole canonical name:

    requests.get                      Value(EXTERNAL, path="requests.get")
    httpx.AsyncClient(...).get        Value(EXTERNAL, path="httpx.AsyncClient().get")
    User (a class of the tree)        Value(CLASS, User)
    User.objects.filter(...).first    Value(CLASS, User, ".objects.filter().first")
    self (in a method of Repo)        Value(INSTANCE, Repo)
    send_mail.delay                   Value(FUNCTION, send_mail, ".delay")

So a rule of a framework is a comparison of strings.
"""

from dataclasses import dataclass
from typing import NamedTuple

from tenantry.products.pinata.engine.facts import Expr, FileFacts, Scope

EXTERNAL, CLASS, INSTANCE, FUNCTION, MODULE, LITERAL, MANY, SUPER, UNKNOWN_KIND = (
    "external", "class", "instance", "function", "module", "literal", "many", "super", "unknown",
)  # fmt: skip


class At(NamedTuple):
    """Where an expression stands: names are looked up from here."""

    file: FileFacts
    scope: int


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """A class or function of the tree; there is exactly one object per definition, so identity is equality."""

    file: FileFacts
    index: int

    @property
    def scope(self) -> Scope:
        return self.file.scopes[self.index]

    @property
    def name(self) -> str:
        return self.scope.name

    @property
    def inside(self) -> At:
        """Names inside the definition are looked up from here."""
        return At(self.file, self.index)

    @property
    def outside(self) -> At:
        """Names of its decorators, bases and defaults are looked up from here."""
        return At(self.file, self.scope.parent)

    @property
    def key(self) -> tuple[str, int]:
        return self.file.path, self.index


class Binding(NamedTuple):
    """A variable by where it is bound: the identity of a router, a blueprint, an application, a table object."""

    path: str
    scope: int
    name: str


class Value(NamedTuple):
    """See the module's docstring. LITERAL carries `expr` and where it stands; MANY holds the `item` of a collection.

    SUPER is the instance as its bases see it. With a `path`, `item` may hold the object that has members of its own
    along that path (a manager of a model, an entity of a repository)."""

    kind: str
    definition: Definition | None = None
    path: str = ""
    expr: Expr | None = None
    at: At | None = None
    item: "Value | None" = None

    @property
    def known(self) -> bool:
        return self.kind != UNKNOWN_KIND


UNKNOWN = Value(UNKNOWN_KIND)


def external(path: str) -> Value:
    return Value(EXTERNAL, path=path)
