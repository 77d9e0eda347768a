"""Hono: chained routes, `app.route("/x", other)`, `basePath`."""

from tenantry.products.pinata.engine.findings import Findings
from tenantry.products.pinata.engine.frameworks.node_routers import Dialect, NodeRouters
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program

DIALECT = Dialect(
    name="hono",
    creators={"hono.Hono()": True, "hono/tiny.Hono()": True, "@hono/zod-openapi.OpenAPIHono()": True},
    types=frozenset(("hono.Hono()", "@hono/zod-openapi.OpenAPIHono()")),
    mounts=frozenset(("route", "mount")),
)


class Hono:
    name = "hono"
    packages: tuple[str, ...] = ("hono", "hono/tiny", "@hono/zod-openapi")
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        NodeRouters(program, findings, DIALECT).run()


framework = Hono()
