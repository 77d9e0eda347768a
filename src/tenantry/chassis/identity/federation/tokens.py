"""Signed tokens of issuers, checked as OpenID Connect Core §3.1.3.7 wants it."""

from typing import Any

from tenantry.chassis.identity.federation.issuers import Issuers, Metadata
from tenantry.core.clock import Clock
from tenantry.core.errors import Unauthenticated

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"]
"""Signatures by a key pair alone. `none` and HMAC would let anybody sign who knows what the issuer publishes."""

LEEWAY = 60
"""Seconds that clocks may differ."""


async def verified(issuers: Issuers, metadata: Metadata, token: str, *, audience: str, clock: Clock) -> dict[str, Any]:
    """The claims of a token of this issuer for this audience, signed and in its time.

    Raises:
        Unauthenticated: `token.invalid`.
        OutboundError: the issuer's keys cannot be fetched.
    """
    from joserfc import jwt  # megabytes that only installations with other issuers need
    from joserfc.errors import JoseError
    from joserfc.jws import extract_compact

    try:
        header = extract_compact(token.encode()).headers()
        if header.get("alg") not in ALGORITHMS:
            raise ValueError(f"the algorithm {header.get('alg')}")
        kid = header.get("kid")
        keys = await issuers.keys(metadata, kid if isinstance(kid, str) else None)
        claims = dict(jwt.decode(token, keys, algorithms=ALGORITHMS).claims)
        _check(claims, metadata.issuer, audience, clock().timestamp())
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise invalid(str(error)) from error
    return claims


def _check(claims: dict[str, Any], issuer: str, audience: str, now: float) -> None:
    if claims.get("iss") != issuer:
        raise ValueError("another issuer")
    meant = claims.get("aud")
    several = meant if isinstance(meant, list) else [meant]
    if audience not in several:
        raise ValueError("another audience")
    if (len(several) > 1 or "azp" in claims) and claims.get("azp", audience) != audience:
        raise ValueError("another party")
    if not isinstance(claims.get("exp"), int | float) or claims["exp"] + LEEWAY <= now:
        raise ValueError("it has expired")
    for name in ("nbf", "iat"):
        if not isinstance(claims.get(name, 0), int | float) or claims.get(name, 0) - LEEWAY > now:
            raise ValueError("it is not valid yet")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise ValueError("no subject")


def invalid(reason: str) -> Unauthenticated:
    """The token proves nothing."""
    return Unauthenticated(
        "token.invalid",
        "This token is not good here.",
        hint="Get a new one from its issuer, for this audience.",
        reason=reason,
    )
