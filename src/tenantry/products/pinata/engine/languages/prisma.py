"""Prisma schemas: models, enums and data sources, by a small parser of the language's line-oriented grammar."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tenantry.products.pinata.engine.facts import MODULE, FileFacts, Import, Scope

if TYPE_CHECKING:
    from tenantry.products.pinata.engine.resolve.project import Project

_BLOCK = re.compile(r"^\s*(model|view|type|enum|datasource|generator)\s+(\w+)\s*\{")
_FIELD = re.compile(r"^\s*(\w+)\s+(?:(Unsupported\([^)]*\)|[\w.]+)(\[\]|\?)?)(.*)$")
_ATTRIBUTE = re.compile(r"@@?([\w.]+)\s*(\((?:[^()\"]|\"(?:\\.|[^\"\\])*\"|\([^()]*\))*\))?")
_STRING = re.compile(r"\"((?:\\.|[^\"\\])*)\"")
_NAMED = re.compile(r"(\w+)\s*:\s*(\[[^\]]*\]|\"(?:\\.|[^\"\\])*\"|\w+)")


def _attributes(text: str) -> list[tuple[str, str]]:
    """(name, inside of the parentheses) of every attribute of a line."""
    return [(match.group(1), (match.group(2) or "")[1:-1]) for match in _ATTRIBUTE.finditer(text)]


def _code(line: str) -> str:
    """A line without its comment; `//` inside a string stays."""
    at = line.find("//")
    while at >= 0:
        if line.count('"', 0, at) % 2 == 0:
            return line[:at]
        at = line.find("//", at + 2)
    return line


class Prisma:
    """`extra["models"]` holds dicts with name, map, kind, line, end_line, ids and fields; a field is a dict with name, type,
    list, optional, map, id, relation, native and line."""

    name = "prisma"
    builtins: Mapping[str, str] = {}

    def extract(self, path: str, source: bytes) -> FileFacts:
        lines = source.decode("utf-8", "replace").splitlines()
        facts = FileFacts(path, "prisma", [Scope(MODULE, "", "", -1, 1, len(lines) or 1)])
        models: list[dict[str, Any]] = []
        block: dict[str, Any] | None = None
        for number, raw in enumerate(lines, 1):
            line = _code(raw)
            opened = _BLOCK.match(line)
            if opened is not None:
                if block is not None:
                    facts.errors.append(number)
                block = {
                    "kind": opened.group(1), "name": opened.group(2), "map": "", "line": number, "end_line": number,
                    "fields": [], "ids": [],
                }  # fmt: skip
                models.append(block)
            elif block is not None and line.strip() == "}":
                block["end_line"] = number
                block = None
            elif block is not None and block["kind"] in ("model", "view", "enum", "type"):
                self._line(block, line, number)
        if block is not None:
            facts.errors.append(block["line"])
        facts.errors = facts.errors[:5]
        facts.extra["models"] = models
        return facts

    def _line(self, block: dict[str, Any], line: str, number: int) -> None:
        if line.lstrip().startswith("@@"):
            for name, inside in _attributes(line):
                strings = _STRING.findall(inside)
                if name == "map" and strings:
                    block["map"] = strings[0]
                elif name == "id":
                    block["ids"] = re.findall(r"\w+", inside.partition("[")[2].partition("]")[0])
            return
        match = _FIELD.match(line)
        if match is None or block["kind"] == "enum":
            return
        name, kind, mark, rest = match.groups()
        field: dict[str, Any] = {
            "name": name, "type": kind, "list": mark == "[]", "optional": mark == "?", "map": "", "id": False,
            "relation": None, "native": "", "line": number,
        }  # fmt: skip
        for attribute, inside in _attributes(rest):
            strings = _STRING.findall(inside)
            if attribute == "map" and strings:
                field["map"] = strings[0]
            elif attribute == "id":
                field["id"] = True
            elif attribute.startswith("db."):
                field["native"] = attribute[3:] + (f"({inside})" if inside else "")
            elif attribute == "relation":
                named = dict(_NAMED.findall(inside))
                first = strings[0] if strings and inside.lstrip().startswith('"') else ""
                field["relation"] = {
                    "name": named.get("name", "").strip('"') or first,
                    "fields": re.findall(r"\w+", named.get("fields", "")),
                    "references": re.findall(r"\w+", named.get("references", "")),
                }
        block["fields"].append(field)

    def find_module(self, project: "Project", file: FileFacts, item: Import) -> str | None:
        return None

    def submodule(self, project: "Project", path: str, name: str) -> str | None:
        return None

    def external_name(self, item: Import) -> str:
        return item.module


language = Prisma()
