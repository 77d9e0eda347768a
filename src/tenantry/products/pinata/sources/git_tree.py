"""Reading `git ls-tree -r -l -z` as it streams: a tree that would fill the disk is refused before it is written."""

from tenantry.products.pinata.sources import git_failures
from tenantry.products.pinata.sources.limits import Limits

SYMBOLIC_LINK = b"120000"


class TreeCheck:
    """Counts files and bytes. A small pack can hold a tree of billions of files; the count stops git long before."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.files = 0
        self.bytes = 0
        self.links: list[bytes] = []
        self._rest = b""

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the listing.

        Raises:
            TooLarge: `pinata.source.too_large`.
        """
        *entries, self._rest = (self._rest + chunk).split(b"\0")
        for entry in entries:
            description, _, path = entry.partition(b"\t")
            mode, _, _, size = description.split()
            self.files += 1
            self.bytes += int(size) if size.isdigit() else 0
            if mode == SYMBOLIC_LINK:
                self.links.append(path)
            if path.count(b"/") > self.limits.depth:
                raise git_failures.too_large(self.limits, "depth")
        if self.files > self.limits.files:
            raise git_failures.too_large(self.limits, "files")
        if self.bytes > self.limits.tree_bytes:
            raise git_failures.too_large(self.limits, "tree")
