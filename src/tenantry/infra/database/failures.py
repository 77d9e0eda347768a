"""When the database is away: which errors mean that, and what a caller is told."""

import psycopg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tenantry.core.errors import Unavailable

# The server is starting or stopping, ended our connection, or has no room for another one.
AWAY = ("57P01", "57P02", "57P03", "53300", "08")


def is_away(error: BaseException) -> bool:
    """Whether the error means that the connection or the server is gone, rather than that a statement was wrong."""
    if isinstance(error, PoolTimeout):
        return True
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        return isinstance(error, (OperationalError, InterfaceError)) and error.orig is not None and is_away(error.orig)
    if isinstance(error, psycopg.Error):
        if error.sqlstate:
            return error.sqlstate.startswith(AWAY)
        return isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))
    return isinstance(error, (ConnectionError, FileNotFoundError))


def unavailable(*, while_saving: bool = False) -> Unavailable:
    """What the caller is told. After a commit that got no answer nobody knows whether it counted, so say so."""
    if while_saving:
        return Unavailable(
            "database.unavailable",
            "The database went away while your change was being saved.",
            hint="Look whether your change is there before you make it again.",
            headers={"Retry-After": "2"},
        )
    return Unavailable(
        "database.unavailable",
        "The database is away for a moment.",
        hint="Nothing was changed. Try again in a few seconds.",
        headers={"Retry-After": "2"},
    )


def busy() -> Unavailable:
    """What the caller is told when no connection came free in time."""
    return Unavailable(
        "database.busy",
        "All database connections are taken.",
        hint="Nothing was changed. Try again in a few seconds.",
        headers={"Retry-After": "2"},
    )
