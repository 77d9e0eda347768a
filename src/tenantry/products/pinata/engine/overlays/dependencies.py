"""What a tree is built on, with the versions that its lock files pin (or its build files name, where there is no lock file)."""

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from tenantry.products.pinata.engine.overlays import lock_files

_PASSED_OVER = frozenset(
    (
        "node_modules",
        "bower_components",
        "vendor",
        "venv",
        "env",
        "__pycache__",
        "dist",
        "target",
        "bin",
        "obj",
        "site-packages",
    )
)
_MOST_BYTES = 50_000_000
_MOST_DEEP = 12


@dataclass(frozen=True, slots=True, order=True)
class Dependency:
    """`direct` is None where the file does not say whether the project itself asks for it."""

    ecosystem: str
    name: str
    version: str
    file: str
    direct: bool | None = None


def find_dependencies(root: Path) -> list[dict[str, Any]]:
    """Every pinned dependency of every lock file, sorted; a file that cannot be read gives none and harms nobody."""
    found: set[Dependency] = set()
    for path in _files(root):
        read = lock_files.reader_of(path.name)
        if read is None or path.stat().st_size > _MOST_BYTES:
            continue
        file = path.relative_to(root).as_posix()
        try:
            ecosystem, pins = read(path.read_bytes())
            found |= {
                Dependency(ecosystem, pin.name, pin.version, file, pin.direct)
                for pin in pins
                if pin.name and pin.version
            }
        except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError, AttributeError, RecursionError):
            continue
    return [
        asdict(item)
        for item in sorted(found, key=lambda d: (d.ecosystem, d.name, d.version, d.file, d.direct is not True))
    ]


def _files(root: Path, depth: int = 0) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(root), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.is_symlink():
            continue
        if entry.is_file(follow_symlinks=False):
            yield Path(entry.path)
        elif depth < _MOST_DEEP and entry.name not in _PASSED_OVER and not entry.name.startswith("."):
            yield from _files(Path(entry.path), depth + 1)
