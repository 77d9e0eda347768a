"""Reading .tar and .tar.gz as a stream: nothing is read twice, so a gzip stream costs what it weighs."""

import contextlib
import gzip
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

from tenantry.products.pinata.sources.archive_entries import Entry, invalid

HEADERS = frozenset(
    {tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK}
)
LARGEST_HEADER = 1 << 20


class _Member(tarfile.TarInfo):
    """A member whose extra headers are small: tarfile reads those into memory whole, whatever size they claim."""

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in HEADERS and self.size > LARGEST_HEADER:
            raise tarfile.ReadError("a header of improper size")
        return cast(tarfile.TarInfo, super()._proc_member(archive))  # type: ignore[misc]


@contextlib.contextmanager
def open_tar(archive: Path) -> Iterator[Iterator[Entry]]:
    """The entries of a tar file, gzipped or not, in its order."""
    try:
        with archive.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            stream = cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if packed else raw
            with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Member, errorlevel=1) as file:
                yield _entries(file, raw, archive.stat().st_size)
    except (tarfile.TarError, zlib.error, EOFError, gzip.BadGzipFile, ValueError, OverflowError):
        raise invalid() from None


def _entries(file: tarfile.TarFile, raw: IO[bytes], size: int) -> Iterator[Entry]:
    for member in file:
        position = min(raw.tell(), size)
        if member.isdir():
            yield Entry(member.name, "folder", None, position, size)
        elif member.isreg() and not member.issparse():
            yield Entry(member.name, "file", _opener(file, member), position, size)
        else:
            yield Entry(member.name, "other", None, position, size)
        file.members.clear()  # type: ignore[attr-defined]  # a stream is read once; a list of 200,000 members is memory for nothing


def _opener(
    file: tarfile.TarFile, member: tarfile.TarInfo
) -> Callable[[], contextlib.AbstractContextManager[IO[bytes]]]:
    def opened() -> contextlib.AbstractContextManager[IO[bytes]]:
        content = file.extractfile(member)
        assert content is not None
        return content

    return opened
