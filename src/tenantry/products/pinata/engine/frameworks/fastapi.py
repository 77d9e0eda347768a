"""FastAPI and Starlette: routers, their prefixes over any number of files, dependencies."""

import re

from tenantry.products.pinata.engine.facts import CALL, LIST, NAME, STR, Expr
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.mounting import Mounts
from tenantry.products.pinata.engine.resolve.inference import Inference, Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import (
    CLASS,
    EXTERNAL,
    FUNCTION,
    INSTANCE,
    At,
    Binding,
    Definition,
    Value,
)

_APPLICATIONS = ("fastapi.FastAPI", "starlette.applications.Starlette", "fastapi.applications.FastAPI")
_ROUTERS = ("fastapi.APIRouter", "fastapi.routing.APIRouter", "starlette.routing.Router")
_VERBS = frozenset("get post put patch delete head options trace".split())
_PARAMETER = re.compile(r"\{(\w+):\w+\}")


def injected(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`Depends(provider)` stands for what the provider gives; a provider that makes providers is called twice."""
    if callee.kind != EXTERNAL or callee.path not in ("fastapi.Depends", "fastapi.Security", "fastapi.params.Depends"):
        return None
    if not call[2]:
        return None
    provider = inference.value(call[2][0], at)
    if provider.kind == CLASS and not provider.path:
        return Value(INSTANCE, provider.definition)
    if provider.kind == FUNCTION and provider.definition is not None and not provider.path:
        return inference.returned(provider.definition)
    if provider.kind == EXTERNAL:
        return provider._replace(path=provider.path + "()")
    return provider if provider.known else None


class FastApi:
    name = "fastapi"
    packages: tuple[str, ...] = ("fastapi", "starlette")
    results: dict[str, tuple[Result, ...]] = {"Depends": (injected,), "Security": (injected,)}

    def find(self, program: Program, findings: Findings) -> None:
        mounts = Mounts()
        self._routers(program, mounts)
        self._mounts(program, mounts)
        self._decorated(program, findings, mounts)
        self._added(program, findings, mounts)
        self._dependencies(program, findings)

    # -- routers ----------------------------------------------------------------------------------------------

    def _routers(self, program: Program, mounts: Mounts) -> None:
        for file, assign in self._assigned_calls(program):
            at = At(file, assign.scope)
            made = program.value(assign.value, at)
            kind = self._kind(program, made)
            if kind is None:
                continue
            call = assign.value
            prefix = next((program.folded(v, at) or "" for k, v in call[3] if k == "prefix"), "")
            binding = program.inference.binding((NAME, assign.target), at)
            if binding is None or binding in mounts.prefixes:
                continue
            mounts.router(binding, prefix, root=kind == "application")

    def _assigned_calls(self, program: Program):  # type: ignore[no-untyped-def]
        for path in sorted(program.project.files):
            file = program.project.files[path]
            if file.language == "python":
                for assign in file.assigns:
                    if assign.value is not None and assign.value[0] == CALL:
                        yield file, assign

    def _kind(self, program: Program, value: Value) -> str | None:
        if value.kind == INSTANCE and value.definition is not None and not value.path:
            names = [f"{base}()" for base in program.externals(value.definition)]
        else:
            names = [value.path] if value.kind == EXTERNAL else []
        if any(name[:-2] in _APPLICATIONS for name in names):
            return "application"
        return "router" if any(name[:-2] in _ROUTERS for name in names) else None

    def _mounts(self, program: Program, mounts: Mounts) -> None:
        for site in program.methods("include_router", "mount"):
            parent = self._on(program, site)
            router = site.argument("router", 0) if site.method == "include_router" else site.argument("app", 1)
            if parent is None or router is None:
                continue
            prefix = site.argument("prefix") if site.method == "include_router" else site.argument("path", 0)
            for child in self._children(program, router, site.at):
                mounts.mount(child, parent, program.folded(prefix, site.at) or "")

    def _children(self, program: Program, router: Expr, at: At) -> list[Binding]:
        """The routers an argument names: one, or all of a list that a loop runs over."""
        binding = program.inference.binding(router, at)
        if binding is not None:
            for entry in program.project.names(program.project.files[binding.path], binding.scope).get(
                binding.name, ()
            ):
                value = getattr(entry, "value", None)
                if value is not None and value[0] == "e":
                    listed = program.value(value[1], At(program.project.files[binding.path], binding.scope))
                    if listed.expr is not None and listed.expr[0] == LIST and listed.at is not None:
                        found = [program.inference.binding(item, listed.at) for item in listed.expr[1]]
                        return [item for item in found if item is not None]
            return [binding]
        return []

    def _on(self, program: Program, site: Site) -> Binding | None:
        """The router that a call's method belongs to."""
        callee = site.expr[1]
        if callee[0] != NAME or "." not in callee[1]:
            return None
        return program.inference.binding((NAME, callee[1].rpartition(".")[0]), site.at)

    # -- routes -----------------------------------------------------------------------------------------------

    def _decorated(self, program: Program, findings: Findings, mounts: Mounts) -> None:
        for function in program.project.functions():
            if function.file.language != "python":
                continue
            for expr, line in function.scope.decorators:
                if expr[0] != CALL or expr[1][0] != NAME or "." not in expr[1][1]:
                    continue
                owner, _, method = expr[1][1].rpartition(".")
                if method not in _VERBS and method not in ("api_route", "websocket", "websocket_route", "route"):
                    continue
                binding = self._router(program, mounts, (NAME, owner), function.outside)
                if binding is None:
                    continue
                path = program.folded(_argument(expr, "path", 0), function.outside)
                if path is None:
                    findings.diagnose(
                        function.file.path, line, "url.dynamic", f"The path of {function.name} is not constant."
                    )
                    continue
                methods = self._methods(program, expr, method, function.outside)
                self._add(findings, mounts, binding, methods, path, function, line, owner_scope=function.scope.parent)

    def _router(self, program: Program, mounts: Mounts, owner: Expr, at: At) -> Binding | None:
        binding = program.inference.binding(owner, at)
        if binding is not None and binding in mounts.prefixes:
            return binding
        value = program.value(owner, at)
        kind = self._kind(program, value)
        if kind is None:
            return None
        if binding is None:
            binding = Binding(at.file.path, at.scope, owner[1])
        mounts.router(binding, "", root=kind == "application")
        return binding

    def _methods(self, program: Program, call: Expr, method: str, at: At) -> list[str]:
        if method in _VERBS:
            return [method.upper()]
        if method.startswith("websocket"):
            return ["WS"]
        given = _argument(call, "methods", None)
        if given is None:
            return ["GET"]
        value = program.value(given, at)
        items = value.expr[1] if value.expr is not None and value.expr[0] == LIST else ()
        return [item[1].upper() for item in items if item[0] == STR] or ["ANY"]

    def _add(
        self, findings: Findings, mounts: Mounts, router: Binding, methods: list[str], path: str,
        handler: Definition | None, line: int, *, owner_scope: int, file: object = None,
    ) -> None:  # fmt: skip
        place = handler.file if handler is not None and file is None else file
        for prefix in mounts.paths(router):
            whole = _PARAMETER.sub(r"{\1}", prefix + path)
            for method in methods:
                findings.route(
                    method, whole, place, line, scope=owner_scope, handler=handler,  # type: ignore[arg-type]
                    confidence=CERTAIN if mounts.reachable(router) else LIKELY, framework=self.name,
                    end_line=handler.scope.end_line if handler is not None and handler.scope.line >= line else None,
                )  # fmt: skip

    def _added(self, program: Program, findings: Findings, mounts: Mounts) -> None:
        """`router.add_api_route("/x", handler, methods=[…])` and Starlette's `Route("/x", handler)` lists."""
        for site in program.methods("add_api_route", "add_route", "add_api_websocket_route"):
            owner = site.expr[1]
            if owner[0] != NAME or "." not in owner[1]:
                continue
            binding = self._router(program, mounts, (NAME, owner[1].rpartition(".")[0]), site.at)
            path = program.folded(site.argument("path", 0), site.at)
            handler = program.function(site.argument("endpoint", 1) or site.argument("route", 1), site.at)
            if binding is None or path is None:
                continue
            methods = ["WS"] if "websocket" in site.method else self._methods(program, site.expr, "route", site.at)
            self._add(
                findings, mounts, binding, methods, path, handler, site.line, owner_scope=site.at.scope, file=site.file
            )

    def _dependencies(self, program: Program, findings: Findings) -> None:
        """A handler calls its dependencies, though no line of it says so."""
        for site in program.calls("fastapi.Depends", "fastapi.Security", "fastapi.params.Depends"):
            source = program.project.owner(site.file, site.at.scope)
            if not site.expr[2] or source is None:
                continue
            value = program.value(site.expr[2][0], site.at)
            if value.kind == FUNCTION and value.definition is not None and not value.path:
                findings.link(source, value.definition, site.file.path, site.line)
            elif value.kind == CLASS and value.definition is not None and not value.path:
                made = program.inference.members.method(value.definition, "__init__")
                if made is not None:
                    findings.link(source, made, site.file.path, site.line)


def _argument(call: Expr, name: str, position: int | None) -> Expr | None:
    for key, value in call[3]:
        if key == name:
            return value  # type: ignore[no-any-return]
    if position is not None and position < len(call[2]):
        return call[2][position]  # type: ignore[no-any-return]
    return None


framework = FastApi()
