"""Services: the parts of a tree that are built, deployed or started on their own, by their build files."""

import json
import re
import tomllib
from dataclasses import dataclass
from typing import Any

from tenantry.products.pinata.engine.configuration import Configuration

_PYTHON = re.compile(r"(?:pyproject\.toml|setup\.(?:py|cfg)|requirements[\w.-]*\.(?:txt|in)|Pipfile|manage\.py)\Z")
_DOCKER = re.compile(r"(?:[\w.-]+\.)?Dockerfile(?:\.[\w.-]+)?\Z")
_COMPOSE = re.compile(r"(?:docker-)?compose[\w.-]*\.ya?ml\Z")
_RUNS = re.compile(
    rb"Microsoft\.NET\.Sdk\.(?:Web|Worker|Functions|Razor|Blazor)|<OutputType>\s*(?:Win)?Exe|Aspire|AzureFunctionsVersion|WebApplication\.targets",
    re.IGNORECASE,
)
"""What a .NET project that can be started says; any other is a library."""
_NOT_SERVICES = frozenset(
    ("docs", "doc", "examples", "requirements", "docker", ".devcontainer", ".github", "scripts", "deploy", "deployment")
)


@dataclass(frozen=True, slots=True)
class Service:
    """`folder` is relative to the root, "" for the root itself; `file` is the build file that says so."""

    name: str
    folder: str
    file: str
    kind: str


def find_services(
    build: dict[str, bytes], sources: list[str], root_name: str, settings: Configuration | None = None
) -> list[Service]:
    """Services by folder; every source file belongs to the nearest one above it. The root is one when nothing else covers it.

    A service that its settings give a name (`spring.application.name`) goes by that one: others call it so."""
    found: dict[str, Service] = {}
    for path in sorted(build, key=lambda path: (_strength(path), path)):
        folder, _, file = path.rpartition("/")
        if _COMPOSE.match(file):
            for service, context in _compose(build[path], folder):
                found.setdefault(context, Service(service, context, path, "compose"))
            continue
        name = _named(file, build[path])
        if name is None or folder.rpartition("/")[2] in _NOT_SERVICES and not name:
            continue
        name = _application(settings, folder) or name
        found.setdefault(
            folder, Service(name or folder.rpartition("/")[2] or root_name, folder, path, _kind(file, build[path]))
        )
    used = {_nearest(found, path) for path in sources}
    services = [service for folder, service in sorted(found.items()) if folder in used]
    if any(_nearest(found, path) is None for path in sources) or not services:
        services.insert(0, Service(root_name, "", "", "folder"))
    return _distinct(services)


def _application(settings: Configuration | None, folder: str) -> str:
    """The name that an application gives itself."""
    own = settings.by_folder.get(folder) if settings is not None else None
    names = (
        (
            own.get(key, "")
            for key in ("spring.application.name", "quarkus.application.name", "micronaut.application.name")
        )
        if own
        else ()
    )
    return next((name for name in names if name and "$" not in name and "@" not in name), "")


def service_of(services: list[Service]) -> "ServiceMap":
    return ServiceMap(services)


class ServiceMap:
    """Looks up the service of a file."""

    def __init__(self, services: list[Service]) -> None:
        self.by_folder = {service.folder: service for service in services}

    def of(self, path: str) -> Service | None:
        folder = _nearest(self.by_folder, path)
        return self.by_folder[folder] if folder is not None else None


def _nearest(found: dict[str, Any], path: str) -> str | None:
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        if folder in found:
            return folder
    return None


def _strength(path: str) -> int:
    """Files that name a service come before those that only mark its folder."""
    file = path.rpartition("/")[2]
    order = ("pyproject.toml", "package.json", "setup.cfg", "go.mod", "pom.xml")
    return order.index(file) if file in order else 8 if _COMPOSE.match(file) else 9


def _kind(file: str, content: bytes) -> str:
    return (
        "docker"
        if _DOCKER.match(file)
        else "node"
        if file == "package.json"
        else "python"
        if _PYTHON.match(file)
        else "library"
        if file.endswith(".csproj") and not _RUNS.search(content)
        else "build"
    )


def _named(file: str, content: bytes) -> str | None:
    """The name a build file gives; "" when it gives none; None when the file does not make a service."""
    if file == "package.json":
        try:
            package = json.loads(content)
        except (ValueError, RecursionError):
            return ""
        name = package.get("name") if isinstance(package, dict) else None
        return name.rpartition("/")[2] if isinstance(name, str) else ""
    if file == "pyproject.toml":
        try:
            data = tomllib.loads(content.decode("utf-8", "replace"))
        except (tomllib.TOMLDecodeError, RecursionError):
            return ""
        project = data.get("project") or data.get("tool", {}).get("poetry") or {}
        if not project and not data.get("build-system"):
            return None  # settings of a linter
        name = project.get("name")
        return name if isinstance(name, str) else ""
    if (
        _PYTHON.match(file)
        or _DOCKER.match(file)
        or file in ("go.mod", "pom.xml", "build.gradle", "build.gradle.kts")
        or file.endswith(".csproj")
    ):
        return ""
    return None


def _compose(content: bytes, folder: str) -> list[tuple[str, str]]:
    """(service, build context folder) pairs of a compose file, read line by line: names, `build:` and `context:`."""
    pairs: list[tuple[str, str]] = []
    section, name, building = False, "", -1
    for raw in content.decode("utf-8", "replace").splitlines():
        line = raw.split(" #")[0].rstrip()
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        indent = len(line) - len(line.lstrip())
        key, _, value = line.strip().partition(":")
        value = value.strip().strip("'\"")
        if indent == 0:
            section = key == "services"
        elif section and indent <= 2 and not value:
            name, building = key.strip("'\""), -1
        elif section and key == "build" and name:
            if value:
                _context(pairs, name, folder, value)
            building = indent
        elif section and key == "context" and building >= 0 and indent > building:
            _context(pairs, name, folder, value)
    return pairs


def _context(pairs: list[tuple[str, str]], name: str, folder: str, value: str) -> None:
    if "$" in value or "://" in value:
        return
    parts: list[str] = folder.split("/") if folder else []
    for part in value.split("/"):
        if part == "..":
            if not parts:
                return
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    if "/".join(parts):  # the root is named by its own build file, or by the repository
        pairs.append((name, "/".join(parts)))


def _distinct(services: list[Service]) -> list[Service]:
    """Two services of one name are told apart by their folders."""
    names = [service.name for service in services]
    return [
        Service(f"{service.name} ({service.folder})", service.folder, service.file, service.kind)
        if names.count(service.name) > 1 and service.folder
        else service
        for service in services
    ]
