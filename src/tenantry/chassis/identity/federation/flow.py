"""The way to an issuer and back: OAuth 2 with PKCE, a state that is good once and in one browser, and a nonce in the token."""

import hashlib
import hmac
import json
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import httpx2
from sqlalchemy import delete, text

from tenantry.chassis.identity.federation import github, tokens
from tenantry.chassis.identity.federation.issuers import Issuers, Metadata
from tenantry.chassis.identity.federation.models import Attempt
from tenantry.chassis.identity.federation.providers import Provider
from tenantry.core.clock import Clock
from tenantry.core.errors import Forbidden, Problem, Unauthenticated
from tenantry.infra.database.database import Database
from tenantry.infra.database.scopes import Scope, SystemScope
from tenantry.infra.outbound import TIMEOUT, OutboundError
from tenantry.infra.secrets import Sealer

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import AsyncOAuth2Client

LASTS = timedelta(minutes=10)
SCOPES = {"oidc": "openid email profile", "github": "read:user user:email"}
_PATH = re.compile(r"/(?![/\\])[^\x00-\x1f\\]*")

Purpose = Literal["sign_in", "link"]


@dataclass(frozen=True)
class Departure:
    """Where the browser goes, and what it keeps meanwhile: only the browser that left may come back."""

    url: str
    browser: str


@dataclass(frozen=True)
class Asserted:
    """What an issuer says about somebody."""

    issuer: str
    subject: str
    email: str | None
    email_verified: bool
    name: str | None


@dataclass(frozen=True)
class Returned:
    """Somebody who came back from an issuer, with what they had set out for."""

    provider: Provider
    purpose: Purpose
    user_id: UUID | None
    next: str
    asserted: Asserted


def safe_next(path: str | None) -> str:
    """Only a path of our own is followed; empty for everything else."""
    return path if path and len(path) <= 500 and _PATH.fullmatch(path) else ""


@dataclass(frozen=True)
class Federation:
    """Takes people to issuers and back. One per application."""

    issuers: Issuers
    sealer: Sealer
    base_url: str
    clock: Clock

    def redirect_uri(self, provider: Provider) -> str:
        """The exact address to which this provider sends people back; each has one of its own."""
        return f"{self.base_url}/api/v1/auth/federated/{provider.id}/callback"

    async def endpoints(self, provider: Provider) -> Metadata:
        """Where the provider's parts are.

        Raises:
            OutboundError: it cannot be asked.
        """
        if provider.kind == "github":
            return github.metadata(provider.issuer)
        return await self.issuers.metadata(provider.issuer)

    async def depart(
        self, scope: Scope, provider: Provider, metadata: Metadata, *, purpose: Purpose, next: str, user_id: UUID | None
    ) -> Departure:
        """Note what is begun, and where the browser goes now. Fetch the `endpoints` before the scope is opened."""
        state, nonce, verifier, browser = (secrets.token_urlsafe(32) for _ in range(4))
        state_hash = hashlib.sha256(state.encode()).digest()
        sealed = self.sealer.seal(json.dumps([nonce, verifier]).encode(), _context(state_hash))
        await _present(scope, state_hash)
        scope.session.add(
            Attempt(
                state_hash=state_hash,
                browser_hash=hashlib.sha256(browser.encode()).digest(),
                provider=provider.id,
                issuer=provider.issuer,
                purpose=purpose,
                user_id=user_id,
                sealed=sealed,
                next=safe_next(next),
                expires_at=scope.now() + LASTS,
            )
        )
        await scope.session.flush()
        extra: dict[str, Any] = {"nonce": nonce} if provider.kind == "oidc" else {}
        async with self._client(provider) as client:
            url, _ = client.create_authorization_url(
                metadata.authorization_endpoint, state=state, code_verifier=verifier, **extra
            )
        return Departure(url, browser)

    async def take(self, database: Database, provider: Provider, query: dict[str, str], browser: str) -> Attempt:
        """What was begun with this state, in this browser, at this provider; used up, whatever becomes of it.

        Raises:
            Unauthenticated: `federation.expired`.
        """
        async with database.anonymous_scope() as scope:
            attempt = await self._taken(scope, query)
        if attempt is None:
            raise _expired()
        same = hmac.compare_digest(attempt.browser_hash, hashlib.sha256(browser.encode()).digest())
        if not same or (attempt.provider, attempt.issuer) != (provider.id, provider.issuer):
            raise _expired()
        return attempt

    async def _taken(self, scope: Scope, query: dict[str, str]) -> Attempt | None:
        state_hash = hashlib.sha256(query.get("state", "").encode()).digest()
        await _present(scope, state_hash)
        taken = await scope.session.execute(delete(Attempt).where(Attempt.state_hash == state_hash).returning(Attempt))
        attempt = taken.scalar_one_or_none()
        if attempt is not None:
            scope.session.expunge(attempt)
        return attempt if attempt is not None and attempt.expires_at > scope.now() else None

    async def arrive(self, provider: Provider, attempt: Attempt, query: dict[str, str]) -> Returned:
        """Exchange the code for what the provider says about the person. Asks the provider, so call it in no scope.

        Raises:
            Forbidden: `federation.refused`; the person or the provider said no.
            Unauthenticated: `federation.failed`, `token.invalid`.
            OutboundError: the provider does not answer.
        """
        metadata = await self.endpoints(provider)
        said = query.get("iss")
        if (said is not None or metadata.says_issuer) and said != metadata.issuer:
            raise _failed("the answer names another issuer")
        if "error" in query or not query.get("code"):
            raise Forbidden(
                "federation.refused",
                f"{provider.label} did not sign you in.",
                hint="Try again, or sign in another way.",
                reason=query.get("error", "")[:100],
            )
        nonce, verifier = json.loads(self.sealer.open(attempt.sealed, _context(attempt.state_hash)))
        token = await self._exchange(provider, metadata, query["code"], verifier)
        if provider.kind == "github":
            asserted = await github.person(self.issuers.outbound, provider.issuer, str(token.get("access_token")))
        else:
            asserted = await self._of_id_token(provider, metadata, token.get("id_token"), nonce)
        purpose: Purpose = attempt.purpose  # type: ignore[assignment]  # as it was stored
        return Returned(provider, purpose, attempt.user_id, attempt.next, Asserted(**asserted))

    async def _exchange(self, provider: Provider, metadata: Metadata, code: str, verifier: str) -> dict[str, Any]:
        from authlib.common.errors import AuthlibBaseError

        async with self._client(provider) as client:
            try:
                token = await client.fetch_token(
                    metadata.token_endpoint,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                    headers={
                        "Accept": "application/json",
                        "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8",
                    },
                )
            except (AuthlibBaseError, ValueError, KeyError, TypeError) as error:
                raise _failed(str(error)) from error
            except (httpx2.HTTPError, httpx2.InvalidURL) as error:
                raise OutboundError(
                    "outbound.unreachable", f"{provider.label} cannot be reached.", hint="Try again in a moment."
                ) from error
        return dict(token)

    async def _of_id_token(self, provider: Provider, metadata: Metadata, token: Any, nonce: str) -> dict[str, Any]:
        if not isinstance(token, str):
            raise _failed("no id_token")
        claims = await tokens.verified(self.issuers, metadata, token, audience=provider.client_id, clock=self.clock)
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise _failed("another nonce")
        email, name = claims.get("email"), claims.get("name")
        return {
            "issuer": metadata.issuer,
            "subject": claims["sub"],
            "email": email if isinstance(email, str) else None,
            "email_verified": claims.get("email_verified") is True,
            "name": name if isinstance(name, str) else None,
        }

    def _client(self, provider: Provider) -> "AsyncOAuth2Client":
        from authlib.integrations.httpx_client import AsyncOAuth2Client  # megabytes that only such a sign-in needs

        return AsyncOAuth2Client(
            provider.client_id,
            provider.client_secret,
            scope=SCOPES[provider.kind],
            redirect_uri=self.redirect_uri(provider),
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if provider.client_secret else "none",
            transport=self.issuers.outbound.transport(),
            timeout=TIMEOUT,
            trust_env=False,
        )


async def forget_expired_attempts(scope: SystemScope) -> None:
    """Remove those that never came back."""
    await scope.session.execute(delete(Attempt).where(Attempt.expires_at <= scope.now()))


async def _present(scope: Scope, state_hash: bytes) -> None:
    await scope.session.execute(text("SELECT set_config('app.presented', :hash, true)"), {"hash": state_hash.hex()})


def _context(state_hash: bytes) -> str:
    return f"identity.federation:{state_hash.hex()}"


def _expired() -> Unauthenticated:
    return Unauthenticated(
        "federation.expired",
        "This sign-in was not begun here, or took too long.",
        hint="Begin again on the sign-in page.",
    )


def _failed(reason: str) -> Problem:
    return Unauthenticated(
        "federation.failed", "The other service’s answer could not be accepted.", hint="Try again.", reason=reason
    )
