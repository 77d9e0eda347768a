"""Names inside archives: where they may lead, and which of them are the same."""

import re

from tenantry.core.errors import Invalid
from tenantry.products.pinata.sources.limits import Limits

DRIVE = re.compile(r"^[A-Za-z]:")
NEEDLESS = frozenset({".git", "__MACOSX"})
LONGEST_PART = 255


class Names:
    """The names of one archive. Two that differ only in case are one file on many machines: the first one counts."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._files: set[str] = set()
        self._folders: set[str] = set()

    def check(self, name: str, *, keep: bool) -> tuple[str, ...] | None:
        """The parts of a path below the root, or None for what is to be left out, as everything is that we don't `keep`.

        Raises:
            Invalid: `pinata.source.archive_escapes`, when the name leads out of the archive.
        """
        path = name.replace("\\", "/")
        if path.startswith("/") or DRIVE.match(path) or ".." in path.split("/"):
            raise Invalid(
                "pinata.source.archive_escapes",
                "A name in the archive leads outside of it, so nothing was unpacked.",
                hint="Pack the folder of your project again, with names relative to it.",
            )
        parts = tuple(part for part in path.split("/") if part not in ("", "."))
        if not keep or not parts or not NEEDLESS.isdisjoint(parts) or not self._writable(parts):
            return None
        keys = ["/".join(parts[: count + 1]).casefold() for count in range(len(parts))]
        if keys[-1] in self._files or keys[-1] in self._folders or not self._files.isdisjoint(keys[:-1]):
            return None
        self._files.add(keys[-1])
        self._folders.update(keys[:-1])
        return parts

    def _writable(self, parts: tuple[str, ...]) -> bool:
        if len(parts) > self._limits.depth:
            return False
        return all(len(part.encode(errors="surrogateescape")) <= LONGEST_PART and part.isprintable() for part in parts)
