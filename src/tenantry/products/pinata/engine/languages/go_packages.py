"""Which files make a Go package, where an import path leads, and where the parts of a type stand."""

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from tenantry.products.pinata.engine.facts import CLASS, FileFacts

if TYPE_CHECKING:
    from tenantry.products.pinata.engine.resolve.project import Project
    from tenantry.products.pinata.engine.resolve.values import Definition

_VERSION = re.compile(r"/v\d+(?=/|\Z)|\.v\d+\Z")
_MODULE = re.compile(rb"^\s*module\s+\"?([^\s\"]+)", re.MULTILINE)


def spelled(path: str) -> str:
    """An import path without its major version: rules need not list them."""
    return _VERSION.sub("", path)


def alias_of(path: str) -> str:
    """The name that a package probably goes by: `github.com/redis/go-redis/v9` → redis."""
    name = spelled(path).rpartition("/")[2]
    name = name.removeprefix("go-").removesuffix("-go").removesuffix(".go")
    return name.replace("-", "_") if not name.startswith("amqp091") else "amqp091"


class Packages:
    """Packages by folder; one index per project."""

    def __init__(self, project: "Project") -> None:
        self.project = project
        self.folders: dict[str, list[str]] = defaultdict(list)
        for path in project.paths("go"):
            self.folders[path.rpartition("/")[0]].append(path)
        self.roots: dict[str, str] = {}
        for path, content in sorted(project.build.items()):
            match = _MODULE.search(content) if path.rpartition("/")[2] == "go.mod" else None
            if match is not None:
                self.roots[match.group(1).decode("utf-8", "replace")] = path.rpartition("/")[0]
        self.by_end: dict[str, list[str]] = defaultdict(list)
        if not self.roots:
            for folder in self.folders:
                parts = folder.split("/")
                for start in range(len(parts)):
                    self.by_end["/".join(parts[start:])].append(folder)
        self._parts: dict[str, dict[str, list[tuple[str, int]]]] = {}

    @staticmethod
    def of(project: "Project") -> "Packages":
        return project.state("go.packages", lambda: Packages(project))

    def module(self, path: str, near: str) -> str | None:
        """The first file of the package at an import path."""
        best = max((root for root in self.roots if path == root or path.startswith(root + "/")), key=len, default=None)
        if best is not None:
            folder = "/".join(part for part in (self.roots[best], path[len(best) + 1 :]) if part)
            files = self.folders.get(folder)
            return files[0] if files else None
        if self.roots:
            return None
        parts = path.split("/")
        for start in range(len(parts) - 1):  # without go.mod: the folder whose path ends alike
            found = self.by_end.get("/".join(parts[start:]), [])
            if len(found) == 1 and (start > 0 or len(parts) < 4):
                return self.folders[found[0]][0]
        return None

    def siblings(self, file: FileFacts) -> list[str]:
        """Other files of the same package."""
        package = file.extra.get("package")
        files = self.folders[file.path.rpartition("/")[0]]
        return [
            path for path in files if path != file.path and self.project.files[path].extra.get("package") == package
        ]

    def parts(self, definition: "Definition") -> "list[Definition]":
        """A type with the scopes that its methods have in other files of its package, its declaration first."""
        folder = definition.file.path.rpartition("/")[0]
        table = self._parts.get(folder)
        if table is None:
            table = self._parts[folder] = defaultdict(list)
            for path in self.folders[folder]:
                file = self.project.files[path]
                halves = set(file.extra.get("parts", ()))
                for index, scope in enumerate(file.scopes):
                    if scope.kind == CLASS:
                        where = table[scope.name]
                        if index in halves:
                            where.append((path, index))
                        else:
                            where.insert(0, (path, index))
        found = table.get(definition.name, [])
        definitions = [self.project.definition(self.project.files[path], index) for path, index in found]
        return definitions if definition in definitions else [definition]
