"""One transaction on one connection, in two ways that mix freely: SQLAlchemy's session, and rows straight off the wire."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import psycopg
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import TypedReturnsRows

from tenantry.infra.database.failures import is_away, unavailable
from tenantry.infra.database.statements import prepared
from tenantry.infra.database.tenancy import Tenancy
from tenantry.infra.database.wire import Message

if TYPE_CHECKING:
    from tenantry.infra.database.pool import Pool, Slot

PATIENCE_SECONDS = 3.0
COMMIT, ROLLBACK = Message(b"COMMIT"), Message(b"ROLLBACK")


class Transaction:
    """Begins with its first statement, in the same message; whose rows it sees can change on the way, which travels with the
    statement after it. Nothing that is asked can overtake either."""

    slot: "Slot"

    def __init__(self, pool: "Pool", tenancy: Tenancy, parts: Mapping[type, Any]) -> None:
        self._pool, self.parts = pool, parts
        self._ahead: list[Message] = [tenancy.begin(), tenancy.setting()]
        """What must be sent before anything else."""
        self._begun = False
        self._session: AsyncSession | None = None
        self.after_commit: list[Callable[[], Awaitable[None] | None]] = []

    @classmethod
    async def on(cls, pool: "Pool", tenancy: Tenancy, parts: Mapping[type, Any]) -> Self:
        """A transaction on a connection of the pool.

        Raises:
            Unavailable: there is none to be had.
        """
        transaction = cls(pool, tenancy, parts)
        await transaction._take(time.monotonic() + PATIENCE_SECONDS)
        return transaction

    @property
    def session(self) -> AsyncSession:
        """SQLAlchemy's session in this transaction; made when somebody asks for it."""
        if self._session is None:
            self.slot.wire.share()
            self._session = AsyncSession(self.slot.connection, expire_on_commit=False)
        return self._session

    @property
    def driver(self) -> psycopg.AsyncConnection[Any]:
        """psycopg's own connection; `catch_up` first."""
        self.slot.wire.share()
        return self.slot.wire.connection

    async def begin(self) -> None:
        """Begin now. A connection found dead is replaced, since nothing was sent before; a restarting server is awaited.

        Raises:
            Unavailable: it stays away.
        """
        await self._first([])

    async def catch_up(self) -> None:
        """Send what was left for the next statement."""
        if self._ahead:
            ahead, self._ahead = self._ahead, []
            await self.slot.wire.exchange(ahead)
            self._begun = True

    async def see(self, tenancy: Tenancy) -> None:
        """See these rows from now on, and none of what was seen before."""
        session = self._session
        if session is not None:
            if session.in_nested_transaction():
                # Rolling the savepoint back would quietly bring the earlier view back under the new scope.
                raise RuntimeError("A scope cannot change inside a savepoint.")
            await session.flush()
            session.expunge_all()
        self._ahead = [*self._ahead[: 0 if self._begun else 1], tenancy.setting()]
        if session is not None and session.in_transaction():
            await self.catch_up()  # the session would ask its next question without us

    async def rows(self, statement: TypedReturnsRows[Any], values: dict[str, Any]) -> list[Row[Any]]:
        """What the statement answers."""
        await self.flush()
        compiled, message = prepared(statement, values)
        types: list[int] | None = None if compiled.settled else []
        if self._begun:
            ahead, self._ahead = self._ahead, []
            found = await self.slot.wire.exchange([*ahead, message] if ahead else [message], types)
        else:
            found = await self._first([message], types)
        return compiled.rows(found, types)

    async def _first(self, messages: Sequence[Message], types: list[int] | None = None) -> list[tuple[Any, ...]]:
        until = 0.0
        while True:
            try:
                found = await self.slot.wire.exchange([*self._ahead, *messages], types)
            except Exception as error:
                if not is_away(error) or self._session is not None:
                    raise
                await self.slot.close()
                until = until or time.monotonic() + PATIENCE_SECONDS
                await self._take(until)
            else:
                self._ahead, self._begun = [], True
                return found

    async def _take(self, until: float) -> None:
        while True:
            try:
                self.slot = await self._pool.take(self)
                return
            except Exception as error:
                if not is_away(error):
                    raise
                if time.monotonic() > until:
                    raise unavailable() from error
            await asyncio.sleep(0.05)

    async def flush(self) -> None:
        """Send what the session still holds back."""
        session = self._session
        if session is not None and (session.new or session.dirty or session.deleted):
            await session.flush()

    async def commit(self) -> None:
        """Save everything.

        Raises:
            RuntimeError: a statement had failed, and whoever asked went on as if it had not.
        """
        if self._session is not None and self._session.in_transaction():
            await self._session.commit()
        elif self._begun:
            if self.slot.wire.failed:
                raise RuntimeError("A statement of this transaction failed, so nothing of it can be saved.")
            await self.slot.wire.exchange([COMMIT])

    async def close(self) -> None:
        """Give the connection back; what is not committed is rolled back."""
        slot = self.slot
        try:
            if self._session is not None:
                await self._session.close()
            if slot.wire.in_transaction:
                await slot.wire.exchange([ROLLBACK])
        finally:
            if slot.usable:
                self._pool.give_back(slot)
            else:
                await slot.close()
