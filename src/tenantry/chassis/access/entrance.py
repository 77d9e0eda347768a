"""From a request to a scope, in one transaction: the secret that came with it, then the person, then the organization."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol, runtime_checkable
from urllib.parse import quote
from uuid import UUID

from starlette.requests import HTTPConnection

from tenantry.chassis.access.permissions import Permissions
from tenantry.core.actors import Actor
from tenantry.core.errors import Forbidden, Moved, NotFound, Unauthenticated
from tenantry.core.roles import Role
from tenantry.infra.database.database import Database
from tenantry.infra.database.scopes import AnonymousScope, OrganizationRef, OrgScope, UserScope
from tenantry.infra.http.requests import note, origin_of, state_of


@dataclass(frozen=True)
class Key:
    """What an API key is good for: one organization, as what, and at most which permissions."""

    organization: OrganizationRef
    role: Role
    permissions: frozenset[str]
    had_slug: Callable[[AnonymousScope, str], Awaitable[bool]]
    """Whether the organization was found by this slug in earlier times."""


@dataclass(frozen=True)
class Identity:
    """Who a credential belongs to."""

    actor: Actor
    session_id: UUID | None = None
    on_arrival: Callable[[UserScope], Awaitable[None]] | None = None
    """Called in the person's own scope, such as to note that the session was used."""
    key: Key | None = None
    """Of an API key, which enters its organization without being a person."""
    renew: Callable[[UserScope], Awaitable[str | None]] | None = None
    """Called where an answer can carry it: replaces the credential, and answers with the `Set-Cookie` that hands it over."""
    judge: Callable[[UserScope], Awaitable[bool]] | None = None
    """For a credential that was replaced: whether it may still be used."""
    on_refusal: Callable[[UserScope], Awaitable[None]] | None = None
    """Called, and saved, when `judge` says no."""


class Authenticator(Protocol):
    """One way to say who you are. `app.py` lists them in order; the first whose credential is there decides."""

    def credential(self, connection: HTTPConnection) -> str | None:
        """The secret that came with the request, if it came this way."""

    async def identify(self, scope: AnonymousScope) -> Identity | None:
        """Whose it is; none when it is not, or no longer, good. The scope sees the row of the secret that was presented."""


@runtime_checkable
class Verifying(Protocol):
    """An authenticator whose credentials are no secrets of ours, but signed by somebody else."""

    async def verify(self, credential: str) -> bytes:
        """Check the credential, before any transaction is open, and answer with the hash by which its row is found.

        Raises:
            Unauthenticated: it is not good.
        """


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
    async def _identified(self, connection: HTTPConnection) -> AsyncIterator[tuple[AnonymousScope, Identity]]:
        """Who calls, in the transaction that goes on as them."""
        for authenticator in self.authenticators:
            credential = authenticator.credential(connection)
            if credential is None:
                continue
            origin = origin_of(connection)
            if isinstance(authenticator, Verifying):
                presented = await authenticator.verify(credential)
            else:
                presented = secret_hash(credential)
            async with self.database.presented_scope(presented, origin=origin) as scope:
                identity = await authenticator.identify(scope)
                if identity is None:
                    break
                if not await _is_good(identity, scope, connection):
                    break  # and save what was done about it
                note(connection.scope, actor=identity.actor, session_id=identity.session_id)
                yield scope, identity
                return
        else:
            raise Unauthenticated("session.missing", "You are not signed in.", hint="Sign in first.")
        raise Unauthenticated("session.invalid", "You are no longer signed in.", hint="Sign in again.")

    @asynccontextmanager
    async def as_user(self, connection: HTTPConnection, *, recently_proved: bool = False) -> AsyncIterator[UserScope]:
        """The scope of the person who calls; `recently_proved` for what needs a recent proof that it is still them.

        Raises:
            Unauthenticated: `session.missing` or `session.invalid`.
            Forbidden: `proof.required`; `session.required` for an API key, which is no person.
        """
        async with self._identified(connection) as (scope, identity):
            if identity.key is not None:
                note(connection.scope, key_of=identity.key.organization)
                raise _session_required()
            user = await _as_person(scope, identity, connection)
            if recently_proved:
                await self.require_recent_proof(user, identity.session_id)
            yield user

    @asynccontextmanager
    async def as_member(
        self,
        connection: HTTPConnection,
        slug: str,
        *,
        recently_proved: bool = False,
        session_only: bool = False,
        deleted: bool = False,
    ) -> AsyncIterator[OrgScope]:
        """The scope of the organization, for one of its members, or for an API key to it.

        `recently_proved`, `session_only`: a key can prove nothing, so what needs a proof it may do by its permission alone, and
        what is for people alone it may not do. `deleted`: even while the organization is being deleted, for its owners.

        Raises:
            Unauthenticated: nobody is signed in.
            Forbidden: `proof.required`, `session.required`, inside one's own organization.
            NotFound: `organization.not_found`; there is none, or the caller doesn't belong to it.
            Moved: `organization.moved`, it has another slug now.
            Gone: `organization.deleted`.
        """
        async with self._identified(connection) as (scope, identity):
            if identity.key is not None:
                yield await self._with_key(scope, identity.actor, identity.key, connection, slug, session_only)
                return
            user = await _as_person(scope, identity, connection)
            membership = await self.membership_of(user, slug, deleted=deleted)
            if membership is None:
                raise _no_organization()
            if membership.organization.slug != slug:
                raise _moved(connection, slug, membership.organization)
            note(connection.scope, organization=membership.organization.slug)
            if recently_proved:
                await self.require_recent_proof(user, identity.session_id)
            inside = await self._inside(user, membership)
            if membership.on_arrival is not None:
                inside.after_commit(partial(self._arrive, membership, user.actor))
            yield inside

    async def enter(self, scope: UserScope, slug: str) -> OrgScope:
        """Go on inside one of the person's organizations, in the same transaction.

        Raises:
            NotFound: `organization.not_found`.
        """
        membership = await self.membership_of(scope, slug)
        if membership is None:
            raise _no_organization()
        return await self._inside(scope, membership)

    async def _inside(self, scope: UserScope, membership: Membership) -> OrgScope:
        return await scope.to_organization(
            membership.organization,
            scope.actor,
            role=membership.role,
            permissions=self.permissions.of(membership.role),
        )

    async def _with_key(
        self, scope: AnonymousScope, actor: Actor, key: Key, connection: HTTPConnection, slug: str, session_only: bool
    ) -> OrgScope:
        """A key may what was given to it, and never more than the role behind it still allows."""
        note(connection.scope, key_of=key.organization)
        if slug != key.organization.slug:
            if await key.had_slug(scope, slug):
                raise _moved(connection, slug, key.organization)
            raise _no_organization()
        note(connection.scope, organization=slug)
        if session_only:
            raise _session_required()
        allowed = self.permissions.of(key.role) & key.permissions
        return await scope.to_organization(key.organization, actor, role=key.role, permissions=allowed)

    async def _arrive(self, membership: Membership, actor: Actor) -> None:
        # In a transaction of its own: the request's would hold the membership's row while it waits for others.
        async with self.database.org_scope(membership.organization, actor) as inside:
            if membership.on_arrival is not None:
                await membership.on_arrival(inside)


async def _as_person(scope: AnonymousScope, identity: Identity, connection: HTTPConnection) -> UserScope:
    user = await scope.to_user(identity.actor)
    user.session_id = identity.session_id
    if identity.on_arrival is not None:
        await identity.on_arrival(user)
    if identity.renew is not None and connection.scope["type"] == "http":
        _hand_over(user, connection, await identity.renew(user))
    return user


def _no_organization() -> NotFound:
    return NotFound(
        "organization.not_found",
        "There is no such organization, or you are not a member of it.",
        hint="Check the address, or ask one of its owners to invite you.",
    )


def _session_required() -> Forbidden:
    return Forbidden(
        "session.required",
        "This is for a person who is signed in; an API key cannot do it.",
        hint="Sign in with a browser.",
    )


def _moved(connection: HTTPConnection, slug: str, organization: OrganizationRef) -> Moved:
    """The same address below the organization's present slug; 308 keeps method and body."""
    path = connection.scope["path"].replace(f"/orgs/{slug}", f"/orgs/{organization.slug}", 1)
    query = connection.url.query
    return Moved(
        "organization.moved",
        f"{organization.name} is at “{organization.slug}” now.",
        hint="Use its new address from now on.",
        headers={"Location": quote(path) + (f"?{query}" if query else "")},
        slug=organization.slug,
    )


async def _is_good(identity: Identity, scope: AnonymousScope, connection: HTTPConnection) -> bool:
    if identity.judge is None:
        return True
    user = await scope.to_user(identity.actor)
    if await identity.judge(user):
        return True
    if state_of(connection.scope).get("session_id") == identity.session_id:
        return True  # an open socket: it came with the token when that was the right one, and can get no other
    if identity.on_refusal is not None:
        await identity.on_refusal(user)
    return False


def _hand_over(user: UserScope, connection: HTTPConnection, set_cookie: str | None) -> None:
    if set_cookie is not None:
        user.after_commit(lambda: note(connection.scope, set_cookie=set_cookie))
