"""Backups: one archive with the database, the stored files, and what is needed to trust and to open them.

The archive is a tar file: `database.dump` (PostgreSQL's custom format), `files/…` (when files lie on this machine),
`secrets.json` (the keys made in local mode: without them sealed things could not be opened elsewhere) and, last,
`manifest.json` with the SHA-256 of every other member. It is born with mode 0600: it contains everything.
"""

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from tenantry import __version__
from tenantry.core.settings import Settings
from tenantry.infra.database import dump
from tenantry.infra.database.urls import DatabaseUrls
from tenantry.infra.secrets import LocalSecrets

SCHEMA = "tenantry.backup/1"
DUMP, FILES, SECRETS, MANIFEST = "database.dump", "files", "secrets.json", "manifest.json"


class BackupError(Exception):
    """The archive is not one of ours, or is damaged. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself."""

    version: str
    created_at: datetime
    files: int
    checksums: dict[str, str]


def create(settings: Settings, urls: DatabaseUrls, target: Path) -> Manifest:
    """Write a backup. The archive appears under its name only when it is complete.

    Raises:
        DumpError: the database could not be read.
        OSError: the target cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".backup-")  # born with mode 0600
    aside = Path(name)
    try:
        with (
            os.fdopen(handle, "wb") as file,
            tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive,
        ):
            manifest = _fill(archive, settings, urls, target.parent)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    return manifest


def verify(source: Path) -> Manifest:
    """Read the whole archive and compare every checksum.

    Raises:
        BackupError: it is not one of ours, or is damaged; the message says where.
    """
    seen: dict[str, str] = {}
    manifest: dict[str, Any] | None = None
    try:
        with tarfile.open(source, mode="r:") as archive:
            for member in archive:
                content = archive.extractfile(member)
                if content is None:
                    raise BackupError(f"{source} has something that is not a file in it: {member.name}.")
                if member.name == MANIFEST:
                    manifest = json.loads(content.read())
                else:
                    seen[member.name] = _sha256(content)
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise BackupError(f"{source} is not a backup, or was cut short ({error}).") from error
    if manifest is None or manifest.get("schema") != SCHEMA:
        raise BackupError(f"{source} is not a backup of ours, or was cut short: it has no manifest.")
    wanted: dict[str, str] = manifest["checksums"]
    damaged = sorted(name for name in wanted.keys() | seen.keys() if wanted.get(name) != seen.get(name))
    if damaged:
        raise BackupError(f"{source} is damaged: {', '.join(damaged[:5])} differ from what was written.")
    return Manifest(manifest["version"], datetime.fromisoformat(manifest["created_at"]), manifest["files"], wanted)


def extract(source: Path, target: Path) -> None:
    """Write an archive's files out below a folder.

    Raises:
        BackupError: a name in it leads out of that folder.
    """
    with tarfile.open(source, mode="r:") as archive:
        for member in archive:
            path = PurePosixPath(member.name)
            content = archive.extractfile(member) if member.isreg() else None
            if content is None or path.is_absolute() or ".." in path.parts:
                raise BackupError(f"{source} has a name in it that is none of ours: {member.name}.")
            goal = target / path
            goal.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with content, goal.open("xb") as file:
                shutil.copyfileobj(content, file)


def _fill(archive: tarfile.TarFile, settings: Settings, urls: DatabaseUrls, room: Path) -> Manifest:
    checksums: dict[str, str] = {}
    with tempfile.TemporaryDirectory(dir=room, prefix=".dump-") as folder:
        dumped = Path(folder) / DUMP
        dump.dump(urls, dumped)
        checksums[DUMP] = _add(archive, DUMP, dumped)
    keys = LocalSecrets(settings.data_dir).read().get("secret_keys")
    if keys:
        checksums[SECRETS] = _add_bytes(archive, SECRETS, json.dumps({"secret_keys": keys}).encode())
    # After the database: whatever a row names was there by then, unless somebody has deleted it since.
    files = 0
    for path in _stored(settings):
        name = f"{FILES}/{path.relative_to(settings.files_dir).as_posix()}"
        try:
            checksums[name] = _add(archive, name, path)
        except FileNotFoundError:
            continue
        files += 1
    made = Manifest(__version__, datetime.now(UTC), files, checksums)
    about = {"schema": SCHEMA, "version": made.version, "created_at": made.created_at.isoformat(), "files": files}
    _add_bytes(archive, MANIFEST, json.dumps(about | {"checksums": checksums}, indent=1).encode())
    return made


def _stored(settings: Settings) -> Iterator[Path]:
    if settings.storage_url is None and settings.files_dir.is_dir():
        yield from (path for path in sorted(settings.files_dir.rglob("*")) if path.is_file())


def _add(archive: tarfile.TarFile, name: str, path: Path) -> str:
    with path.open("rb") as file:
        member = archive.gettarinfo(arcname=name, fileobj=file)
        hashing = _Hashing(file)
        archive.addfile(member, hashing)
        return hashing.digest.hexdigest()


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> str:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = len(content), 0o600, datetime.now(UTC).timestamp()
    archive.addfile(member, io.BytesIO(content))
    return hashlib.sha256(content).hexdigest()


def _sha256(file: IO[bytes]) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


class _Hashing(io.RawIOBase):
    """Hashes what the archive reads, so that a file is read once, and hashed as it was archived."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size)
        self.digest.update(content)
        return content
