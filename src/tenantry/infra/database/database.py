"""The database as the rest of the house uses it: open a scope, do the work, and it is committed."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Self

from tenantry.core.actors import ANONYMOUS, SYSTEM, Actor
from tenantry.core.clock import Clock, system_clock
from tenantry.core.roles import Role
from tenantry.core.settings import Settings
from tenantry.infra.database.failures import is_away, unavailable
from tenantry.infra.database.pool import Pool
from tenantry.infra.database.preflight import refuse_if_open
from tenantry.infra.database.roles import APP
from tenantry.infra.database.roles import SYSTEM as SYSTEM_ROLE
from tenantry.infra.database.scopes import (
    AnonymousScope,
    OrganizationRef,
    OrgScope,
    Origin,
    SystemScope,
    UserScope,
    run_after_commit,
)
from tenantry.infra.database.system_scopes.actions import record
from tenantry.infra.database.tenancy import Tenancy
from tenantry.infra.database.transaction import Transaction
from tenantry.infra.database.urls import DatabaseUrls
from tenantry.infra.secrets import Sealer, load_keys


class Database:
    """Opens scopes. One per process; `connect` makes it, `close` ends it.

    A scope holds one connection until its block ends, so do slow things (network, files) outside, and do not open a second
    scope inside a first one: under load each would wait for the other's connection.
    """

    def __init__(self, urls: DatabaseUrls, *, pool_size: int = 10, clock: Clock = system_clock) -> None:
        self.urls = urls
        self.clock = clock
        self._app = Pool(urls, APP, pool_size)
        self._system = Pool(urls, SYSTEM_ROLE, 2)
        self._parts: dict[type, object] = {}

    @classmethod
    async def connect(cls, settings: Settings, urls: DatabaseUrls, *, clock: Clock = system_clock) -> Self:
        """Connect, having made sure that row-level security binds the roles we serve as.

        Raises:
            IsolationOffError: one of the roles could see other organizations' rows; nothing may be served.
            DatabaseAwayError: the database does not answer, or turns us away.
        """
        await refuse_if_open(urls)
        database = cls(urls, pool_size=settings.database_pool_size, clock=clock)
        database.provide(Sealer(load_keys(settings)))
        return database

    def provide(self, part: object) -> None:
        """Hand a part of the installation to every scope: `scope.part(Sealer)`."""
        self._parts[type(part)] = part

    async def close(self) -> None:
        """Give all connections back."""
        await self._app.close()
        await self._system.close()

    @asynccontextmanager
    async def anonymous_scope(
        self, *, origin: Origin | None = None, read_only: bool = False
    ) -> AsyncIterator[AnonymousScope]:
        """A transaction that sees global tables only."""
        async with self._transaction(self._app, Tenancy(read_only=read_only)) as transaction:
            yield AnonymousScope(transaction, ANONYMOUS, self.clock, origin)

    @asynccontextmanager
    async def presented_scope(
        self, secret_hash: bytes, *, origin: Origin | None = None, read_only: bool = False
    ) -> AsyncIterator[AnonymousScope]:
        """A transaction that sees global tables, and the rows whose secret has this hash. It begins with its first statement."""
        tenancy = Tenancy(presented=secret_hash, read_only=read_only)
        async with self._transaction(self._app, tenancy, lazy=True) as transaction:
            yield AnonymousScope(transaction, ANONYMOUS, self.clock, origin)

    @asynccontextmanager
    async def user_scope(
        self, actor: Actor, *, origin: Origin | None = None, read_only: bool = False
    ) -> AsyncIterator[UserScope]:
        """A transaction that sees one person's own rows.

        Raises:
            ValueError: the actor has no id.
        """
        if actor.id is None:
            raise ValueError("Only somebody with an id has a scope of their own.")
        async with self._transaction(self._app, Tenancy(user_id=actor.id, read_only=read_only)) as transaction:
            yield UserScope(transaction, actor, self.clock, origin)

    @asynccontextmanager
    async def org_scope(
        self,
        organization: OrganizationRef,
        actor: Actor,
        *,
        role: Role = Role.VIEWER,
        permissions: Iterable[str] = (),
        origin: Origin | None = None,
        read_only: bool = False,
    ) -> AsyncIterator[OrgScope]:
        """A transaction that sees one organization's rows."""
        async with self._transaction(self._app, Tenancy(org_id=organization.id, read_only=read_only)) as transaction:
            yield OrgScope(transaction, actor, self.clock, organization, role, frozenset(permissions), origin=origin)

    @asynccontextmanager
    async def system_scope(
        self, reason: str, *, actor: Actor = SYSTEM, read_only: bool = False
    ) -> AsyncIterator[SystemScope]:
        """A transaction that sees everything. The reason is written down and committed first, whatever follows.

        Raises:
            ValueError: no reason is given.
        """
        if not reason.strip():
            raise ValueError("Say why all organizations must be seen.")
        async with self._transaction(self._system, Tenancy()) as transaction:
            await record(transaction.session, self.clock(), reason, actor)
        async with self._transaction(self._system, Tenancy(read_only=read_only)) as transaction:
            yield SystemScope(transaction, actor, self.clock, reason)

    @asynccontextmanager
    async def _transaction(self, pool: Pool, tenancy: Tenancy, *, lazy: bool = False) -> AsyncIterator[Transaction]:
        """A transaction: committed at the end of the block, rolled back when it raises."""
        saving = False
        try:
            async with pool.transaction(tenancy, self._parts, lazy=lazy) as transaction:
                yield transaction
                await transaction.flush()
                saving = True
                await transaction.commit()
        except Exception as error:
            if is_away(error):
                raise unavailable(while_saving=saving) from error
            raise
        if transaction.after_commit:
            await run_after_commit(transaction.after_commit)
