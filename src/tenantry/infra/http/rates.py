"""The rate limits of the API, by class of endpoint.

Everything below /api is counted as `general`, for each caller; what a route says it is comes on top:

    @router.get("/scans/{scan_id}/export")
    @rated("reports")
    async def export_scan(…)

Routes below /api/v1/auth are counted as `authentication`, for each address, unless they say something else.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenantry.core.settings import Settings
from tenantry.infra.http.requests import API, address_of, header
from tenantry.infra.http.settings import RateSettings
from tenantry.infra.rate_limits import Rate, RateLimiter, Verdict

RateClass = Literal["authentication", "general", "imports", "reports"]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
EndpointOf = Callable[[Scope], Callable[..., Any] | None]

_AUTHENTICATION = "/api/v1/auth/"
_MARK = "rate_class"


def rated(kind: RateClass) -> Callable[[Endpoint], Endpoint]:
    """Say of which class a route is: the decorator below `@router.get(…)`."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _MARK, kind)
        return endpoint

    return mark


@dataclass(frozen=True)
class Rates:
    """The limits in force; none where it is None."""

    authentication: Rate | None
    general: Rate | None
    address: Rate | None
    """What all callers of one address may do together: it stops invented credentials from each having a limit of its own."""
    imports: Rate | None = None
    reports: Rate | None = None

    @classmethod
    def load(cls, settings: Settings) -> "Rates":
        """From the settings, with the defaults of the mode."""
        given = RateSettings.load()
        rate = Rate.of("general", given.general or ("0" if settings.local else "100/minute"))
        everybody = rate and Rate("address", type(rate.item)(rate.item.amount * 10, rate.item.multiples))
        return cls(
            Rate.of("authentication", given.authentication or ("60/minute" if settings.local else "5/minute")),
            rate,
            everybody,
            Rate.of("imports", given.imports or ("0" if settings.local else "10/hour")),
            Rate.of("reports", given.reports or ("0" if settings.local else "60/minute")),
        )


class RateLimits:
    """Middleware: counts calls of the API by credential, or by address where there is none.

    `endpoint_of` tells which function will answer, before it is called.
    """

    def __init__(self, app: ASGIApp, rates: Rates, limiter: RateLimiter, endpoint_of: EndpointOf | None = None) -> None:
        self.app = app
        self.rates = rates
        self.limiter = limiter
        self.endpoint_of = endpoint_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        verdicts = await self._judge(scope) if scope["type"] == "http" and scope["path"].startswith(API) else []
        if not verdicts:
            await self.app(scope, receive, send)
            return

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _headers(verdicts).items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, counted)

    async def _judge(self, scope: Scope) -> list[Verdict]:
        """Everything that this call counts for.

        Raises:
            TooMany: one of the limits is reached.
        """
        address = address_of(scope)
        kind = self._kind(scope)
        if kind == "authentication":
            return await self._require([(self.rates.authentication, address)])
        credential = header(scope, b"authorization") or header(scope, b"cookie")
        caller = hashlib.sha256(credential.encode()).hexdigest() if credential else address
        special = {"imports": self.rates.imports, "reports": self.rates.reports}.get(kind)
        if credential:
            await self.limiter.require(self.rates.address, address)
        return await self._require([(self.rates.general, caller), (special, caller)])

    def _kind(self, scope: Scope) -> str:
        endpoint = self.endpoint_of(scope) if self.endpoint_of else None
        marked: str | None = getattr(endpoint, _MARK, None)
        return marked or ("authentication" if scope["path"].startswith(_AUTHENTICATION) else "general")

    async def _require(self, wanted: list[tuple[Rate | None, str]]) -> list[Verdict]:
        found = [await self.limiter.require(rate, key) for rate, key in wanted]
        return [verdict for verdict in found if verdict is not None]


def _headers(verdicts: list[Verdict]) -> dict[str, str]:
    """The headers of all limits that a call counted for, as the lists that they are."""
    if len(verdicts) == 1:
        return verdicts[0].headers()
    every = [verdict.headers() for verdict in verdicts]
    return {name: ", ".join(one[name] for one in every) for name in ("RateLimit-Policy", "RateLimit")}
