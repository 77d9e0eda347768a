"""How much of each node tests run, from the reports that coverage tools write: lcov, Cobertura and JaCoCo."""

import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tenantry.products.pinata.engine.flow.index import Flow

_MOST_BYTES = 500_000_000


class CoverageError(ValueError):
    """A report that cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """`files`: the path a tool wrote, with `/` → line → how often it ran."""

    name: str
    files: dict[str, dict[int, int]]


def read_coverage(path: Path) -> Coverage:
    """A report, whichever of the three it is.

    Raises:
        CoverageError: it is none of them, or broken.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise CoverageError(f"{path} is larger than {_MOST_BYTES:,} bytes.")
        content = path.read_bytes()
    except OSError as error:
        raise CoverageError(f"{path}: {error.strerror or error}") from None
    text = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith((b"TN:", b"SF:")):
        return Coverage(path.name, _lcov(content.decode("utf-8", "replace").splitlines(), path))
    if text.startswith(b"<"):
        return Coverage(path.name, _xml(content, path))
    raise CoverageError(f"{path} is no coverage report that Pinata reads: lcov, Cobertura or JaCoCo.")


def covered(flow: Flow, reports: Iterable[Coverage]) -> dict[str, dict[str, int]]:
    """Node id → `{"lines", "covered"}`: the lines of it that a report counts, and those that ran in any of them."""
    ours = {node["file"] for node in flow.document["nodes"] if node["file"]}
    hits: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for report in reports:
        for written, lines in report.files.items():
            file = _ours(written, ours)
            for line, number in lines.items() if file else ():
                hits[file or ""][line] += number
    found = {}
    for node in flow.document["nodes"]:
        ran = hits.get(node["file"], {})
        counted = [ran[n] for n in range(node["line"], node["end_line"] + 1) if n in ran]
        if counted:
            found[node["id"]] = {"lines": len(counted), "covered": sum(number > 0 for number in counted)}
    return found


def _ours(written: str, ours: set[str]) -> str | None:
    """Which of our files a report means: tools write absolute paths, paths below a source folder, or packages. The longest of our paths at
    its end, else the only one of ours that ends like it."""
    parts = [part for part in written.replace("\\", "/").split("/") if part not in ("", ".")]
    for start in range(len(parts)):
        if (path := "/".join(parts[start:])) in ours:
            return path
    ending = "/" + "/".join(parts)
    longer = [path for path in ours if path.endswith(ending)]
    return longer[0] if len(longer) == 1 else None


def _lcov(rows: list[str], path: Path) -> dict[str, dict[int, int]]:
    files: dict[str, dict[int, int]] = {}
    lines: dict[int, int] = {}
    for row in rows:
        key, _, value = row.strip().partition(":")
        if key == "SF":
            lines = files.setdefault(value, {})
        elif key == "DA":
            try:
                line, number = (int(float(part)) for part in value.split(",")[:2])
            except ValueError:
                raise CoverageError(f"{path}: “{row[:80]}” is not a line of lcov.") from None
            lines[line] = lines.get(line, 0) + number
    return files


def _xml(content: bytes, path: Path) -> dict[str, dict[int, int]]:
    if b"<!ENTITY" in content[:4096]:
        raise CoverageError(f"{path} declares entities, which no coverage tool does.")
    try:
        root = ET.fromstring(content)  # noqa: S314 - expat limits expansion and fetches nothing; entities are refused above
    except ET.ParseError as error:
        raise CoverageError(f"{path} is broken: {error}.") from None
    files: dict[str, dict[int, int]] = {}
    try:
        if root.tag == "coverage":
            for item in root.iter("class"):
                lines = files.setdefault(item.get("filename", ""), {})
                for row in item.iter("line"):
                    number = int(row.get("number", ""))
                    lines[number] = max(lines.get(number, 0), int(float(row.get("hits", "0"))))
        elif root.tag == "report":
            for package in root.iter("package"):
                for source in package.iter("sourcefile"):
                    name = f"{package.get('name', '')}/{source.get('name', '')}".lstrip("/")
                    files[name] = {int(row.get("nr", "")): int(row.get("ci", "0")) for row in source.iter("line")}
        else:
            raise CoverageError(f"{path} is XML, but neither Cobertura nor JaCoCo (its root is {root.tag}).")
    except ValueError as error:
        if isinstance(error, CoverageError):
            raise
        raise CoverageError(f"{path}: a line has no number.") from None
    return files
