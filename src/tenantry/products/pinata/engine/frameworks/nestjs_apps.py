"""NestJS applications: what `main.ts` says about prefixes and versions, and which controllers hang on which module."""

from collections import defaultdict
from dataclasses import dataclass, field

from tenantry.products.pinata.engine.facts import CALL, LIST, NAME, NUM, STR, Expr
from tenantry.products.pinata.engine.frameworks.javascript import (
    decorators,
    items,
    javascript_classes,
    joined,
    named_class,
    option,
    path_of,
)
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import At, Definition

_CREATE = ("@nestjs/core.NestFactory.create", "@nestjs/core.NestFactory.createApplicationContext")


@dataclass(slots=True)
class App:
    """One `NestFactory.create(Module)`: what it sets for all its controllers."""

    path: str
    prefix: str = ""
    certain: bool = True
    uri_versions: bool = False
    version_prefix: str = "v"
    default_versions: tuple[Expr, At] | None = None
    excluded: list[tuple[str, str]] = field(default_factory=list)  # (method or "", path)

    def excludes(self, path: str, verb: str) -> bool:
        """Whether the global prefix is left out for a path."""
        for method, pattern in self.excluded:
            if method and method not in (verb, "ALL", "ANY"):
                continue
            if pattern.endswith("/{path}") and path.startswith(pattern[: -len("{path}")]):
                return True
            if path_of(path) == pattern:
                return True
        return False

    def versions(self, program: Program, given: tuple[Expr, At] | None) -> list[str]:
        """Path segments of the versions a route answers to; one empty segment when its path shows none."""
        if not self.uri_versions:
            return [""]
        given = given or self.default_versions
        if given is None:
            return [""]
        found: list[str] = []
        for expr, at in items(program.inference, given[0], given[1]):
            if expr[0] == NAME and expr[1].endswith("VERSION_NEUTRAL"):
                found.append("")
                continue
            version = program.folded(expr, at)
            found.append(f"{self.version_prefix}{version}" if version else "")
        return found or [""]


class Apps:
    """All applications of a tree, and the one (or several) that a controller belongs to."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.apps: list[App] = []
        self.modules: dict[tuple[str, int], list[App]] = defaultdict(list)  # controller → applications
        self.imports: dict[tuple[str, int], list[Definition]] = {}
        self.controllers: dict[tuple[str, int], list[Definition]] = {}
        self.home: dict[tuple[str, int], Definition] = {}  # controller → the module that lists it
        self.routed: dict[tuple[str, int], str] = {}  # module → its path by RouterModule
        self._modules()
        self._router_module()
        self._applications()

    def of(self, controller: Definition) -> list[App]:
        """Applications that serve a controller. One that no module lists belongs to the nearest application."""
        found = self.modules.get(controller.key)
        if found:
            return found
        near = self._nearest(controller.file.path)
        return [near] if near is not None else [App(controller.file.path, certain=False)]

    def module_path(self, controller: Definition) -> str:
        module = self.home.get(controller.key)
        return self.routed.get(module.key, "") if module is not None else ""

    # -- modules ----------------------------------------------------------------------------------------------

    def _modules(self) -> None:
        inference = self.program.inference
        for definition in javascript_classes(self.program):
            for item in decorators(inference, definition):
                if item.name == "@nestjs/common.Module" and item.args:
                    self._module(definition, item.args[0], definition.outside)
        for definition in javascript_classes(self.program):  # static forRoot() { return { imports, controllers } }
            if definition.key in self.imports:
                for index, scope in enumerate(definition.file.scopes):
                    if scope.parent == definition.index and scope.kind == "function":
                        for returned in scope.returns:
                            if returned[0] == "d":
                                self._module(definition, returned, At(definition.file, index))

    def _module(self, definition: Definition, options: Expr, at: At) -> None:
        inference = self.program.inference
        for key, table in (("imports", self.imports), ("controllers", self.controllers)):
            listed = option(inference, options, at, key)
            found = table.setdefault(definition.key, [])
            for expr, where in items(inference, listed[0], listed[1]) if listed is not None else ():
                named = named_class(inference, expr, where)
                if named is not None:
                    found.append(named)
                    if key == "controllers":
                        self.home.setdefault(named.key, definition)

    def _reach(self, root: Definition) -> list[Definition]:
        seen: dict[tuple[str, int], None] = {}
        waiting, found = [root], list[Definition]()
        while waiting:
            module = waiting.pop()
            if module.key in seen:
                continue
            seen[module.key] = None
            found += self.controllers.get(module.key, [])
            waiting += self.imports.get(module.key, [])
        return found

    def _router_module(self) -> None:
        """`RouterModule.register([{path, module, children}])`"""
        for site in self.program.calls("@nestjs/core.RouterModule.register", "@nestjs/core.RouterModule.forRoutes"):
            if site.expr[2]:
                self._routed(site.expr[2][0], site.at, "", 0)

    def _routed(self, expr: Expr, at: At, above: str, depth: int) -> None:
        inference = self.program.inference
        for item, where in items(inference, expr, at):
            path = option(inference, item, where, "path")
            prefix = joined(above, self.program.folded(*path) or "") if path is not None else above
            module = option(inference, item, where, "module")
            definition = named_class(inference, *module) if module is not None else named_class(inference, item, where)
            if definition is not None:
                self.routed[definition.key] = prefix
            children = option(inference, item, where, "children")
            if children is not None and depth < 8:
                self._routed(children[0], children[1], prefix, depth + 1)

    # -- applications -----------------------------------------------------------------------------------------

    def _applications(self) -> None:
        program = self.program
        created: list[tuple[App, Definition | None]] = []
        for site in program.calls(*_CREATE):
            root = named_class(program.inference, site.argument("module", 0), site.at)
            created.append((App(site.file.path), root))
        serving = {
            site.file.path
            for site in program.methods("listen", "listenAsync", "startAllMicroservices", "getHttpAdapter", "init")
        }
        if any(app.path in serving for app, _ in created):  # what is created to run once serves nobody
            created = [(app, root) for app, root in created if app.path in serving]
        self.apps += [app for app, _ in created]
        for site in program.methods("setGlobalPrefix"):
            for app in self._apps_of(site):
                self._prefix(app, site)
        for site in program.methods("enableVersioning"):
            for app in self._apps_of(site):
                self._versioning(app, site)
        for app, root in created:
            for controller in self._reach(root) if root is not None else ():
                if app not in self.modules[controller.key]:
                    self.modules[controller.key].append(app)

    def _apps_of(self, site: Site) -> list[App]:
        """The applications that a call in a bootstrap file configures."""
        same = [app for app in self.apps if app.path == site.file.path]
        if same:
            return same
        near = self._nearest(site.file.path)
        if near is None:
            near = App(site.file.path)
            self.apps.append(near)
        return [near]

    def _nearest(self, path: str) -> App | None:
        """The application whose folder shares most with a path; of equal ones the first by path."""

        def shared(app: App) -> int:
            count = 0
            for left, right in zip(app.path.split("/")[:-1], path.split("/")[:-1], strict=False):
                if left != right:
                    break
                count += 1
            return count

        return max(self.apps, key=lambda app: (shared(app), -self.apps.index(app)), default=None)

    def _prefix(self, app: App, site: Site) -> None:
        app.prefix = self.program.folded(site.argument("prefix", 0), site.at) or ""
        excluded = option(self.program.inference, site.argument("options", 1), site.at, "exclude")
        for expr, at in items(self.program.inference, excluded[0], excluded[1]) if excluded is not None else ():
            path = option(self.program.inference, expr, at, "path")
            method = option(self.program.inference, expr, at, "method")
            text = self.program.text(*path) if path is not None else self.program.text(expr, at)
            if text is not None:
                verb = method[0][1].rpartition(".")[2] if method is not None and method[0][0] == NAME else ""
                app.excluded.append((verb, path_of(joined(text))))

    def _versioning(self, app: App, site: Site) -> None:
        options = site.argument("options", 0)
        kind = option(self.program.inference, options, site.at, "type")
        if options is not None and kind is not None and not (kind[0][0] == NAME and kind[0][1].endswith("URI")):
            return
        app.uri_versions = True
        prefix = option(self.program.inference, options, site.at, "prefix")
        if prefix is not None:
            app.version_prefix = "" if prefix[0] == (NUM, False) else self.program.folded(*prefix) or ""
        app.default_versions = option(self.program.inference, options, site.at, "defaultVersion")


__all__ = ["CALL", "LIST", "STR", "App", "Apps"]
