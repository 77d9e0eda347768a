"""A database with the sample tables."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from sqlalchemy import Engine, NullPool, create_engine, text

from tenantry.core.settings import Settings
from tenantry.infra.database.database import Database
from tenantry.infra.database.embedded import EmbeddedServer
from tenantry.infra.database.roles import OWNER
from tenantry.infra.database.urls import DatabaseUrls
from tests.conftest import empty
from tests.infra.database.sample import METADATA


def owner_engine(urls: DatabaseUrls) -> Engine:
    """Connects as the role that migrates."""
    return create_engine(urls.sqlalchemy(OWNER), poolclass=NullPool)


def add_sample_tables(urls: DatabaseUrls) -> None:
    """Make them as a migration would."""
    with owner_engine(urls).begin() as connection:
        METADATA.create_all(connection)
        for table in METADATA.sorted_tables:
            for statement in table.info["isolation"].statements(table.name):
                connection.execute(text(statement))


@pytest.fixture(scope="session")
def _sample_urls(clone: Callable[[], DatabaseUrls]) -> DatabaseUrls:
    urls = clone()
    add_sample_tables(urls)
    return urls


@pytest.fixture
def sample_urls(_sample_urls: DatabaseUrls, server: EmbeddedServer) -> Iterator[DatabaseUrls]:
    """A database with the sample tables, and no rows."""
    yield _sample_urls
    empty(server, _sample_urls)


@pytest.fixture
async def sample(settings: Settings, sample_urls: DatabaseUrls) -> AsyncIterator[Database]:
    """The same, connected."""
    database = await Database.connect(settings, sample_urls)
    yield database
    await database.close()
