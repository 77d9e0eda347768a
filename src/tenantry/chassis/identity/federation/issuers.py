"""What issuers publish about themselves, kept for a while: their addresses, and the keys that verify their tokens."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tenantry.infra.outbound import Outbound, OutboundError

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

KEPT = 3600.0
"""Seconds for which a document is believed."""
FLOOR = 60.0
"""Seconds between two fetches of keys, however many unknown key ids tokens bring."""
MOST = 200
"""Issuers that are remembered at once."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the issuer says where things are."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    says_issuer: bool
    """Whether its answers name it (RFC 9207)."""


@dataclass(frozen=True, slots=True)
class _Fetched:
    at: float
    value: Any


class Issuers:
    """Fetches and remembers. One per application."""

    def __init__(self, outbound: Outbound, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._outbound = outbound
        self._clock = clock
        self._metadata: dict[str, _Fetched] = {}
        self._keys: dict[str, _Fetched] = {}

    @property
    def outbound(self) -> Outbound:
        """By what is fetched."""
        return self._outbound

    async def metadata(self, issuer: str) -> Metadata:
        """The discovery document of an issuer (OpenID Connect Discovery §4), which must name itself exactly so.

        Raises:
            OutboundError: it cannot be fetched, or is somebody else's.
        """
        known = self._metadata.get(issuer)
        if known and known.at + KEPT > self._clock():
            found: Metadata = known.value
            return found
        document = await self._outbound.json(f"{issuer}/.well-known/openid-configuration")
        try:
            found = Metadata(
                issuer=str(document["issuer"]),
                authorization_endpoint=str(document["authorization_endpoint"]),
                token_endpoint=str(document["token_endpoint"]),
                jwks_uri=str(document["jwks_uri"]),
                says_issuer=document.get("authorization_response_iss_parameter_supported") is True,
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise _unusable(issuer) from error
        if found.issuer.rstrip("/") != issuer:
            raise _unusable(issuer)
        _remember(self._metadata, issuer, _Fetched(self._clock(), found))
        return found

    async def keys(self, metadata: Metadata, kid: str | None) -> "KeySet":
        """The issuer's keys. They are fetched again when they are old, or when a token names one that isn't among them, but never
        twice within a minute.

        Raises:
            OutboundError: they cannot be fetched, or are none.
        """
        from joserfc.errors import JoseError  # loaded when the first token comes
        from joserfc.jwk import KeySet

        known, now = self._keys.get(metadata.jwks_uri), self._clock()
        if known is not None:
            has = kid is None or any(key.kid == kid for key in known.value.keys)
            if known.at + (KEPT if has else FLOOR) > now:
                found: KeySet = known.value
                return found
        document = await self._outbound.json(metadata.jwks_uri)
        try:
            found = KeySet.import_key_set(document)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise _unusable(metadata.issuer) from error
        _remember(self._keys, metadata.jwks_uri, _Fetched(now, found))
        return found


def _remember(kept: dict[str, _Fetched], name: str, fetched: _Fetched) -> None:
    while len(kept) >= MOST:
        kept.pop(next(iter(kept)))
    kept[name] = fetched


def _unusable(issuer: str) -> OutboundError:
    return OutboundError(
        "issuer.unusable",
        f"{issuer} does not describe itself as an issuer of OpenID Connect does.",
        hint="Give the issuer exactly as its own discovery document names it.",
    )
