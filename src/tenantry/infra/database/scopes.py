"""Scopes: one database transaction with its actor, its clock, and whose rows it sees.

A scope is opened by `Database`, commits when its block ends and rolls back when the block raises; nothing inside commits.
Before an organization is known a request works its way up in the same transaction: from a presented secret to the person
(`to_user`) to the organization (`to_organization`). Each step narrows the view to that one thing.
"""

import inspect
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, TypeVarTuple
from uuid import UUID

import psycopg
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction
from sqlalchemy.sql.selectable import TypedReturnsRows

from tenantry.core.actors import Actor
from tenantry.core.clock import Clock
from tenantry.core.errors import Forbidden
from tenantry.core.roles import Role
from tenantry.infra.database.tenancy import Tenancy
from tenantry.infra.database.transaction import Transaction

Ts = TypeVarTuple("Ts")
AfterCommit = Callable[[], Awaitable[None] | None]
T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OrganizationRef:
    """An organization, by what everybody may know of it."""

    id: UUID
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from, for the audit log. What runs by itself (jobs, the terminal) has none."""

    address: str
    user_agent: str
    request_id: str
    country: str | None = None
    """Two letters, where a proxy that we trust has told it."""


class Scope:
    """What every scope has: the session, who acts and from where, and the time."""

    def __init__(self, transaction: Transaction, actor: Actor, clock: Clock, origin: Origin | None = None) -> None:
        self._transaction = transaction
        self.actor = actor
        self.clock = clock
        self.origin = origin

    @property
    def session(self) -> AsyncSession:
        """SQLAlchemy's session in this transaction, for entities and for what changes something."""
        return self._transaction.session

    async def rows(self, statement: TypedReturnsRows[*Ts], **values: Any) -> list[Row[*Ts]]:
        """What a Core statement answers, for lists that are asked for often: at a third of what the session costs.

        The statement is compiled once. Keep it in the module, with `bindparam("name")` where each call has a value of its own:

            NEWEST = select(Note.id, Note.title).order_by(Note.created_at.desc()).limit(bindparam("limit"))
            for note in await scope.rows(NEWEST, limit=20): note.title

        Raises:
            psycopg.Error: the database refuses it.
        """
        return await self._transaction.rows(statement, values)  # type: ignore[arg-type, return-value]

    def now(self) -> datetime:
        """The present moment by this scope's clock, in UTC."""
        return self.clock()

    def savepoint(self) -> AsyncSessionTransaction:
        """A part which may fail alone: `async with scope.savepoint(): …`."""
        return self.session.begin_nested()

    def after_commit(self, callback: AfterCommit) -> None:
        """Call something once the transaction is safely committed, and not at all when it isn't."""
        self._transaction.after_commit.append(callback)

    def part(self, kind: type[T]) -> T:
        """A part of the installation that actions need wherever they run, such as its `Sealer`.

        Raises:
            LookupError: this process has none; `Database.provide` takes it.
        """
        try:
            found: T = self._transaction.parts[kind]
        except KeyError:
            raise LookupError(f"This process has no {kind.__name__}; give it to its Database by `provide`.") from None
        return found

    async def driver_connection(self) -> psycopg.AsyncConnection[Any]:
        """psycopg's own connection, in this transaction: for what must be sent beside the ORM."""
        await self._transaction.catch_up()
        return self._transaction.driver


class OpenScope(Scope):
    """A scope that is still on its way to an organization, or has none."""

    async def to_user(self, actor: Actor) -> "UserScope":
        """Go on as this person, in the same transaction; what was seen before is out of sight.

        Raises:
            ValueError: the actor has no id.
        """
        if actor.id is None:
            raise ValueError("Only somebody with an id has a scope of their own.")
        await self._transaction.see(Tenancy(user_id=actor.id))
        return UserScope(self._transaction, actor, self.clock, self.origin)

    async def to_organization(
        self, organization: OrganizationRef, actor: Actor, *, role: Role, permissions: Iterable[str]
    ) -> "OrgScope":
        """Go on inside an organization, in the same transaction; what was seen before is out of sight."""
        await self._transaction.see(Tenancy(org_id=organization.id))
        return OrgScope(
            self._transaction, actor, self.clock, organization, role, frozenset(permissions), origin=self.origin
        )


class AnonymousScope(OpenScope):
    """Nobody is known yet: global tables only, and the row of the secret that was presented, if one was."""

    async def present(self, secret_hash: bytes) -> None:
        """Go on with this secret, in the same transaction; what was seen before is out of sight."""
        await self._transaction.see(Tenancy(presented=secret_hash))


class UserScope(OpenScope):
    """One person's own rows, wherever they are a member."""

    session_id: UUID | None = None
    """By which of their sessions they are here, if by one."""

    @property
    def user_id(self) -> UUID:
        """Whose rows these are."""
        assert self.actor.id is not None
        return self.actor.id

    async def present(self, secret_hash: bytes) -> None:
        """See the row of this secret too, in the same transaction; what was seen before is out of sight."""
        await self._transaction.see(Tenancy(user_id=self.user_id, presented=secret_hash))


class OrgScope(Scope):
    """One organization's rows, and what the actor may do among them."""

    def __init__(
        self,
        transaction: Transaction,
        actor: Actor,
        clock: Clock,
        organization: OrganizationRef,
        role: Role,
        permissions: frozenset[str],
        *,
        origin: Origin | None = None,
    ) -> None:
        super().__init__(transaction, actor, clock, origin)
        self.organization = organization
        self.role = role
        self.permissions = permissions

    @property
    def org_id(self) -> UUID:
        """The organization's id."""
        return self.organization.id

    def require(self, permission: str) -> None:
        """Go on only if the actor may.

        Raises:
            Forbidden: `permission.missing`, naming the permission.
        """
        if permission not in self.permissions:
            raise Forbidden(
                "permission.missing",
                f"Your role in {self.organization.name} does not allow this.",
                hint=f"Ask an owner or admin of {self.organization.name} for a role with “{permission}”.",
                permission=permission,
            )


class SystemScope(Scope):
    """All organizations at once, for a stated reason, which is written down before anything is seen."""

    def __init__(self, transaction: Transaction, actor: Actor, clock: Clock, reason: str) -> None:
        super().__init__(transaction, actor, clock)
        self.reason = reason


async def run_after_commit(callbacks: Iterable[AfterCommit]) -> None:
    """Call what was left for after the commit. The work is saved by then, so a failure is reported and undoes nothing."""
    for callback in callbacks:
        try:
            result = callback()
            if inspect.isawaitable(result):
                await result
        except Exception:
            log.exception("A call after the commit failed: %r", callback)
