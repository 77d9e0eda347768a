"""A checkout in miniature, in a folder with a space in its name, and the set-up's own modules."""

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-build.lock", "requirements-uv.lock")


@pytest.fixture(scope="session")
def project() -> Path:
    """The real checkout."""
    return ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """`bin/` as it is, the files that stamps look at, and a `.venv` whose Python is this one."""
    root = tmp_path / "a checkout"
    shutil.copytree(ROOT / "bin", root / "bin", ignore=shutil.ignore_patterns("__pycache__"))
    for name in (*LOCKS, "pyproject.toml", "hatch_build.py"):
        (root / name).write_text(f"{name}\n")
    (root / "web" / "app" / "shell").mkdir(parents=True)
    (root / "web" / "app" / "shell" / "page.tsx").write_text("page\n")
    (root / "web" / "package-lock.json").write_text("{}\n")
    (root / "web" / ".npmrc").write_text("fund=false\n")
    (root / "web" / "node_modules").mkdir()
    (root / "web" / "node_modules" / ".tenantry").write_text("lock\n")
    (root / "src" / "tenantry" / "_web").mkdir(parents=True)
    (root / "src" / "tenantry" / "_web" / "index.html").write_text("built\n")
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / "python").symlink_to(sys.executable)
    hour_ago = root.stat().st_mtime - 3600
    for path in [root, *root.rglob("*")]:
        os.utime(path, (hour_ago, hour_ago), follow_symlinks=False)
    return root


@pytest.fixture
def stamp(checkout: Path) -> Callable[..., Path]:
    """Writes a layer's stamp as the set-up does; `root` is the place it names."""

    def write(layer: str, *, root: Path | None = None) -> Path:
        path = checkout / ".venv" / "set-up" / layer
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{root or checkout}\nstate\n")
        return path

    return write


def load(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def set_up_module(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Loads one module of `bin/set-up`, which is no package and stands on no path."""
    monkeypatch.syspath_prepend(str(ROOT / "bin" / "set-up"))

    def get(name: str) -> ModuleType:
        for other in ("advice", "console", "layers"):
            monkeypatch.delitem(sys.modules, other, raising=False)
        return importlib.import_module(name)

    return get


@pytest.fixture
def web_build() -> ModuleType:
    """A fresh copy of `web/build.py` as a module."""
    return load(ROOT / "web" / "build.py", "web_build_under_test")
