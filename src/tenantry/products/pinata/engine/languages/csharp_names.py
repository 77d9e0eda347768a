"""What names mean in C#: namespaces, usings, partial types, extension methods."""

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from tenantry.products.pinata.engine.facts import INDEX, NAME, Expr, FileFacts, Import
from tenantry.products.pinata.engine.resolve.values import CLASS as CLASS_VALUE
from tenantry.products.pinata.engine.resolve.values import EXTERNAL, FUNCTION, INSTANCE, MANY, At, Definition, Value

if TYPE_CHECKING:
    from tenantry.products.pinata.engine.resolve.inference import Inference
    from tenantry.products.pinata.engine.resolve.project import Project

_GENERAL = frozenset(
    "IQueryable IEnumerable IList ICollection IReadOnlyCollection IReadOnlyList IEndpointRouteBuilder IApplicationBuilder IHost "
    "IHostBuilder IHostApplicationBuilder IServiceProvider IAsyncEnumerable object IDbConnection DbConnection DbContext "
    "IDictionary IConfiguration IRuleBuilder".split()
)
"""Interfaces by which extension methods are found on instances of many types."""
_USING = re.compile(rb'<Using\s+Include="([\w.]+)"')


class Names:
    """All types of a tree by name, the usings in force per project, and its extension methods."""

    def __init__(self, project: "Project") -> None:
        self.project = project
        self.types: dict[str, list[tuple[str, str, int]]] = defaultdict(list)  # name → (namespace, file, scope)
        self.roots = frozenset(path.rpartition("/")[0] for path in project.build if path.endswith(".csproj"))
        self.global_usings: dict[str, set[str]] = defaultdict(set)  # project folder → namespaces
        self.global_aliases: dict[str, dict[str, str]] = defaultdict(dict)
        self.extensions: dict[str, list[Definition]] = defaultdict(list)
        self._root: dict[str, str] = {}
        self._found: dict[tuple[str, str, str], Definition | None] = {}
        self._parts: dict[tuple[str, int], list[Definition]] = {}
        for path in project.paths("csharp"):
            self._file(path, project.files[path])
        for path, content in project.build.items():
            if path.endswith((".csproj", "Directory.Build.props")):
                folder = path.rpartition("/")[0]
                self.global_usings[folder].update(item.decode() for item in _USING.findall(content))

    def _file(self, path: str, file: FileFacts) -> None:
        extra = file.extra
        for index, space in extra.get("spaces", {}).items():
            scope = file.scopes[index]
            self.types[scope.name].append((space, path, index))
        if "global usings" in extra:
            self.global_usings[self.root(path)].update(extra["global usings"])
        for alias, name in extra.get("global aliases", ()):
            self.global_aliases[self.root(path)][alias] = name
        for index in extra.get("extensions", ()):
            self.extensions[file.scopes[index].name].append(self.project.definition(file, index))

    def root(self, path: str) -> str:
        """The folder of the project that a file belongs to."""
        folder = path.rpartition("/")[0]
        found = self._root.get(folder)
        if found is None:
            found = folder
            while found and found not in self.roots:
                found = found.rpartition("/")[0]
            self._root[folder] = found
        return found

    def usings(self, file: FileFacts) -> set[str]:
        root = self.root(file.path)
        found = {*file.extra.get("usings", ()), *file.extra.get("global usings", ())}
        while True:
            found |= self.global_usings.get(root, set())
            if not root:
                return found
            root = root.rpartition("/")[0]

    def type(self, file: FileFacts, scope: int, name: str) -> Definition | None:
        """The type of the tree that a name, perhaps a dotted one, means in a file."""
        space = self.space(file, scope)
        key = file.path, space, name
        if key not in self._found:
            self._found[key] = self._type(file, space, name)
        return self._found[key]

    def space(self, file: FileFacts, scope: int) -> str:
        """The namespace around a scope."""
        spaces = file.extra.get("spaces", {})
        while scope > 0:
            if scope in spaces:
                return str(spaces[scope])
            scope = file.scopes[scope].parent
        listed = file.extra.get("namespaces", ())
        return str(listed[0]) if len(listed) == 1 else ""

    def _type(self, file: FileFacts, space: str, name: str) -> Definition | None:
        before, _, last = name.rpartition(".")
        candidates = self.types.get(last)
        if not candidates:
            return None
        own = _ancestors(space)
        ranked = []
        usings = self.usings(file) if len(candidates) > 0 else set()
        root = self.root(file.path)
        for where, path, index in candidates:
            rank = self._rank(where, before, own, usings)
            if rank is not None:
                apart = (self.root(path) != root, -_shared_folders(path, file.path))
                ranked.append((rank, apart, "partial" not in self._words(path, index), path, index))
        if not ranked:
            return None
        _, _, _, path, index = min(ranked)
        return self.project.definition(self.project.files[path], index)

    def _words(self, path: str, index: int) -> list[str]:
        return str(self.project.files[path].extra.get("kinds", {}).get(index, "")).split()

    @staticmethod
    def _rank(where: str, before: str, own: list[str], usings: set[str]) -> int | None:
        """How near a type's namespace is; None when the name does not reach it."""
        if not before:
            return own.index(where) if where in own else 100 if where in usings or not where else None
        if where == before:
            return 0
        for position, space in enumerate(own):
            if where == f"{space}.{before}":
                return position
        return 101 if where.endswith(f".{before}") and where.removesuffix(f".{before}") in usings else None

    def parts(self, definition: Definition) -> list[Definition]:
        """All parts of a partial type, the given one first."""
        found = self._parts.get(definition.key)
        if found is None:
            file, index = definition.file, definition.index
            found = [definition]
            if "partial" in self._words(file.path, index):
                space, root = self.space(file, index), self.root(file.path)
                found += [
                    self.project.definition(self.project.files[path], other)
                    for where, path, other in self.types.get(definition.name, ())
                    if where == space and (path, other) != definition.key
                    and self.root(path) == root and "partial" in self._words(path, other)
                ]  # fmt: skip
            self._parts[definition.key] = found
        return found


def _ancestors(space: str) -> list[str]:
    """`A.B.C` → A.B.C, A.B, A, the nearest first; the global namespace is last."""
    found = []
    while space:
        found.append(space)
        space = space.rpartition(".")[0]
    return [*found, ""]


def _shared_folders(one: str, other: str) -> int:
    """How many folders two paths have in common: of types with one name, the nearer one is meant."""
    count = 0
    for left, right in zip(one.split("/")[:-1], other.split("/")[:-1], strict=False):
        if left != right:
            break
        count += 1
    return count


def names_of(project: "Project") -> Names:
    return project.state("csharp.names", lambda: Names(project))


def find_module(project: "Project", file: FileFacts, item: Import) -> str | None:
    """The file of the type that an alias names; namespaces are no files."""
    if not item.name:
        return None
    for where, path, _ in names_of(project).types.get(item.name, ()):
        if where == item.module or where.endswith(f".{item.module}"):
            return path
    return None


def find_type(project: "Project", file: FileFacts, scope: int, name: str) -> Definition | None:
    names = names_of(project)
    found = names.type(file, scope, name)
    if found is None and "." not in name:
        root = names.root(file.path)
        aliased = names.global_aliases.get(root, {}).get(name)
        if aliased is not None and aliased != name:
            return names.type(file, scope, aliased)
    return found


def find_name(project: "Project", file: FileFacts, name: str) -> tuple[Definition, str] | None:
    """The class whose static member a bare name is, by `using static`."""
    for module in file.extra.get("static usings", ()):
        owner = names_of(project).type(file, 0, module)
        if owner is not None and project.names(owner.file, owner.index).get(name):
            return owner, name
    return None


def parts(project: "Project", definition: Definition) -> list[Definition]:
    return names_of(project).parts(definition)


def extension(inference: "Inference", value: Value, at: At) -> Definition | None:
    """The extension method that a member of a value is, when nothing else is known of that member.

    By its name; among several by what they extend; none when what they extend is certainly something else."""
    receiver, _, name = value.path.rpartition(".")
    if not name or name.endswith(")"):
        return None
    candidates = names_of(inference.project).extensions.get(name)
    if not candidates:
        return None
    ranked = []
    for position, candidate in enumerate(candidates):
        extended: Expr = candidate.file.extra["extensions"][candidate.index]
        rank = _extends(inference, extended, candidate, value, receiver)
        if rank:
            ranked.append((-rank, position))
    if not ranked:
        return None
    ranked.sort()
    return candidates[ranked[0][1]]


def _extends(inference: "Inference", extended: Expr, method: Definition, value: Value, receiver: str) -> int:
    """How well a receiver fits what a method extends: 0 not at all, 1 perhaps, 2 surely."""
    while extended[0] == "b":
        extended = extended[2]
    base = extended[1] if extended[0] == INDEX else extended
    if base[0] != NAME:
        return 1
    if base[1] in method.file.extra.get("generics", {}).get(method.index, ()):
        return 1
    wanted = inference.named_type(base[1], method.outside)
    if wanted.kind == CLASS_VALUE and wanted.definition is not None:
        if value.kind == INSTANCE and not receiver and value.definition is not None:
            return 2 if wanted.definition in inference.members.order(value.definition)[0] else 0
        return 1 if value.kind in (EXTERNAL, FUNCTION) else 0
    if value.kind == INSTANCE and not receiver and value.definition is not None:
        return 2 if base[1] in inference.members.externals(value.definition) else 0
    if value.kind == EXTERNAL and receiver.removesuffix("()") == base[1]:
        return 2
    if value.kind == EXTERNAL and receiver.count("(") == 1 and "." not in receiver and base[1] not in _GENERAL:
        return 0  # a known type that is another one
    return 1 if value.kind in (EXTERNAL, MANY, FUNCTION, INSTANCE) else 0
