"""The composition: read it top to bottom and you know what runs."""

import importlib
from collections.abc import Sequence
from functools import partial

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from tenantry.chassis import housekeeping
from tenantry.chassis.access import Access, Permissions
from tenantry.chassis.access.sockets import reader_of
from tenantry.chassis.api_keys import routes as api_keys
from tenantry.chassis.api_keys.authenticator import ApiKeys
from tenantry.chassis.api_keys.usage import routes as usage
from tenantry.chassis.api_keys.usage.meter import UsageMeter
from tenantry.chassis.api_keys.usage.ring import UsageRing
from tenantry.chassis.audit import retention as audit_retention
from tenantry.chassis.audit import routes as audit
from tenantry.chassis.identity import jobs as identity_jobs
from tenantry.chassis.identity import routes as identity
from tenantry.chassis.identity.devices.cookie import DeviceCookie
from tenantry.chassis.identity.federation import routes as federation
from tenantry.chassis.identity.federation.bearer import BearerTokens
from tenantry.chassis.identity.federation.cookie import BrowserCookie
from tenantry.chassis.identity.federation.flow import Federation
from tenantry.chassis.identity.federation.issuers import Issuers
from tenantry.chassis.identity.federation.providers import configured
from tenantry.chassis.identity.federation.settings import SignInSettings
from tenantry.chassis.identity.passkeys import routes as passkeys
from tenantry.chassis.identity.passkeys.relying_party import RelyingParty
from tenantry.chassis.identity.proofs.queries import require_recent_proof
from tenantry.chassis.identity.second_factors import routes as second_factors
from tenantry.chassis.identity.second_factors.codes import CodeKeys
from tenantry.chassis.identity.second_factors.pending import PendingCookie
from tenantry.chassis.identity.sessions import SessionCookie
from tenantry.chassis.identity.sessions.settings import SessionSettings
from tenantry.chassis.manifest import Product
from tenantry.chassis.onboarding import federated
from tenantry.chassis.onboarding import routes as onboarding
from tenantry.chassis.organizations import live as organizations_live
from tenantry.chassis.organizations import routes as organizations
from tenantry.chassis.organizations.erasure import jobs as erasure
from tenantry.chassis.organizations.members.queries import membership_of
from tenantry.chassis.organizations.sign_in.dns import txt_records
from tenantry.chassis.organizations.sign_in.queries import connected_provider
from tenantry.core.settings import Settings, SettingsError
from tenantry.infra import events, jobs, mail
from tenantry.infra.database.database import Database
from tenantry.infra.database.roles import ROLES
from tenantry.infra.database.urls import DatabaseUrls
from tenantry.infra.http.application import Lifespan, create_http, session_cookie
from tenantry.infra.http.openapi import guard_of
from tenantry.infra.http.route_index import index_routes, mount
from tenantry.infra.http.routing import Route
from tenantry.infra.jobs.worker import Worker
from tenantry.infra.live import Hub, Topic, live_router
from tenantry.infra.outbound import Outbound
from tenantry.infra.secrets import Sealer, Signer, load_keys
from tenantry.infra.storage import Storage, files_router
from tenantry.infra.telemetry import Metrics

FLOORS = (audit, identity, second_factors, passkeys, federation, organizations, api_keys, usage, onboarding, federated)
"""What the chassis itself serves, from the ground up."""

PERMISSIONS = (audit.PERMISSIONS, organizations.PERMISSIONS, api_keys.PERMISSIONS, onboarding.PERMISSIONS)
TOPICS = (*organizations_live.TOPICS,)
EVENTS = organizations_live.EVENTS
JOBS = (
    *jobs.JOBS,
    *events.JOBS,
    *mail.JOBS,
    *audit_retention.JOBS,
    *identity_jobs.JOBS,
    *erasure.JOBS,
    *housekeeping.JOBS,
)
SCHEDULES = (
    *jobs.SCHEDULES,
    *events.SCHEDULES,
    *audit_retention.SCHEDULES,
    *erasure.SCHEDULES,
    *housekeeping.SCHEDULES,
)


def mounted(settings: Settings) -> tuple[Product, ...]:
    """The products that TENANTRY_PRODUCTS names: `pinata` is one of ours, `my_package.product:product` somebody else's.

    Raises:
        SettingsError: there is no such product, or two have the same slug.
    """
    products = tuple(_load(name) for name in settings.products)
    slugs = [product.slug for product in products]
    if len(set(slugs)) < len(slugs):
        raise SettingsError(f"TENANTRY_PRODUCTS mounts two products with the same slug: {', '.join(slugs)}.")
    return products


def _load(name: str) -> Product:
    module, _, attribute = (name if ":" in name else f"tenantry.products.{name}.product:product").partition(":")
    try:
        product = getattr(importlib.import_module(module), attribute)
    except (ModuleNotFoundError, AttributeError) as error:
        raise SettingsError(f"TENANTRY_PRODUCTS names “{name}”, which is not there: {error}.") from error
    if not isinstance(product, Product):
        raise SettingsError(f"TENANTRY_PRODUCTS names “{name}”, which is no product but {type(product).__name__}.")
    return product


def all_permissions(products: Sequence[Product]) -> Permissions:
    """What can be allowed here, and to whom."""
    return Permissions(*PERMISSIONS, *(product.permissions for product in products))


def provide(settings: Settings, database: Database) -> None:
    """Hand every scope what actions need wherever they run."""
    keys = load_keys(settings)
    for part in (settings, SessionSettings.load(), Sealer(keys), Storage(settings, keys)):
        database.provide(part)


def create_app(
    settings: Settings, database: Database, products: Sequence[Product], *, lifespan: Lifespan | None = None
) -> FastAPI:
    """The API and the interface.

    Raises:
        ValueError: a route needs a permission which nobody declares.
    """
    app = create_http(settings, database, lifespan=lifespan)
    provide(settings, database)
    name, secure = session_cookie(settings), settings.base_url.startswith("https://")
    cookie = SessionCookie(name, secure, SessionSettings.load())
    app.state.session_cookie = cookie
    app.state.pending_cookie = PendingCookie(cookie.name.replace("session", "pending"), cookie.secure)
    app.state.relying_party = RelyingParty.of(settings)
    app.state.device_cookie = DeviceCookie(
        name.replace("session", "device"), secure, Signer(load_keys(settings), "device")
    )
    app.state.code_keys = CodeKeys(load_keys(settings))
    elsewhere = SignInSettings.load()
    issuers = Issuers(Outbound(local=settings.local))
    app.state.federation = Federation(issuers, Sealer(load_keys(settings)), settings.base_url, database.clock)
    app.state.providers = configured(elsewhere)
    app.state.find_provider = partial(connected_provider, database, Sealer(load_keys(settings)))
    app.state.txt_of = txt_records
    app.state.browser_cookie = BrowserCookie(cookie.name.replace("session", "away"), cookie.secure)
    bearers = BearerTokens(issuers, elsewhere.bearer_issuers, database.clock)
    app.state.products = tuple(products)
    app.state.usage = meter = UsageMeter(database)
    app.add_middleware(UsageRing, meter=meter)
    app.state.access = Access(
        database,
        authenticators=[bearers, ApiKeys(meter.refused), cookie],  # the ways to sign in, in order: one line each
        membership_of=membership_of,
        permissions=all_permissions(products),
        require_recent_proof=require_recent_proof,
    )
    for floor in FLOORS:
        mount(app, floor.router, prefix="/api/v1")
    for product in products:
        for router in product.routers:
            mount(app, router, prefix=f"/api/v1/orgs/{{org}}/{product.slug}", tags=[product.slug])
    app.state.topics = topics = _topics(products)
    app.state.hub = hub = Hub(database, topics, _events(products))
    app.include_router(live_router(hub, reader_of), prefix="/api/v1")
    app.state.sealer = Sealer(load_keys(settings))
    app.state.storage = storage = Storage(settings, load_keys(settings))
    app.include_router(files_router(storage))
    if settings.local and not settings.smtp_url:
        app.include_router(mail.mailbox_router(settings.data_dir / "mailbox"))
    _refuse_unguarded(app)
    index_routes(app)
    return app


def described(settings: Settings) -> FastAPI:
    """The application without a database behind it: for its OpenAPI document."""
    nowhere = Database(DatabaseUrls("", dict.fromkeys(ROLES, "")))
    return create_app(settings, nowhere, mounted(settings))


def _topics(products: Sequence[Product]) -> list[Topic]:
    return [*TOPICS, *(topic for product in products for topic in product.topics)]


def _events(products: Sequence[Product]) -> dict[str, str]:
    return EVENTS | {name: permission for product in products for name, permission in product.events.items()}


def _refuse_unguarded(app: FastAPI) -> None:
    """Every route below /api/v1 says who may call it, in terms of permissions that somebody declares."""
    known = app.state.access.permissions.least
    for route in iter_route_contexts(app.routes):
        guard, path = guard_of(route), route.path or ""
        if guard is None and route.methods and path.startswith("/api/v1/"):
            raise ValueError(f"{path} does not say who may call it: use needs(…), signed_in() or stranger().")
        if guard is not None and guard.permission and guard.permission not in known:
            raise ValueError(f"{path} needs “{guard.permission}”, which no manifest declares.")
        if isinstance(route.original_route, APIRoute) and "POST" in (route.methods or ()) and guard is not None:
            if not isinstance(route.original_route, Route):
                raise ValueError(f"{path} would ignore Idempotency-Key: collect routes in tenantry.sdk.Router.")


def create_worker(
    settings: Settings, database: Database, products: Sequence[Product], metrics: Metrics | None = None
) -> Worker:
    """The worker, for the jobs of the chassis and of all products."""
    keys = load_keys(settings)
    provide(settings, database)
    return Worker(
        database,
        [*JOBS, *(job for product in products for job in product.jobs)],
        [*SCHEDULES, *(schedule for product in products for schedule in product.schedules)],
        concurrency=settings.worker_concurrency,
        grace=1.5,
        permissions=all_permissions(products).least,
        metrics=metrics,
        parts=[settings, Storage(settings, keys), Sealer(keys), mail.transport_of(settings), events.Subscribers([])],
    )
