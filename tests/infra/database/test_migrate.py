"""Migrations keep data, run once, agree with the models, and let nobody past row-level security."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Column, Table, Text, text

from tenantry.core.actors import Actor
from tenantry.core.ids import new_id
from tenantry.core.settings import Settings
from tenantry.infra.database.commands import migrate_on
from tenantry.infra.database.database import Database
from tenantry.infra.database.embedded import EmbeddedServer
from tenantry.infra.database.migrate import Migrations, NewerDataError
from tenantry.infra.database.models import Base
from tenantry.infra.database.new import new_migration
from tenantry.infra.database.packages import Package
from tenantry.infra.database.roles import APP, OWNER
from tenantry.infra.database.scopes import OrganizationRef
from tenantry.infra.database.urls import DatabaseUrls
from tests.infra.database.conftest import owner_engine

MODELS = """
from sqlalchemy.orm import Mapped
from tenantry.infra.database.models import TenantModel, tenant_key
from uuid import UUID

class Row(TenantModel):
    __tablename__ = "{name}_rows"
    title: Mapped[str]
"""


def test_the_models_agree_with_the_migrations(urls: DatabaseUrls, installed: list[Package]) -> None:
    assert Migrations(urls, installed).drift() == []


def test_drift_is_noticed(urls: DatabaseUrls, installed: list[Package]) -> None:
    before = len(Migrations(urls, installed).drift())
    table = Base.metadata.tables["database_system_scopes"]
    table.append_column(Column("forgotten", Text))
    try:
        drift = Migrations(urls, installed).drift()
        assert len(drift) == before + 1
        assert "add_column" in [change[0] for change in drift]
    finally:
        table._columns.remove(table.c.forgotten)  # type: ignore[attr-defined]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Package]:
    """A package of somebody else's, with one table and no migration yet."""
    name = f"guest{new_id().hex[-6:]}"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "models.py").write_text(MODELS.format(name=name))
    monkeypatch.syspath_prepend(str(tmp_path))
    yield Package(name, name)
    found = Base.metadata.tables.get(f"{name}_rows")
    if isinstance(found, Table):
        Base.metadata.remove(found)


@pytest.fixture
def empty(server: EmbeddedServer, clone: Callable[[], DatabaseUrls]) -> DatabaseUrls:
    """A database in which nothing has been migrated."""
    urls = clone()
    with psycopg.connect(urls.of(OWNER), autocommit=True) as connection:
        connection.execute("DROP OWNED BY tenantry_owner CASCADE")
    return urls


def write_first(package: Package, urls: DatabaseUrls) -> Path:
    """The package's first migration, from its models."""
    path = Migrations(urls, [package]).new(package, "rows")
    assert path is not None
    return path


def write_next(package: Package, number: int, body: str) -> None:
    """A further migration, by hand."""
    (package.migrations / f"{package.name}_{number:04}_more.py").write_text(
        f"from alembic import op\n\nrevision = '{package.name}_{number:04}'\ndown_revision = '{package.name}_{number - 1:04}'\n"
        f"branch_labels = None\ndepends_on = None\n\n\ndef upgrade() -> None:\n    op.execute({body!r})\n"
    )


def test_a_new_table_gets_its_isolation(package: Package, empty: DatabaseUrls) -> None:
    path = write_first(package, empty)
    assert f'op.isolate("{package.name}_rows", kind="tenant")' in path.read_text()
    migrations = Migrations(empty, [package])
    assert migrations.upgrade() == (f"{package.name}_0001",)
    assert migrations.upgrade() == ()
    assert migrations.drift() == []
    assert migrations.new(package, "nothing") is None
    with psycopg.connect(empty.of(APP)) as connection:
        assert connection.execute(f"SELECT * FROM {package.name}_rows").fetchall() == []
    second = new_id()
    with owner_engine(empty).begin() as connection:
        connection.execute(
            text(f"INSERT INTO {package.name}_rows VALUES (:org, :id, 'x')"), {"org": second, "id": second}
        )


async def test_a_data_migration_reaches_every_organizations_rows(
    package: Package, empty: DatabaseUrls, org_a: OrganizationRef, org_b: OrganizationRef, ada: Actor
) -> None:
    write_first(package, empty)
    Migrations(empty, [package]).upgrade()
    database = Database(empty, pool_size=1)
    for organization in (org_a, org_b):
        async with database.org_scope(organization, ada) as scope:
            await scope.session.execute(
                text(f"INSERT INTO {package.name}_rows (id, title) VALUES (gen_random_uuid(), 'old')")
            )
    write_next(package, 2, f"UPDATE {package.name}_rows SET title = 'new'")
    assert Migrations(empty, [package]).upgrade() == (f"{package.name}_0002",)
    for organization in (org_a, org_b):
        async with database.org_scope(organization, ada) as scope:
            titles = await scope.session.scalars(text(f"SELECT title FROM {package.name}_rows"))
            assert list(titles) == ["new"]
    await database.close()


def test_a_migration_that_fails_changes_nothing(package: Package, empty: DatabaseUrls) -> None:
    write_first(package, empty)
    write_next(package, 2, "SELECT 1/0")
    with pytest.raises(Exception, match="division by zero"):
        Migrations(empty, [package]).upgrade()
    assert Migrations(empty, [package]).plan().current == frozenset()


def test_two_processes_migrate_once(package: Package, empty: DatabaseUrls) -> None:
    write_first(package, empty)
    write_next(package, 2, "SELECT pg_sleep(0.3)")
    applied: list[tuple[str, ...]] = []
    both = [Migrations(empty, [package]) for _ in range(2)]
    threads = [threading.Thread(target=lambda each=each: applied.append(each.upgrade())) for each in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(applied) == [(), (f"{package.name}_0001", f"{package.name}_0002")]


def test_data_of_a_newer_version_is_refused(package: Package, empty: DatabaseUrls) -> None:
    first = write_first(package, empty)
    write_next(package, 2, "SELECT 1")
    Migrations(empty, [package]).upgrade()
    next(package.migrations.glob("*_0002_more.py")).unlink()
    with pytest.raises(NewerDataError, match="newer version"):
        Migrations(empty, [package]).upgrade()
    # A package that is no longer mounted stands in nobody's way.
    assert Migrations(empty, []).upgrade() == ()
    assert first.exists()


def test_existing_data_is_backed_up_first(
    package: Package, empty: DatabaseUrls, settings: Settings, tmp_path: Path
) -> None:
    said: list[str] = []
    here = settings.model_copy(update={"data_dir": tmp_path / "data", "backups_kept": 2})
    write_first(package, empty)
    migrate_on(here, empty, [package], said.append)
    assert not here.backups_dir.exists()  # there was nothing to lose
    with owner_engine(empty).begin() as connection:
        connection.execute(text(f"INSERT INTO {package.name}_rows VALUES (gen_random_uuid(), gen_random_uuid(), 'x')"))
    for number in (2, 3, 4):
        write_next(package, number, "SELECT 1")
        migrate_on(here, empty, [package], said.append)
    assert len(list(here.backups_dir.glob("before-migration-*.tar"))) == 2  # and the older ones are gone
    assert migrate_on(here, empty, [package], said.append) == ()
    assert sum("backup was taken" in line for line in said) == 3


def test_a_backup_that_fails_stops_the_migration(
    package: Package, empty: DatabaseUrls, settings: Settings, tmp_path: Path
) -> None:
    here = settings.model_copy(update={"data_dir": tmp_path / "data"})
    write_first(package, empty)
    migrate_on(here, empty, [package], print)
    with owner_engine(empty).begin() as connection:
        connection.execute(text(f"INSERT INTO {package.name}_rows VALUES (gen_random_uuid(), gen_random_uuid(), 'x')"))
    here.data_dir.mkdir()
    here.backups_dir.write_text("a file where the folder should be")
    write_next(package, 2, "SELECT 1")
    with pytest.raises(FileExistsError):
        migrate_on(here, empty, [package], print)
    assert Migrations(empty, [package]).plan().pending == (f"{package.name}_0002",)


def test_the_command_writes_a_migration_on_a_scratch_database(package: Package) -> None:
    path = new_migration([package], package.name, "rows")
    assert path is not None
    assert path.name == f"{package.name}_0001_rows.py"
    assert new_migration([package], package.name, "rows") is None
    with pytest.raises(LookupError, match=package.name):
        new_migration([package], "nobody", "rows")
