"""Sealing anew, with the newest key, whatever an older one sealed: the last step before that one can be taken away."""

from collections.abc import Iterable, Iterator
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Column, Table

from tenantry.infra.database.models import Base
from tenantry.infra.database.roles import OWNER
from tenantry.infra.database.urls import DatabaseUrls
from tenantry.infra.secrets import Sealer

SEALED = "sealed"


def sealed_columns() -> Iterator[tuple[Table, Column[Any], str]]:
    """Every column that holds something sealed, with the context it is sealed in."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if context := column.info.get(SEALED):
                yield table, column, context


def reseal(urls: DatabaseUrls, sealer: Sealer) -> Iterator[tuple[str, int]]:
    """Seal anew what the newest key has not sealed, column by column: its name, and how many rows that were.

    The service may go on meanwhile: a row that it changes in between keeps what it wrote.

    Raises:
        SealBrokenError: something can be opened by none of the keys.
    """
    with psycopg.connect(urls.of(OWNER)) as reading, psycopg.connect(urls.of(OWNER), autocommit=True) as writing:
        for table, column, context in sealed_columns():
            yield f"{table.name}.{column.name}", _column(reading, writing, table, column, context, sealer)


def _column(
    reading: psycopg.Connection[Any],
    writing: psycopg.Connection[Any],
    table: Table,
    column: Column[Any],
    context: str,
    sealer: Sealer,
) -> int:
    names, keys = [each.name for each in table.columns], [each.name for each in table.primary_key]
    wanted = [name for name in names if name in keys or f"{{{name}}}" in context]
    question = sql.SQL("SELECT {}, {} FROM {} WHERE {} IS NOT NULL").format(
        sql.Identifier(column.name), _list(wanted), sql.Identifier(table.name), sql.Identifier(column.name)
    )
    change = sql.SQL("UPDATE {} SET {} = %s WHERE ({}) = ({}) AND {} = %s").format(
        sql.Identifier(table.name),
        sql.Identifier(column.name),
        _list(keys),
        sql.SQL(", ").join(sql.Placeholder() * len(keys)),
        sql.Identifier(column.name),
    )
    changed = 0
    with reading.cursor(name="reseal") as rows:  # on the server: there may be more than fit into memory
        rows.execute(question)
        for old, *values in rows:
            row = dict(zip(wanted, values, strict=True))
            fresh = sealer.reseal(old, context_of(context, row))
            if fresh is not None:
                changed += writing.execute(change, [fresh, *(row[key] for key in keys), old]).rowcount
    reading.commit()
    return changed


def context_of(context: str, row: dict[str, Any]) -> str:
    """The context of one row: the names in braces are its columns, bytes as hexadecimal digits."""
    return context.format(**{name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()})


def _list(names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))
