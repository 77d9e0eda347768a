"""Fastify: routes on instances, plugins registered under prefixes."""

from tenantry.products.pinata.engine.facts import CALL, NAME, Expr
from tenantry.products.pinata.engine.findings import CERTAIN, Findings
from tenantry.products.pinata.engine.frameworks.javascript import is_javascript, items, option
from tenantry.products.pinata.engine.frameworks.node_routers import Dialect, NodeRouters
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import FUNCTION, MODULE, At, Binding, Definition

DIALECT = Dialect(
    name="fastify",
    creators={"fastify()": True, "fastify.fastify()": True},
    types=frozenset(("fastify.FastifyInstance()", "fastify()", "fastify.FastifyPluginInstance()")),
    mounts=frozenset(("register",)),
)
_PLUGIN_TYPES = (
    "FastifyPluginAsync",
    "FastifyPluginCallback",
    "FastifyPlugin",
    "FastifyPluginAsyncTypebox",
    "FastifyPluginAsyncZod",
)


class _FastifyRouters(NodeRouters):
    """A plugin is a function whose first parameter is a router, mounted where the plugin is registered."""

    def run(self) -> None:
        super().run()
        for site in self.program.methods("route"):
            if is_javascript(site.file) and site.expr[2]:
                self._declared(site)

    def collect(self) -> None:
        super().collect()
        for site in self.program.methods("register"):
            owner = self.owner(site.expr)
            if is_javascript(site.file) and owner is not None and site.expr[2]:
                plugin = self._plugin(site.expr[2][0], site.at)
                if plugin is not None and plugin.scope.params:
                    self.own(self._inside(plugin))

    @staticmethod
    def _inside(plugin: Definition) -> Binding:
        return Binding(plugin.file.path, plugin.index, plugin.scope.params[0].name)

    def _plugin(self, expr: Expr, at: At) -> Definition | None:
        if expr[0] == CALL and expr[2] and self.method(expr) in ("fp", "fastifyPlugin", "default"):
            return self._plugin(expr[2][0], at)
        value = self.program.value(expr, at)
        if value.kind == MODULE:
            value = self.inference.exported(value.path, "default")
        if value.kind == FUNCTION and value.definition is not None and not value.path:
            return value.definition
        if value.kind == "external" and expr[0] == NAME:  # export default fp(async (fastify) => …)
            binding = self.inference.binding(expr, at)
            file = self.program.project.files[binding.path] if binding is not None else None
            for entry in (
                self.program.project.names(file, binding.scope).get(binding.name, ()) if file and binding else ()
            ):
                made = getattr(entry, "value", None)
                if made is not None and made[0] == CALL and made[2] and file is not None and binding is not None:
                    return self._plugin(made[2][0], At(file, binding.scope))
        return None

    def mount(self, site: Site) -> None:
        owner = self.owner(site.expr)
        if owner is None or not site.expr[2]:
            return
        plugin = self._plugin(site.expr[2][0], site.at)
        if plugin is None or not plugin.scope.params:
            return
        given = option(self.inference, site.expr[2][1], site.at, "prefix") if len(site.expr[2]) > 1 else None
        prefix = self.program.folded(*given) or "" if given is not None else ""
        for parent in self.routers(owner, site.at):
            self.mounts.mount(self._inside(plugin), parent, prefix)

    def routers(self, expr: Expr, at: At, depth: int = 0) -> list[Binding]:
        if expr[0] == NAME and "." not in expr[1]:
            scope = at.scope
            while scope > 0:
                binding = Binding(at.file.path, scope, expr[1])
                if binding in self.mounts.prefixes:
                    return [binding]
                scope = at.file.scopes[scope].parent
        return super().routers(expr, at, depth)

    def parameter_router(self, function: Definition, parameter: object) -> list[Binding]:
        found = super().parameter_router(function, parameter)  # type: ignore[arg-type]
        if found:
            return found
        # const routes: FastifyPluginAsync = async (fastify) => …
        names = {item.name for item in function.file.imports if item.module.startswith("fastify")}
        first = function.scope.params[0] if function.scope.params else None
        if first is not None and first is parameter and names & set(_PLUGIN_TYPES):
            return [self.own(self._inside(function))]
        return []

    def _declared(self, site: Site) -> None:
        """`fastify.route({method, url, handler})`"""
        owner = self.owner(site.expr)
        url = option(self.inference, site.expr[2][0], site.at, "url", "path")
        method = option(self.inference, site.expr[2][0], site.at, "method")
        if owner is None or url is None or method is None:
            return
        bindings = self.routers(owner, site.at)
        text = self.program.folded(*url)
        handler = option(self.inference, site.expr[2][0], site.at, "handler")
        handlers = self.handlers(*handler) if handler is not None else []
        for expr, at in items(self.inference, method[0], method[1]):
            verb = self.program.text(expr, at)
            if verb and text is not None:
                self.add(site, site.line, bindings, verb, text, handlers, CERTAIN)


class Fastify:
    name = "fastify"
    packages: tuple[str, ...] = ("fastify",)
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        _FastifyRouters(program, findings, DIALECT).run()


framework = Fastify()
