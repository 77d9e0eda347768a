"""From a request to a scope, in one transaction: the secret that came with it, then the person, then the organization."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol
from urllib.parse import quote
from uuid import UUID

from starlette.requests import HTTPConnection

from tenantry.chassis.access.permissions import Permissions
from tenantry.core.actors import Actor
from tenantry.core.errors import NotFound, Problem, Unauthenticated
from tenantry.core.roles import Role
from tenantry.infra.database.database import Database
from tenantry.infra.database.scopes import AnonymousScope, OrganizationRef, OrgScope, UserScope
from tenantry.infra.http.requests import note, origin_of


@dataclass(frozen=True)
class Identity:
    """Who a credential belongs to."""

    actor: Actor
    session_id: UUID | None = None
    on_arrival: Callable[[UserScope], Awaitable[None]] | None = None
    """Called in the person's own scope, such as to note that the session was used."""


class Authenticator(Protocol):
    """One way to say who you are. `app.py` lists them in order; the first whose credential is there decides."""

    def credential(self, connection: HTTPConnection) -> str | None:
        """The secret that came with the request, if it came this way."""

    async def identify(self, scope: AnonymousScope) -> Identity | None:
        """Whose it is; none when it is not, or no longer, good. The scope sees the row of the secret that was presented."""


@dataclass(frozen=True)
class Membership:
    """What a person is to one organization."""

    organization: OrganizationRef
    role: Role
    on_arrival: Callable[[OrgScope], Awaitable[None]] | None = None
    """Called inside, once the request is done, such as to note that the person was here."""


class MembershipOf(Protocol):
    """How the slug in an address becomes a membership."""

    async def __call__(self, scope: UserScope, slug: str, *, deleted: bool = False) -> Membership | None:
        """The membership, or none: also when there is no such organization. One found by a slug of earlier times has another.

        `deleted`: organizations that are being deleted are entered as well, by their owners.
        """


class RequireRecentProof(Protocol):
    """How it is made sure that a person has just shown again who they are."""

    async def __call__(self, scope: UserScope, session_id: UUID | None) -> None:
        """Raise `proof.required` unless they have, in this session."""


def secret_hash(secret: str) -> bytes:
    """The form in which a secret is stored and looked for. Secrets are 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).digest()


@dataclass(frozen=True)
class Access:
    """How this installation lets people in."""

    database: Database
    authenticators: Sequence[Authenticator]
    membership_of: MembershipOf
    permissions: Permissions
    require_recent_proof: RequireRecentProof

    @asynccontextmanager
    async def as_user(self, connection: HTTPConnection, *, recently_proved: bool = False) -> AsyncIterator[UserScope]:
        """The scope of the person who calls; `recently_proved` for what needs a recent proof that it is still them.

        Raises:
            Unauthenticated: `session.missing` or `session.invalid`.
            Forbidden: `proof.required`.
        """
        for authenticator in self.authenticators:
            credential = authenticator.credential(connection)
            if credential is None:
                continue
            origin = origin_of(connection)
            async with self.database.presented_scope(secret_hash(credential), origin=origin) as scope:
                identity = await authenticator.identify(scope)
                if identity is None:
                    raise Unauthenticated("session.invalid", "You are no longer signed in.", hint="Sign in again.")
                note(connection.scope, actor=identity.actor, session_id=identity.session_id)
                user = await scope.to_user(identity.actor)
                if identity.on_arrival is not None:
                    await identity.on_arrival(user)
                if recently_proved:
                    await self.require_recent_proof(user, identity.session_id)
                yield user
                return
        raise Unauthenticated("session.missing", "You are not signed in.", hint="Sign in first.")

    @asynccontextmanager
    async def as_member(
        self, connection: HTTPConnection, slug: str, *, recently_proved: bool = False, deleted: bool = False
    ) -> AsyncIterator[OrgScope]:
        """The scope of the organization, for one of its members; `deleted`: even while it is being deleted, for its owners.

        Raises:
            Unauthenticated: nobody is signed in.
            Forbidden: `proof.required`, inside one's own organization.
            NotFound: `organization.not_found`; there is none, or the caller doesn't belong to it.
            Problem: `organization.moved` (308), it has another slug now; `organization.deleted` (410).
        """
        async with self.as_user(connection) as scope:
            membership = await self.membership_of(scope, slug, deleted=deleted)
            if membership is None:
                raise NotFound(
                    "organization.not_found",
                    "There is no such organization, or you are not a member of it.",
                    hint="Check the address, or ask one of its owners to invite you.",
                )
            if membership.organization.slug != slug:
                raise _moved(connection, slug, membership.organization)
            note(connection.scope, organization=membership.organization.slug)
            if recently_proved:
                await self.require_recent_proof(scope, connection.scope["state"]["session_id"])
            inside = await scope.to_organization(
                membership.organization,
                scope.actor,
                role=membership.role,
                permissions=self.permissions.of(membership.role),
            )
            if membership.on_arrival is not None:
                inside.after_commit(partial(self._arrive, membership, scope.actor))
            yield inside

    async def _arrive(self, membership: Membership, actor: Actor) -> None:
        # In a transaction of its own: the request's would hold the membership's row while it waits for others.
        async with self.database.org_scope(membership.organization, actor) as inside:
            if membership.on_arrival is not None:
                await membership.on_arrival(inside)


def _moved(connection: HTTPConnection, slug: str, organization: OrganizationRef) -> Problem:
    """The same address below the organization's present slug; 308 keeps method and body."""
    path = connection.scope["path"].replace(f"/orgs/{slug}", f"/orgs/{organization.slug}", 1)
    query = connection.url.query
    return Problem(
        "organization.moved",
        f"{organization.name} is at “{organization.slug}” now.",
        hint="Use its new address from now on.",
        status=308,
        headers={"Location": quote(path) + (f"?{query}" if query else "")},
        slug=organization.slug,
    )
