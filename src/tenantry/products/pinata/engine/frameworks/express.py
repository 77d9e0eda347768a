"""Express and its kin (Polka, Restify, the `router` package): applications and routers over any number of files."""

from tenantry.products.pinata.engine.findings import Findings
from tenantry.products.pinata.engine.frameworks.node_routers import Dialect, NodeRouters
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program

DIALECT = Dialect(
    name="express",
    creators={
        "express()": True, "polka()": True, "restify.createServer()": True, "express-ws().app": True,
        "express.Router()": False, "router()": False, "express-promise-router()": False, "polka.Router()": False,
        "restify-router.Router()": False,
    },
    types=frozenset(
        f"express.{name}()" for name in ("Express", "Application", "Router", "IRouter", "IRoutes", "express.Express")
    ) | {"express-serve-static-core.Express()", "express-serve-static-core.Router()", "restify.Server()", "polka.Polka()"},
)  # fmt: skip


class Express:
    name = "express"
    packages: tuple[str, ...] = ("express", "polka", "restify", "router", "express-promise-router")
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        NodeRouters(program, findings, DIALECT).run()


framework = Express()
