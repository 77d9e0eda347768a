"""Tokens that programs bring from an issuer which this installation trusts: they act as the person who is linked there."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from starlette.requests import HTTPConnection

from tenantry.chassis.access.entrance import Identity
from tenantry.chassis.identity.federation import tokens
from tenantry.chassis.identity.federation.issuers import Issuers
from tenantry.chassis.identity.federation.models import LinkedIdentity, identity_hash
from tenantry.chassis.identity.federation.settings import BearerIssuer
from tenantry.chassis.identity.models import Person
from tenantry.core.actors import Actor
from tenantry.core.clock import Clock
from tenantry.infra.database.scopes import AnonymousScope

LONGEST = 8_000


@dataclass(frozen=True)
class BearerTokens:
    """The way in for whoever sends `Authorization: Bearer` with a JWT of a configured issuer."""

    issuers: Issuers
    accepted: Sequence[BearerIssuer]
    clock: Clock

    def credential(self, connection: HTTPConnection) -> str | None:
        """The token that came with a request. API keys, which are no JWTs, are somebody else's."""
        kind, _, token = connection.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() == "bearer" and token.count(".") == 2 else None

    async def verify(self, credential: str) -> bytes:
        """By what the linked account is found, once the token is known to be good.

        Raises:
            Unauthenticated: `token.invalid`.
            OutboundError: the issuer's keys cannot be fetched.
        """
        named = _issuer_named_by(credential)
        accepted = next((one for one in self.accepted if one.issuer.rstrip("/") == named), None)
        if accepted is None:
            raise tokens.invalid("an issuer that is not configured")
        metadata = await self.issuers.metadata(accepted.issuer.rstrip("/"))
        claims = await tokens.verified(self.issuers, metadata, credential, audience=accepted.audience, clock=self.clock)
        return identity_hash(metadata.issuer, claims["sub"])

    async def identify(self, scope: AnonymousScope) -> Identity | None:
        """Whose account the subject is linked to."""
        row = (
            await scope.session.execute(
                select(LinkedIdentity.user_id, Person.name).join(Person, Person.id == LinkedIdentity.user_id)
            )
        ).one_or_none()
        return Identity(Actor.user(row.user_id, row.name)) if row else None


def _issuer_named_by(token: str) -> str:
    """Which issuer a token says it is from. Nothing is believed yet: it only chooses whose keys it must be signed with."""
    try:
        if len(token) > LONGEST:
            raise ValueError("too long")
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return str(claims["iss"]).rstrip("/")
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise tokens.invalid("it is no token") from error
