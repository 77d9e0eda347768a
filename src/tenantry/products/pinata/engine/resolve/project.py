"""All facts of a tree, and the tables by which names are found in them."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from tenantry.products.pinata.engine.facts import CALLABLE, CLASS, Assign, FileFacts, Import, Param
from tenantry.products.pinata.engine.languages import language
from tenantry.products.pinata.engine.languages.base import Language
from tenantry.products.pinata.engine.resolve.values import Definition

T = TypeVar("T")
Entry = Import | Assign | Param | int
"""What a name can be bound to in a scope; an int is the index of a class or function."""


class Project:
    """Facts by path, plus lazily built indexes. Immutable once built, so answers may be remembered."""

    def __init__(self, files: dict[str, FileFacts], build: dict[str, bytes] | None = None) -> None:
        self.files = files
        self.build = build or {}
        """Contents of build files (package.json, tsconfig.json…) by path."""
        self._state: dict[str, Any] = {}
        self._tables: dict[str, list[dict[str, list[Entry]]]] = {}
        self._definitions: dict[tuple[str, int], Definition] = {}
        self._starts: dict[str, dict[int, int]] = {}
        self._targets: dict[str, frozenset[str]] = {}
        self._modules: dict[str, frozenset[str]] = {}

    def state(self, key: str, build: Callable[[], T]) -> T:
        """A value computed once per project under `key`; languages and frameworks keep their indexes here."""
        if key not in self._state:
            self._state[key] = build()
        return self._state[key]  # type: ignore[no-any-return]

    def paths(self, language_name: str) -> list[str]:
        return sorted(path for path, file in self.files.items() if file.language == language_name)

    def language(self, file: FileFacts) -> Language:
        return language(file.language)

    def definition(self, file: FileFacts, index: int) -> Definition:
        key = file.path, index
        found = self._definitions.get(key)
        if found is None:
            found = self._definitions[key] = Definition(file, index)
        return found

    def classes(self) -> Iterator[Definition]:
        """Every class of the tree, by path and place."""
        return iter(self.state("classes", lambda: self._all(CLASS)))

    def functions(self) -> Iterator[Definition]:
        """Every named or inline function of the tree, by path and place."""
        return iter(self.state("functions", lambda: self._all(CALLABLE)))

    def _all(self, kind: str) -> list[Definition]:
        return [
            self.definition(self.files[path], index)
            for path in sorted(self.files)
            for index, scope in enumerate(self.files[path].scopes)
            if scope.kind == kind
        ]

    def imports(self, *modules: str) -> bool:
        """Whether any file imports one of these top-level modules; a framework that nobody imports is not looked for."""
        found: set[str] = self.state(
            "imports",
            lambda: (
                {item.module.partition(".")[0] for file in self.files.values() for item in file.imports}
                | {item.module for file in self.files.values() for item in file.imports}
            ),
        )
        return any(module in found for module in modules)

    def names(self, file: FileFacts, scope: int) -> dict[str, list[Entry]]:
        """What each name is bound to directly in a scope, in source order."""
        tables = self._tables.get(file.path)
        if tables is None:
            tables = self._tables[file.path] = _tables(file)
        return tables[scope]

    def dotted_targets(self, file: FileFacts) -> frozenset[str]:
        """Dotted names that the file assigns to, those of `self` left out."""
        found = self._targets.get(file.path)
        if found is None:
            names = (assign.target for assign in file.assigns)
            found = self._targets[file.path] = frozenset(n for n in names if "." in n and n[:5] != "self.")
        return found

    def imported_modules(self, file: FileFacts) -> frozenset[str]:
        """First parts of the dotted modules that the file imports whole (`import a.b`)."""
        found = self._modules.get(file.path)
        if found is None:
            whole = (item.alias for item in file.imports if not item.name and "." in item.alias)
            found = self._modules[file.path] = frozenset(alias.partition(".")[0] for alias in whole)
        return found

    def inline(self, file: FileFacts, start: int) -> Definition | None:
        """The inline function that a FUNCTION expression stands for."""
        starts = self._starts.get(file.path)
        if starts is None:
            starts = self._starts[file.path] = {s.start: i for i, s in enumerate(file.scopes) if s.kind == CALLABLE}
        index = starts.get(start)
        return self.definition(file, index) if index is not None else None

    def enclosing_class(self, file: FileFacts, scope: int) -> Definition | None:
        """The class whose method (or whose method's inner function) `scope` is."""
        while scope > 0:
            current = file.scopes[scope]
            if current.kind == CLASS:
                return self.definition(file, scope)
            scope = current.parent
        return None

    def owner(self, file: FileFacts, scope: int) -> Definition | None:
        """The named function that code in `scope` belongs to: inline functions belong to the named one around them.

        An inline function with none around it (a handler handed to a router) owns its code itself."""
        inline = 0
        while scope > 0:
            current = file.scopes[scope]
            if current.kind == CALLABLE:
                if not current.name.startswith("<"):
                    return self.definition(file, scope)
                inline = scope
            scope = current.parent
        return self.definition(file, inline) if inline else None


def _tables(file: FileFacts) -> list[dict[str, list[Entry]]]:
    tables: list[dict[str, list[Entry]]] = [{} for _ in file.scopes]
    for index, scope in enumerate(file.scopes):
        if scope.name and scope.parent >= 0:
            tables[scope.parent].setdefault(scope.name, []).append(index)
        if scope.params:  # those of a class are seen by its members, where they are no keyword arguments
            for param in scope.params if scope.kind == CALLABLE or scope.params[0].kind != "=" else ():
                tables[index].setdefault(param.name, []).append(param)
    for item in file.imports:
        tables[item.scope].setdefault(item.alias, []).append(item)
        head, dot, _ = item.alias.partition(".")
        if dot:
            tables[item.scope].setdefault(head, []).append(item)
    for assign in file.assigns:
        tables[assign.scope].setdefault(assign.target, []).append(assign)
    return tables
