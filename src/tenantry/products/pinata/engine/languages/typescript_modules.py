"""Which file an import of TypeScript or JavaScript names: relative paths, `paths` and `baseUrl`, workspaces, index files."""

import json
import posixpath
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tenantry.products.pinata.engine.facts import FileFacts, Import

if TYPE_CHECKING:
    from tenantry.products.pinata.engine.resolve.project import Project

EXTENSIONS = (".ts", ".tsx", ".js", ".jsx", ".mts", ".cts", ".mjs", ".cjs")
_WRITTEN_AS = {".js": (".ts", ".tsx", ".jsx"), ".jsx": (".tsx",), ".mjs": (".mts",), ".cjs": (".cts",)}
_CONFIGURATIONS = ("tsconfig.json", "jsconfig.json", "tsconfig.base.json", "tsconfig.app.json", "tsconfig.build.json")
_JSON_NOISE = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/|,(?=\s*[}\]])', re.DOTALL)
_BUILT = re.compile(r"(^|/)(?:dist|build|lib|out|esm|cjs|es|_?bundles?)(/(?:src|esm|cjs|types))?(?=/)")
_ALIAS_FOLDERS = ("src", "app", "")


def lenient_json(text: str) -> dict[str, Any]:
    """An object from JSON with comments and trailing commas; {} when it is none."""
    try:
        found = json.loads(_JSON_NOISE.sub(lambda match: match.group(1) or "", text))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _manifests(build: Mapping[str, bytes]) -> dict[str, str]:
    return {path: content.decode("utf-8", "replace") for path, content in build.items() if path.endswith(".json")}


def _dictionary(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


class Modules:
    """All modules of a tree. `manifests` are the texts of its package.json and tsconfig files by path."""

    def __init__(self, paths: Iterable[str], manifests: Mapping[str, str]) -> None:
        self.files = set(paths)
        self.manifests = manifests
        self.packages: dict[str, tuple[str, dict[str, Any]]] = {}  # name → (folder, package.json)
        self.aliases: dict[str, dict[str, Any]] = {}  # folder of a package.json → its own aliases
        for path in sorted(manifests):
            folder, _, name = path.rpartition("/")
            if name == "package.json":
                package = lenient_json(manifests[path])
                if isinstance(package.get("name"), str):
                    self.packages.setdefault(package["name"], (folder, package))
                self.aliases[folder] = _dictionary(package.get("_moduleAliases")) | _dictionary(package.get("imports"))
        self._paths: dict[str, list[tuple[str, list[str]]]] = {}  # folder → (pattern, targets) pairs from its tsconfig
        self._found: dict[tuple[str, str], str | None] = {}

    # -- what `Language` asks ---------------------------------------------------------------------------------

    @staticmethod
    def of(project: "Project") -> "Modules":
        return project.state(
            "typescript.modules",
            lambda: Modules([*project.paths("typescript"), *project.paths("javascript")], _manifests(project.build)),
        )

    @staticmethod
    def find(project: "Project", file: FileFacts, item: Import) -> str | None:
        return Modules.of(project).resolve(file.path, item.module)

    @staticmethod
    def submodule(project: "Project", path: str, name: str) -> str | None:
        """`import x from` a module without a default export gives the module itself, as interoperating compilers do."""
        if name == "default" and "default" not in project.names(project.files[path], 0):
            return path
        return None

    @staticmethod
    def external_name(item: Import) -> str:
        module = item.module.removeprefix("node:")
        if module == "fs/promises":
            module = "fs.promises"
        return module if item.name in ("", "default", "*") else f"{module}.{item.name}"

    # -- looking up -------------------------------------------------------------------------------------------

    def resolve(self, importer: str, module: str) -> str | None:
        folder = importer.rpartition("/")[0]
        key = folder, module
        if key not in self._found:
            self._found[key] = self._resolve(folder, module.partition("?")[0])
        return self._found[key]

    def _resolve(self, folder: str, module: str) -> str | None:
        if module.startswith("."):
            return self.at(posixpath.join(folder, module))
        above = folder
        while True:
            for pattern, targets in self._configured(above):
                matched = _match(pattern, module)
                if matched is not None:
                    for target in targets:
                        found = self.at(target.replace("*", matched, 1))
                        if found is not None:
                            return found
            if not above:
                break
            above = above.rpartition("/")[0]
        found = self._workspace(module)
        if found is None and module[:2] in ("@/", "~/"):
            found = self._conventional(folder, module[2:])
        return found

    def at(self, base: str) -> str | None:
        """The file that a path without its suffix, or a folder, stands for."""
        base = posixpath.normpath(base)
        if base.startswith(".."):
            return None
        base = "" if base == "." else base
        files = self.files
        if base in files:
            return base
        stem, suffix = posixpath.splitext(base)
        for written in _WRITTEN_AS.get(suffix, ()):
            if stem + written in files:
                return stem + written
        for extension in EXTENSIONS:
            if base + extension in files:
                return base + extension
        prefix = f"{base}/index" if base else "index"
        for extension in EXTENSIONS:
            if prefix + extension in files:
                return prefix + extension
        manifest = f"{base}/package.json" if base else "package.json"
        if manifest in self.manifests and base:
            main = lenient_json(self.manifests[manifest]).get("main")
            if isinstance(main, str) and main.strip("./"):
                return self.at(posixpath.join(base, main))
        return None

    def _conventional(self, folder: str, rest: str) -> str | None:
        """`@/x` without a configuration that says what `@` is: the source folder of the nearest package."""
        while True:
            for name in _ALIAS_FOLDERS:
                found = self.at(posixpath.join(folder, name, rest))
                if found is not None:
                    return found
            if not folder:
                return None
            folder = folder.rpartition("/")[0]

    # -- workspaces -------------------------------------------------------------------------------------------

    def _workspace(self, module: str) -> str | None:
        parts = module.split("/")
        name = "/".join(parts[:2]) if module.startswith("@") else parts[0]
        known = self.packages.get(name)
        if known is None:
            return None
        folder, package = known
        rest = module[len(name) + 1 :]
        for target in _entries(package, rest):
            for candidate in (
                target,
                _BUILT.sub(r"\1src", target, count=1),
                _BUILT.sub(r"\1", target, count=1).lstrip("/"),
            ):
                found = self.at(posixpath.join(folder, re.sub(r"\.d\.[cm]?ts$", ".js", candidate)))
                if found is not None:
                    return found
        for source in ("src", "", "lib", "source"):
            found = self.at(posixpath.join(folder, source, rest) if rest else posixpath.join(folder, source, "index"))
            if found is not None:
                return found
        return None

    # -- configuration ----------------------------------------------------------------------------------------

    def _configured(self, folder: str) -> list[tuple[str, list[str]]]:
        found = self._paths.get(folder)
        if found is None:
            found = self._paths[folder] = []
            prefix = f"{folder}/" if folder else ""
            for name in _CONFIGURATIONS:
                if prefix + name in self.manifests:
                    found += self._from_configuration(prefix + name, 0)
            for alias, target in self.aliases.get(folder, {}).items():
                if isinstance(target, str):
                    found.append((alias, [posixpath.join(folder, target)]))
                    if "*" not in alias:
                        found.append((f"{alias}/*", [posixpath.join(folder, target, "*")]))
        return found

    def _from_configuration(self, path: str, depth: int) -> list[tuple[str, list[str]]]:
        if depth > 8 or path not in self.manifests:
            return []
        configuration = lenient_json(self.manifests[path])
        options = _dictionary(configuration.get("compilerOptions"))
        folder = path.rpartition("/")[0]
        base = options.get("baseUrl")
        root = posixpath.join(folder, base) if isinstance(base, str) else folder
        found: list[tuple[str, list[str]]] = []
        for pattern, targets in _dictionary(options.get("paths")).items():
            if isinstance(targets, list):
                found.append((pattern, [posixpath.join(root, target) for target in targets if isinstance(target, str)]))
        found.sort(key=lambda item: -len(item[0].partition("*")[0]))
        if isinstance(base, str):
            found.append(("*", [posixpath.join(root, "*")]))
        extended = configuration.get("extends")
        for parent in extended if isinstance(extended, list) else [extended]:
            if isinstance(parent, str) and parent.startswith("."):
                target = posixpath.normpath(posixpath.join(folder, parent))
                found += self._from_configuration(target if target.endswith(".json") else f"{target}.json", depth + 1)
        return found


def _match(pattern: str, module: str) -> str | None:
    """What `*` stands for when a module fits a pattern; "" for a pattern without one."""
    before, star, after = pattern.partition("*")
    if not star:
        return "" if pattern == module else None
    if module.startswith(before) and module.endswith(after) and len(module) >= len(before) + len(after):
        return module[len(before) : len(module) - len(after)]
    return None


def _entries(package: dict[str, Any], rest: str) -> list[str]:
    """Paths that a package.json gives for the package itself (rest "") or for a path inside it."""
    found: list[str] = []
    exports = package.get("exports")
    if isinstance(exports, str) and not rest:
        found.append(exports)
    elif isinstance(exports, dict):
        for key, target in exports.items():
            if key.startswith("."):
                matched = _match(key[2:], rest)
                if matched is not None:
                    found += [text.replace("*", matched) for text in _strings(target)]
            elif not rest:
                found += _strings(target)
    if not rest:
        found += [
            package[key]
            for key in ("source", "types", "typings", "module", "main")
            if isinstance(package.get(key), str)
        ]
    return found


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)]
    return []
