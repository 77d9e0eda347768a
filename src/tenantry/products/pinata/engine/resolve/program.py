"""A resolved program, as frameworks see it: every call with what it calls, found by canonical name."""

from collections import defaultdict
from collections.abc import Iterator

from tenantry.products.pinata.engine.facts import ATTR, CALL, NAME, Call, Expr, FileFacts, spine
from tenantry.products.pinata.engine.resolve import strings
from tenantry.products.pinata.engine.resolve.inference import Inference
from tenantry.products.pinata.engine.resolve.project import Project
from tenantry.products.pinata.engine.resolve.values import CLASS, EXTERNAL, FUNCTION, INSTANCE, At, Definition, Value


class Site:
    """One call in one place. Chains give one site per call; `outer` is the fact that holds the whole chain."""

    __slots__ = ("at", "callee", "expr", "method", "outer")

    def __init__(self, at: At, expr: Expr, outer: Call, callee: Value, method: str) -> None:
        self.at = at
        self.expr = expr
        self.outer = outer
        self.callee = callee
        self.method = method

    @property
    def file(self) -> FileFacts:
        return self.at.file

    @property
    def line(self) -> int:
        """Where the chain starts, as a reader would point at it."""
        return self.outer.line

    @property
    def outermost(self) -> bool:
        return self.expr is self.outer.expr

    def argument(self, name: str, position: int | None = None) -> Expr | None:
        for key, value in self.expr[3]:
            if key == name:
                return value  # type: ignore[no-any-return]
        if position is not None and position < len(self.expr[2]):
            value = self.expr[2][position]
            return None if value[0] == "*" else value
        return None


class Program:
    """A project with its inference; all indexes are built once, on first use."""

    def __init__(self, project: Project, inference: Inference) -> None:
        self.project = project
        self.inference = inference
        self.sites: list[Site] = []
        self._by_name: dict[str, list[Site]] = defaultdict(list)
        self._by_method: dict[str, list[Site]] = defaultdict(list)
        self._by_definition: dict[tuple[str, int], list[Site]] = defaultdict(list)
        for path in sorted(project.files):
            file = project.files[path]
            for call in file.calls:
                for expr in spine(call.expr):
                    self._add(file, call, expr)

    def _add(self, file: FileFacts, call: Call, expr: Expr) -> None:
        at = At(file, call.scope)
        callee_expr = expr[1]
        tag = callee_expr[0]
        method = callee_expr[1].rpartition(".")[2] if tag == NAME else callee_expr[2] if tag == ATTR else ""
        callee = self.inference.value(callee_expr, at)
        site = Site(at, expr, call, callee, method)
        self.sites.append(site)
        if method:
            self._by_method[method].append(site)
        for name in self.canonical(callee):
            self._by_name[name].append(site)
        if callee.definition is not None and callee.kind == FUNCTION:
            self._by_definition[callee.definition.key].append(site)

    def canonical(self, value: Value) -> list[str]:
        """Names by which rules may know a value: of members of a class of the tree, those of its outside bases."""
        if value.kind == EXTERNAL:
            return [value.path]
        if value.kind in (CLASS, INSTANCE) and value.definition is not None and value.path:
            made = "()" if value.kind == INSTANCE else ""
            return [f"{base}{made}{value.path}" for base in self.inference.members.externals(value.definition)]
        return []

    def calls(self, *names: str) -> Iterator[Site]:
        """Calls of these canonical names, such as `requests.get` or `httpx.Client().post`."""
        for name in names:
            yield from self._by_name.get(name, ())

    def methods(self, *names: str) -> Iterator[Site]:
        """Calls by the last name alone, whatever it is called on."""
        for name in names:
            yield from self._by_method.get(name, ())

    def calls_of(self, definition: Definition) -> list[Site]:
        """Calls of a function of the tree, or of members of it (`task.delay`)."""
        return self._by_definition.get(definition.key, [])

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
