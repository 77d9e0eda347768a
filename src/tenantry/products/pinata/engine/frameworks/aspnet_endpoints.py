"""ASP.NET minimal APIs: routes on applications and groups, through extension methods; hubs, FastEndpoints."""

from collections import defaultdict

from tenantry.products.pinata.engine.facts import (
    ATTR,
    BINARY,
    CALL,
    CALLABLE,
    FUNCTION,
    NAME,
    STR,
    TEMPLATE,
    Assign,
    Expr,
    Param,
)
from tenantry.products.pinata.engine.facts import CLASS as CLASS_SCOPE
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.dotnet import (
    INJECTORS,
    chain,
    in_use,
    inherits,
    injected,
    items_of,
    joined,
    method_of,
    methods_of,
    path_of,
    receiver,
    sites,
    type_name,
    type_named,
    types_of,
)
from tenantry.products.pinata.engine.frameworks.dotnet_texts import Given, Texts
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import FUNCTION as FUNCTION_VALUE
from tenantry.products.pinata.engine.resolve.values import At, Definition

_VERBS = {"MapGet": "GET", "MapPost": "POST", "MapPut": "PUT", "MapDelete": "DELETE", "MapPatch": "PATCH", "Map": "ANY"}
_FAST_VERBS = {"Get": "GET", "Post": "POST", "Put": "PUT", "Delete": "DELETE", "Patch": "PATCH", "Head": "HEAD"}
_FAST_BASES = frozenset("Endpoint EndpointWithoutRequest EndpointWithMapping Ep EndpointWithMapper".split())
_MAX_DEPTH = 12
_MAX_PREFIXES = 16


class Routes(Texts):
    """Where routes hang: the prefixes of what `MapGet` is called on."""

    def prefixes(self, expr: Expr | None, at: At, given: Given, depth: int = 0) -> list[str]:
        """All prefixes that a builder of endpoints may have; "" for an application."""
        if expr is None or depth > _MAX_DEPTH:
            return [""]
        if expr[0] == BINARY:
            found = [*self.prefixes(expr[2], at, given, depth + 1), *self.prefixes(expr[3], at, given, depth + 1)]
            return list(dict.fromkeys(found))[:_MAX_PREFIXES]
        if expr[0] == CALL:
            return self._called(expr, at, given, depth)
        if expr[0] == NAME:
            return self._named(expr[1], at, given, depth)
        return [""]

    def _called(self, call: Expr, at: At, given: Given, depth: int) -> list[str]:
        owner = receiver(call)
        callee = self.inference.callee(call, at)
        if callee.kind == FUNCTION_VALUE and callee.definition is not None and not callee.path:
            method = callee.definition
            known = self.arguments(method, call, at, given)
            for returned in method.scope.returns:
                if returned[0] in (CALL, NAME, BINARY):
                    return self.prefixes(returned, method.inside, known, depth + 1)
            return self.prefixes(owner, at, given, depth + 1) if owner is not None else [""]
        if owner is None:
            return [""]
        before = self.prefixes(owner, at, given, depth + 1)
        if method_of(call) == "MapGroup" and call[2]:
            own = self.text(call[2][0], at, given)
            return [joined(prefix, own) for prefix in before]
        return before

    def _named(self, name: str, at: At, given: Given, depth: int) -> list[str]:
        scope = at.scope
        head = name.partition(".")[0]
        while scope >= 0:
            for entry in self.program.project.names(at.file, scope).get(name if scope == at.scope else head, ()):
                if isinstance(entry, Assign) and entry.value is not None and entry.value != (NAME, name):
                    return self.prefixes(entry.value, At(at.file, scope), given, depth + 1)
                if isinstance(entry, Param) and at.file.scopes[scope].kind == CALLABLE:
                    known = given.get((at.file.path, scope, name))
                    if known is not None:
                        return self.prefixes(known[0], known[1], given, depth + 1)
                    return self._handed_over(self.program.project.definition(at.file, scope), name, depth)
            scope = at.file.scopes[scope].parent
        return [""]

    def _handed_over(self, method: Definition, name: str, depth: int) -> list[str]:
        """The prefixes of what all callers of a function hand over."""
        found: list[str] = []
        for site in self._calls_of(method):
            known = self.arguments(method, site.expr, site.at, {})
            argument = known.get((method.file.path, method.index, name))
            if argument is not None:
                found += self.prefixes(argument[0], argument[1], known, depth + 1)
        return list(dict.fromkeys(found))[:_MAX_PREFIXES] or self._by_reflection(method)

    def contexts(self, site: Site, pattern: Expr) -> list[Given]:
        """What the parameters of the function around a route stand for, call by call, if its pattern depends on them."""
        owner = self.program.project.owner(site.file, site.at.scope)
        parts = pattern[1] if pattern[0] == TEMPLATE else (pattern,)
        names = {part[1] for part in parts if not isinstance(part, str) and part[0] == NAME}
        if owner is None or not any(param.name in names for param in owner.scope.params):
            return [{}]
        return [self.arguments(owner, call.expr, call.at, {}) for call in self._calls_of(owner)] or [{}]

    def _by_reflection(self, method: Definition) -> list[str]:
        """`type.GetMethod("Map").Invoke(null, [app.MapGroup($"/api/{type.Name}")])` over all classes of an interface."""
        owner = self.program.project.enclosing_class(method.file, method.index)
        if owner is None:
            return [""]
        for base in self.inference.members.order(owner)[0][1:]:
            for call, at in self._reflecting().get(base.name, ()):
                self.reflected = owner
                text = self.text(call[2][0], at, {})
                self.reflected = None
                if text:
                    return [joined(text)]
        return [""]

    def _reflecting(self) -> dict[str, list[tuple[Expr, At]]]:
        """Calls of MapGroup in functions that look for all classes of an interface, by its name."""
        return self.program.project.state("aspnet.reflecting", self._find_reflecting)

    def _find_reflecting(self) -> dict[str, list[tuple[Expr, At]]]:
        found: dict[str, list[tuple[Expr, At]]] = defaultdict(list)
        groups = [site for site in sites(self.program, "MapGroup") if site.expr[2]]
        for group in groups:
            owner = self.program.project.owner(group.file, group.at.scope)
            for site in sites(
                self.program,
                "IsAssignableTo",
                "IsAssignableFrom",
                "IsSubclassOf",
                "GetMethod",
                "Invoke",
                "CreateInstance",
            ):
                if owner is None or self.program.project.owner(site.file, site.at.scope) is not owner:
                    continue
                for call in chain(site.expr):
                    for argument in (*call[2], receiver(call) or (STR, "")):
                        if argument[0] == NAME:
                            found[argument[1].partition(".")[0]].append((group.expr, group.at))
        return found

    def _calls_of(self, method: Definition) -> list[Site]:
        """Calls of a method, or of the method that it implements."""
        if method.name.startswith("<"):
            return []
        owner = method.file.scopes[method.scope.parent]
        targets = {method.key}
        if owner.kind == CLASS_SCOPE:
            inside = self.program.project.definition(method.file, method.scope.parent)
            for base in self.inference.members.order(inside)[0][1:]:
                above = self.inference.members.method(base, method.name)
                if above is not None:
                    targets.add(above.key)
        return [
            site
            for site in sites(self.program, method.name)
            if site.callee.definition is not None and site.callee.definition.key in targets and not site.callee.path
        ]


class AspNetEndpoints:
    name = "aspnet"
    packages: tuple[str, ...] = ()
    results: dict[str, tuple[Result, ...]] = {
        **dict.fromkeys(INJECTORS, (injected,)),
    }

    def find(self, program: Program, findings: Findings) -> None:
        if not in_use(program):
            return
        routes = Routes(program)
        for site in sites(program, *_VERBS, "MapMethods"):
            self._mapped(program, findings, routes, site)
        for site in sites(program, "MapHealthChecks"):
            pattern = routes.text(site.argument("pattern", 0), site.at, {})
            if pattern.startswith("/"):
                self._note(program, findings, routes, site, "GET", pattern, {}, LIKELY)
        for site in sites(program, "MapHub"):
            self._hub(program, findings, routes, site)
        self._fast_endpoints(program, findings, routes)

    # -- minimal APIs -----------------------------------------------------------------------------------------

    def _mapped(self, program: Program, findings: Findings, routes: Routes, site: Site) -> None:
        args = site.expr[2]
        if receiver(site.expr) is None or not args:
            return
        callee = site.callee
        if any(self._wraps(program, site, argument) for argument in args):
            return
        if callee.kind == FUNCTION_VALUE and callee.definition is not None:
            self._wrapped(program, findings, routes, site, callee.definition)
            return
        verbs = [_VERBS.get(site.method, "")]
        handler: Expr | None = None
        if site.method == "MapMethods":
            if len(args) < 3:
                return
            verbs = [
                text for item, at in items_of(program.inference, args[1], site.at) if (text := _verb(program, item, at))
            ]
            handler = args[2]
        elif len(args) >= 2:
            handler = args[1]
        if handler is None or handler[0] not in (FUNCTION, NAME, ATTR, CALL):
            return
        if site.method == "Map" and (
            args[0][0] not in (STR, TEMPLATE, NAME) or not self._serves(program, handler, site.at)
        ):
            return
        if program.folded(args[0], site.at) is None and args[0][0] not in (STR, TEMPLATE):
            findings.diagnose(site.file.path, site.expr[4], "url.dynamic", "The path of this route is not constant.")
            return
        for given in routes.contexts(site, args[0]):
            pattern = routes.text(args[0], site.at, given)
            for verb in verbs:
                self._note(program, findings, routes, site, verb, pattern, given, CERTAIN, handler)

    @staticmethod
    def _serves(program: Program, handler: Expr, at: At) -> bool:
        """Whether a delegate is a handler, not the configuration of a branch of the pipeline (`app.Map("/x", branch => …)`)."""
        if handler[0] != FUNCTION or len(handler) > 2:
            return True
        inline = program.project.inline(at.file, handler[1])
        if inline is None or len(inline.scope.params) != 1:
            return inline is not None
        name = inline.scope.params[0].name
        return not any(
            call.scope == inline.index and call.expr[1] in ((NAME, f"{name}.Run"), (NAME, f"{name}.UseMiddleware"))
            or call.scope == inline.index and call.expr[1][0] == NAME and call.expr[1][1].startswith(f"{name}.Use")
            for call in at.file.calls
        )  # fmt: skip

    @staticmethod
    def _wraps(program: Program, site: Site, pattern: Expr) -> bool:
        """Whether this is the inside of a helper of the same name: its callers are the routes."""
        owner = program.project.owner(site.file, site.at.scope)
        return (
            owner is not None
            and owner.name.startswith("Map")
            and pattern[0] == NAME
            and any(
                param.name == pattern[1] and type_name(param.annotation) in ("", "Delegate", "RequestDelegate")
                for param in owner.scope.params
            )
        )

    def _wrapped(self, program: Program, findings: Findings, routes: Routes, site: Site, helper: Definition) -> None:
        """`group.MapGet(Handler, "{id}")`: a helper of the tree that calls the framework's own method."""
        inner = next(
            (
                found
                for call in helper.file.calls
                if call.scope == helper.index
                for found in _calls_in(call.expr)
                if method_of(found) in _VERBS
            ),
            None,
        )
        verb = _VERBS.get(method_of(inner)) if inner is not None else _VERBS.get(site.method)
        if inner is None or verb is None or len(inner[2]) < 2:
            return
        given = routes.arguments(helper, site.expr, site.at, {})
        pattern = routes.text(inner[2][0], helper.inside, given)
        handler, at = routes.handed_on(inner[2][1], helper.inside, given)
        self._note(program, findings, routes, site, verb, pattern, given, CERTAIN, handler, at)

    def _note(
        self, program: Program, findings: Findings, routes: Routes, site: Site, verb: str, pattern: str, given: Given,
        confidence: float, handler: Expr | None = None, at: At | None = None, handlers: list[Definition] | None = None,
    ) -> None:  # fmt: skip
        if handler is not None and handlers is None:
            function = _handler(program, handler, at or site.at)
            handlers = [function] if function is not None else []
        line = site.expr[4]
        for prefix in routes.prefixes(receiver(site.expr), site.at, given):
            findings.route(
                verb, path_of(joined(prefix, pattern)), site.file, line, scope=site.at.scope, handlers=handlers or [],
                end_line=max(line, site.outer.end_line), confidence=confidence, framework=self.name,
            )  # fmt: skip

    def _hub(self, program: Program, findings: Findings, routes: Routes, site: Site) -> None:
        hub = type_named(program.inference, types_of(site)[0], site.at) if types_of(site) else None
        pattern = routes.text(site.argument("pattern", 0), site.at, {})
        handlers = [m for m in methods_of(program, hub) if m.index in m.file.extra.get("public", ())] if hub else []
        if pattern:
            self._note(program, findings, routes, site, "ANY", pattern, {}, LIKELY, handlers=handlers)

    # -- FastEndpoints ----------------------------------------------------------------------------------------

    def _fast_endpoints(self, program: Program, findings: Findings, routes: Routes) -> None:
        by_class: dict[Definition, list[Site]] = defaultdict(list)
        for site in sites(program, *_FAST_VERBS, "Routes", "Verbs"):
            if receiver(site.expr) is not None or site.file.scopes[site.at.scope].name != "Configure":
                continue
            owner = program.project.enclosing_class(site.file, site.at.scope)
            if owner is not None and inherits(program, owner, *_FAST_BASES):
                by_class[owner].append(site)
        if not by_class:
            return
        prefix = self._fast_prefix(program)
        for owner, found in by_class.items():
            handler = program.inference.members.method(owner, "HandleAsync") or program.inference.members.method(
                owner, "ExecuteAsync"
            )
            verbs = [(_FAST_VERBS[s.method], s) for s in found if s.method in _FAST_VERBS]
            named = [
                expr[1].rpartition(".")[2].upper()
                for s in found
                if s.method == "Verbs"
                for expr in s.expr[2]
                if expr[0] == NAME
            ]
            verbs += [(verb, s) for s in found if s.method == "Routes" for verb in named]
            for verb, site in verbs:
                for argument in site.expr[2]:
                    pattern = program.text(argument, site.at) if argument[0] in (STR, TEMPLATE, NAME) else None
                    if pattern is not None:
                        findings.route(
                            verb, path_of(joined(prefix, pattern)), site.file, site.expr[4], scope=site.at.scope,
                            handler=handler, framework="fastendpoints",
                        )  # fmt: skip

    @staticmethod
    def _fast_prefix(program: Program) -> str:
        for path in program.project.paths("csharp"):
            for assign in program.project.files[path].assigns:
                if assign.target.endswith("Endpoints.RoutePrefix") and assign.value is not None:
                    return program.folded(assign.value, At(program.project.files[path], assign.scope)) or ""
        return ""


def _calls_in(expr: Expr) -> list[Expr]:
    found = []
    while expr[0] in (CALL, ATTR):
        if expr[0] == CALL:
            found.append(expr)
        expr = expr[1]
    return found


def _verb(program: Program, expr: Expr, at: At) -> str:
    text = program.folded(expr, at) or ""
    return text.strip("{}").upper() if text else ""


def _handler(program: Program, expr: Expr, at: At) -> Definition | None:
    """The function that a handler is: inline, a method, or a delegate made of one."""
    if expr[0] == CALL and expr[2] and expr[2][0][0] in (FUNCTION, NAME):
        return _handler(program, expr[2][0], at)
    return program.function(expr, at) if expr[0] in (FUNCTION, NAME, ATTR) else None


framework = AspNetEndpoints()
