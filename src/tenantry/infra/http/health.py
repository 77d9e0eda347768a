"""Whether it runs, whether it can serve, and its figures."""

import hmac
from typing import Any

from fastapi import APIRouter, Request
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from starlette.responses import Response

from tenantry.core.settings import Settings
from tenantry.infra.database.database import Database
from tenantry.infra.http.hosts import LOOPBACK
from tenantry.infra.http.problems import no_such_address
from tenantry.infra.http.requests import address_of, header
from tenantry.infra.http.settings import MetricsSettings
from tenantry.infra.telemetry import Metrics


def health_routes(settings: Settings, database: Database, metrics: Metrics) -> APIRouter:
    """`/health`, `/health/ready` and `/health/metrics`."""
    router = APIRouter(prefix="/health", include_in_schema=False)
    token = MetricsSettings.load().token

    @router.get("")
    async def health() -> dict[str, Any]:
        return {"status": "ok"}

    @router.get("/ready")
    async def ready() -> dict[str, Any]:
        async with database.anonymous_scope(read_only=True) as scope:  # raises 503 when the database is away
            await scope.session.execute(text("SELECT 1"))
        return {"status": "ready"}

    @router.get("/metrics")
    async def figures(request: Request) -> Response:
        offered = (header(request.scope, b"authorization") or "").removeprefix("Bearer ")
        known = token is not None and hmac.compare_digest(offered.encode(), token.get_secret_value().encode())
        if not known and not (settings.local and address_of(request.scope) in LOOPBACK):
            raise no_such_address()
        return Response(generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return router
