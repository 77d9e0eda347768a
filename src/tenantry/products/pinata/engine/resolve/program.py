"""A resolved program, as frameworks see it: every call with what it calls, found by canonical name."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from tenantry.products.pinata.engine.facts import (
    ATTR,
    BINARY,
    CALL,
    NAME,
    Call,
    Expr,
    FileFacts,
    dotted,
    keyword,
    spine,
)
from tenantry.products.pinata.engine.facts import FUNCTION as FUNCTION_EXPR
from tenantry.products.pinata.engine.resolve import strings
from tenantry.products.pinata.engine.resolve.inference import Inference
from tenantry.products.pinata.engine.resolve.project import Project
from tenantry.products.pinata.engine.resolve.values import CLASS, EXTERNAL, FUNCTION, INSTANCE, At, Definition, Value

_CALLABLE = frozenset((NAME, CALL, FUNCTION_EXPR, BINARY))


class Site:
    """One call in one place. Chains give one site per call; `outer` is the fact that holds the whole chain, in which this
    call is the one at `depth`, from the outermost."""

    __slots__ = ("_callee", "_expr", "_inference", "at", "depth", "method", "outer")

    def __init__(self, at: At, outer: Call, depth: int, method: str, inference: Inference) -> None:
        self.at = at
        self.outer = outer
        self.depth = depth
        self.method = method
        self._expr: Expr | None = None
        self._inference = inference
        self._callee: Value | None = None

    @property
    def expr(self) -> Expr:
        """The call; read when first asked."""
        if self._expr is None:
            self._expr = spine(self.outer.expr)[self.depth] if self.depth else self.outer.expr
        return self._expr

    @property
    def name(self) -> str:
        """The dotted name of what is called; "" when it has none."""
        if self.depth == 0 and self.outer.text is not None:
            return self.outer.name
        return dotted(self.expr[1])

    @property
    def bare(self) -> bool:
        """Whether it is plain, without reading the call, that nothing is handed over."""
        text, given = self.outer.text, self.outer.given
        return self.depth == 0 and text is not None and text.content.endswith(b"()", given[0], given[1])

    @property
    def length(self) -> int:
        """How many calls the chain has up to this one."""
        return len(_methods(self.outer)) - self.depth

    @property
    def callee(self) -> Value:
        """What is called; found out when first asked."""
        if self._callee is None:
            name = self.outer.name if self.outer.text is not None else ""
            # Where a call is yet to be read, its language has no overloads to choose from by the arguments.
            self._callee = (
                self._inference.value((NAME, name), self.at) if name else self._inference.callee(self.expr, self.at)
            )
        return self._callee

    @property
    def file(self) -> FileFacts:
        return self.at.file

    @property
    def line(self) -> int:
        """Where the chain starts, as a reader would point at it."""
        return self.outer.line

    @property
    def outermost(self) -> bool:
        return self.depth == 0

    def argument(self, name: str, position: int | None = None) -> Expr | None:
        """The argument called `name`, or the one at `position`; None when it is not given."""
        return keyword(self.expr, name, position)


class Program:
    """A project with its inference; all indexes are built once, on first use."""

    def __init__(self, project: Project, inference: Inference) -> None:
        self.project = project
        self.inference = inference
        self._by_method: dict[str, list[Site]] = defaultdict(list)
        self._by_name: dict[str, dict[str, list[Site]]] = {}
        for path in sorted(project.files):
            file = project.files[path]
            for call in file.calls:
                for depth, method in enumerate(_methods(call)):
                    self._by_method[method].append(Site(At(file, call.scope), call, depth, method, inference))

    @property
    def sites(self) -> Iterator[Site]:
        """All calls, file by file. Ask for `methods` or `calls` where a name is known: that is what makes a scan quick."""
        for method in sorted(self._by_method):
            yield from self._by_method[method]

    def canonical(self, value: Value) -> list[str]:
        """Names by which rules may know a value: of members of a class of the tree, those of its outside bases."""
        if value.kind == EXTERNAL:
            return [value.path]
        if value.kind in (CLASS, INSTANCE) and value.definition is not None and value.path:
            made = "()" if value.kind == INSTANCE else ""
            return [f"{base}{made}{value.path}" for base in self.inference.members.externals(value.definition)]
        return []

    def calls(self, *names: str) -> Iterator[Site]:
        """Calls of these canonical names, such as `requests.get` or `httpx.Client().post`.

        The last part must be the name that stands in the call: `from os import getenv as env` is not found by it."""
        for name in names:
            method = name[name.rfind(".") + 1 :]
            known = self._by_name.get(method)
            if known is None:
                known = self._by_name[method] = defaultdict(list)
                for site in self._by_method.get(method, ()):
                    for canonical in self.canonical(site.callee):
                        known[canonical].append(site)
                for alias in self._aliases().get(method, ()):
                    for site in self._by_method.get(alias, ()):
                        for canonical in self.canonical(site.callee):
                            if canonical.endswith(method):
                                known[canonical].append(site)
            yield from known.get(name, ())

    def _aliases(self) -> dict[str, list[str]]:
        """Imported name → other names it goes by somewhere in the tree."""

        def build() -> dict[str, list[str]]:
            found: dict[str, set[str]] = defaultdict(set)
            for file in self.project.files.values():
                for item in file.imports:
                    if item.name and item.alias != item.name:
                        found[item.name].add(item.alias)
            return {name: sorted(aliases) for name, aliases in found.items()}

        return self.project.state("aliases", build)

    def methods(self, *names: str) -> Iterator[Site]:
        """Calls by the last name alone, whatever it is called on."""
        for name in names:
            yield from self._by_method.get(name, ())

    def callable_sites(self) -> Iterator[Site]:
        """Calls that may be of something in the tree, by their last name."""
        names = {
            scope.name[scope.name.rfind(".") + 1 :] for file in self.project.files.values() for scope in file.scopes
        }
        for file in self.project.files.values():
            names.update(item.alias for item in file.imports if item.alias != item.name)
            for assign in file.assigns:
                if assign.tag in _CALLABLE:
                    names.add(assign.target[assign.target.rfind(".") + 1 :])
        for name in sorted(names & self._by_method.keys()):
            yield from self._by_method[name]

    def matching(self, prefix: str, suffixes: frozenset[str]) -> Iterator[Site]:
        """Calls whose last name is one of `suffixes` and whose canonical name begins with `prefix`."""
        for suffix in sorted(suffixes):
            for site in self._by_method.get(suffix, ()):
                if any(name.startswith(prefix) for name in self.canonical(site.callee)):
                    yield site

    # -- shorthands that rules read well with -----------------------------------------------------------------

    def value(self, expr: Expr, at: At) -> Value:
        return self.inference.value(expr, at)

    def text(self, expr: Expr | None, at: At) -> str | None:
        """The constant text of an expression, with `{name}` for what is not; None when nothing is known of it."""
        return strings.text(self.inference, expr, at)

    def folded(self, expr: Expr | None, at: At) -> str | None:
        """Like `text`, but a wholly dynamic expression gives its one hole."""
        return strings.fold(self.inference, expr, at) if expr is not None else None

    def externals(self, definition: Definition) -> list[str]:
        return self.inference.members.externals(definition)

    def inherits(self, definition: Definition, *bases: str) -> bool:
        """Whether a class has one of these canonical names among its outside bases."""
        return any(name in bases for name in self.externals(definition))

    def function(self, expr: Expr | None, at: At) -> Definition | None:
        """The function (or the method `__call__`…) of the tree that an expression names, looked up through decorators."""
        if expr is None:
            return None
        value = self.value(expr, at)
        return value.definition if value.kind == FUNCTION and not value.path else None


def _methods(call: Call) -> Sequence[str]:
    """The last names of a chain of calls, outermost first; "" for a call of something without a name."""
    if call.text is not None:
        name = call.given[3]
        return (name[name.rfind(".") + 1 :],) if type(name) is str else name
    callee = call.given[1]
    if callee[0] == NAME:
        return (callee[1][callee[1].rfind(".") + 1 :],)
    return [_last_name(inner[1]) for inner in spine(call.given)]


def _last_name(callee: Expr) -> str:
    tag = callee[0]
    if tag == NAME:
        return str(callee[1][callee[1].rfind(".") + 1 :])
    return str(callee[2]) if tag == ATTR else ""
