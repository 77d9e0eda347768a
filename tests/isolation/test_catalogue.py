"""The catalogue of the migrated database breaks no rule of isolation, and every mutation of it is noticed."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tenantry.chassis.audit.models import Entry, PersonKey
from tenantry.infra.database.embedded import EmbeddedServer
from tenantry.infra.database.isolation import Isolation
from tenantry.infra.database.models import EXTERNAL_TABLES, isolations
from tenantry.infra.database.system_scopes.models import SystemScopeRecord
from tenantry.infra.database.urls import DatabaseUrls
from tests.infra.database.conftest import add_sample_tables
from tests.infra.database.sample import METADATA
from tests.isolation.catalogue import breaches
from tests.isolation.mutations.catalogue import MUTATIONS, Mutation

SAMPLE: dict[str, Isolation] = {table.name: table.info["isolation"] for table in METADATA.sorted_tables}


@pytest.fixture(scope="module")
def catalogue(server: EmbeddedServer, clone: Callable[[], DatabaseUrls]) -> Iterator[psycopg.Connection]:
    """A database with the service's tables and the sample ones, opened by its superuser."""
    urls = clone()
    add_sample_tables(urls)
    with psycopg.connect(make_conninfo(server.admin, dbname=urls.name)) as connection:
        yield connection


def test_the_catalogue_breaks_no_rule(catalogue: psycopg.Connection) -> None:
    assert breaches(catalogue, isolations() | SAMPLE, EXTERNAL_TABLES) == []


def test_every_global_table_says_why() -> None:
    unexplained = [
        name for name, isolation in isolations().items() if isolation.kind == "global" and len(isolation.reason) < 20
    ]
    assert unexplained == []


@pytest.fixture(scope="module")
def tables(catalogue: psycopg.Connection) -> dict[str, Isolation]:
    """Only the tables which mutations break, so that each is looked at quickly; the others then count as unknown."""
    real = (SystemScopeRecord, Entry, PersonKey)
    return SAMPLE | {model.__tablename__: model.__isolation__ for model in real}


@pytest.fixture(scope="module")
def before(catalogue: psycopg.Connection, tables: dict[str, Isolation]) -> list[str]:
    """What is said without any mutation."""
    with catalogue.transaction(force_rollback=True):
        return breaches(catalogue, tables, {})


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[mutation.name for mutation in MUTATIONS])
def test_each_mutation_is_caught(
    catalogue: psycopg.Connection, tables: dict[str, Isolation], before: list[str], mutation: Mutation
) -> None:
    with catalogue.transaction(force_rollback=True):
        catalogue.execute(mutation.sql.encode())
        found = [breach for breach in breaches(catalogue, tables, {}) if breach not in before]
    assert any(mutation.caught in breach for breach in found), found
