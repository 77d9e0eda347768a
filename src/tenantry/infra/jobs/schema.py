"""Procrastinate's schema, as its package brings it. Called by migrations, on psycopg's own connection, in their transaction."""

from importlib import resources
from typing import Any

import psycopg

MIGRATIONS = resources.files("procrastinate.sql") / "migrations"
Connection = psycopg.Connection[Any]


def library_migrations() -> list[str]:
    """The names of Procrastinate's own migrations, in order."""
    return sorted(entry.name for entry in MIGRATIONS.iterdir() if entry.name.endswith(".sql"))


def install(connection: Connection) -> None:
    """Create its tables, which have all of the library's migrations in them, and write down which those are."""
    _run(connection, (resources.files("procrastinate.sql") / "schema.sql").read_text())
    _run(
        connection,
        "CREATE TABLE jobs_library_migrations (name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())",
    )
    for name in library_migrations():
        connection.execute("INSERT INTO jobs_library_migrations (name) VALUES (%s)", [name])


def upgrade(connection: Connection) -> tuple[str, ...]:
    """Apply what a newer Procrastinate brings; answers what that was. A new version of it wants one revision which calls this."""
    applied = {name for (name,) in connection.execute("SELECT name FROM jobs_library_migrations")}
    missing = tuple(name for name in library_migrations() if name not in applied)
    for name in missing:
        _run(connection, (MIGRATIONS / name).read_text())
        connection.execute("INSERT INTO jobs_library_migrations (name) VALUES (%s)", [name])
    return missing


def _run(connection: Connection, statements: str) -> None:
    connection.execute(statements)
