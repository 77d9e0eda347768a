"""The four roles and the database itself, made by somebody who may make roles: our own server's superuser, or a DBA."""

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tenantry.infra.database.roles import APP, OWNER, QUEUE, ROLES, SYSTEM, RoleName

TIMEOUTS = {"statement_timeout": "30s", "idle_in_transaction_session_timeout": "60s"}
"""For requests and jobs: a forgotten transaction must not hold the others up. Migrations and backups take their time."""

OPENING = (
    "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
    "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {others}",
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO {others}",
    # Tables get their grants one by one, from their isolation: one that was forgotten is closed, not open.
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {others}",
)


def provision(admin: str, passwords: dict[RoleName, str], database: str) -> None:
    """Make the roles and the database; may be run again, and then sets what has changed.

    `admin` is the connection string of a role that may make roles and databases; it need not be a superuser.
    """
    with psycopg.connect(admin, autocommit=True) as connection:
        for role in ROLES:
            _role(connection, role, passwords[role])
        _database(connection, database)
    as_owner = make_conninfo(admin, user=OWNER, password=passwords[OWNER], dbname=database)
    with psycopg.connect(as_owner, autocommit=True) as connection:
        open_to_roles(connection)


def open_to_roles(connection: psycopg.Connection) -> None:
    """Let the roles into the database the connection is in, and nobody else. Run as its owner."""
    names = {
        "database": sql.Identifier(connection.info.dbname),
        "others": sql.SQL(", ").join(map(sql.Identifier, (APP, QUEUE, SYSTEM))),
    }
    for statement in OPENING:
        connection.execute(sql.SQL(statement).format(**names))


def _role(connection: psycopg.Connection, role: RoleName, password: str) -> None:
    """A new role has no power by itself. One that has some is not stripped of it here: the start refuses it by name."""
    name = sql.Identifier(role)
    exists = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None
    change = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}" if exists else "CREATE ROLE {} LOGIN PASSWORD {}")
    connection.execute(change.format(name, sql.Literal(password)))
    for setting, value in TIMEOUTS.items() if role == APP else ():
        connection.execute(sql.SQL("ALTER ROLE {} SET {} = {}").format(name, sql.Identifier(setting), value))


def _database(connection: psycopg.Connection, database: str) -> None:
    # Only a member of a role may give it a database; superusers pass anyway.
    connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(OWNER)))
    exists = connection.execute("SELECT FROM pg_database WHERE datname = %s", [database]).fetchone() is not None
    change = sql.SQL("ALTER DATABASE {} OWNER TO {}" if exists else "CREATE DATABASE {} OWNER {}")
    connection.execute(change.format(sql.Identifier(database), sql.Identifier(OWNER)))
