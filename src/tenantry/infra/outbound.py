"""The one client by which documents of other services are fetched: with time-outs, a limit on size, no redirects, and outside
local mode only by https and only from the open internet, whatever a name resolves to."""

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import httpx2

from tenantry.core.addresses import Resolver, is_public, system_resolver
from tenantry.core.errors import Problem

TIMEOUT = httpx2.Timeout(10.0, connect=5.0)
LARGEST = 1_000_000
"""Bytes of an answer; documents of issuers have a few thousand."""
LOOK_UP_SECONDS = 5


class OutboundError(Problem):
    """The other service could not be asked, or did not answer as it should. That is no fault of ours, hence not a 5xx."""

    status = HTTPStatus.FAILED_DEPENDENCY


class Outbound:
    """Makes clients. `local` allows addresses of this machine and its networks, and plain http."""

    def __init__(self, *, local: bool, resolve: Resolver = system_resolver) -> None:
        self.local = local
        self._resolve = resolve
        self._tls: ssl.SSLContext | None = None

    def transport(self) -> httpx2.AsyncBaseTransport:
        """What requests go through, for a library that makes its own client."""
        if self._tls is None:  # made once: reading the authorities takes longer than most requests
            self._tls = ssl.create_default_context()
        return _Guarded(self.local, self._resolve, self._tls)

    async def json(self, url: str, *, headers: dict[str, str] | None = None) -> Any:
        """The JSON document at an address.

        Raises:
            OutboundError: `outbound.refused`, `outbound.unreachable`, `outbound.unexpected`.
        """
        async with httpx2.AsyncClient(transport=self.transport(), timeout=TIMEOUT, trust_env=False) as client:
            try:
                answer = await client.get(url, headers={"Accept": "application/json"} | (headers or {}))
                if answer.status_code == 200:
                    return answer.json()
            except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
                raise unreachable(url) from error
        raise OutboundError(
            "outbound.unexpected",
            f"{url} answered {answer.status_code}.",
            hint="Check the address, or try again later.",
        )


class _Guarded(httpx2.AsyncBaseTransport):
    """Looks a name up once, checks where it leads, and connects to that very address."""

    def __init__(self, local: bool, resolve: Resolver, tls: ssl.SSLContext) -> None:
        self._local = local
        self._resolve = resolve
        self._inner = httpx2.AsyncHTTPTransport(verify=tls, trust_env=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        if url.scheme != "https" and not self._local:
            raise refused(str(url))
        address = await self._address(url.host, url.port or (443 if url.scheme == "https" else 80))
        pinned = httpx2.Request(
            request.method,
            url.copy_with(host=address),
            headers=request.headers,  # Host among them, which still says the name
            stream=request.stream,
            extensions=request.extensions | {"sni_hostname": url.host},
        )
        answer = await self._inner.handle_async_request(pinned)
        if not isinstance(answer.stream, httpx2.AsyncByteStream):
            raise TypeError("An asynchronous client answers with an asynchronous stream.")
        return httpx2.Response(
            answer.status_code,
            headers=answer.headers,
            stream=_Limited(answer.stream),
            extensions=answer.extensions,
        )

    async def _address(self, host: str, port: int) -> str:
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                found = [ipaddress.ip_address(text) for text in await self._resolve(host, port)]
        except (OSError, UnicodeError, ValueError, TimeoutError) as error:
            raise unreachable(host) from error
        allowed = [str(address) for address in found if self._local or is_public(address)]
        if not allowed:
            raise refused(host)
        return allowed[0]

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Limited(httpx2.AsyncByteStream):
    """A body that may be so long and no longer."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._stream:
            size += len(chunk)
            if size > LARGEST:
                raise OutboundError(
                    "outbound.too_large", f"The answer is larger than {LARGEST:,} bytes.", hint="Check the address."
                )
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


def refused(what: str) -> OutboundError:
    """It leads inwards, or is not protected on its way."""
    return OutboundError(
        "outbound.refused",
        f"{what} is not fetched: only https addresses of the open internet are.",
        hint="Use a public https address, or run Tenantry in local mode.",
    )


def unreachable(what: str) -> OutboundError:
    """Nobody answers there."""
    return OutboundError(
        "outbound.unreachable", f"{what} cannot be reached.", hint="Check the address, or try again later."
    )
