"""What every kind of archive is read as."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from tenantry.core.errors import Invalid


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in an archive. `open` gives the bytes of a file; `other` is a link, a device or a pipe.

    `position` of `total` says how far into the archive it lies, in whatever unit the archive has (total 0: unknown).
    """

    name: str
    kind: Literal["file", "folder", "other"]
    open: Callable[[], AbstractContextManager[IO[bytes]]] | None
    position: int
    total: int


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What came out: the folder to scan, how much it holds, and how many links and doubles were left out."""

    root: Path
    files: int
    bytes: int
    left_out: int


def invalid() -> Invalid:
    """Not an archive, or a broken one."""
    return Invalid(
        "pinata.source.archive_invalid",
        "That file is not a .zip or .tar.gz archive, or it is damaged.",
        hint="Pack the folder of your project again and upload the new file.",
    )
