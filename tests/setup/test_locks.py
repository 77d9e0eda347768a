"""What is locked is what is declared, every file of it by hash, and nothing tracked knows a registry or a machine."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = {
    "requirements.lock": None,
    "requirements-dev.lock": "dev",
    "requirements-build.lock": "build",
    "requirements-uv.lock": "uv",
}
HOSTS = (f"{'pypi'}.org", f"{'pythonhosted'}.org", f"registry.{'npmjs'}", f"registry.{'yarnpkg'}", f"--{'index'}-url")
"""Pieced together, so that this file does not name one itself."""


@pytest.fixture(scope="module")
def declared() -> dict[str, list[Requirement]]:
    """The requirements of each lock file, from pyproject.toml."""
    data: dict[str, Any] = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    return {
        lock: [
            Requirement(line)
            for line in (data["dependency-groups"][group] if group else data["project"]["dependencies"])
        ]
        for lock, group in LOCKS.items()
    }


def locked(path: Path) -> dict[str, tuple[Requirement, int]]:
    """Name → the pinned requirement and the number of its hashes."""
    entries: dict[str, tuple[Requirement, int]] = {}
    for entry in path.read_text().replace("\\\n", " ").splitlines():
        if entry.strip() and not entry.startswith("#"):
            requirement = Requirement(entry.split("--hash")[0].strip())
            entries[canonicalize_name(requirement.name)] = (requirement, entry.count("--hash=sha256:"))
    return entries


@pytest.mark.parametrize("name", LOCKS)
def test_every_entry_is_pinned_and_hashed(name: str, project: Path) -> None:
    entries = locked(project / name)
    assert entries
    for requirement, hashes in entries.values():
        assert re.fullmatch(r"==[^,*]+", str(requirement.specifier)), f"{requirement} in {name} is not one version"
        assert hashes, f"{requirement} in {name} has no hash"


@pytest.mark.parametrize("name", LOCKS)
def test_everything_declared_is_locked(name: str, project: Path, declared: dict[str, list[Requirement]]) -> None:
    entries = locked(project / name)
    for requirement in declared[name]:
        pinned = entries.get(canonicalize_name(requirement.name))
        assert pinned, f"{requirement} is not in {name}: run bin/lock"
        version = str(pinned[0].specifier).removeprefix("==")
        assert requirement.specifier.contains(version), (
            f"{name} has {version}, but {requirement} is asked for: run bin/lock"
        )


def test_tools_and_service_agree_on_versions(project: Path) -> None:
    service, tools = locked(project / "requirements.lock"), locked(project / "requirements-dev.lock")
    common = service.keys() & tools.keys()
    assert common
    assert [name for name in common if str(service[name][0].specifier) != str(tools[name][0].specifier)] == []


def test_locks_are_for_every_python_we_promise(project: Path) -> None:
    conditions = re.findall(
        r"python(?:_full)?_version [<>=]+ '3\.(?:1[5-9]|[2-9]\d)", (project / "requirements.lock").read_text()
    )
    assert conditions == []
    assert "sys_platform == 'win32'" in (project / "requirements.lock").read_text()


def test_the_service_imports_only_what_it_declares(project: Path, declared: dict[str, list[Requirement]]) -> None:
    """An import of a library that only came along with another breaks on the day that one stops needing it."""
    names = {canonicalize_name(requirement.name) for requirement in declared["requirements.lock"]}
    distributions = packages_distributions()
    companions = {"starlette": "fastapi", "anyio": "fastapi", "pydantic-core": "pydantic", "psycopg-pool": "psycopg"}
    missing = set()
    for path in (project / "src").rglob("*.py"):
        if "sample" in path.parts and path.parent.name != "sample":
            continue  # code to be scanned, not run
        for module in imported(ast.parse(path.read_text())):
            if module == "tenantry" or module in sys.stdlib_module_names:
                continue
            owners = {canonicalize_name(owner) for owner in distributions.get(module, [module])}
            if not owners & names and not {companions.get(owner) for owner in owners} & names:
                missing.add(f"{module} ({path.relative_to(project)})")
    assert missing == set()


def imported(tree: ast.AST) -> set[str]:
    """The top-level names of what a module imports."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_the_packages_of_the_interface_are_hashed_and_name_no_address(project: Path) -> None:
    packages = json.loads((project / "web" / "package-lock.json").read_text())["packages"]
    installed = {name: package for name, package in packages.items() if name}
    assert installed
    assert [name for name, package in installed.items() if "resolved" in package] == []
    assert [
        name for name, package in installed.items() if not package.get("integrity") and not package.get("inBundle")
    ] == []


def test_no_tracked_file_names_a_registry_or_this_machine(project: Path) -> None:
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=project, capture_output=True, text=True, check=True, timeout=30
    )
    names = [name for name in listing.stdout.split("\0") if name]
    assert names
    places = [place for place, depth in ((project, 3), (Path.home(), 2)) if len(place.parts) >= depth]
    words = [*HOSTS, *(f"{place}/" for place in places)]
    found = []
    for name in names:
        path = project / name
        if path.is_file() and not path.is_symlink():
            text = path.read_bytes()
            found += [f"{name}: {word}" for word in words if word.encode() in text]
    assert found == []
    assert [name for name in names if Path(name).name == "uv.lock"] == []
