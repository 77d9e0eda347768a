"""Settings that stand in files of the tree: application.yml, *.properties and their profiles, appsettings.json.

    configuration_of(project).get("service/src/main/java/A.java", "payment.base-url") → "http://payments:8080"

A file's settings are those of the nearest folder above it that has any; the main file wins over profiles, and profiles
win by name. Keys are compared as Spring does: without case, dashes and underscores.
"""

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tenantry.products.pinata.engine.resolve.project import Project

_SPRING = re.compile(r"(?:application|bootstrap)(?:-([\w.-]+))?\.(ya?ml|properties)\Z")
_DOTNET = re.compile(r"[Aa]ppsettings(?:\.([\w.-]+))?\.json\Z")
_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_PLACEHOLDER = re.compile(r"\$\{([^${}:]+)(?::([^{}]*))?\}")
_RESOURCES = ("/src/main/resources", "/resources", "/config", "/conf")
MAX_BYTES = 500_000
MAX_DEPTH = 12


class Configuration:
    """Flat settings by folder. Values are texts; lists have keys such as `routes[0].id`."""

    def __init__(self, build: dict[str, bytes]) -> None:
        self.by_folder: dict[str, dict[str, str]] = defaultdict(dict)
        self.files: dict[str, dict[str, str]] = {}
        """The settings of each file alone, by its path."""
        for path in sorted(build, key=_order):
            folder, _, name = path.rpartition("/")
            if len(build[path]) > MAX_BYTES or not (_SPRING.match(name) or _DOTNET.match(name)):
                continue
            found = _settings(name, build[path])
            if found:
                self.files[path] = found
                for key, value in found.items():
                    self.by_folder[_owner(folder)].setdefault(key, value)
        self._handed_out(build)

    def _handed_out(self, build: dict[str, bytes]) -> None:
        """`config/orders.yml` of a configuration server holds settings of the application called orders."""
        by_name: dict[str, list[str]] = defaultdict(list)
        for folder, own in self.by_folder.items():
            if "spring.application.name" in own:
                by_name[own["spring.application.name"]].append(folder)
        for path in sorted(build):
            name, dot, suffix = path.rpartition("/")[2].rpartition(".")
            if (
                name not in by_name
                or not dot
                or suffix not in ("yml", "yaml", "properties")
                or len(build[path]) > MAX_BYTES
            ):
                continue
            for key, value in _settings(f"{name}.{suffix}", build[path]).items():
                for folder in by_name[name]:
                    self.by_folder[folder].setdefault(key, value)

    def folder_of(self, path: str) -> str | None:
        """The nearest folder above a file that has settings."""
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            if folder in self.by_folder:
                return folder
        return None

    def get(self, path: str, key: str, depth: int = 0) -> str | None:
        """The value of a key for a file, placeholders in it replaced; None when it is not set anywhere above."""
        folder, wanted = path, relaxed(key)
        while folder:
            folder = folder.rpartition("/")[0]
            value = self.by_folder[folder].get(wanted) if folder in self.by_folder else None
            if value is not None:
                return self.filled(path, value, depth + 1)
        return None

    def nearest(self, path: str, key: str) -> str | None:
        """Like `get`; for a file of a library, which has no settings of its own, what all services agree on."""
        if self.folder_of(path) is not None:
            return self.get(path, key)
        wanted = relaxed(key)
        found = {own[wanted] for own in self.by_folder.values() if wanted in own}
        return found.pop() if len(found) == 1 else None

    def filled(self, path: str, text: str, depth: int = 0) -> str:
        """A text with `${key:default}` replaced by what is set for a file; what nothing says stays a hole `{key}`."""
        if depth > MAX_DEPTH or "${" not in text:
            return text

        def value(match: re.Match[str]) -> str:
            found = self.get(path, match.group(1).strip(), depth)
            if found is not None:
                return found
            return match.group(2) if match.group(2) is not None else "{" + match.group(1).strip() + "}"

        for _ in range(MAX_DEPTH):  # the innermost placeholder first: ${A:${B:x}}
            replaced = _PLACEHOLDER.sub(value, text)
            if replaced == text:
                break
            text = replaced
        return text

    def below(self, path: str, prefix: str) -> dict[str, str]:
        """All settings of a file's folder whose keys begin with a prefix, by what follows it."""
        folder, wanted = self.folder_of(path), relaxed(prefix)
        settings = self.by_folder.get(folder, {}) if folder is not None else {}
        return {key[len(wanted) :]: value for key, value in settings.items() if key.startswith(wanted)}


def relaxed(key: str) -> str:
    """One spelling of a key: `Base-Url`, `baseUrl` and `base_url` are the same; `__` and `:` separate like a dot."""
    return key.replace("__", ".").replace(":", ".").replace("-", "").replace("_", "").lower()


def configuration_of(project: "Project") -> Configuration:
    return project.state("configuration.files", lambda: Configuration(project.build))


def _order(path: str) -> tuple[bool, int, str]:
    """Main files before those of profiles; what is tested with comes last."""
    name = path.rpartition("/")[2]
    match = _SPRING.match(name) or _DOTNET.match(name)
    profile = (match.group(1) or "") if match else name
    rank = ("", "default", "dev", "development", "local", "prod", "production", "docker").index(profile) if profile in (
        "", "default", "dev", "development", "local", "prod", "production", "docker") else 9  # fmt: skip
    return "/test/" in f"/{path}", rank, path


def _owner(folder: str) -> str:
    for ending in _RESOURCES:
        if f"/{folder}".endswith(ending):
            return f"/{folder}"[: -len(ending)].lstrip("/")
        position = f"/{folder}/".find(f"{ending}/")
        if ending == _RESOURCES[0] and position >= 0:
            return f"/{folder}"[:position].lstrip("/")
    return folder


def _settings(name: str, content: bytes) -> dict[str, str]:
    text = content.decode("utf-8", "replace")
    found: dict[str, str] = {}
    if name.endswith(".properties"):
        for key, value in _properties(text):
            found.setdefault(relaxed(key), value)
        return found
    try:
        if name.endswith(".json"):
            plain = _COMMENT.sub(lambda match: match.group(1) or "", text.lstrip("\ufeff"))
            documents = [json.loads(_TRAILING_COMMA.sub(r"\1", plain))]
        else:
            documents = _yaml_documents(text)
    except (ValueError, RecursionError):
        return {}
    for document in documents:
        _flatten(document, "", found, 0)
    return found


def _yaml_documents(text: str) -> list[Any]:
    """Raises ValueError for what is no YAML."""
    import yaml  # here, because most trees have no such settings

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return list(yaml.load_all(_yaml(text), Loader=loader))
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


def _yaml(text: str) -> str:
    """Build tools put `@project.version@` into YAML, which YAML itself does not allow."""
    return re.sub(r"(:\s*)(@[\w.-]+@)", r'\1"\2"', text)


def _properties(text: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for raw in re.sub(r"\\\r?\n\s*", "", text).splitlines():
        line = raw.strip()
        if not line or line[0] in "#!":
            continue
        match = re.match(r"((?:\\.|[^=:\s\\])+)\s*[=:\s]\s*(.*)\Z", line)
        if match:
            pairs.append((match.group(1).replace("\\", ""), match.group(2)))
    return pairs


def _flatten(value: Any, prefix: str, found: dict[str, str], depth: int) -> None:
    if depth > 40 or len(found) > 20_000:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            name = relaxed(str(key))
            _flatten(inner, f"{prefix}.{name}" if prefix else name, found, depth + 1)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            _flatten(inner, f"{prefix}[{position}]", found, depth + 1)
        if value and all(isinstance(item, str | int) for item in value):
            found.setdefault(prefix, ",".join(map(str, value)))
    elif value is not None:
        found.setdefault(prefix, str(value).lower() if isinstance(value, bool) else str(value))
