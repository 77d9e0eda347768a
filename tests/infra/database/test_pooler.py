"""Behind a real pooler which hands out another server connection for each transaction, and on the oldest PostgreSQL."""

import asyncio
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import select, text

from tenantry.core.actors import Actor
from tenantry.core.ids import new_id
from tenantry.core.settings import Settings
from tenantry.infra.database.database import Database
from tenantry.infra.database.embedded import EmbeddedServer
from tenantry.infra.database.migrate import Migrations
from tenantry.infra.database.models import EXTERNAL_TABLES, isolations
from tenantry.infra.database.os_user import os_user
from tenantry.infra.database.packages import Package
from tenantry.infra.database.scopes import OrganizationRef
from tenantry.infra.database.urls import DatabaseUrls
from tests.infra.database.conftest import add_sample_tables
from tests.infra.database.sample import METADATA, Shelf
from tests.isolation.catalogue import breaches

PROGRAM = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")

CONFIGURATION = """
[databases]
* = host={server} port=5432
[pgbouncer]
listen_addr =
listen_port = 6543
unix_socket_dir = {folder}
auth_type = scram-sha-256
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = 2
server_reset_query =
"""


@pytest.fixture
def pooled(sample_urls: DatabaseUrls) -> Iterator[DatabaseUrls]:
    """The sample database through PgBouncer, with two server connections for everybody."""
    user = os_user()
    folder = Path(tempfile.mkdtemp(prefix="pooler-"))
    server = conninfo_to_dict(sample_urls.conninfo)["host"]
    (folder / "pooler.ini").write_text(CONFIGURATION.format(server=server, folder=folder))
    (folder / "users").write_text("".join(f'"{role}" "{word}"\n' for role, word in sample_urls.passwords.items()))
    for path in (folder, *folder.iterdir()):
        user.give(path)
    process = subprocess.Popen([str(PROGRAM), "-q", str(folder / "pooler.ini")], **user.options())
    until = time.monotonic() + 10
    while not (folder / ".s.PGSQL.6543").exists():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.02)
    yield DatabaseUrls(
        make_conninfo(host=str(folder), port=6543, dbname=sample_urls.name), sample_urls.passwords, sample_urls.conninfo
    )
    process.terminate()
    process.wait()
    shutil.rmtree(folder)


@pytest.mark.skipif(PROGRAM is None, reason="PgBouncer is not installed: `apt-get install pgbouncer`")
async def test_nobody_inherits_a_tenant_behind_a_pooler(pooled: DatabaseUrls, settings: Settings) -> None:
    database = await Database.connect(settings, pooled)
    ada = Actor.user(new_id(), "Ada")
    organizations = [OrganizationRef(new_id(), f"org-{number}", "") for number in range(20)]

    async def visit(number: int) -> None:
        organization = organizations[number % 20]
        async with database.org_scope(organization, ada) as scope:
            if number < 20:
                scope.session.add(Shelf(name=organization.slug))
                await scope.session.flush()
            for _ in range(3):  # often enough that a prepared statement would be used, and would not be known
                assert set(await scope.session.scalars(select(Shelf.name))) <= {organization.slug}
        async with database.anonymous_scope() as nobody:
            assert list(await nobody.session.scalars(select(Shelf.name))) == []

    await asyncio.gather(*(visit(number) for number in range(20)))
    await asyncio.gather(*(visit(number) for number in range(20, 120)))
    async with database.system_scope("counting server connections") as scope:
        shelves = list(await scope.session.scalars(select(Shelf.name)))
        used = await scope.session.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE usename = 'tenantry_app' AND datname = current_database()"
            )
        )
    await database.close()
    assert len(shelves) == 20
    assert used == 2


def test_everything_holds_on_an_older_postgresql(installed: list[Package]) -> None:
    folder = Path(tempfile.mkdtemp(prefix="tenantry-older-"))
    server = EmbeddedServer(folder, major=16, settings={"fsync": "off"})
    try:
        urls = server.start()
        Migrations(urls, installed).upgrade()
        add_sample_tables(urls)
        sample = {table.name: table.info["isolation"] for table in METADATA.sorted_tables}
        with psycopg.connect(make_conninfo(server.admin, dbname=urls.name)) as connection:
            assert connection.info.server_version // 10_000 == 16
            assert breaches(connection, isolations() | sample, EXTERNAL_TABLES) == []
    finally:
        server.stop()
        shutil.rmtree(folder)
