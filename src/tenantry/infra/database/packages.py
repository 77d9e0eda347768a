"""Packages which own tables: each is one branch of the migrations, and finds its own models and migrations by name."""

import importlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Table


@dataclass(frozen=True, slots=True)
class Package:
    """`name` is its branch of the migrations (`pinata`), `module` where it lives (`tenantry.products.pinata`).

    Its tables are declared in modules called `models`, anywhere below; its migrations lie in its folder `migrations`.
    """

    name: str
    module: str

    @property
    def folder(self) -> Path:
        """Where it lies on disk."""
        module = importlib.import_module(self.module)
        return Path(module.__path__[0])

    @property
    def migrations(self) -> Path:
        """The folder with its migrations, which need not exist yet."""
        return self.folder / "migrations"

    def modules(self, name: str) -> Iterator[ModuleType]:
        """Every module of that name in the package, however deep; a folder that is no package is left alone."""
        for path in sorted(self.folder.rglob(f"{name}.py")):
            inner = path.relative_to(self.folder).with_suffix("").parts
            folders = (self.folder.joinpath(*inner[:depth]) for depth in range(1, len(inner)))
            if all((folder / "__init__.py").is_file() for folder in folders):
                yield importlib.import_module(".".join((self.module, *inner)))

    def load(self) -> None:
        """Import all its models, so that their tables are known, and nothing else of it."""
        for _ in self.modules("models"):
            pass

    def owns(self, table: "Table") -> bool:
        """Whether the table was declared in this package."""
        declared: str = table.info["module"]
        return declared == self.module or declared.startswith(f"{self.module}.")


def load_all(packages: Iterable[Package]) -> None:
    """Import the models of all packages."""
    for package in packages:
        package.load()
