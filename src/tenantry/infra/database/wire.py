"""Several statements in one round trip, over psycopg's own connection.

psycopg sends one statement at a time, each with a cursor and two turns of the event loop; that is most of what a small request
costs. Here prepared statements go out together in libpq's pipeline mode, and their answers are read in one go. Values are
adapted by psycopg's own rules, so that a row read here equals the one that a cursor reads.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import psycopg
from psycopg import errors, pq
from psycopg._preparing import PrepareManager
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq.abc import PGresult

MOST_PREPARED = 300
"""Statements kept prepared on one connection; rarer ones are parsed each time."""

_OK = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)
_TEXT = pq.Format.TEXT


@dataclass(frozen=True, slots=True)
class Message:
    """One statement, `$1`-style, and its values."""

    sql: bytes
    values: Sequence[Any] = ()


class _OwnStatements(PrepareManager):
    """psycopg's record of what it prepared. After a rollback it forgets everything by DEALLOCATE ALL, ours too; here by name."""

    def clear(self) -> bool:
        names = list(self._names.values())
        self._names.clear()
        self._counts.clear()
        self._to_flush.extend(names)
        return bool(names)


class Wire:
    """One connection. `prepares` is off behind a pooler, where each transaction may meet another server connection."""

    def __init__(self, connection: psycopg.AsyncConnection[Any], *, prepares: bool) -> None:
        self.connection, self._prepares = connection, prepares
        self._pg = connection.pgconn
        self._prepared: dict[tuple[bytes, tuple[int, ...]], bytes] = {}
        self._names = count()
        self._loop = asyncio.get_running_loop()
        self._waiter: asyncio.Future[None] | None = None
        self._socket = self._pg.socket
        self._watching = False
        self.shared = False
        """Whether psycopg itself may be using the connection in this transaction, and watching its socket."""
        self._transformer = Transformer(connection)
        threshold = connection.prepare_threshold
        connection._prepared = _OwnStatements()
        connection.prepare_threshold = threshold

    @property
    def in_transaction(self) -> bool:
        """Whether the server is inside a transaction, failed or not."""
        return self._pg.transaction_status in (pq.TransactionStatus.INTRANS, pq.TransactionStatus.INERROR)

    @property
    def failed(self) -> bool:
        """Whether a statement of the transaction failed, so that nothing but its end is accepted."""
        return self._pg.transaction_status == pq.TransactionStatus.INERROR

    @property
    def idle(self) -> bool:
        """Whether the connection is good, and in no transaction."""
        return self._pg.transaction_status == pq.TransactionStatus.IDLE

    def finish(self) -> None:
        """Cut the connection."""
        self._watch(on=False)
        self._pg.finish()

    def share(self) -> None:
        """From now on psycopg may use the connection too, until `shared` is taken back."""
        self.shared = True
        self._watch(on=False)

    def _watch(self, *, on: bool) -> None:
        """Watch the socket, or no longer. To begin and end for each answer would cost two calls of the kernel."""
        if on != self._watching:
            self._watching = on
            if on:
                self._loop.add_reader(self._socket, self._wake)
            else:
                self._loop.remove_reader(self._socket)

    def _wake(self) -> None:
        if self._waiter is None:
            self._watch(on=False)  # something nobody asked for, such as the end of the server
        elif not self._waiter.done():
            self._waiter.set_result(None)

    async def _readable(self) -> None:
        self._watch(on=True)
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None
            if self.shared:
                self._watch(on=False)

    async def _writable(self) -> None:
        writable = asyncio.Event()
        self._loop.add_writer(self._socket, writable.set)
        try:
            await writable.wait()
        finally:
            self._loop.remove_writer(self._socket)

    async def exchange(self, messages: Sequence[Message], types: list[int] | None = None) -> list[tuple[Any, ...]]:
        """Send all, and answer with the rows of the last; `types` is filled with the oids of its columns. The first that fails
        keeps those behind it from being run.

        Raises:
            psycopg.Error: as a cursor would raise it.
        """
        async with self.connection.lock:
            try:
                return await self._exchange(messages, types)
            except BaseException:
                # Cancelled, say, while answers were on their way: nobody may take them for their own. Of a connection that
                # was lost libpq has closed the socket, whose number the next one may get: it is let go of at once.
                if self._pg.pipeline_status or self._pg.status != pq.ConnStatus.OK:
                    self.finish()
                raise

    async def _exchange(self, messages: Sequence[Message], types: list[int] | None) -> list[tuple[Any, ...]]:
        pg = self._pg
        pg.enter_pipeline_mode()
        fresh = [self._send(message) for message in messages]
        pg.pipeline_sync()
        await self._flush()
        result, failed = await self._results(fresh)
        pg.exit_pipeline_mode()
        if failed is not None:
            raise errors.error_from_result(failed, encoding="utf-8")
        if result is None or result.status != pq.ExecStatus.TUPLES_OK:
            return []
        if types is not None:
            types.extend(result.ftype(place) for place in range(result.nfields))
        self._transformer.set_pgresult(result)
        return self._transformer.load_rows(0, result.ntuples, tuple)

    def _send(self, message: Message) -> bytes | None:
        """Put one into the pipeline; the name it is now prepared under, if that is new."""
        values, types, formats = self._adapted(message.values)
        if not self._prepares:
            self._pg.send_query_params(message.sql, values, types, formats)
            return None
        key = (message.sql, types)
        name = self._prepared.get(key)
        fresh = None
        if name is None:
            if len(self._prepared) >= MOST_PREPARED:
                self._pg.send_query_params(message.sql, values, types, formats)
                return None
            name = fresh = self._prepared[key] = b"tenantry_%d" % next(self._names)
            self._pg.send_prepare(name, message.sql, types)
        self._pg.send_query_prepared(name, values, formats)
        return fresh

    def _adapted(self, values: Sequence[Any]) -> tuple[Sequence[Any] | None, tuple[int, ...], Any]:
        if not values:
            return None, (), None
        transformer = self._transformer
        adapted = transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
        return adapted, transformer.types or (), transformer.formats

    async def _flush(self) -> None:
        while self._pg.flush():
            await self._writable()
            self._pg.consume_input()

    async def _results(self, fresh: list[bytes | None]) -> tuple[PGresult | None, PGresult | None]:
        """The last result and the first failure."""
        pg = self._pg
        last = failed = None
        while True:
            while pg.is_busy():
                await self._readable()
                pg.consume_input()
            result = pg.get_result()
            if result is None:  # the end of one statement's results
                if pg.status != pq.ConnStatus.OK:
                    raise psycopg.OperationalError("The connection was lost.")
                continue
            if result.status == pq.ExecStatus.PIPELINE_SYNC:
                break
            if result.status in _OK:
                last = result
            elif result.status != pq.ExecStatus.PIPELINE_ABORTED and failed is None:
                failed = result
        if failed is not None:  # what was to be prepared may not have been
            gone = {name for name in fresh if name}
            self._prepared = {key: name for key, name in self._prepared.items() if name not in gone}
        return last, failed
