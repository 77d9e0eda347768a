"""Which file a Python import names: source roots are found by what the tree holds, not by configuration."""

from collections import defaultdict
from typing import TYPE_CHECKING

from tenantry.products.pinata.engine.facts import FileFacts, Import

if TYPE_CHECKING:
    from tenantry.products.pinata.engine.resolve.project import Project


class PythonModules:
    """All modules of a tree by every dotted suffix of their path: `src/app/db.py` is `src.app.db`, `app.db` and `db`."""

    def __init__(self, paths: list[str]) -> None:
        self.by_suffix: dict[str, list[tuple[str, str]]] = defaultdict(list)  # dotted → (root folder, path)
        self.packages = {path[:-12] for path in paths if path.endswith("/__init__.py")}
        self.files = set(paths)
        self.cache: dict[tuple[str, str], str | None] = {}
        for path in sorted(paths):
            parts = path[:-3].split("/")
            if parts[-1] == "__init__":
                parts.pop()
            for start in range(len(parts)):
                root = "/".join(parts[:start])
                # A folder that is itself a package is no place to import from by absolute name.
                if root not in self.packages:
                    self.by_suffix[".".join(parts[start:])].append((root, path))

    def absolute(self, importer: str, dotted: str) -> str | None:
        """The file of an absolute import. Of several roots the nearest one above the importing file wins."""
        found = self.by_suffix.get(dotted)
        if not found:
            return None
        key = (importer.rpartition("/")[0], dotted)
        if key not in self.cache:
            self.cache[key] = self._nearest(importer, found)
        return self.cache[key]

    @staticmethod
    def _nearest(importer: str, found: list[tuple[str, str]]) -> str | None:
        above = [(len(root), path) for root, path in found if not root or importer.startswith(root + "/")]
        if above:
            return max(above)[1]
        # A root beside the importer (`libs/common/src`) counts when nothing else has that name, and it is no one-word name.
        return found[0][1] if len(found) == 1 and "/" in found[0][1][len(found[0][0]) :].lstrip("/") else None

    def relative(self, importer: str, level: int, dotted: str) -> str | None:
        folder = importer.split("/")[:-1]
        if level - 1 > len(folder):
            return None
        folder = folder[: len(folder) - (level - 1)]
        base = "/".join([*folder, *(dotted.split(".") if dotted else [])])
        return self.at(base)

    def at(self, base: str) -> str | None:
        """The module file for a path without suffix: `a/b` → `a/b.py` or `a/b/__init__.py`."""
        for candidate in (f"{base}/__init__.py" if base else "__init__.py", f"{base}.py"):
            if candidate in self.files:
                return candidate
        return None


def find_module(project: "Project", file: FileFacts, item: Import) -> str | None:
    """The file of an import. A one-word name of a module beside the importing one may as well be a library's
    (`worker/celery.py` and `from celery import shared_task`): then the module must know the name that is wanted."""
    modules = project.state("python.modules", lambda: PythonModules(project.paths("python")))
    if item.level:
        return modules.relative(file.path, item.level, item.module)
    path = modules.absolute(file.path, item.module)
    if path is None or "." in item.module or "/" not in path.removesuffix("/__init__.py"):
        return path
    if path == file.path:
        return None
    if (
        item.name in ("", "*")
        or item.name in project.names(project.files[path], 0)
        or submodule(project, path, item.name)
    ):
        return path
    return None


def submodule(project: "Project", package: str, name: str) -> str | None:
    """The module `name` inside the package whose `__init__.py` is `package`."""
    if not package.endswith("__init__.py"):
        return None
    modules = project.state("python.modules", lambda: PythonModules(project.paths("python")))
    folder = package[: -len("__init__.py")]
    return modules.at(f"{folder}{name}")
