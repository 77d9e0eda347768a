"""A backup holds everything, is checked before it is trusted, and goes back without losing what is there."""

import shutil
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select

from tenantry.core.actors import Actor
from tenantry.core.settings import Settings
from tenantry.infra.database.backup import BackupError, create, extract, verify
from tenantry.infra.database.database import Database
from tenantry.infra.database.dump import DumpError, is_empty
from tenantry.infra.database.preflight import refuse_if_open
from tenantry.infra.database.restore import NotEmptyError, restore
from tenantry.infra.database.roles import OWNER
from tenantry.infra.database.scopes import OrganizationRef
from tenantry.infra.database.urls import DatabaseUrls
from tenantry.infra.secrets import Sealer, load_keys
from tests.infra.database.conftest import add_sample_tables
from tests.infra.database.sample import Book, Shelf, Ticket


@pytest.fixture
def here(settings: Settings, tmp_path: Path) -> Settings:
    """An installation."""
    return settings.model_copy(update={"data_dir": tmp_path / "here"})


@pytest.fixture
def elsewhere(settings: Settings, tmp_path: Path) -> Settings:
    """Another one."""
    (tmp_path / "elsewhere").mkdir()
    return settings.model_copy(update={"data_dir": tmp_path / "elsewhere"})


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Path]:
    """Where the backup goes."""
    path = tmp_path / "backup.tar"
    yield path
    shutil.rmtree(path, ignore_errors=True)


async def fill(urls: DatabaseUrls, here: Settings, organization: OrganizationRef, actor: Actor) -> bytes:
    """Rows of several kinds, files, and something sealed with this installation's own key."""
    database = Database(urls, pool_size=1)
    async with database.org_scope(organization, actor) as scope:
        scope.session.add(Book(title="The Analyst – ✓", shelf=Shelf(name="engines")))
    async with database.user_scope(actor) as scope:
        scope.session.add(Ticket(secret_hash=b"\x00\xff" * 16))
    await database.close()
    stored = here.files_dir / "orgs" / str(organization.id) / "a file"
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b"\x00\x01" * 5000)
    return Sealer(load_keys(here)).seal(b"credentials", "test")


async def test_everything_comes_back_elsewhere(
    sample_urls: DatabaseUrls,
    clone: Callable[[], DatabaseUrls],
    here: Settings,
    elsewhere: Settings,
    archive: Path,
    org_a: OrganizationRef,
    org_b: OrganizationRef,
    ada: Actor,
) -> None:
    sealed = await fill(sample_urls, here, org_a, ada)
    made = create(here, sample_urls, archive)
    assert archive.stat().st_mode & 0o777 == 0o600
    assert verify(archive) == made
    assert made.files == 1

    target = clone()
    load_keys(elsewhere)  # it has a key of its own already
    assert restore(elsewhere, target, archive) is None
    database = await Database.connect(elsewhere, target)
    async with database.org_scope(org_a, ada) as scope:
        book = (await scope.session.scalars(select(Book))).one()
        assert book.title == "The Analyst – ✓"
        assert book.shelf_id is not None
    async with database.user_scope(ada) as scope:
        assert await scope.session.scalar(select(Ticket.secret_hash)) == b"\x00\xff" * 16
    async with database.org_scope(org_b, ada) as scope:  # what comes back is kept apart as before
        assert list(await scope.session.scalars(select(Book))) == []
    await database.close()
    assert (elsewhere.files_dir / "orgs" / str(org_a.id) / "a file").read_bytes() == b"\x00\x01" * 5000
    assert Sealer(load_keys(elsewhere)).open(sealed, "test") == b"credentials"
    await refuse_if_open(target)


async def test_data_is_not_replaced_by_accident(
    sample_urls: DatabaseUrls, here: Settings, archive: Path, org_a: OrganizationRef, ada: Actor
) -> None:
    await fill(sample_urls, here, org_a, ada)
    create(here, sample_urls, archive)
    database = Database(sample_urls, pool_size=1)
    async with database.org_scope(org_a, ada) as scope:
        scope.session.add(Shelf(name="newer"))
    with pytest.raises(NotEmptyError, match="--force"):
        restore(here, sample_urls, archive)
    replaced = restore(here, sample_urls, archive, force=True)
    await database.close()
    database = Database(sample_urls, pool_size=1)
    async with database.org_scope(org_a, ada) as scope:
        assert list(await scope.session.scalars(select(Shelf.name))) == ["engines"]
    # What was replaced comes back the same way.
    assert replaced is not None
    restore(here, sample_urls, replaced, force=True)
    async with database.org_scope(org_a, ada) as scope:
        assert await scope.session.scalar(select(func.count()).select_from(Shelf)) == 2
    await database.close()


@pytest.mark.parametrize("damage", ["changed", "cut", "text", "no manifest"])
async def test_a_damaged_archive_changes_nothing(
    sample_urls: DatabaseUrls, here: Settings, archive: Path, org_a: OrganizationRef, ada: Actor, damage: str
) -> None:
    await fill(sample_urls, here, org_a, ada)
    create(here, sample_urls, archive)
    content = archive.read_bytes()
    place = content.index(b"\x00\x01" * 100) + 50
    match damage:
        case "changed":
            archive.write_bytes(content[:place] + b"!" + content[place + 1 :])
        case "cut":
            archive.write_bytes(content[: len(content) // 2])
        case "text":
            archive.write_text("not an archive")
        case _:
            with tarfile.open(archive, "w") as empty:
                empty.add(__file__, "database.dump")
    with pytest.raises(BackupError):
        restore(here, sample_urls, archive, force=True)
    assert not is_empty(sample_urls)


@pytest.mark.parametrize("name", ["../outside", "/tmp/outside", "files/../../outside"])
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "crafted.tar", "w") as crafted:
        crafted.add(__file__, name, filter=lambda member: member.replace(name=name, deep=False))
    (tmp_path / "target").mkdir()
    with pytest.raises(BackupError, match="none of ours"):
        extract(tmp_path / "crafted.tar", tmp_path / "target")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["crafted.tar", "target"]


async def test_a_dump_that_postgresql_refuses_changes_nothing(
    sample_urls: DatabaseUrls,
    here: Settings,
    archive: Path,
    org_a: OrganizationRef,
    ada: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await fill(sample_urls, here, org_a, ada)

    def broken(_: DatabaseUrls, target: Path) -> None:
        target.write_bytes(b"PGDMP and then nothing")

    monkeypatch.setattr("tenantry.infra.database.dump.dump", broken)
    create(here, sample_urls, archive)
    monkeypatch.undo()
    with pytest.raises(DumpError):
        restore(here, sample_urls, archive, force=True)
    assert not is_empty(sample_urls)
    assert (here.files_dir / "orgs").is_dir()


def test_a_dump_sees_every_row_although_policies_are_forced(clone: Callable[[], DatabaseUrls]) -> None:
    urls = clone()
    add_sample_tables(urls)
    assert is_empty(urls)
    with psycopg.connect(urls.of(OWNER)) as connection:
        connection.execute("INSERT INTO sample_shelves VALUES (gen_random_uuid(), gen_random_uuid(), 'x')")
    assert not is_empty(urls)
