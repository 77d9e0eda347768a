"""Spring MVC and WebFlux: annotated controllers under their prefixes and the service's context path, and router functions."""

import re

from tenantry.products.pinata.engine.configuration import configuration_of
from tenantry.products.pinata.engine.facts import ATTR, CALL, FUNCTION, NAME, Expr, spine
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.annotations import (
    Annotation,
    annotations,
    first,
    folded,
    is_interface,
    java_classes,
    methods_of,
    names,
    texts,
)
from tenantry.products.pinata.engine.frameworks.javascript import joined
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import EXTERNAL, At, Definition

_BIND = "org.springframework.web.bind.annotation."
CONTROLLERS = (
    f"{_BIND}RestController",
    "org.springframework.stereotype.Controller",
    "org.springframework.data.rest.webmvc.RepositoryRestController",
    "org.springframework.data.rest.webmvc.BasePathAwareController",
    "org.springframework.boot.actuate.endpoint.web.annotation.RestControllerEndpoint",
)
MAPPING = f"{_BIND}RequestMapping"
VERBS = {f"{_BIND}{verb.title()}Mapping": verb for verb in ("GET", "POST", "PUT", "DELETE", "PATCH")}
CLIENTS = ("org.springframework.cloud.openfeign.FeignClient", "org.springframework.cloud.netflix.feign.FeignClient")
_FUNCTIONS = re.compile(
    r"org\.springframework\.web\.(?:reactive|servlet)\.function\.(?:server\.)?(?:RouterFunctions|RequestPredicates|RouterFunction)\b"
)
_METHODS = frozenset(("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"))
_VARIABLE = re.compile(r"\{\*?([^:{}]+)(?::(?:[^{}]|\{[^{}]*\})*)?\}")


class SpringWeb:
    name = "spring"
    packages: tuple[str, ...] = ()
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        for owner in java_classes(program):
            if is_interface(owner):
                continue
            found = annotations(program.inference, owner) if owner.scope.decorators else []
            if first(found, *CONTROLLERS) is not None:
                self._controller(program, findings, owner, found)
        self._functions(program, findings)

    # -- controllers ------------------------------------------------------------------------------------------

    def _controller(self, program: Program, findings: Findings, owner: Definition, own: list[Annotation]) -> None:
        base = context_path(program, owner.file.path)
        prefixes = self._prefixes(program, owner, own)
        seen: dict[str, set[int]] = {}
        for definition in program.inference.members.order(owner)[0]:
            for method in methods_of(program, definition):
                taken = seen.setdefault(method.name, set())
                if not method.scope.decorators or (definition is not owner and len(method.scope.params) in taken):
                    continue
                mapped = mappings(program, method)
                if not mapped:
                    continue
                if definition is owner or not is_interface(definition):
                    taken.add(len(method.scope.params))
                for item, verbs, paths in mapped:
                    self._route(
                        program,
                        findings,
                        owner,
                        definition,
                        method,
                        item,
                        verbs,
                        [joined(base, prefix, path) for prefix in prefixes for path in paths],
                    )

    def _prefixes(self, program: Program, owner: Definition, own: list[Annotation]) -> list[str]:
        """The class's own prefix, else that of a base class or of an interface it implements."""
        for definition in program.inference.members.order(owner)[0]:
            found = own if definition is owner else annotations(program.inference, definition)
            mapping = first(found, MAPPING)
            if mapping is not None and first(found, *CLIENTS) is None:
                given = mapping.get("value", "path")
                return texts(program, given, mapping.at) or [""]
        return [""]

    def _route(
        self,
        program: Program,
        findings: Findings,
        owner: Definition,
        declared: Definition,
        method: Definition,
        item: Annotation,
        verbs: list[str],
        paths: list[str],
    ) -> None:
        handler = method if declared is owner else program.inference.members.method(owner, method.name) or method
        # An inherited route stands where the class is that has it; an interface's where its annotation is.
        inherited = declared is not owner and not is_interface(declared)
        file, line = (owner.file, owner.scope.line) if inherited else (method.file, item.line)
        for verb in verbs:
            for path in paths:
                findings.route(
                    verb,
                    spelled(path),
                    file,
                    line,
                    scope=owner.index if file is owner.file else declared.index,
                    handler=handler,
                    end_line=None if inherited else method.scope.end_line,
                    framework=self.name,
                    confidence=LIKELY if inherited else CERTAIN,
                )

    # -- router functions -------------------------------------------------------------------------------------

    def _functions(self, program: Program, findings: Findings) -> None:
        """`route(GET("/x"), h::x)`, `route().GET("/x", h::x)`, nested by `nest` and `path`."""
        sites = [
            site
            for site in program.methods("route", "nest", "build", "andRoute", "andNest", "add", *_METHODS)
            if site.file.language == "java" and site.outermost and self._is_router(program, site)
        ]
        inner = {id(argument) for site in sites for call in spine(site.expr) for argument in call[2]}
        sites.sort(key=lambda site: (site.file.path, site.line))
        for site in sites:
            if id(site.expr) not in inner:
                self._router(program, findings, site.expr, site.at, context_path(program, site.file.path), 0)

    @staticmethod
    def _is_router(program: Program, site: Site) -> bool:
        calls = spine(site.expr)
        value = program.value(calls[-1][1], site.at)
        return (
            value.kind == EXTERNAL
            and _FUNCTIONS.match(value.path) is not None
            and (site.method not in _METHODS or "RequestPredicates" not in value.path)
        )

    def _router(self, program: Program, findings: Findings, expr: Expr, at: At, prefix: str, depth: int) -> None:
        for call in reversed(spine(expr)):
            method = _last(call)
            args = call[2]
            if method in ("route", "andRoute") and args:
                predicate = self._predicate(program, args[0], at)
                if predicate is not None:
                    self._function(program, findings, call, at, predicate, prefix, args[1:])
            elif method in _METHODS and args:
                path = folded(program, args[0], at)
                if path is not None:
                    self._function(program, findings, call, at, (method, path), prefix, args[1:])
            elif method in ("nest", "path", "andNest", "add") and args and depth < 8:
                own = ""
                if method in ("nest", "andNest"):
                    predicate = self._predicate(program, args[0], at)
                    own = predicate[1] if predicate is not None else ""
                elif method == "path":
                    own = folded(program, args[0], at) or ""
                for argument in args:
                    self._nested(program, findings, argument, at, joined(prefix, own), depth)

    def _nested(self, program: Program, findings: Findings, argument: Expr, at: At, prefix: str, depth: int) -> None:
        if argument[0] == CALL:
            self._router(program, findings, argument, at, prefix, depth + 1)
        elif argument[0] == FUNCTION and len(argument) == 2:
            inner = program.project.inline(at.file, argument[1])
            if inner is None:
                return
            for call in at.file.calls:
                if call.scope == inner.index:
                    self._router(program, findings, call.expr, inner.inside, prefix, depth + 1)
            if not any(call.scope == inner.index for call in at.file.calls):
                for returned in inner.scope.returns:
                    self._router(program, findings, returned, inner.inside, prefix, depth + 1)

    @staticmethod
    def _predicate(program: Program, expr: Expr, at: At) -> tuple[str, str] | None:
        """(verb, path) of `GET("/x").and(accept(JSON))`, `path("/x")`, `method(GET).and(path("/x"))`."""
        verb, path = "ANY", None
        for call in spine(expr):
            last = _last(call)
            if last in _METHODS:
                verb, path = last, folded(program, call[2][0], at) if call[2] else path
            elif last == "path" and call[2]:
                path = folded(program, call[2][0], at)
            elif last == "method" and call[2]:
                verb = next(iter(names(call[2][0])), verb)
            elif last == "and" and call[2]:
                inner = SpringWeb._predicate(program, call[2][0], at)
                if inner is not None:
                    path = path if path is not None else inner[1]
                    verb = verb if verb != "ANY" else inner[0]
        return (verb, path) if path is not None else None

    def _function(
        self,
        program: Program,
        findings: Findings,
        call: Expr,
        at: At,
        predicate: tuple[str, str],
        prefix: str,
        handlers: tuple[Expr, ...],
    ) -> None:
        handler = next(
            (found for item in reversed(handlers) if (found := program.function(item, at)) is not None), None
        )
        line = call[4]
        findings.route(
            predicate[0],
            spelled(joined(prefix, predicate[1])),
            at.file,
            line,
            scope=at.scope,
            handler=handler,
            framework="spring functional",
        )


def mappings(program: Program, method: Definition) -> list[tuple[Annotation, list[str], list[str]]]:
    """(annotation, verbs, paths) of a method's mappings, without the prefix of its class."""
    found = []
    for item in annotations(program.inference, method):
        if item.name in VERBS:
            verbs = [VERBS[item.name]]
        elif item.name == MAPPING:
            verbs = [name for name in names(item.get("method")) if name in _METHODS] or ["ANY"]
        else:
            continue
        given = item.get("value", "path")
        found.append(
            (
                item,
                verbs,
                texts(program, given, item.at) or [""]
                if given is None or texts(program, given, item.at)
                else ["{path}"],
            )
        )
    return found


def context_path(program: Program, path: str) -> str:
    """What stands before every path of the service that a file belongs to."""
    settings = configuration_of(program.project)
    context = settings.get(path, "server.servlet.context-path") or settings.get(path, "server.context-path") or ""
    servlet = settings.get(path, "spring.mvc.servlet.path") or settings.get(path, "server.servlet.path") or ""
    reactive = settings.get(path, "spring.webflux.base-path") or ""
    return joined(context, servlet, reactive).rstrip("/")


def spelled(path: str) -> str:
    """Parameters without their patterns; `*` and `**` are parameters too."""
    path = _VARIABLE.sub(r"{\1}", path)
    return re.sub(r"(?<![{\w])\*{1,2}", "{path}", path)


def _last(call: Expr) -> str:
    callee = call[1]
    return str(callee[2]) if callee[0] == ATTR else callee[1].rpartition(".")[2] if callee[0] == NAME else ""


framework = SpringWeb()
