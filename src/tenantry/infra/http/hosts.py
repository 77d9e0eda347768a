"""Whose names and pages we answer to."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from tenantry.core.errors import Forbidden, Problem
from tenantry.core.settings import Settings
from tenantry.infra.http.requests import SAFE_METHODS, header

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def allowed_hosts(settings: Settings) -> frozenset[str]:
    """Host names this installation answers to; loopback names only on one person's machine."""
    names = {name.lower() for name in settings.allowed_hosts}
    if settings.public_url:
        names.add(urlsplit(settings.public_url).hostname or "")
    return frozenset(names | LOOPBACK if settings.local else names)


def host_name(netloc: str) -> str:
    """The name in a Host header, without its port and in small letters; empty when it is none."""
    try:
        return (urlsplit(f"//{netloc}").hostname or "").lower()
    except ValueError:
        return ""


class HostCheck:
    """Middleware: a foreign Host header is refused, which ends DNS rebinding and poisoned links.

    `/health` answers to any name, since load balancers ask by address.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and scope["path"] not in ("/health", "/health/ready"):
            host = header(scope, b"host") or ""
            if host_name(host) not in self.hosts:
                raise Problem(
                    "host.foreign",
                    f"This server does not answer to the name “{host[:100]}”.",
                    hint="Use its own address, or add the name to TENANTRY_ALLOWED_HOSTS.",
                    status=421,
                )
        await self.app(scope, receive, send)


class OriginCheck:
    """Middleware: no page of another site changes anything here, nor listens to a socket.

    Browsers say where a request comes from (`Sec-Fetch-Site`, `Origin`); programs say nothing and hold no cookies by accident.
    """

    def __init__(self, app: ASGIApp, welcome: Iterable[str] = ()) -> None:
        self.app = app
        self.welcome = frozenset(welcome)
        """Origins whose pages may call with a key; a cookie is not taken from them either."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and header(scope, b"origin") in self.welcome:
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"cookie"]
            await self.app(scope, receive, send)
            return
        changes = scope["type"] == "websocket" or (scope["type"] == "http" and scope["method"] not in SAFE_METHODS)
        if changes and _foreign(scope):
            raise Forbidden(
                "origin.foreign",
                "This request comes from a page of another site.",
                hint="Open our own pages, or call the API without cookies.",
            )
        await self.app(scope, receive, send)


def _foreign(scope: Scope) -> bool:
    origin = header(scope, b"origin")
    if origin is not None:
        return urlsplit(origin).netloc.lower() != (header(scope, b"host") or "").lower()
    return header(scope, b"sec-fetch-site") not in (None, "same-origin", "none")
