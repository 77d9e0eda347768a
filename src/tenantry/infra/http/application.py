"""The application factory: the rings that every request passes, in order, around routes which others add."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import HTMLResponse, JSONResponse

import tenantry
from tenantry.core.settings import Settings
from tenantry.infra.database.database import Database
from tenantry.infra.http.body_limit import BodyLimit
from tenantry.infra.http.context import RequestContext
from tenantry.infra.http.health import health_routes
from tenantry.infra.http.hosts import HostCheck, OriginCheck, allowed_hosts
from tenantry.infra.http.idempotency import Idempotency
from tenantry.infra.http.interface import Interface
from tenantry.infra.http.openapi import build_openapi
from tenantry.infra.http.problems import Errors, add_problem_handlers
from tenantry.infra.http.rates import RateLimits, Rates
from tenantry.infra.http.reference import reference_page
from tenantry.infra.http.route_index import endpoint_of
from tenantry.infra.http.routing import operation_id
from tenantry.infra.http.security_headers import SecurityHeaders
from tenantry.infra.rate_limits import RateLimiter
from tenantry.infra.secrets import load_keys
from tenantry.infra.telemetry import Metrics

WEB = Path(tenantry.__file__).parent / "_web"
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

DESCRIPTION = """Everything of an organization stands below `/api/v1/orgs/{org}`, where `{org}` is its slug.

Lists take `limit` and `after`, and answer with `items` and `next`. Times are RFC 3339 in UTC. Errors are problem documents
(RFC 9457) with a `code` that never changes its meaning, a `hint` that says what to do, and a `request_id` to quote.

A POST may carry an `Idempotency-Key`; repeated with the same key and body it is done once. What can be edited has an `ETag`,
and `If-Match` keeps you from overwriting what somebody else has changed."""


def session_cookie(settings: Settings) -> str:
    """The name of the cookie that holds a session. The prefix makes browsers insist on Secure, the root path and no domain."""
    return "__Host-tenantry_session" if settings.base_url.startswith("https://") else "tenantry_session"


def create_http(
    settings: Settings, database: Database, *, lifespan: Lifespan | None = None, web: Path = WEB
) -> FastAPI:
    """An application without routes of its own but health and the API reference.

    `app.state` carries `settings`, `database`, `limiter`, `idempotency` and `metrics` for what is mounted on it.
    """
    metrics = Metrics()
    limiter = RateLimiter(settings.redis_url.get_secret_value() if settings.redis_url else None)
    metrics.up.labels(tenantry.__version__).set(1)
    app = FastAPI(
        title="Tenantry API",
        version=tenantry.__version__,
        description=DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
        lifespan=lifespan,
        middleware=[
            Middleware(RequestContext, metrics=metrics),
            Middleware(SecurityHeaders, secure=settings.base_url.startswith("https://")),
            *_cross_origin(settings),
            Middleware(Errors),
            Middleware(HostCheck, hosts=allowed_hosts(settings)),
            Middleware(OriginCheck, welcome=settings.cors_origins),
            Middleware(RateLimits, rates=Rates.load(settings), limiter=limiter, endpoint_of=endpoint_of),
            Middleware(BodyLimit, size=settings.max_body_bytes),
        ],
    )
    app.state.settings, app.state.database = settings, database
    app.state.metrics, app.state.limiter = metrics, limiter
    app.state.idempotency = Idempotency(load_keys(settings))
    add_problem_handlers(app)
    app.include_router(health_routes(settings, database, metrics))
    _add_reference(app, session_cookie(settings))
    app.router.default = Interface(web)
    return app


def _cross_origin(settings: Settings) -> list[Middleware]:
    """What browsers are told about pages of other sites: nothing, unless some are named. Cookies are never asked for."""
    if not settings.cors_origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors_origins),
            allow_methods=["GET", "POST", "PATCH", "PUT", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match"],
            expose_headers=["ETag", "Location", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id"],
            max_age=600,
        )
    ]


def _add_reference(app: FastAPI, cookie: str) -> None:
    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = build_openapi(app, cookie=cookie)
        return app.openapi_schema

    async def document() -> JSONResponse:
        return JSONResponse(openapi())

    async def page() -> HTMLResponse:
        policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
        return HTMLResponse(reference_page(openapi()), headers={"Content-Security-Policy": policy})

    app.openapi = openapi  # type: ignore[method-assign]
    app.add_api_route("/api/openapi.json", document, include_in_schema=False)
    app.add_api_route("/api/docs", page, include_in_schema=False)
