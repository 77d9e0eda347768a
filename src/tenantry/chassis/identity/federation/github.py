"""GitHub, which speaks OAuth 2 without OpenID Connect: who somebody is stands in its API, and not in a token."""

from typing import Any
from urllib.parse import urlsplit

from tenantry.chassis.identity.federation.issuers import Metadata
from tenantry.core.errors import Unauthenticated
from tenantry.infra.outbound import Outbound


def metadata(issuer: str) -> Metadata:
    """Where GitHub's parts are; it publishes no document that says so."""
    return Metadata(
        issuer=issuer,
        authorization_endpoint=f"{issuer}/login/oauth/authorize",
        token_endpoint=f"{issuer}/login/oauth/access_token",
        jwks_uri="",
        says_issuer=False,
    )


async def person(outbound: Outbound, issuer: str, token: str) -> dict[str, Any]:
    """Who has signed in: their number, which never changes, and their primary address.

    Raises:
        Unauthenticated: `federation.failed`.
        OutboundError: GitHub does not answer.
    """
    api = "https://api.github.com" if urlsplit(issuer).hostname == "github.com" else f"{issuer}/api/v3"
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json", "User-Agent": "Tenantry"}
    user = await outbound.json(f"{api}/user", headers=headers)
    emails = await outbound.json(f"{api}/user/emails", headers=headers)
    try:
        primary = next((entry for entry in emails if entry["primary"]), {"email": None, "verified": False})
        return {
            "issuer": issuer,
            "subject": str(int(user["id"])),
            "email": primary["email"],
            "email_verified": primary["verified"] is True,
            "name": user.get("name") or user.get("login"),
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unauthenticated(
            "federation.failed", "GitHub’s answer could not be accepted.", hint="Try again.", reason=str(error)
        ) from error
