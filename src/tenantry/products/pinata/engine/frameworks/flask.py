"""Flask, Quart and their blueprints: routes by decorator, by add_url_rule, by MethodView, by Flask-RESTful resources."""

import re
from collections.abc import Iterator

from tenantry.products.pinata.engine.facts import CALL, LIST, NAME, STR, Assign, Expr, FileFacts, keyword
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.mounting import Mounts
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import CLASS, EXTERNAL, INSTANCE, At, Binding, Definition

_APPLICATIONS = re.compile(
    r"(?:flask|quart|flask_openapi3|apiflask|connexion)\.(?:app\.)?(?:Flask|Quart|OpenAPI|APIFlask|FlaskApp)\(\)\Z"
)
_BLUEPRINTS = re.compile(
    r"(?:flask|quart|flask_openapi3|apiflask|flask_smorest)\.(?:blueprints\.)?(?:Blueprint|APIBlueprint)\(\)\Z"
)
_APIS = re.compile(
    r"(?:flask_restful|flask_restx|flask_restplus)\.(?:Api|Namespace)\(\)\Z|.*\.(?:namespace|add_namespace)\(\)\Z"
)
_VERBS = frozenset("get post put patch delete".split())
_METHODS = ("get", "post", "put", "patch", "delete")
_PARAMETER = re.compile(r"<(?:[^<>:]+:)?(\w+)>")


class Flask:
    name = "flask"
    packages: tuple[str, ...] = (
        "flask",
        "quart",
        "flask_restful",
        "flask_restx",
        "flask_smorest",
        "apiflask",
        "flask_openapi3",
    )
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        mounts, kinds = Mounts(), dict[Binding, str]()
        for file, assign in self._calls(program):
            self._router(program, mounts, kinds, file, assign)
        self._mounted(program, mounts, kinds)
        self._decorated(program, findings, mounts, kinds)
        self._rules(program, findings, mounts, kinds)
        self._resources(program, findings, mounts, kinds)

    # -- routers ----------------------------------------------------------------------------------------------

    def _calls(self, program: Program) -> Iterator[tuple[FileFacts, Assign]]:
        for path in program.project.paths("python"):
            file = program.project.files[path]
            for assign in file.assigns:
                if assign.value is not None and assign.value[0] == CALL:
                    yield file, assign

    def _router(
        self, program: Program, mounts: Mounts, kinds: dict[Binding, str], file: FileFacts, assign: Assign
    ) -> None:
        at = At(file, assign.scope)
        assert assign.value is not None
        kind = self._kind(program, assign.value, at)
        binding = program.inference.binding((NAME, assign.target), at) if kind else None
        if not kind or binding is None or binding in kinds:
            return
        own = (
            keyword(assign.value, "url_prefix")
            if kind == "blueprint"
            else keyword(assign.value, "prefix")
            if kind == "api"
            else None
        )
        if kind == "api" and own is None:
            own = keyword(assign.value, "path")
        prefix = program.folded(own, at) or "" if own is not None else ""
        if (
            kind == "api"
            and ".Namespace" in self._made(program, assign.value, at)
            and own is None
            and assign.value[2]
            and assign.value[2][0][0] == STR
        ):
            prefix = "/" + assign.value[2][0][1]
        kinds[binding] = kind
        mounts.router(binding, prefix, root=kind == "application")
        if kind == "api" and assign.value[2]:
            parent = program.inference.binding(assign.value[2][0], at)
            if parent is not None and parent in kinds:
                mounts.mount(binding, parent, "")

    def _made(self, program: Program, call: Expr, at: At) -> str:
        value = program.value(call, at)
        return value.path if value.kind == EXTERNAL else ""

    def _kind(self, program: Program, call: Expr, at: At) -> str:
        value = program.value(call, at)
        names = [value.path] if value.kind == EXTERNAL else []
        if value.kind == INSTANCE and value.definition is not None and not value.path:
            names = [f"{base}()" for base in program.externals(value.definition)]
        for name in names:
            if _APPLICATIONS.match(name):
                return "application"
            if _BLUEPRINTS.match(name):
                return "blueprint"
            if _APIS.match(name):
                return "api"
        return ""

    def _mounted(self, program: Program, mounts: Mounts, kinds: dict[Binding, str]) -> None:
        for site in program.methods("register_blueprint", "add_namespace", "init_app", "register_api"):
            parent = self._on(program, site)
            first = site.expr[2][0] if site.expr[2] else site.argument("blueprint")
            if parent is None or first is None:
                continue
            if site.method == "init_app":  # api.init_app(app): here the receiver is the child
                above = program.inference.binding(first, site.at)
                if kinds.get(parent) == "api" and above is not None:
                    mounts.mount(parent, above, "")
                continue
            prefix = site.argument("url_prefix") or site.argument("path", 1 if site.method == "add_namespace" else None)
            for child in self._children(program, first, site.at):
                mounts.mount(
                    child,
                    parent,
                    program.folded(prefix, site.at) or "" if prefix is not None else "",
                    override=prefix is not None,
                )

    def _children(self, program: Program, expr: Expr, at: At) -> list[Binding]:
        binding = program.inference.binding(expr, at)
        if binding is None:
            return []
        file = program.project.files[binding.path]
        for entry in program.project.names(file, binding.scope).get(binding.name, ()):
            value = getattr(entry, "value", None)
            if value is not None and value[0] == "e":  # for blueprint in [...]: app.register_blueprint(blueprint)
                listed = program.value(value[1], At(file, binding.scope))
                if listed.expr is not None and listed.expr[0] == LIST and listed.at is not None:
                    return [
                        b for item in listed.expr[1] if (b := program.inference.binding(item, listed.at)) is not None
                    ]
        return [binding]

    def _on(self, program: Program, site: Site) -> Binding | None:
        callee = site.expr[1]
        if callee[0] != NAME or "." not in callee[1]:
            return None
        return program.inference.binding((NAME, callee[1].rpartition(".")[0]), site.at)

    # -- routes -----------------------------------------------------------------------------------------------

    def _decorated(self, program: Program, findings: Findings, mounts: Mounts, kinds: dict[Binding, str]) -> None:
        everything = [*program.project.functions(), *program.project.classes()]
        for definition in everything:
            for expr, line in definition.scope.decorators:
                if expr[0] != CALL or expr[1][0] != NAME or "." not in expr[1][1]:
                    continue
                owner, _, method = expr[1][1].rpartition(".")
                if method not in _VERBS and method not in ("route", "websocket"):
                    continue
                binding = self._known(program, kinds, (NAME, owner), definition.outside, mounts)
                path = (
                    program.folded(expr[2][0] if expr[2] else keyword(expr, "rule"), definition.outside)
                    if binding is not None
                    else None
                )
                if binding is None:
                    continue
                if path is None:
                    findings.diagnose(
                        definition.file.path, line, "url.dynamic", f"The path of {definition.name} is not constant."
                    )
                    continue
                if definition.scope.kind == "class":
                    self._class(
                        program,
                        findings,
                        mounts,
                        binding,
                        path,
                        definition,
                        definition.file,
                        line,
                        definition.scope.parent,
                    )
                    continue
                methods = (
                    [method.upper()]
                    if method in _VERBS
                    else ["WS"]
                    if method == "websocket"
                    else self._methods(program, expr, definition.outside)
                )
                for verb in methods:
                    self._add(
                        findings,
                        mounts,
                        binding,
                        verb,
                        path,
                        definition.file,
                        line,
                        definition.scope.parent,
                        definition,
                    )

    def _known(
        self, program: Program, kinds: dict[Binding, str], owner: Expr, at: At, mounts: Mounts
    ) -> Binding | None:
        binding = program.inference.binding(owner, at)
        if binding is not None and binding in kinds:
            return binding
        value = program.value(owner, at)  # a parameter: def register(app: Flask)
        name = value.path if value.kind == EXTERNAL else ""
        kind = "application" if _APPLICATIONS.match(name) else "blueprint" if _BLUEPRINTS.match(name) else ""
        if not kind:
            return None
        binding = binding or Binding(at.file.path, at.scope, owner[1])
        kinds[binding] = kind
        mounts.router(binding, "", root=kind == "application")
        return binding

    def _methods(self, program: Program, call: Expr, at: At) -> list[str]:
        given = keyword(call, "methods")
        if given is None:
            return ["GET"]
        value = program.value(given, at)
        items = value.expr[1] if value.expr is not None and value.expr[0] == LIST else ()
        return [item[1].upper() for item in items if item[0] == STR and item[1].upper() not in ("HEAD", "OPTIONS")] or [
            "ANY"
        ]

    def _add(
        self, findings: Findings, mounts: Mounts, router: Binding, method: str, path: str, file: FileFacts, line: int,
        scope: int, handler: Definition | None, view: Definition | None = None,
    ) -> None:  # fmt: skip
        for prefix in mounts.paths(router):
            joined = prefix.rstrip("/") + path if path.startswith("/") else prefix + path
            whole = _PARAMETER.sub(r"{\1}", joined)
            confidence = CERTAIN if mounts.reachable(router) else LIKELY
            findings.route(
                method,
                whole,
                file,
                line,
                scope=scope,
                handler=handler,
                view=view,
                confidence=confidence,
                framework=self.name,
            )

    def _rules(self, program: Program, findings: Findings, mounts: Mounts, kinds: dict[Binding, str]) -> None:
        """`app.add_url_rule("/x", view_func=View.as_view("x"), methods=[…])`."""
        for site in program.methods("add_url_rule"):
            owner = site.expr[1]
            if owner[0] != NAME or "." not in owner[1]:
                continue
            if self._wrapped(program, findings, mounts, kinds, site, owner):
                continue
            binding = self._known(program, kinds, (NAME, owner[1].rpartition(".")[0]), site.at, mounts)
            path = program.folded(site.argument("rule", 0), site.at)
            view = site.argument("view_func", 2)
            if binding is None or path is None:
                continue
            cls = self._view_class(program, view, site.at)
            if cls is not None:
                self._class(
                    program,
                    findings,
                    mounts,
                    binding,
                    path,
                    cls,
                    site.file,
                    site.line,
                    site.at.scope,
                    keyword(site.expr, "methods"),
                )
                continue
            for method in self._methods(program, site.expr, site.at):
                self._add(
                    findings,
                    mounts,
                    binding,
                    method,
                    path,
                    site.file,
                    site.line,
                    site.at.scope,
                    program.function(view, site.at),
                )

    def _wrapped(
        self, program: Program, findings: Findings, mounts: Mounts, kinds: dict[Binding, str], inner: Site, owner: Expr
    ) -> bool:
        """A helper of the tree around add_url_rule: `register_view(blueprint, routes=["/x"], view_func=View.as_view("x"))`."""
        function = program.project.owner(inner.file, inner.at.scope)
        rule, view = inner.argument("rule", 0), inner.argument("view_func", 2)
        if function is None or rule is None or view is None:
            return False
        names = [param.name for param in function.scope.params]
        receiver = str(owner[1]).rpartition(".")[0]
        if receiver not in names or view[0] != NAME or view[1] not in names or rule[0] != NAME:
            return False
        given_rule = self._looped(program, inner, rule[1])
        if given_rule not in names:
            return False
        for site in program.methods(function.name):
            if site.callee.definition is not function or site.callee.path:
                continue
            arguments = [
                site.argument(name, names.index(name)) for name in (receiver, given_rule, view[1]) if name in names
            ]
            if len(arguments) != 3 or None in arguments:
                continue
            on, routes, handler = arguments
            binding = self._known(program, kinds, on, site.at, mounts) if on is not None else None
            value = program.value(routes, site.at) if routes is not None else None
            listed = (
                value.expr[1] if value is not None and value.expr is not None and value.expr[0] == LIST else (routes,)
            )
            for item in listed if binding is not None else ():
                path = program.folded(item, site.at)
                cls = self._view_class(program, handler, site.at)
                if path is None or binding is None:
                    continue
                if cls is not None:
                    self._class(program, findings, mounts, binding, path, cls, site.file, site.line, site.at.scope)
                else:
                    target = program.function(handler, site.at)
                    for method in self._methods(program, site.expr, site.at):
                        self._add(findings, mounts, binding, method, path, site.file, site.line, site.at.scope, target)
        return True

    @staticmethod
    def _looped(program: Program, site: Site, name: str) -> str:
        """The name a loop variable runs over, else the name itself."""
        for entry in program.project.names(site.file, site.at.scope).get(name, ()):
            value = getattr(entry, "value", None)
            if value is not None and value[0] == "e" and value[1][0] == NAME:
                return str(value[1][1])
        return name

    def _view_class(self, program: Program, view: Expr | None, at: At) -> Definition | None:
        if view is None:
            return None
        if view[0] == NAME:  # view = View.as_view("name"), used for several rules
            for entry in program.project.names(at.file, at.scope).get(view[1], ()):
                if isinstance(entry, Assign) and entry.value is not None and entry.value[0] == CALL:
                    view = entry.value
        if view[0] == CALL and view[1][0] == NAME and view[1][1].endswith(".as_view"):
            value = program.value((NAME, view[1][1].removesuffix(".as_view")), at)
            return value.definition if value.kind == CLASS and not value.path else None
        if view[0] == CALL and view[2]:  # a decorator around it
            return self._view_class(program, view[2][0], at)
        return None

    def _class(
        self, program: Program, findings: Findings, mounts: Mounts, router: Binding, path: str, cls: Definition,
        file: FileFacts, line: int, scope: int, methods: Expr | None = None,
    ) -> None:  # fmt: skip
        allowed = (
            {item[1].lower() for item in methods[1] if item[0] == STR}
            if methods is not None and methods[0] == LIST
            else set(_METHODS)
        )
        found = [
            (m, own) for m in _METHODS if m in allowed and (own := program.inference.members.method(cls, m)) is not None
        ]
        if not found:
            dispatch = program.inference.members.method(cls, "dispatch_request")
            said = program.inference.members.field(cls, "methods")
            listed = (
                said[1].value[1] if said is not None and said[1].value is not None and said[1].value[0] == LIST else ()
            )
            verbs = [item[1] for item in listed if item[0] == STR] or ["GET"]
            found = [(verb, dispatch) for verb in verbs] if dispatch is not None else []
        for method, handler in found:
            self._add(findings, mounts, router, method.upper(), path, file, line, scope, handler, cls)

    def _resources(self, program: Program, findings: Findings, mounts: Mounts, kinds: dict[Binding, str]) -> None:
        """Flask-RESTful: `api.add_resource(Users, "/users", "/people")`."""
        for site in program.methods("add_resource"):
            binding = self._on(program, site)
            if binding is None or kinds.get(binding) != "api" or not site.expr[2]:
                continue
            value = program.value(site.expr[2][0], site.at)
            if value.kind != CLASS or value.definition is None:
                continue
            for argument in site.expr[2][1:]:
                path = program.folded(argument, site.at)
                if path is not None:
                    self._class(
                        program, findings, mounts, binding, path, value.definition, site.file, site.line, site.at.scope
                    )


framework = Flask()
