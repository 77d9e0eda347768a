"""Procrastinate's schema, as its package brings it. Called by migrations, on psycopg's own connection, in their transaction."""

from importlib import resources
from typing import Any, LiteralString, cast

import psycopg

MIGRATIONS = resources.files("procrastinate.sql") / "migrations"
Connection = psycopg.Connection[Any]


def library_migrations() -> list[str]:
    """The names of Procrastinate's own migrations, in order."""
    return sorted(entry.name for entry in MIGRATIONS.iterdir() if entry.name.endswith(".sql"))


def install(connection: Connection) -> None:
    """Create its tables, which have all of the library's migrations in them, and write down which those are."""
    _run(connection, (resources.files("procrastinate.sql") / "schema.sql").read_text())
    _run(connection, "CREATE TABLE jobs_library_migrations (name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())")
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


def uninstall(connection: Connection) -> None:
    """Drop all of it, ours and the library's."""
    _run(connection, "DROP FUNCTION jobs_claim; DROP SEQUENCE jobs_turn; DROP TABLE jobs_turns, jobs_library_migrations")
    _run(
        connection,
        """
        DROP TABLE procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs, procrastinate_workers CASCADE;
        DO $$ DECLARE f regprocedure; BEGIN
            FOR f IN SELECT oid::regprocedure FROM pg_proc WHERE proname LIKE 'procrastinate\\_%' LOOP
                EXECUTE 'DROP FUNCTION ' || f || ' CASCADE';
            END LOOP;
        END $$;
        DROP TYPE procrastinate_job_to_defer_v1, procrastinate_job_status, procrastinate_job_event_type CASCADE;
        """,
    )


def _run(connection: Connection, statements: str) -> None:
    connection.execute(cast(LiteralString, statements))
