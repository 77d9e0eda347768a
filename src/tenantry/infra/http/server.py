"""The web server: uvicorn, on a socket of ours, told to stop by us."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from tenantry.core.settings import Settings
from tenantry.infra.http.writes import Protocol

GRACE = 2
"""Seconds which running requests and open sockets get when the server stops."""


class PortTakenError(Exception):
    """Another program listens there; the message says what to do."""


def listen(host: str, port: int) -> socket.socket:
    """Take the port before anything slow begins.

    Raises:
        PortTakenError: it isn't to be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            reason = f"Port {port} is in use by another program. Choose another, as in TENANTRY_PORT={port + 1}."
        else:
            reason = f"Cannot listen on {host}:{port}: {error.strerror}. Set TENANTRY_HOST and TENANTRY_PORT."
        raise PortTakenError(reason) from None
    listener.set_inheritable(True)
    return listener


def server_config(app: ASGIApp | str, settings: Settings, *, factory: bool = False, workers: int = 1) -> uvicorn.Config:
    """How uvicorn runs here: our logs, and forwarded addresses believed only from the proxies that are named."""
    return uvicorn.Config(
        app,
        factory=factory,
        workers=workers,
        host=settings.host,
        port=settings.port,
        http=Protocol,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=GRACE,
        ws_max_size=64 * 1024,
        lifespan="on",
    )


class Server(uvicorn.Server):
    """Runs until `should_exit` is set; signals are the business of whoever runs it beside other things."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield

    def stop(self, *, now: bool = False) -> None:
        """Take no more requests and finish those that run; `now` leaves them."""
        self.should_exit, self.force_exit = True, now
