"""PostgreSQL's own dump and restore, run as the owner of the tables."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from tenantry.infra.database.binaries import MAJOR, packaged
from tenantry.infra.database.provision import open_to_roles
from tenantry.infra.database.roles import OWNER
from tenantry.infra.database.urls import DatabaseUrls

TABLES = """
SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = 'public' AND right(c.relname, 11) <> '_migrations'
"""


TRANSACTION_COLUMNS = """
SELECT format('%I.%I', n.nspname, c.relname), quote_ident(a.attname)
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND n.nspname = 'public' AND a.atttypid = 'xid8'::regtype AND NOT a.attisdropped
"""


class DumpError(Exception):
    """A dump or a restore failed, and nothing was changed. The message has what PostgreSQL said."""


def dump(urls: DatabaseUrls, target: Path) -> None:
    """Write the whole database as it is at one moment, compressed.

    Raises:
        DumpError: it could not be read.
    """
    # Without row security pg_dump refuses tables which force it; the owner's own policy shows it every row.
    command = [_program(urls, "pg_dump"), "--format=custom", "--enable-row-security", "--no-owner", f"--file={target}"]
    done = subprocess.run(command, env=_environment(urls), capture_output=True, text=True, check=False)
    if done.returncode:
        raise DumpError(f"The database could not be dumped: {done.stderr.strip()}")


def restore(urls: DatabaseUrls, source: Path) -> None:
    """Replace the whole database by a dump, in one transaction.

    Raises:
        DumpError: it could not be restored; the database is as it was.
    """
    with tempfile.TemporaryFile() as said:
        script = subprocess.Popen(
            [_program(urls, "pg_restore"), "--no-owner", "--file=-", str(source)], stdout=subprocess.PIPE, stderr=said
        )
        psql = subprocess.Popen(
            [_program(urls, "psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"],
            env=_environment(urls),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        _feed(psql, script)
        if script.returncode or psql.returncode:
            said.seek(0)
            words = said.read().decode(errors="replace").strip()
            raise DumpError(f"The database could not be restored, and is as it was: {words}")
    with psycopg.connect(urls.of(OWNER, direct=True), autocommit=True) as connection:
        open_to_roles(connection)
        _forget_transactions(connection)


def _forget_transactions(connection: psycopg.Connection) -> None:
    """Another server counts its transactions anew, so what is restored from it counts as the oldest there is here: else
    rows ordered by transaction would lie in a future that may never come."""
    for table, column in connection.execute(TRANSACTION_COLUMNS).fetchall():
        connection.execute(f"UPDATE {table} SET {column} = '3'".encode())  # noqa: S608 (quoted by PostgreSQL)


def is_empty(urls: DatabaseUrls) -> bool:
    """Whether no table has a row, records of migrations apart: a database that was only migrated is empty."""
    with psycopg.connect(urls.of(OWNER, direct=True), autocommit=True) as connection:
        tables = [name for (name,) in connection.execute(TABLES)]
        return not any(_has_rows(connection, name) for name in tables)


def _has_rows(connection: psycopg.Connection, table: str) -> bool:
    found = connection.execute(f"SELECT EXISTS (SELECT FROM {table})".encode()).fetchone()  # noqa: S608 (quoted by PostgreSQL)
    return bool(found and found[0])


def _feed(psql: subprocess.Popen[bytes], script: subprocess.Popen[bytes]) -> None:
    """One transaction around all of it, which is committed only if the whole script arrived."""
    assert psql.stdin is not None
    assert script.stdout is not None
    with contextlib.suppress(BrokenPipeError), psql.stdin as target:  # psql stops at an error, and says so
        target.write(f"BEGIN;\nDROP OWNED BY {OWNER} CASCADE;\n".encode())
        shutil.copyfileobj(script.stdout, target)
        target.write(b"COMMIT;\n" if script.wait() == 0 else b"ROLLBACK;\n")
    script.stdout.close()
    script.wait()
    psql.wait()


def _environment(urls: DatabaseUrls) -> dict[str, str]:
    """Where the database is, as libpq's own variables: a password in an argument could be read by everybody."""
    names = {"host": "PGHOST", "port": "PGPORT", "dbname": "PGDATABASE", "user": "PGUSER", "password": "PGPASSWORD"}
    parts = conninfo_to_dict(urls.of(OWNER, direct=True))
    known = {names.get(key, f"PG{key.upper()}"): str(value) for key, value in parts.items() if value is not None}
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "PGCLIENTENCODING": "UTF8"} | known


def _program(urls: DatabaseUrls, name: str) -> str:
    """Ours, unless the server is newer than ours: then the one on PATH, which must come with it."""
    with psycopg.connect(urls.of(OWNER, direct=True)) as connection:
        major = connection.info.server_version // 10_000
    if major <= MAJOR:
        return packaged()[name]
    found = shutil.which(name)
    if found is None:
        raise DumpError(f"The server is PostgreSQL {major}; install its client programs, so that {name} is on PATH.")
    return found
