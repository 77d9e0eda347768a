"""What every test may ask for: a real PostgreSQL, migrated once per process, and clean for each test.

`database` is what the service itself works with, as the role it serves as. `org_a` and `org_b` are two organizations which
must never see each other; `open_scope(org_a)` opens a scope inside one, with every permission.
"""

import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tenantry.core.actors import Actor
from tenantry.core.ids import new_id
from tenantry.core.roles import Role
from tenantry.core.settings import Settings
from tenantry.infra.database.database import Database
from tenantry.infra.database.embedded import EmbeddedServer
from tenantry.infra.database.migrate import Migrations
from tenantry.infra.database.packages import Package
from tenantry.infra.database.scopes import OrganizationRef, OrgScope
from tenantry.infra.database.urls import DatabaseUrls
from tenantry.packages import packages

if TYPE_CHECKING:
    from tests.service import Service

TRIES = {"clock": 3, "browser": 2}
"""How often a test may try whose outcome hangs on how busy the machine is, by its mark; all others must pass at once."""
BROWSER = Path(__file__).parent / "browser"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives Chromium, and give the tests that hang on the machine their tries."""
    for item in items:
        if BROWSER in item.path.parents:
            item.add_marker(pytest.mark.browser)
        tries = max((TRIES.get(mark.name, 1) for mark in item.iter_markers()), default=1)
        if tries > 1:
            item.add_marker(pytest.mark.flaky(reruns=tries - 1, reruns_delay=1))


PRODUCTS = ("pinata", "tests.sample_product.product:product")

OpenScope = Callable[..., AbstractAsyncContextManager[OrgScope]]

HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
"""Nothing here must survive a power cut. (Autovacuum off keeps plans and timings the same in every run.)"""

EMPTY = """
SET session_replication_role = replica;
SET lock_timeout = '5s';
DO $$
DECLARE name regclass; found boolean;
BEGIN
    FOR name IN SELECT oid FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND right(relname, 11) <> '_migrations'
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', name) INTO found;
        IF found THEN EXECUTE format('DELETE FROM %s', name); END IF;
    END LOOP;
END $$
"""


def empty(server: EmbeddedServer, urls: DatabaseUrls) -> None:
    """Delete every row (5 ms when there are few)."""
    with psycopg.connect(make_conninfo(server.admin, dbname=urls.name), autocommit=True) as connection:
        connection.execute(EMPTY)


@pytest.fixture(scope="session")
def data_dir() -> Iterator[Path]:
    """A data directory for this process, outside pytest's own folders: those are closed to PostgreSQL's user under root."""
    folder = Path(tempfile.mkdtemp(prefix="tenantry-test-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def server(data_dir: Path) -> Iterator[EmbeddedServer]:
    """The embedded PostgreSQL of this process."""
    server = EmbeddedServer(data_dir, settings=HASTY)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def settings(data_dir: Path) -> Settings:
    """Local settings which read nothing from this machine's environment."""
    return Settings(_env_file=None, mode="local", data_dir=data_dir, port=0, products=PRODUCTS, heavy_processes=1)


@pytest.fixture(scope="session")
def installed(settings: Settings) -> list[Package]:
    """The packages whose tables are there."""
    return packages(settings.products)


@pytest.fixture(scope="session")
def template(server: EmbeddedServer, installed: list[Package]) -> str:
    """The name of a migrated, empty database, from which others are cloned."""
    Migrations(server.urls, installed).upgrade()
    return "tenantry"


@pytest.fixture(scope="session")
def clone(server: EmbeddedServer, template: str) -> Callable[[], DatabaseUrls]:
    """Makes a new migrated, empty database (30 ms), for a test that changes more than rows."""

    def make() -> DatabaseUrls:
        name = f"clone_{secrets.token_hex(4)}"
        with psycopg.connect(server.admin, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy OWNER tenantry_owner")
            connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
            connection.execute(
                f"GRANT CONNECT, TEMPORARY ON DATABASE {name} TO tenantry_app, tenantry_queue, tenantry_system"
            )
        return server.urls.database(name)

    return make


@pytest.fixture(scope="session")
def urls(clone: Callable[[], DatabaseUrls]) -> DatabaseUrls:
    """The database of this process."""
    return clone()


@pytest.fixture(scope="session")
async def _connected(settings: Settings, urls: DatabaseUrls) -> AsyncIterator[Database]:
    database = await Database.connect(settings, urls)
    yield database
    await database.close()


@pytest.fixture
async def database(_connected: Database, server: EmbeddedServer) -> AsyncIterator[Database]:
    """The database, without a row in it; what a test leaves behind is gone before the next."""
    yield _connected
    empty(server, _connected.urls)


@pytest.fixture
def ada() -> Actor:
    """A person."""
    return Actor.user(new_id(), "Ada")


@pytest.fixture
def bob() -> Actor:
    """Another person."""
    return Actor.user(new_id(), "Bob")


@pytest.fixture
def org_a() -> OrganizationRef:
    """An organization."""
    return OrganizationRef(new_id(), "ada", "Ada")


@pytest.fixture
def org_b() -> OrganizationRef:
    """Another organization, to which nothing of the first may ever show."""
    return OrganizationRef(new_id(), "bob", "Bob")


class _Everything(frozenset[str]):
    """Every permission there is."""

    def __contains__(self, _: object) -> bool:
        return True


@pytest.fixture
def open_scope(database: Database, ada: Actor) -> OpenScope:
    """Opens a scope in an organization, as its owner: `async with open_scope(org_a) as scope: …`."""

    def open_(
        organization: OrganizationRef, actor: Actor = ada, role: Role = Role.OWNER
    ) -> AbstractAsyncContextManager[OrgScope]:
        return database.org_scope(organization, actor, role=role, permissions=_Everything())

    return open_


@pytest.fixture(scope="session")
def _composed(settings: Settings, _connected: Database) -> "Service":
    from tests.service import Service  # whoever tests a part alone need not load the whole

    return Service.of(settings, _connected)


@pytest.fixture
async def service(_composed: "Service", database: Database) -> "AsyncIterator[Service]":
    """The whole service over HTTP, with nobody in it yet: `ada = await service.sign_up("Ada")`."""
    from tests.service import heavy_work

    await _composed.app.state.limiter.reset()
    async with heavy_work():
        yield _composed
    await _composed.close()
