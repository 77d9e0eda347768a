"""Unpacking an archive somebody uploaded: `.zip`, `.tar`, `.tar.gz`, told apart by their first bytes.

Runs in a heavy process. Only plain files and folders come out; links, devices and second spellings of a name are left
out and counted; a name that leads outside fails the whole archive, because an honest packer never writes one.
"""

import contextlib
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO

from tenantry.core.errors import Invalid
from tenantry.products.pinata.sources.archive_entries import Entry, Unpacked, invalid
from tenantry.products.pinata.sources.archive_paths import Names
from tenantry.products.pinata.sources.archive_tar import open_tar
from tenantry.products.pinata.sources.archive_zip import open_zip
from tenantry.products.pinata.sources.limits import Limits, in_words
from tenantry.products.pinata.sources.progress import Report, Step, ignore

CHUNK = 1 << 18


def unpack(archive: Path, into: Path, limits: Limits, *, report: Report = ignore) -> Unpacked:
    """Unpack into a new folder. A single folder at the top is taken for the root.

    Raises:
        Invalid: `pinata.source.archive_invalid`, `…archive_encrypted`, `…archive_escapes`, `…archive_bomb`.
    """
    into.mkdir(mode=0o700, parents=True)
    writer = _Writer(into, archive.stat().st_size, limits)
    with _opened(archive, limits) as entries:
        for entry in entries:
            writer.take(entry)
            report(Step("Unpacking", entry.position, entry.total))
    root = _root(into)
    if writer.files == 0:
        raise Invalid(
            "pinata.source.empty",
            "There are no files in that archive.",
            hint="Pack the folder of your project and upload it again.",
        )
    return Unpacked(root, writer.files, writer.bytes, writer.left_out)


@contextlib.contextmanager
def _opened(archive: Path, limits: Limits) -> Iterator[Iterator[Entry]]:
    with archive.open("rb") as file:
        start = file.read(512)
    opener: AbstractContextManager[Iterator[Entry]]
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        opener = open_zip(archive, limits)
    elif start.startswith(b"\x1f\x8b") or start[257:262] == b"ustar":
        opener = open_tar(archive)
    else:
        raise invalid()
    with opener as entries:
        yield entries


class _Writer:
    """Writes entries below one folder and keeps count of what a bomb would exhaust."""

    def __init__(self, into: Path, packed: int, limits: Limits) -> None:
        self.into, self.limits = into, limits
        self.names = Names(limits)
        self.files = self.bytes = self.left_out = 0
        self._most = min(limits.tree_bytes, max(packed * limits.ratio, limits.ratio_from))
        self._seen = 0

    def take(self, entry: Entry) -> None:
        """Write one entry, or leave it out."""
        self._seen += 1
        if self._seen > self.limits.files:
            raise _bomb(f"more than {self.limits.files:,} files")
        parts = self.names.check(entry.name, keep=entry.kind == "file")
        if entry.kind == "folder":
            return  # made when a file needs it: empty folders hold no code
        if entry.kind == "other" or parts is None or entry.open is None:
            self.left_out += 1
            return
        target = self.into.joinpath(*parts)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with entry.open() as source, target.open("xb") as file:
            self._copy(source, file)
        self.files += 1

    def _copy(self, source: IO[bytes], file: IO[bytes]) -> None:
        while chunk := source.read(CHUNK):
            self.bytes += len(chunk)
            if self.bytes > self._most:
                raise _bomb(f"more than {in_words(self._most)} of files")
            file.write(chunk)


def _root(into: Path) -> Path:
    entries = list(into.iterdir())
    return entries[0] if len(entries) == 1 and entries[0].is_dir() else into


def remove(folder: Path) -> None:
    """Remove what was unpacked or fetched, whatever state it is in."""
    shutil.rmtree(folder, ignore_errors=True)


def _bomb(bound: str) -> Invalid:
    return Invalid(
        "pinata.source.archive_bomb",
        f"The archive unpacks to {bound}, which is over the limit.",
        hint="Pack only the folders with code, without build output, media and dependencies.",
    )
