"""Routers of Node's web frameworks: variables that are handed around, mounted on each other, and given paths and handlers.

Express, Koa, Fastify and Hono differ in words, not in kind; a `Dialect` holds the words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tenantry.products.pinata.engine.facts import (
    ATTR,
    BINARY,
    CALL,
    DICT,
    ELEMENT,
    LIST,
    NAME,
    STR,
    TEMPLATE,
    Assign,
    Expr,
    FileFacts,
    Param,
    dotted,
    spine,
)
from tenantry.products.pinata.engine.facts import FUNCTION as FUNCTION_EXPR
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.javascript import (
    LANGUAGES,
    calls_of,
    is_javascript,
    items,
    joined,
    option,
    path_of,
)
from tenantry.products.pinata.engine.frameworks.mounting import Mounts
from tenantry.products.pinata.engine.resolve.program import Program, Site
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
_ROUTER_NAME = re.compile(r"(?:^|[._])(?:app|server|api|fastify|instance|[a-zA-Z]*[rR]outer|[a-zA-Z]*[rR]outes?)\Z")


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


class NodeRouters:
    """One run over one program."""

    def __init__(self, program: Program, findings: Findings, dialect: Dialect) -> None:
        self.program = program
        self.inference = program.inference
        self.findings = findings
        self.dialect = dialect
        self.mounts = Mounts()
        self.modules = {name.partition("(")[0].partition(".")[0] for name in dialect.creators}
        self.made: dict[int, Binding] = {}  # the innermost call of a chain that makes a router → its variable
        self._params: dict[tuple[str, int, str], list[Binding]] = {}

    def run(self) -> None:
        self.collect()
        for site in self.program.methods(*sorted(self.dialect.mounts)):
            if is_javascript(site.file):
                self.mount(site)
        for site in self.program.methods(*sorted(self.dialect.verbs)):
            if is_javascript(site.file) and site.expr[2]:
                self.route(site)

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
        path = self.program.value(value, at).path
        for creator, root in self.dialect.creators.items():
            if path == creator or path.startswith(f"{creator}.") and path.endswith(")"):
                return root
        return None

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
        through = self._variable(expr, at, depth)
        if through:
            return through
        return self._typed(expr, at, binding)

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
                if isinstance(entry, Assign) and entry.value is not None and entry.value[0] == ELEMENT:
                    found: list[Binding] = []
                    for item, where in self.elements(entry.value[1], At(at.file, scope), depth):
                        found += self.routers(member(self.inference, item, where, rest), where, depth + 1)
                    return found
            if entries:
                return []
            scope = at.file.scopes[scope].parent
        return []

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

    # -- mounts -----------------------------------------------------------------------------------------------

    def mount(self, site: Site) -> None:
        owner = self.owner(site.expr)
        if owner is None or not site.expr[2]:
            return
        parents = self.routers(self._base(owner), site.at)
        if not parents:
            return
        for arguments in self.unrolled(site):
            self._mounted(parents, arguments)

    def _base(self, owner: Expr) -> Expr:
        """The router that a chain begins with: `app` of `app.use(a).use(b)`."""
        while owner[0] == CALL and id(spine(owner)[-1]) not in self.made:
            below = self.owner(owner)
            if below is None or self.method(owner) not in self.dialect.mounts | set(self.dialect.verbs):
                break
            owner = below
        return owner

    def unrolled(self, site: Site) -> list[list[tuple[Expr, At]]]:
        """A call's arguments; once for every item when they are members of a loop variable."""
        plain = [(argument, site.at) for argument in site.expr[2]]
        heads = {argument[1].partition(".")[0] for argument in site.expr[2] if argument[0] == NAME}
        scope = site.at.scope
        while scope >= 0 and heads:
            table = self.program.project.names(site.file, scope)
            for head in sorted(heads):
                entry = next((e for e in table.get(head, ()) if isinstance(e, Assign)), None)
                if entry is None or entry.value is None or entry.value[0] != ELEMENT:
                    continue
                found = self.elements(entry.value[1], At(site.file, scope), 0)
                if not found:
                    continue
                rows = []
                for item, where in found:
                    row = []
                    for argument in site.expr[2]:
                        name, _, rest = argument[1].partition(".") if argument[0] == NAME else ("", "", "")
                        row.append(
                            (member(self.inference, item, where, rest), where) if name == head else (argument, site.at)
                        )
                    rows.append(row)
                return rows
            scope = site.file.scopes[scope].parent
        return [plain]

    def _mounted(self, parents: list[Binding], arguments: list[tuple[Expr, At]]) -> None:
        first, at = arguments[0]
        prefixes = [""]
        rest = arguments
        if not self.is_handler(first, at) and len(arguments) > 1:
            folded = [self.program.folded(item, where) for item, where in items(self.inference, first, at)]
            known = [path for path in folded if path is not None]
            if known:
                prefixes, rest = known, arguments[1:]
        for argument, where in rest:
            for item, place in items(self.inference, argument, where):
                for child in self.routers(item, place):
                    for parent in parents:
                        if child != parent:
                            for prefix in prefixes:
                                self.mounts.mount(child, parent, _slashed(prefix))

    def is_handler(self, expr: Expr, at: At) -> bool:
        """Whether an argument is a function or router, not a path."""
        if expr[0] in (STR, TEMPLATE, BINARY):
            return False
        if expr[0] == LIST:
            return bool(expr[1]) and self.is_handler(expr[1][0], at)
        if expr[0] in (FUNCTION_EXPR, CALL, DICT):
            return True
        value = self.program.value(expr, at)
        return value.kind in (FUNCTION, CLASS, INSTANCE) or bool(self.routers(expr, at))

    # -- routes -----------------------------------------------------------------------------------------------

    def route(self, site: Site) -> None:
        owner = self.owner(site.expr)
        if owner is None:
            return
        arguments = [(argument, site.at) for argument in site.expr[2]]
        routed = self._routed(owner)
        if routed is not None:
            owner, path = routed
            paths: list[tuple[Expr, At]] = [(path, site.at)]
        else:
            if len(arguments) < 2:
                return
            named = arguments[0][0][0] == STR and arguments[1][0][0] in (STR, TEMPLATE) and len(arguments) > 2
            paths = items(self.inference, arguments[1 if named else 0][0], site.at)
            arguments = arguments[2 if named else 1 :]
        handlers = [found for expr, at in arguments for found in self.handlers(expr, at)]
        bindings = self.routers(self._base(owner), site.at)
        confidence = CERTAIN
        if not bindings:
            if not self._looks_like_router(site.file, owner, paths, arguments, handlers):
                return
            bindings, confidence = [self.own(Binding(site.file.path, 0, dotted(owner)))], LIKELY
        line = site.expr[4] if routed is not None or owner[0] == CALL else site.line
        for expr, at in paths:
            text = self.program.folded(expr, at)
            if text is None:
                self.findings.diagnose(site.file.path, line, "url.dynamic", "The path of this route is not constant.")
                continue
            self.add(site, line, bindings, self.dialect.verbs[site.method], text, handlers, confidence)

    def add(
        self,
        site: Site,
        line: int,
        bindings: list[Binding],
        verb: str,
        path: str,
        handlers: list[Definition],
        confidence: float,
    ) -> None:
        for binding in bindings:
            for prefix in self.mounts.paths(binding):
                certain = confidence if self.mounts.reachable(binding) else min(confidence, LIKELY)
                self.findings.route(
                    verb, path_of(joined(prefix, path)), site.file, line, scope=site.at.scope, handlers=handlers,
                    end_line=max(line, site.outer.end_line), confidence=certain, framework=self.dialect.name,
                )  # fmt: skip

    def _routed(self, owner: Expr) -> tuple[Expr, Expr] | None:
        """(router, path) of `router.route("/x").get(…).post(…)`."""
        if owner[0] != CALL:
            return None
        for call in spine(owner):
            if self.method(call) == "route" and call[2]:
                below = self.owner(call)
                return (below, call[2][0]) if below is not None else None
            if self.method(call) not in self.dialect.verbs:
                return None
        return None

    def _looks_like_router(
        self, at_file: FileFacts, owner: Expr, paths: list[tuple[Expr, At]], arguments: list[tuple[Expr, At]],
        handlers: list[Definition],
    ) -> bool:  # fmt: skip
        """`app.get("/x", handler)` on something unknown that has a router's name."""
        if not handlers or owner[0] != NAME or not _ROUTER_NAME.search(owner[1]) or not self._may_guess(at_file):
            return False
        texts = [self.program.text(expr, at) for expr, at in paths]
        takes_request = any(len(item.scope.params) >= 1 for item in handlers) or arguments[-1][0][0] != FUNCTION_EXPR
        return takes_request and all(text is not None and text.startswith("/") for text in texts)

    def _may_guess(self, file: FileFacts) -> bool:
        """A router's name alone counts for the framework that the file imports, else for the first that the tree does."""
        imported = {item.module for item in file.imports}
        if imported & ALL_MODULES:
            return bool(imported & self.modules)
        return next((name for name, modules in MODULES.items() if self.program.project.imports(*modules)), "") == self.dialect.name

    def handlers(self, expr: Expr, at: At, depth: int = 0) -> list[Definition]:
        """The functions of the tree that an argument stands for: itself, the items of a list, what a wrapper is given."""
        if depth > 4:
            return []
        if expr[0] == LIST:
            return [found for item in expr[1] for found in self.handlers(item, at, depth + 1)]
        if expr[0] == CALL:
            if self.method(expr) == "bind":
                owner = self.owner(expr)
                return self.handlers(owner, at, depth + 1) if owner is not None else []
            given = [
                found
                for item in expr[2]
                if item[0] in (NAME, FUNCTION_EXPR, CALL, ATTR)
                for found in self.handlers(item, at, depth + 1)
            ]
            if given:
                return given
        if expr[0] not in (CALL, NAME, ATTR, FUNCTION_EXPR, "i"):
            return []
        value = self.program.value(expr, at)
        if value.kind == FUNCTION and value.definition is not None and not value.path:
            return [value.definition]
        if value.expr is not None and value.at is not None and value.expr[0] == LIST:
            return self.handlers(value.expr, value.at, depth + 1)
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


def _slashed(prefix: str) -> str:
    return "/" + prefix.strip("/") if prefix.strip("/") else ""
