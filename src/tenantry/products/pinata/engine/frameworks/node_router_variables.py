"""Variables of Node's web frameworks that hold routers: made, handed over as parameters, kept in lists and fields."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tenantry.products.pinata.engine.facts import (
    ATTR,
    CALL,
    DICT,
    ELEMENT,
    NAME,
    STR,
    Assign,
    Expr,
    FileFacts,
    Param,
    dotted,
    spine,
)
from tenantry.products.pinata.engine.facts import FUNCTION as FUNCTION_EXPR
from tenantry.products.pinata.engine.findings import Findings
from tenantry.products.pinata.engine.frameworks.javascript import LANGUAGES, calls_of, items, option
from tenantry.products.pinata.engine.frameworks.mounting import Mounts
from tenantry.products.pinata.engine.resolve.program import Program
from tenantry.products.pinata.engine.resolve.values import CLASS, FUNCTION, INSTANCE, At, Binding, Definition

VERBS = {
    **{verb: verb.upper() for verb in ("get", "post", "put", "patch", "delete", "head", "options")},
    "all": "ANY", "del": "DELETE", "opts": "OPTIONS", "ws": "WS",
}  # fmt: skip
MODULES = {
    "express": ("express", "polka", "restify", "router"), "fastify": ("fastify",),
    "koa": ("koa", "@koa/router", "koa-router"), "hono": ("hono", "@hono/zod-openapi"),
}  # fmt: skip
ALL_MODULES = frozenset(module for modules in MODULES.values() for module in modules)
_MAX_DEPTH = 6


@dataclass(frozen=True)
class Dialect:
    """`creators` are canonical calls that make a router; True for applications, which are reached without being mounted."""

    name: str
    creators: dict[str, bool]
    types: frozenset[str]
    mounts: frozenset[str] = frozenset(("use",))
    verbs: dict[str, str] = field(default_factory=lambda: VERBS)
    wrappers: frozenset[str] = frozenset()
    """Methods that give what stands for a router when it is mounted: `router.routes()`."""


class RouterVariables:
    """Which variables of a tree hold routers, and which of them an expression may stand for."""

    def __init__(self, program: Program, findings: Findings, dialect: Dialect) -> None:
        self.program = program
        self.inference = program.inference
        self.findings = findings
        self.dialect = dialect
        self.mounts = Mounts()
        self.modules = {name.partition("(")[0].partition(".")[0] for name in dialect.creators}
        self.made: dict[int, Binding] = {}  # the innermost call of a chain that makes a router → its variable
        self._params: dict[tuple[str, int, str], list[Binding]] = {}

    # -- routers ----------------------------------------------------------------------------------------------

    def collect(self) -> None:
        for path in sorted(self.program.project.files):
            file = self.program.project.files[path]
            if file.language not in LANGUAGES or not any(item.module in self.modules for item in file.imports):
                continue
            for assign in file.assigns:
                if assign.value is not None and assign.value[0] == CALL:
                    self._assigned(file, assign)

    def _assigned(self, file: FileFacts, assign: Assign) -> None:
        at = At(file, assign.scope)
        assert assign.value is not None
        root = self.created(assign.value, at)
        if root is None:
            return
        binding = self.inference.binding((NAME, assign.target), at)
        if binding is None or binding in self.mounts.prefixes:
            return
        innermost = spine(assign.value)[-1]
        self.made[id(innermost)] = binding
        self.mounts.router(binding, self.own_prefix(assign.value, at), root=root)

    def created(self, value: Expr, at: At) -> bool | None:
        """Whether an expression makes an application (True) or a router (False); None when neither."""
        calls = spine(value)
        if self.method(calls[0]) in self.dialect.wrappers:
            return None
        return self.dialect.creators.get(self.program.value(calls[-1], at).path)

    def own_prefix(self, made: Expr, at: At) -> str:
        """A router's own prefix: `new Router({prefix: "/x"})`, `new Hono().basePath("/x")`."""
        for call in spine(made):
            method = self.method(call)
            if method == "basePath" and call[2]:
                return self.program.folded(call[2][0], at) or ""
            given = option(self.inference, call[2][0], at, "prefix") if call[2] else None
            if given is not None:
                return self.program.folded(*given) or ""
        return ""

    @staticmethod
    def method(call: Expr) -> str:
        callee = call[1]
        return callee[2] if callee[0] == ATTR else callee[1].rpartition(".")[2] if callee[0] == NAME else ""

    @staticmethod
    def owner(call: Expr) -> Expr | None:
        """What a method is called on."""
        callee = call[1]
        if callee[0] == ATTR:
            return callee[1]  # type: ignore[no-any-return]
        return (NAME, callee[1].rpartition(".")[0]) if callee[0] == NAME and "." in callee[1] else None

    # -- which router an expression is ------------------------------------------------------------------------

    def routers(self, expr: Expr, at: At, depth: int = 0) -> list[Binding]:
        """Every router variable that an expression may stand for, through parameters and loops."""
        if depth > _MAX_DEPTH:
            return []
        if expr[0] == CALL:
            return self._called_routers(expr, at, depth)
        if expr[0] == ATTR:
            value = self.program.value(expr[1], at)
            if value.kind in (INSTANCE, CLASS) and value.definition is not None and not value.path:
                binding = self.inference.members.attribute_binding(value.definition, expr[2])
                return [binding] if binding in self.mounts.prefixes and binding is not None else []
            return []
        if expr[0] == FUNCTION_EXPR:
            return []
        if expr[0] != NAME:
            return []
        binding = self.inference.binding(expr, at)
        if binding is not None and binding in self.mounts.prefixes:
            return [binding]
        head, _, key = expr[1].rpartition(".")
        held = option(self.inference, (NAME, head), at, key) if head and not head.startswith("self") else None
        if held is not None:  # routes.users, where routes is {users, orders}
            return self.routers(held[0], held[1], depth + 1)
        wrapped = self._wrapped(binding, depth) if binding is not None and self.dialect.wrappers else []
        if wrapped:
            return wrapped
        through = self._variable(expr, at, depth)
        if through:
            return through
        return self._typed(expr, at, binding)

    def _wrapped(self, binding: Binding, depth: int) -> list[Binding]:
        """The router behind `module.exports = router.routes()`."""
        file = self.program.project.files[binding.path]
        for entry in self.program.project.names(file, binding.scope).get(binding.name, ()):
            value = entry.value if isinstance(entry, Assign) else None
            if value is not None and value[0] == CALL and self.method(value) in self.dialect.wrappers:
                return self.routers(value, At(file, binding.scope), depth + 1)
        return []

    def _called_routers(self, expr: Expr, at: At, depth: int) -> list[Binding]:
        known = self.made.get(id(spine(expr)[-1]))
        if known is not None:
            return [known]
        owner = self.owner(expr)
        if self.method(expr) in self.dialect.wrappers and owner is not None:
            return self.routers(owner, at, depth + 1)
        binding = self.inference.binding(expr, at)
        if binding is not None and binding in self.mounts.prefixes:
            return [binding]
        value = self.program.value(expr[1], at)
        if value.kind == FUNCTION and value.definition is not None:
            for returned in value.definition.scope.returns:
                found = self.routers(returned, value.definition.inside, depth + 1)
                if found:
                    return found
        for argument in expr[2]:  # withAuth(router)
            if argument[0] == NAME:
                found = self.routers(argument, at, depth + 1)
                if found:
                    return found
        return []

    def _variable(self, expr: Expr, at: At, depth: int) -> list[Binding]:
        """Routers of a parameter (what callers hand over), of a loop variable, or of a member of either."""
        head, _, rest = expr[1].partition(".")
        scope = at.scope
        while scope >= 0:
            entries = self.program.project.names(at.file, scope).get(head, ())
            for entry in entries:
                if isinstance(entry, Param):
                    return self._of_parameter(self.program.project.definition(at.file, scope), entry, rest, depth)
                if isinstance(entry, Assign) and entry.value is not None and dotted(entry.value).startswith("{}"):
                    return self._taken_out(At(at.file, scope), head, dotted(entry.value), rest, depth)
                if isinstance(entry, Assign) and entry.value is not None and entry.value[0] == ELEMENT:
                    found: list[Binding] = []
                    for item, where in self.elements(entry.value[1], At(at.file, scope), depth):
                        found += self.routers(member(self.inference, item, where, rest), where, depth + 1)
                    return found
            if entries:
                return []
            scope = at.file.scopes[scope].parent
        return []

    def _taken_out(self, at: At, name: str, path: str, rest: str, depth: int) -> list[Binding]:
        """Routers of a name that a function takes out of its parameter: `({ app }) => …`."""
        pattern, _, key = path.partition(".")
        parameter = next(
            (e for e in self.program.project.names(at.file, at.scope).get(pattern, ()) if isinstance(e, Param)), None
        )
        if parameter is None:
            return []
        function = self.program.project.definition(at.file, at.scope)
        found = self._of_parameter(function, parameter, f"{key}.{rest}" if rest else key, depth)
        if not found and not rest and name in ("app", "router", "server", "fastify"):
            found = [self.own(Binding(at.file.path, at.scope, name))]
        return found

    def elements(self, expr: Expr, at: At, depth: int) -> list[tuple[Expr, At]]:
        """The items of a list, also of one that callers hand over as a parameter."""
        if expr[0] == NAME and "." not in expr[1]:
            scope = at.scope
            while scope >= 0:
                entries = self.program.project.names(at.file, scope).get(expr[1], ())
                parameter = next((entry for entry in entries if isinstance(entry, Param)), None)
                if parameter is not None and depth < _MAX_DEPTH:
                    function = self.program.project.definition(at.file, scope)
                    return [
                        pair
                        for given, where in self.handed_over(function, parameter)
                        for pair in self.elements(given, where, depth + 1)
                    ]
                if entries:
                    break
                scope = at.file.scopes[scope].parent
        found = items(self.inference, expr, at)
        return [] if len(found) == 1 and found[0][0] is expr else found

    def handed_over(self, function: Definition, parameter: Param) -> Iterator[tuple[Expr, At]]:
        """What callers in the tree pass for a parameter."""
        position = next(
            (i for i, item in enumerate(function.scope.params) if item is parameter or item.name == parameter.name), -1
        )
        for site in calls_of(self.program, function):
            if position < len(site.expr[2]):
                yield site.expr[2][position], site.at

    def _of_parameter(self, function: Definition, parameter: Param, rest: str, depth: int) -> list[Binding]:
        key = (*function.key, f"{parameter.name}.{rest}")
        found = self._params.get(key)
        if found is None:
            self._params[key] = []
            found = []
            for given, where in self.handed_over(function, parameter):
                for binding in self.routers(member(self.inference, given, where, rest), where, depth + 1):
                    if binding not in found:
                        found.append(binding)
            if not found and not rest:
                found = self.parameter_router(function, parameter)
            self._params[key] = found
        return found

    def parameter_router(self, function: Definition, parameter: Param) -> list[Binding]:
        """A parameter nobody is seen to hand over is a router of its own when its type says so."""
        if parameter.annotation is None:
            return []
        value = self.program.value((NAME, parameter.name), function.inside)
        if value.path not in self.dialect.types:
            return []
        return [self.own(Binding(function.file.path, function.index, parameter.name))]

    def own(self, binding: Binding, prefix: str = "") -> Binding:
        if binding not in self.mounts.prefixes:
            self.mounts.router(binding, prefix)
        return binding

    def _typed(self, expr: Expr, at: At, binding: Binding | None) -> list[Binding]:
        value = self.program.value(expr, at)
        if value.path in self.dialect.types or value.path in self.dialect.creators:
            return [self.own(binding or Binding(at.file.path, at.scope, expr[1]))]
        return []


def member(inference: object, expr: Expr, at: At, rest: str) -> Expr:
    """The expression `expr.rest`, looked up at once when `expr` is an object literal in place."""
    for part in rest.split(".") if rest else ():
        if expr[0] == DICT:
            expr = next((value for key, value in reversed(expr[1]) if key == (STR, part)), ("?",))
        elif expr[0] == NAME:
            expr = (NAME, f"{expr[1]}.{part}")
        else:
            expr = (ATTR, expr, part)
    return expr
