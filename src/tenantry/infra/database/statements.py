"""SQLAlchemy Core statements as the wire takes them: compiled once, and kept.

A statement that stands at module level is found again by itself. One that is built anew for each call (a filter, a cursor) is
found by what it says without its values, as SQLAlchemy's own cache does it, and costs a little more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Row
from sqlalchemy.dialects.postgresql.psycopg import PGDialectAsync_psycopg
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import TypedReturnsRows

from tenantry.infra.database.wire import Message

MOST_KEPT = 1000

_DIALECT = PGDialectAsync_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


class Compiled:
    """A statement, ready to be sent with any values."""

    def __init__(self, compiled: SQLCompiler) -> None:
        self._compiled = compiled
        self._sql = str(compiled).encode()
        self.asks = any(bind.required for bind in compiled.binds.values())
        """Whether it needs values that it does not have itself."""
        self._names_of_values = tuple(compiled.positiontup or ())
        self._expands = bool(compiled.post_compile_params)
        self._binds: Mapping[str, Any] = compiled._bind_processors
        self._columns = compiled._result_columns
        self._metadata = SimpleResultMetaData([column.keyname for column in self._columns])
        self._names: Any = self._metadata._key_to_index
        self._processors: Any = None
        self.settled = False
        """Whether the oids of the columns, which an answer tells, are known."""

    def message(self, values: Mapping[str, Any], extracted: Sequence[Any] | None = None) -> Message:
        """The statement with these values; `extracted` are those of the statement that was found by its cache key."""
        found = self._compiled.construct_params(values, extracted_parameters=extracted)
        sql, names = self._sql, self._names_of_values
        if self._expands:  # `IN` has as many places as there are values
            state = self._compiled._process_parameters_for_postcompile(found)
            sql, names = state.statement.encode(), tuple(state.positiontup or ())
            found = {**found, **state.additional_parameters}
        if self._binds:
            for name, process in self._binds.items():
                if name in found:
                    found[name] = process(found[name])
        return Message(sql, [found[name] for name in names])

    def rows(self, found: Iterable[tuple[Any, ...]], types: list[int] | None) -> list[Row[Any]]:
        """The rows, with names, as SQLAlchemy's own types make them; `types` are the oids of the columns, until `settled`."""
        if types:
            pairs = zip(self._columns, types, strict=True)
            processors = [column.type._cached_result_processor(_DIALECT, oid) for column, oid in pairs]
            self._processors = processors if any(processors) else None
            self.settled = True
        metadata, processors_, names = self._metadata, self._processors, self._names
        return [Row(metadata, processors_, names, values) for values in found]


@dataclass(frozen=True, slots=True)
class _Known:
    compiled: Compiled
    own: Any
    """The values that stand in the statement itself."""
    message: Message | None
    """What is sent when no further values are needed."""


_by_itself: "WeakKeyDictionary[Any, _Known]" = WeakKeyDictionary()
_by_key: dict[Any, Compiled] = {}


def prepared(statement: TypedReturnsRows[Any], values: Mapping[str, Any]) -> tuple[Compiled, Message]:
    """The statement, compiled now or before, and its message with these values.

    Raises:
        sqlalchemy.exc.InvalidRequestError: a value is missing.
    """
    known = _by_itself.get(statement)
    if known is None:
        known = _by_itself[statement] = _known(statement)
    if known.message is not None and not values:
        return known.compiled, known.message
    return known.compiled, known.compiled.message(values, known.own)


def _known(statement: Any) -> _Known:
    key = statement._generate_cache_key()  # the key of SQLAlchemy's own cache, without the values
    if key is None:
        compiled, own = Compiled(statement.compile(dialect=_DIALECT)), None
    else:
        own = key.bindparams
        found = _by_key.get(key.key)
        if found is None:
            if len(_by_key) >= MOST_KEPT:
                _by_key.clear()
            found = _by_key[key.key] = Compiled(statement.compile(dialect=_DIALECT, cache_key=key))
        compiled = found
    return _Known(compiled, own, None if compiled.asks else compiled.message({}, own))
