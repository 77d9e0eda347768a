"""Reading .zip."""

import contextlib
import errno
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tenantry.core.errors import Invalid
from tenantry.products.pinata.sources.archive_entries import Entry, invalid
from tenantry.products.pinata.sources.limits import Limits

END = struct.Struct("<4s4H2LH")
ENCRYPTED = 0x1
FILE_TYPE, REGULAR, FOLDER = 0o170000, 0o100000, 0o040000
BYTES_PER_NAME = 512


@contextlib.contextmanager
def open_zip(archive: Path, limits: Limits) -> Iterator[Iterator[Entry]]:
    """The entries of a zip file, in its order."""
    if _directory_size(archive) > limits.files * BYTES_PER_NAME:
        raise invalid()  # its list of names alone would fill the memory
    try:
        with zipfile.ZipFile(archive) as file:
            yield _entries(file)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error, ValueError):
        raise invalid() from None
    except OSError as error:
        if error.errno != errno.EINVAL:  # an impossible place in the file is the archive's fault, a full disk is not
            raise
        raise invalid() from None


def _entries(file: zipfile.ZipFile) -> Iterator[Entry]:
    names = file.infolist()
    if any(info.flag_bits & ENCRYPTED for info in names):
        raise Invalid(
            "pinata.source.archive_encrypted",
            "The archive is protected by a password.",
            hint="Pack it again without one.",
        )
    for position, info in enumerate(names, 1):
        kind = info.external_attr >> 16 & FILE_TYPE
        if info.is_dir() or kind == FOLDER:
            yield Entry(info.filename, "folder", None, position, len(names))
        elif kind in (0, REGULAR):
            yield Entry(info.filename, "file", partial(file.open, info), position, len(names))
        else:
            yield Entry(info.filename, "other", None, position, len(names))


def _directory_size(archive: Path) -> int:
    """How many bytes the list of names takes, by the record at the end (in the 64-bit form: too many)."""
    with archive.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - END.size - 0xFFFF))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < END.size:
        raise invalid()
    return int(END.unpack_from(tail, at)[5])
