"""Koa with @koa/router: routers with prefixes, `app.use(router.routes())`."""

from tenantry.products.pinata.engine.findings import Findings
from tenantry.products.pinata.engine.frameworks.node_routers import Dialect, NodeRouters
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program

DIALECT = Dialect(
    name="koa",
    creators={
        "koa()": True,
        "@koa/router()": False,
        "koa-router()": False,
        "koa-joi-router()": False,
        "@koa/router.Router()": False,
    },
    types=frozenset(("@koa/router()", "koa-router()", "koa()", "@koa/router.Router()")),
    wrappers=frozenset(("routes", "middleware")),
)


class _KoaRouters(NodeRouters):
    def collect(self) -> None:
        super().collect()
        for site in self.program.methods("prefix"):
            owner = self.owner(site.expr)
            for binding in self.routers(owner, site.at) if owner is not None and site.expr[2] else ():
                self.mounts.prefixes[binding] = self.program.folded(site.expr[2][0], site.at) or ""


class Koa:
    name = "koa"
    packages: tuple[str, ...] = ("koa", "@koa/router", "koa-router", "koa-joi-router")
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        _KoaRouters(program, findings, DIALECT).run()


framework = Koa()
