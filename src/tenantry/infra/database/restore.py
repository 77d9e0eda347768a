"""Putting a backup back: everything is checked before anything is touched, and what is replaced is backed up first."""

import json
import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tenantry.core.settings import Settings
from tenantry.infra.database import backup, dump
from tenantry.infra.database.urls import DatabaseUrls
from tenantry.infra.secrets import LocalSecrets


class NotEmptyError(Exception):
    """There is data here already, which would be replaced."""


def restore(settings: Settings, urls: DatabaseUrls, source: Path, *, force: bool = False) -> Path | None:
    """Put a backup back. Answers where the backup of what was replaced lies, if something was.

    Raises:
        BackupError: the archive is damaged or not one of ours; nothing was changed.
        NotEmptyError: there is data here, and `force` was not said; nothing was changed.
        DumpError: PostgreSQL refused it; nothing was changed.
    """
    backup.verify(source)
    replaced: Path | None = None
    if not _empty(settings, urls):
        if not force:
            raise NotEmptyError(
                f"There is data in {settings.data_dir} already. Restore with --force to replace it (a backup of it is "
                "taken first), or into another TENANTRY_DATA_DIR."
            )
        replaced = settings.backups_dir / f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}.tar"
        backup.create(settings, urls, replaced)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = Path(tempfile.mkdtemp(dir=settings.data_dir, prefix=".restore-"))
    try:
        backup.extract(source, aside)
        dump.restore(urls, aside / backup.DUMP)
        _keep_keys(settings, aside / backup.SECRETS)
        if settings.storage_url is None:
            _swap(aside / backup.FILES, settings.files_dir)
    finally:
        shutil.rmtree(aside)
    return replaced


def _empty(settings: Settings, urls: DatabaseUrls) -> bool:
    files = settings.files_dir
    return dump.is_empty(urls) and not (files.is_dir() and any(path.is_file() for path in files.rglob("*")))


def _keep_keys(settings: Settings, secrets: Path) -> None:
    """The archive's keys go behind ours: they open what was sealed then, and ours go on sealing."""
    if not secrets.exists():
        return
    local = LocalSecrets(settings.data_dir)
    content = local.read()
    ours = content.get("secret_keys", [])
    theirs = json.loads(secrets.read_text())["secret_keys"]
    content["secret_keys"] = ours + [key for key in theirs if key not in ours]
    local.write(content)


def _swap(restored: Path, files: Path) -> None:
    """The old files are in the backup that was just taken, so they need not be kept beside the new ones."""
    restored.mkdir(exist_ok=True, mode=0o700)
    old = files.with_name(f".{files.name}-replaced-{os.getpid()}")
    if files.is_dir():
        files.rename(old)
    restored.rename(files)
    shutil.rmtree(old, ignore_errors=True)
