"""What a language must bring. One file per language implements `Language`; `languages/__init__.py` lists them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from tenantry.products.pinata.engine.facts import Expr, FileFacts, Import, Text

if TYPE_CHECKING:
    from tenantry.products.pinata.engine.resolve.inference import Inference
    from tenantry.products.pinata.engine.resolve.project import Project
    from tenantry.products.pinata.engine.resolve.values import At, Definition, Value


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


class UnreadLanguage(Language, Protocol):
    """A language that leaves expressions unread until somebody asks (see facts.py). `treesitter.Grammar.expression` helps."""

    def expression(self, text: Text, start: int, end: int) -> Expr:
        """The expression in these bytes of a file. Calls in it are looked up in, and added to, `text.known`."""
        ...


class Parted(Language, Protocol):
    """A language whose types may be written in several places, and whose interfaces are implemented elsewhere."""

    def parts(self, project: "Project", definition: "Definition") -> "list[Definition]":
        """All parts of a type, the one that stands for all first."""
        ...


class ClassLanguage(Language, Protocol):
    """A language in which everything lives in classes: bare names mean members, types are found by namespace, and a method
    may be chosen by an interface. Whoever brings `find_type` is one of these."""

    def find_type(self, project: "Project", file: FileFacts, scope: int, name: str) -> "Definition | None":
        """The type of the tree that a name, perhaps a dotted one, means at a place, by namespaces and usings alone."""
        ...

    def find_name(self, project: "Project", file: FileFacts, name: str) -> "tuple[Definition, str] | None":
        """The class, and its member, that a bare name is by a static import; None when it is none."""
        ...

    def parts(self, project: "Project", definition: "Definition") -> "list[Definition]":
        """All parts of a type that is written in several places, the given one first."""
        ...

    def outside(self, project: "Project", file: FileFacts, scope: int, name: str) -> str:
        """The canonical name of a type that is not part of the tree; its last name when nothing says more."""
        ...

    def property_of(self, method: str) -> str | None:
        """The field that an accessor of that name gives, where accessors need not be written: `getName` → `name`."""
        ...

    def extension(self, inference: "Inference", value: "Value", at: "At") -> "Definition | None":
        """The function of the tree that an unknown member of a value is by other means (an extension method)."""
        ...
