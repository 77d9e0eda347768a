"""The rate limits of the API, by class of endpoint."""

import hashlib
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenantry.core.settings import Settings
from tenantry.infra.http.requests import API, address_of, header
from tenantry.infra.http.settings import RateSettings
from tenantry.infra.rate_limits import Rate, RateLimiter, Verdict

_AUTHENTICATION = "/api/v1/auth/"
_NOT_COUNTED = ("/api/v1/auth/logout",)


@dataclass(frozen=True)
class Rates:
    """The limits in force; none where it is None."""

    authentication: Rate | None
    general: Rate | None
    address: Rate | None
    """What all callers of one address may do together: it stops invented credentials from each having a limit of its own."""

    @classmethod
    def load(cls, settings: Settings) -> "Rates":
        """From the settings, with the defaults of the mode."""
        given = RateSettings.load()
        authentication = given.authentication or ("60/minute" if settings.local else "5/minute")
        general = given.general or ("0" if settings.local else "100/minute")
        rate = Rate.of("general", general)
        everybody = rate and Rate("address", type(rate.item)(rate.item.amount * 10, rate.item.multiples))
        return cls(Rate.of("authentication", authentication), rate, everybody)


class RateLimits:
    """Middleware: counts calls of the API by credential, or by address where there is none."""

    def __init__(self, app: ASGIApp, rates: Rates, limiter: RateLimiter) -> None:
        self.app = app
        self.rates = rates
        self.limiter = limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        verdict = await self._judge(scope) if scope["type"] == "http" and scope["path"].startswith(API) else None
        if verdict is None:
            await self.app(scope, receive, send)
            return

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in verdict.headers().items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, counted)

    async def _judge(self, scope: Scope) -> Verdict | None:
        address, path = address_of(scope), scope["path"]
        if path.startswith(_AUTHENTICATION) and path not in _NOT_COUNTED:
            return await self.limiter.require(self.rates.authentication, address)
        credential = header(scope, b"authorization") or header(scope, b"cookie")
        if credential is None:
            return await self.limiter.require(self.rates.general, address)
        await self.limiter.require(self.rates.address, address)
        return await self.limiter.require(self.rates.general, hashlib.sha256(credential.encode()).hexdigest())
