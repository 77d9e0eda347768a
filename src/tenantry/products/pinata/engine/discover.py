"""Which files of a tree are worth reading."""

import os
import re
import stat
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tenantry.products.pinata.engine.findings import Diagnostic
from tenantry.products.pinata.engine.ignore import Rules, ignored
from tenantry.products.pinata.engine.languages import language_of
from tenantry.products.pinata.engine.options import ScanOptions

_REPOSITORIES = frozenset((".git", ".hg", ".svn", ".jj", "CVS"))
_BUILD_FILES = re.compile(
    r"(?:pyproject\.toml|setup\.(?:py|cfg)|requirements[\w.-]*\.(?:txt|in)|Pipfile|manage\.py|package\.json|[tj]sconfig[\w.-]*\.json|nest-cli\.json"
    r"|pnpm-workspace\.yaml|lerna\.json|nx\.json|project\.json|Dockerfile|(?:[\w.-]+\.)?Dockerfile|Dockerfile\.[\w.-]+"
    r"|(?:docker-)?compose[\w.-]*\.ya?ml|Procfile|go\.mod|pom\.xml|[\w.-]+\.(?:cs|fs|vb)proj|Directory\.Build\.props|[Aa]ppsettings(?:\.[\w-]+)?\.json|launchSettings\.json"
    r"|(?:build|settings)\.gradle(?:\.kts)?|(?:application|bootstrap)[\w.-]*\.(?:ya?ml|properties))\Z"
)
# Settings of many services that one of them hands out.
_SHARED_SETTINGS = re.compile(
    r"(?:^|/)(?:shared|config|configs|config-repo|config-data|configurations?)/[\w-]+\.(?:ya?ml|properties)\Z"
)
_TEST_FOLDERS = frozenset(
    ("tests", "test", "__tests__", "__mocks__", "spec", "specs", "e2e", "cypress", "testdata", "fixtures_test")
)
_TEST_FILES = re.compile(
    r"(?:test_.*|.*_tests?|conftest|tests)\.py\Z|.*[.-](?:spec|test|e2e-spec|e2e|stories|cy)\.[cm]?[jt]sx?\Z|.*_test\.go\Z|.*Tests?\.(?:java|cs)\Z"
)


_TEST_PROJECTS = re.compile(r"(?:[\w.-]*[\w.-])?(?:Tests?|Specs|Testing|TestUtils?|TestHelpers?|Benchmarks?)\Z")
"""Folders of .NET's test projects: `Ordering.UnitTests`, `Tests`, `Api.IntegrationTests`."""


class Entry(NamedTuple):
    """A file to read: its path relative to the root, with `/`, and what tells whether it changed."""

    path: str
    size: int
    modified: int
    inode: int


@dataclass(slots=True)
class Discovery:
    """Sorted by path. `build` files are read for services and module names only."""

    sources: list[Entry] = field(default_factory=list)
    build: list[Entry] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    diagnostics: list[Diagnostic] = field(default_factory=list)


def is_test(path: str) -> bool:
    """Whether a file is test code, by the conventions of its language."""
    *folders, name = path.split("/")
    if any(folder in _TEST_FOLDERS for folder in folders) or _TEST_FILES.match(name) is not None:
        return True
    return name.endswith(".cs") and any(_TEST_PROJECTS.match(folder) for folder in folders)


def discover(root: Path, options: ScanOptions) -> Discovery:
    """Walk a tree without ever leaving it: symbolic links are not followed, unreadable folders are reported."""
    found = Discovery()
    _walk(str(root), "", [], options, found)
    found.sources.sort()
    found.build.sort()
    return found


def _walk(root: str, folder: str, rules: list[Rules], options: ScanOptions, found: Discovery) -> None:
    try:
        with os.scandir(os.path.join(root, folder)) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        found.diagnostics.append(
            Diagnostic(folder, 0, "folder.unreadable", error.strerror or "It could not be listed.")
        )
        return
    names = {entry.name for entry in entries}
    if ".gitignore" in names:
        rules = [*rules, Rules(folder, _text(os.path.join(root, folder, ".gitignore")))]
    for entry in entries:
        path = f"{folder}/{entry.name}" if folder else entry.name
        if not _readable_name(path):
            found.diagnostics.append(Diagnostic(repr(path)[1:-1], 0, "file.bad_name", "Its name is not valid UTF-8."))
            continue
        try:
            if entry.is_symlink():
                found.skipped["symlinks"] += 1
            elif entry.is_dir(follow_symlinks=False):
                if entry.name in _REPOSITORIES:
                    continue
                if rules and ignored(rules, path, True):
                    found.skipped["ignored"] += 1
                elif entry.name.startswith(
                    "."
                ):  # what tools keep for themselves: hooks, editors, caches, their own tests
                    found.skipped["hidden"] += 1
                elif _is_vendored(entry.path, entry.name):
                    found.skipped["vendored"] += 1
                else:
                    _walk(root, path, rules, options, found)
            else:
                _file(entry, path, rules, options, found)
        except OSError:
            found.diagnostics.append(
                Diagnostic(path, 0, "file.vanished", "It was there when listed and gone when looked at.")
            )


def _file(entry: "os.DirEntry[str]", path: str, rules: list[Rules], options: ScanOptions, found: Discovery) -> None:
    source = language_of(path) is not None
    build = _BUILD_FILES.match(entry.name) is not None or _SHARED_SETTINGS.search(path) is not None
    if not source and not build:
        return
    if rules and ignored(rules, path, False):
        found.skipped["ignored"] += 1
        return
    status = entry.stat(follow_symlinks=False)
    if not stat.S_ISREG(status.st_mode):
        return
    item = Entry(path, status.st_size, status.st_mtime_ns, status.st_ino)
    if build and status.st_size <= options.max_file_bytes:
        found.build.append(item)
    if not source:
        return
    if not options.include_tests and is_test(path):
        found.skipped["tests"] += 1
    elif status.st_size > options.max_file_bytes:
        found.skipped["too_large"] += 1
        found.diagnostics.append(
            Diagnostic(
                path,
                0,
                "file.too_large",
                f"{status.st_size:,} bytes; files above {options.max_file_bytes:,} are not read.",
            )
        )
    else:
        found.sources.append(item)


def _readable_name(path: str) -> bool:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _text(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return file.read(1_000_000).decode("utf-8", "replace")
    except OSError:
        return ""


def _is_vendored(folder: str, name: str) -> bool:
    """Whether a folder was filled by a package manager: told by what the manager leaves there, not by the name alone."""
    if name == "node_modules":
        return _has(
            folder, ".package-lock.json", ".yarn-integrity", ".modules.yaml", ".yarn-state.yml"
        ) or _holds_packages(folder)
    if name in ("site-packages", "dist-packages"):
        return any(child.endswith((".dist-info", ".egg-info")) for child in _children(folder))
    if name == "bower_components":
        return True
    if name == "vendor":
        return _has(folder, "modules.txt", "autoload.php", "bundle")
    if name == "__pycache__":
        return True
    return _has(folder, "pyvenv.cfg", "conda-meta", "CACHEDIR.TAG")


def _has(folder: str, *names: str) -> bool:
    return any(os.path.lexists(os.path.join(folder, name)) for name in names)


def _children(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _holds_packages(folder: str) -> bool:
    return any(
        os.path.exists(os.path.join(folder, child, "package.json")) or child.startswith("@")
        for child in _children(folder)[:50]
    )
