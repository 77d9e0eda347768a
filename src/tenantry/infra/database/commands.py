"""What the command line does with the database. Each says what it does, one line at a time, through `say`."""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tenantry.core.settings import Settings
from tenantry.infra.database import backup as backups
from tenantry.infra.database import dump
from tenantry.infra.database.binaries import MAJOR
from tenantry.infra.database.migrate import Migrations
from tenantry.infra.database.packages import Package
from tenantry.infra.database.provision import provision
from tenantry.infra.database.restore import restore as put_back
from tenantry.infra.database.roles import ROLES
from tenantry.infra.database.server import database_server
from tenantry.infra.database.upgrade import upgrade as to_our_version
from tenantry.infra.database.urls import DatabaseUrls, external_urls

Say = Callable[[str], None]
BEFORE = "before-migration-"


def migrate(settings: Settings, packages: Sequence[Package], say: Say) -> None:
    """`tenantry migrate`: bring the database up to date, on whichever server the settings name."""
    with database_server(settings) as urls:
        migrate_on(settings, urls, packages, say)


def migrate_on(settings: Settings, urls: DatabaseUrls, packages: Sequence[Package], say: Say) -> tuple[str, ...]:
    """Apply what is pending, after a backup if there is data; answers what was applied.

    Raises:
        NewerDataError: a newer version has migrated this database.
        DumpError, OSError: the backup could not be taken, so nothing was migrated.
    """
    migrations = Migrations(urls, packages)
    pending = migrations.plan().pending
    if not pending:
        return ()
    if not dump.is_empty(urls):
        target = settings.backups_dir / f"{BEFORE}{_stamp()}.tar"
        backups.create(settings, urls, target)
        say(f"A backup was taken first: {target}")
        _forget_old(settings)
    applied = migrations.upgrade()
    say(f"Migrated: {', '.join(applied) if applied else 'by another process, just now'}.")
    return applied


def backup(settings: Settings, target: Path | None, say: Say) -> Path:
    """`tenantry backup [FILE]`: write everything into one archive, while the service runs or not."""
    target = target or settings.backups_dir / f"tenantry-{_stamp()}.tar"
    with database_server(settings) as urls:
        made = backups.create(settings, urls, target)
    size = target.stat().st_size / 1_000_000
    say(f"Everything is in {target} ({size:.1f} MB, {made.files} stored files). Keep it safe: it contains all secrets.")
    if settings.storage_url is not None:
        say("Stored files lie outside this machine (TENANTRY_STORAGE_URL) and are not in it.")
    return target


def restore(settings: Settings, source: Path, say: Say, *, force: bool = False) -> None:
    """`tenantry restore FILE [--force]`: put a backup back, with nobody else running on the data."""
    with database_server(settings, alone=True) as urls:
        replaced = put_back(settings, urls, source, force=force)
    if replaced:
        say(f"What was here before is in {replaced}.")
    say(f"{source} is restored. Start Tenantry again; it migrates the data if that is needed.")


def upgrade(settings: Settings, say: Say) -> None:
    """`tenantry database upgrade`: bring the embedded database to the major version of PostgreSQL that we run."""
    kept = to_our_version(settings.data_dir)
    say(f"Upgraded to PostgreSQL {MAJOR}. The old data is kept in {kept} until you delete it.")


def provision_database(settings: Settings, admin: str, say: Say) -> None:
    """`tenantry database provision ADMIN_URL`: make the four roles and the database on a PostgreSQL of your own, with the
    passwords that the settings name. May be run again, to change passwords."""
    urls = external_urls(settings)
    provision(admin, urls.passwords, urls.name)
    say(f"The roles {', '.join(ROLES)} and the database {urls.name} are ready.")


def _stamp() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"


def _forget_old(settings: Settings) -> None:
    """Keep the newest few of those taken before migrations; those somebody asked for are theirs to delete."""
    taken = sorted(settings.backups_dir.glob(f"{BEFORE}*.tar"), key=os.path.getmtime, reverse=True)
    for path in taken[settings.backups_kept :]:
        path.unlink()
