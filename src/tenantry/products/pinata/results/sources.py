"""The source lines behind findings. They are kept with the scan, because the folder, branch or archive they came from moves on
or goes away, while evidence must show what was read. Only files with findings are kept, in parts small enough to open one
in a few milliseconds; which part holds a file follows from the order of the paths.
"""

import bisect
import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tenantry.products.pinata.results import sources_name

PART_CHARACTERS = 300_000
LARGEST_FILE = 2_000_000
AROUND, MOST_LINES, LONGEST_LINE = 3, 80, 400


class Excerpt(NamedTuple):
    """Lines of a file from `first_line` on; `highlight` are the first and last line of the finding itself."""

    first_line: int
    lines: list[str]
    highlight: tuple[int, int]


def write_sources(document: dict[str, Any], root: Path, out: Path, most: int) -> list[str]:
    """Write the parts; returns the first path of each. A file that is gone or lies outside is left out."""
    files = {node["file"] for node in document["nodes"]} | {table["file"] for table in document["tables"]}
    files |= {place["file"] for edge in document["edges"] for place in edge["evidence"]}
    (out / "sources").mkdir(parents=True, exist_ok=True)
    firsts: list[str] = []
    for part in _parts(sorted(file for file in files if file), root.resolve(), most):
        path = out / sources_name(len(firsts))
        text = json.dumps(part, ensure_ascii=False, separators=(",", ":"))
        path.write_bytes(gzip.compress(text.encode("utf-8", "replace"), compresslevel=6, mtime=0))
        firsts.append(next(iter(part)))
    return firsts


def part_of(firsts: Sequence[str], file: str) -> int | None:
    """Which part holds a file, if any does."""
    part = bisect.bisect_right(firsts, file) - 1
    return part if part >= 0 else None


def excerpt(part: bytes, file: str, line: int, end_line: int) -> Excerpt | None:
    """The lines of a finding and a few around it, from the part that holds its file."""
    text: str | None = json.loads(gzip.decompress(part)).get(file)
    if text is None:
        return None
    lines = text.splitlines()
    last = max(line, min(end_line, line + MOST_LINES - 1))
    first_shown, last_shown = max(1, line - AROUND), min(len(lines), last + AROUND)
    shown = [content[:LONGEST_LINE] for content in lines[first_shown - 1 : last_shown]]
    return Excerpt(first_shown, shown, (line, last)) if shown else None


def _parts(files: Sequence[str], root: Path, most: int) -> Iterator[dict[str, str]]:
    part: dict[str, str] = {}
    size = 0
    for file in files:
        text = _read(root, file)
        if text is None:
            continue
        if most <= 0:
            break
        most -= len(text)
        if part and size + len(text) > PART_CHARACTERS:
            yield part
            part, size = {}, 0
        part[file] = text
        size += len(text)
    if part:
        yield part


def _read(root: Path, file: str) -> str | None:
    try:
        path = (root / file).resolve()
        if not path.is_relative_to(root) or not path.is_file() or path.stat().st_size > LARGEST_FILE:
            return None
        return path.read_text("utf-8", "replace")
    except (OSError, ValueError):
        return None  # deleted since it was scanned
