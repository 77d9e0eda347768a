"""Nothing is served when row-level security could be passed, or when the database isn't there."""

import os
import signal
import time
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr
from sqlalchemy.dialects.postgresql import psycopg as postgresql

from tenantry.core.settings import Settings, SettingsError
from tenantry.infra.database.commands import provision_database
from tenantry.infra.database.database import Database
from tenantry.infra.database.embedded import EmbeddedServer
from tenantry.infra.database.preflight import DatabaseAwayError, IsolationOffError, refuse_if_open
from tenantry.infra.database.roles import APP, OWNER, ROLES
from tenantry.infra.database.server import database_server
from tenantry.infra.database.urls import DatabaseUrls, external_urls

OPENINGS = {
    "superuser": (
        "ALTER ROLE tenantry_app SUPERUSER",
        "ALTER ROLE tenantry_app NOSUPERUSER",
        "tenantry_app is a superuser",
    ),
    "bypass": (
        "ALTER ROLE tenantry_app BYPASSRLS",
        "ALTER ROLE tenantry_app NOBYPASSRLS",
        "tenantry_app has BYPASSRLS",
    ),
    "system bypass": (
        "ALTER ROLE tenantry_system BYPASSRLS",
        "ALTER ROLE tenantry_system NOBYPASSRLS",
        "tenantry_system has",
    ),
    "member": (
        "GRANT tenantry_owner TO tenantry_app",
        "REVOKE tenantry_owner FROM tenantry_app",
        "member of .*tenantry_owner",
    ),
    "roles": ("ALTER ROLE tenantry_app CREATEROLE", "ALTER ROLE tenantry_app NOCREATEROLE", "may create roles"),
    "owns": ("CREATE TABLE mine (); ALTER TABLE mine OWNER TO tenantry_app", "DROP TABLE mine", "owns tables"),
    "not forced": (
        "CREATE TABLE lax (); ALTER TABLE lax ENABLE ROW LEVEL SECURITY",
        "DROP TABLE lax",
        "lax does not force row-level security",
    ),
}


@pytest.mark.parametrize("opening", OPENINGS)
async def test_a_way_past_isolation_is_refused(
    server: EmbeddedServer, sample_urls: DatabaseUrls, settings: Settings, opening: str
) -> None:
    open_, close, said = OPENINGS[opening]
    with psycopg.connect(make_conninfo(server.admin, dbname=sample_urls.name), autocommit=True) as connection:
        connection.execute(open_.encode())
        try:
            with pytest.raises(IsolationOffError, match=said):
                await Database.connect(settings, sample_urls)
        finally:
            connection.execute(close.encode())
    await refuse_if_open(sample_urls)


async def test_a_database_that_is_not_there(sample_urls: DatabaseUrls, tmp_path: Path) -> None:
    nowhere = DatabaseUrls(make_conninfo(host=str(tmp_path), dbname="tenantry"), sample_urls.passwords)
    with pytest.raises(DatabaseAwayError, match="No such file"):
        await refuse_if_open(nowhere, patience=0.3)


async def test_a_database_that_is_just_starting_is_waited_for(
    server: EmbeddedServer, sample_urls: DatabaseUrls
) -> None:
    before = server.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    await refuse_if_open(sample_urls)


@pytest.mark.clock
async def test_a_wrong_password_is_said_at_once(sample_urls: DatabaseUrls) -> None:
    began = time.monotonic()
    wrong = DatabaseUrls(sample_urls.conninfo, dict.fromkeys(ROLES, "wrong-one"))
    with pytest.raises(DatabaseAwayError, match="password authentication failed") as caught:
        await refuse_if_open(wrong)
    assert time.monotonic() - began < 2
    assert "wrong-one" not in str(caught.value)


@pytest.fixture
def external(server: EmbeddedServer, settings: Settings) -> Settings:
    """A database of somebody's own, by its address: here on the same server, under another name."""
    parts = {
        f"database_{role.removeprefix('tenantry_')}_password": SecretStr(server.urls.passwords[role]) for role in ROLES
    }
    host = psycopg.conninfo.conninfo_to_dict(server.admin)["host"]
    return settings.model_copy(update={"database_url": SecretStr(f"postgresql:///external?host={host}"), **parts})


async def test_a_database_of_ones_own(server: EmbeddedServer, external: Settings) -> None:
    said: list[str] = []
    # A DBA who is no superuser is enough.
    with psycopg.connect(server.admin, autocommit=True) as connection:
        connection.execute("CREATE ROLE dba LOGIN CREATEROLE CREATEDB PASSWORD 'dba'")
        for role in ROLES:
            connection.execute(f"GRANT {role} TO dba WITH ADMIN OPTION".encode())
    for _ in range(2):  # may be run again
        provision_database(external, make_conninfo(server.admin, user="dba", password="dba"), said.append)
    assert "external" in said[0]
    with psycopg.connect(server.admin, autocommit=True) as connection:
        for role in ROLES:
            connection.execute(f"REVOKE {role} FROM dba CASCADE".encode())
    with database_server(external) as urls:
        assert urls.name == "external"
        database = await Database.connect(external, urls)
        async with database.anonymous_scope() as scope:
            connection = await scope.driver_connection()
            assert connection.info.user == APP
        await database.close()
        with psycopg.connect(urls.of(OWNER)) as owner:
            owner.execute("CREATE TABLE forgotten ()")
            owner.commit()
        with psycopg.connect(urls.of(APP)) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("SELECT FROM forgotten")
        with psycopg.connect(urls.of(APP)) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE mine ()")


def test_every_role_needs_a_password(settings: Settings) -> None:
    bare = settings.model_copy(update={"database_url": SecretStr("postgresql://db.example/tenantry")})
    with pytest.raises(SettingsError, match="TENANTRY_DATABASE_OWNER_PASSWORD, TENANTRY_DATABASE_APP_PASSWORD"):
        external_urls(bare)
    shared = settings.model_copy(
        update={
            "database_url": SecretStr("postgresql://anybody:p%40ss@db.example:6432/tenantry?sslmode=require"),
            "database_direct_url": SecretStr("postgresql://db.example:5432/tenantry"),
        }
    )
    urls = external_urls(shared)
    assert urls.pooled
    assert "port=6432" in urls.of(APP)
    assert "password=p@ss" in urls.of(APP)
    assert "user=tenantry_app" in urls.of(APP)
    assert "port=5432" in urls.of(OWNER, direct=True)
    assert "p@ss" not in repr(urls)
    arguments = postgresql.dialect().create_connect_args(urls.sqlalchemy(APP))[1]
    assert arguments == {
        "host": "db.example",
        "port": "6432",
        "dbname": "tenantry",
        "user": "tenantry_app",
        "password": "p@ss",
        "sslmode": "require",
    }
