"""The lock files of package managers, each read by one small function."""

import json
import re
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import yaml


class Pin(NamedTuple):
    """A package at a version; `direct` as in `Dependency`."""

    name: str
    version: str
    direct: bool | None = None


Pins = tuple[str, list[Pin]]
Reader = Callable[[bytes], Pins]

_REQUIREMENT = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*===?\s*([\w.!+-]+)")
_YARN_KEY = re.compile(r'^"?((?:@[^/@"]+/)?[^@"\s]+)@')
_GO_REQUIRE = re.compile(r"^\s*(?:require\s+)?([^\s/]+\.[^\s]+)\s+(v[^\s]+)(\s*//\s*indirect)?\s*$")
_GRADLE = re.compile(r"^([\w.-]+:[\w.-]+):([^=:]+)=")
_GEM = re.compile(r"^    ([\w.-]+) \(([^)]+)\)$")


def reader_of(name: str) -> Reader | None:
    """How a file of this name is read; None for what is no lock file."""
    if name in _READERS:
        return _READERS[name]
    if re.fullmatch(r"requirements[\w.-]*\.(?:txt|lock)", name):
        return requirements
    return msbuild if re.fullmatch(r"[\w.-]+\.(?:cs|fs|vb)proj", name) else None


def npm(content: bytes) -> Pins:
    """package-lock.json, all three versions of it."""
    data = json.loads(content)
    packages = data.get("packages")
    if not packages:
        return "npm", list(_npm_v1(data.get("dependencies", {}), top=True))
    root = packages.get("", {})
    asked = {
        name for part in ("dependencies", "devDependencies", "optionalDependencies") for name in root.get(part, {})
    }
    pins = []
    for path, row in packages.items():
        name = row.get("name") or path.rpartition("node_modules/")[2]
        if path and not row.get("link") and "node_modules/" in path:
            pins.append(Pin(name, row.get("version", ""), path == f"node_modules/{name}" and name in asked))
    return "npm", pins


def _npm_v1(rows: dict[str, Any], *, top: bool) -> Iterator[Pin]:
    for name, row in rows.items():
        yield Pin(name, row.get("version", ""), None if top else False)
        yield from _npm_v1(row.get("dependencies", {}), top=False)


def yarn(content: bytes) -> Pins:
    """yarn.lock, of the classic yarn and of the later ones."""
    pins, name = [], ""
    for line in content.decode("utf-8", "replace").splitlines():
        if line and not line[0].isspace() and not line.startswith("#"):
            match = _YARN_KEY.match(line)
            name = match[1] if match and "@workspace:" not in line else ""
        elif name and (match := re.match(r'^\s+version:?\s+"?([^"\s]+)"?', line)):
            pins.append(Pin(name, match[1]))
            name = ""
    return "npm", pins


def pnpm(content: bytes) -> Pins:
    """pnpm-lock.yaml."""
    data = yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
    importers = data.get("importers") or {".": data}
    asked = {
        name
        for part in importers.values()
        for group in ("dependencies", "devDependencies", "optionalDependencies")
        for name in part.get(group) or {}
    }
    pins = []
    for key in data.get("packages") or {}:
        plain = str(key).lstrip("/").partition("(")[0]
        name, at, version = plain.rpartition("@")
        if not at or not name:
            name, _, version = plain.rpartition("/")
        pins.append(Pin(name, version.partition("_")[0], name in asked))
    return "npm", pins


def python_toml(content: bytes) -> Pins:
    """poetry.lock, uv.lock and pdm.lock."""
    rows = tomllib.loads(content.decode("utf-8", "replace")).get("package", [])
    own = {row["name"] for row in rows if {"virtual", "editable"} & set(row.get("source") or {})}
    return "pypi", [Pin(row["name"], row.get("version", "")) for row in rows if row["name"] not in own]


def pipfile(content: bytes) -> Pins:
    """Pipfile.lock."""
    data = json.loads(content)
    rows = {**data.get("develop", {}), **data.get("default", {})}
    return "pypi", [Pin(name, row.get("version", "").lstrip("=")) for name, row in rows.items()]


def requirements(content: bytes) -> Pins:
    """requirements.txt: what it pins with `==`."""
    found = (_REQUIREMENT.match(line.strip()) for line in content.decode("utf-8", "replace").splitlines())
    return "pypi", [Pin(match[1], match[2]) for match in found if match]


def go_mod(content: bytes) -> Pins:
    """go.mod: since Go 1.17 it names the whole graph, and the versions it names are those that are built."""
    found = (_GO_REQUIRE.match(line) for line in content.decode("utf-8", "replace").splitlines())
    return "go", [Pin(match[1], match[2], not match[3]) for match in found if match]


def maven(content: bytes) -> Pins:
    """pom.xml: dependencies with a version, also one that a property of the same file gives."""
    root = _xml(content)
    properties = {_tag(item): (item.text or "").strip() for part in root if _tag(part) == "properties" for item in part}
    properties |= {"project.version": _child(root, "version"), "revision": properties.get("revision", "")}
    pins = []
    for item in root.iter():
        if _tag(item) == "dependency":
            version = re.sub(r"\$\{([^}]+)\}", lambda m: properties.get(m[1], ""), _child(item, "version"))
            pins.append(Pin(f"{_child(item, 'groupId')}:{_child(item, 'artifactId')}", version, True))
    return "maven", pins


def gradle(content: bytes) -> Pins:
    """gradle.lockfile."""
    found = (_GRADLE.match(line) for line in content.decode("utf-8", "replace").splitlines())
    return "maven", [Pin(match[1], match[2]) for match in found if match]


def nuget(content: bytes) -> Pins:
    """packages.lock.json."""
    data = json.loads(content)["dependencies"]
    return "nuget", [
        Pin(name, row.get("resolved", ""), row.get("type") == "Direct")
        for target in data.values()
        for name, row in target.items()
        if row.get("type") != "Project"
    ]


def msbuild(content: bytes) -> Pins:
    """Project files and Directory.Packages.props: references that carry a version."""
    pins = []
    for item in _xml(content).iter():
        if _tag(item) in ("PackageReference", "PackageVersion", "GlobalPackageReference"):
            version = item.get("Version") or item.get("VersionOverride") or _child(item, "Version")
            if "$(" not in version:
                pins.append(Pin(item.get("Include") or item.get("Update") or "", version.strip("[]() "), True))
    return "nuget", pins


def cargo(content: bytes) -> Pins:
    """Cargo.lock: packages from elsewhere."""
    rows = tomllib.loads(content.decode("utf-8", "replace")).get("package", [])
    return "cargo", [Pin(row["name"], row["version"]) for row in rows if row.get("source")]


def composer(content: bytes) -> Pins:
    """composer.lock."""
    data = json.loads(content)
    rows = [*data.get("packages", []), *data.get("packages-dev", [])]
    return "composer", [Pin(row["name"], row["version"].removeprefix("v")) for row in rows]


def gems(content: bytes) -> Pins:
    """Gemfile.lock."""
    found = (_GEM.match(line) for line in content.decode("utf-8", "replace").splitlines())
    return "rubygems", [Pin(match[1], match[2]) for match in found if match]


def _xml(content: bytes) -> ET.Element:
    if b"<!ENTITY" in content:
        raise ValueError("entities")
    try:
        return ET.fromstring(content)  # noqa: S314 - expat limits expansion and fetches nothing; entities are refused above
    except ET.ParseError as error:
        raise ValueError(str(error)) from None


def _tag(item: ET.Element) -> str:
    return item.tag.rpartition("}")[2]


def _child(item: ET.Element, name: str) -> str:
    return next(((child.text or "").strip() for child in item if _tag(child) == name), "")


_READERS: dict[str, Reader] = {
    "package-lock.json": npm, "npm-shrinkwrap.json": npm, "yarn.lock": yarn, "pnpm-lock.yaml": pnpm, "poetry.lock": python_toml,
    "uv.lock": python_toml, "pdm.lock": python_toml, "Pipfile.lock": pipfile, "go.mod": go_mod, "pom.xml": maven, "gradle.lockfile": gradle,
    "packages.lock.json": nuget, "Directory.Packages.props": msbuild, "Cargo.lock": cargo, "composer.lock": composer, "Gemfile.lock": gems,
}  # fmt: skip
