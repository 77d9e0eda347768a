"""Reads the fixtures (see fixtures/README.md) and compares them with a scan."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parent / "fixtures"
IMPLIED = frozenset(("service", "function", "topic", "external"))
_MARK = re.compile(r"(?:#>|//>|-->)(.*)$")

Fact = tuple[str, str, str, int]  # kind, name, file, line


@dataclass
class Fixture:
    name: str
    files: dict[str, str] = field(default_factory=dict)
    facts: set[Fact] = field(default_factory=set)
    paths: list[tuple[str, str]] = field(default_factory=list)

    def write(self, folder: Path) -> Path:
        """Write the files below `folder`; returns the root of the repository."""
        for path, text in self.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        return folder


def read(name: str) -> Fixture:
    """The fixture of that name."""
    fixture, current = Fixture(name), ""
    lines: dict[str, list[str]] = defaultdict(list)
    for line in (FIXTURES / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("=== "):
            current = line[4:].strip()
            continue
        if current == "paths":
            if line.strip():
                start, _, end = line.partition(" -> ")
                fixture.paths.append((start.strip(), end.strip()))
            continue
        lines[current].append(line)
        mark = _MARK.search(line)
        for fact in mark.group(1).split(";") if mark else ():
            kind, _, rest = fact.strip().partition(" ")
            fixture.facts.add((kind, rest, current, len(lines[current])))
    fixture.files = {path: "\n".join(text) + "\n" for path, text in lines.items() if path}
    return fixture


def found(document: dict[str, Any]) -> set[Fact]:
    """The facts of a scan that fixtures list."""
    nodes = [n for n in document["nodes"] if n["kind"] not in IMPLIED and n["detail"].get("declared", True)]
    return {(n["kind"], n["name"], *_place(n)) for n in nodes}


def _place(node: dict[str, Any]) -> tuple[str, int]:
    """Where a node stands; a table that only a relation implies counts as standing at the relation."""
    file, colon, line = node["detail"].get("made_by", "").rpartition(":")
    return (file, int(line)) if colon else (node["file"], node["line"])


def reaches(document: dict[str, Any], start: str, end: str) -> bool:
    """Whether edges lead from a node to another, both given as `kind name`."""
    names = {node["id"]: f"{node['kind']} {node['name']}" for node in document["nodes"]}
    following = defaultdict(list)
    for edge in document["edges"]:
        following[edge["source"]].append(edge["target"])
    waiting = [node_id for node_id, name in names.items() if name == start]
    seen = set(waiting)
    while waiting:
        node_id = waiting.pop()
        if names[node_id] == end:
            return True
        new = [target for target in following[node_id] if target not in seen]
        seen.update(new)
        waiting += new
    return False
