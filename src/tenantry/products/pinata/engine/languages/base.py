"""What a language must bring. One file per language implements `Language`; `languages/__init__.py` lists them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from tenantry.products.pinata.engine.facts import FileFacts, Import

if TYPE_CHECKING:
    from tenantry.products.pinata.engine.resolve.project import Project


class Language(Protocol):
    """`extract` runs in worker processes and sees one file; the rest runs once all facts are there."""

    @property
    def name(self) -> str: ...

    @property
    def builtins(self) -> Mapping[str, str]:
        """Names that exist without an import, with their canonical names: {"open": "open"}, {"fetch": "fetch"}."""
        ...

    def extract(self, path: str, source: bytes) -> FileFacts:
        """The facts of one file. Must never raise on malformed source: partial facts and `errors` instead."""
        ...

    def find_module(self, project: "Project", file: FileFacts, item: Import) -> str | None:
        """The path of the file that an import's module names, or None when it is not part of the tree."""
        ...

    def submodule(self, project: "Project", path: str, name: str) -> str | None:
        """The file of the module `name` inside the module at `path` (a package), for languages that have such."""
        ...

    def external_name(self, item: Import) -> str:
        """The canonical dotted name of an import from outside the tree, e.g. `requests.Session`."""
        ...
