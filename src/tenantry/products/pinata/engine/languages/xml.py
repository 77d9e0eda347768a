"""XML that holds SQL or describes tables: MyBatis mappers and Liquibase change logs. Other XML has no facts."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from xml.parsers import expat

from tenantry.products.pinata.engine.facts import MODULE, FileFacts, Import, Scope, Statement

if TYPE_CHECKING:
    from tenantry.products.pinata.engine.resolve.project import Project

_VERBS = frozenset(("select", "insert", "update", "delete", "statement", "procedure"))
_WORDS = {"where": " WHERE ", "set": " SET "}
_WANTED = re.compile(rb"<(?:\w+:)?(?:mapper|sqlMap|databaseChangeLog)\b")
MAX_INCLUDES = 8


class Xml:
    """`statements` of a mapper are named `namespace.id`; `extra["changes"]` of a change log are (line, kind, attributes, columns)."""

    name = "xml"
    builtins: Mapping[str, str] = {}

    def extract(self, path: str, source: bytes) -> FileFacts:
        facts = FileFacts(path, "xml", [Scope(MODULE, "", "", -1, 1, source.count(b"\n") + 1)])
        if _WANTED.search(source):
            reader = _Reader(facts)
            reader.read(source)
        return facts

    def find_module(self, project: "Project", file: FileFacts, item: Import) -> str | None:
        return None

    def submodule(self, project: "Project", path: str, name: str) -> str | None:
        return None

    def external_name(self, item: Import) -> str:
        return item.module


class _Reader:
    """One pass over the elements of a file."""

    def __init__(self, facts: FileFacts) -> None:
        self.facts = facts
        self.namespace = ""
        self.fragments: dict[str, str] = {}
        self.open: list[tuple[str, str, int]] = []  # (kind, id, line) of the statements being read
        self.text: list[str] = []
        self.waiting: list[tuple[str, str, int]] = []
        self.changes: list[list[object]] = []
        self.depth = 0
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.buffer_text = True

    def read(self, source: bytes) -> None:
        try:
            self.parser.Parse(source, True)
        except (expat.ExpatError, ValueError, LookupError):
            self.facts.errors = [max(1, self.parser.CurrentLineNumber)]
        for name, text, line in self.waiting:
            self.facts.statements.append(Statement(name, self._filled(text, 0), line))
        if self.changes:
            self.facts.extra["changes"] = self.changes
        # The parser holds the handlers, and they this reader: left alone, the circle would stay.
        self.parser.StartElementHandler = self.parser.EndElementHandler = self.parser.CharacterDataHandler = None

    def _filled(self, text: str, depth: int) -> str:
        if "\0" not in text or depth > MAX_INCLUDES:
            return text.replace("\0", " ")
        parts = text.split("\0")
        return "".join(
            part if position % 2 == 0 else self._filled(self.fragments.get(part.rpartition(".")[2], ""), depth + 1)
            for position, part in enumerate(parts)
        )

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name in ("mapper", "sqlMap") and not self.namespace:
            self.namespace = attributes.get("namespace", "")
        elif (
            name in _VERBS
            and not self.open
            and ("id" in attributes)
            and self.namespace
            or name == "sql"
            and not self.open
            and "id" in attributes
        ):
            self.open.append((name, attributes["id"], self.parser.CurrentLineNumber))
            self.text = []
        elif self.open:
            if name == "include":
                self.text.append(f" \0{attributes.get('refid', '')}\0 ")
            elif name == "selectKey":
                self.text.append(" ; ")
            else:
                self.text.append(_WORDS.get(name, f" {attributes.get('prefix', '')} " if name == "trim" else " "))
        elif not self.namespace:
            self._change(name, attributes)

    def _change(self, name: str, attributes: dict[str, str]) -> None:
        line = self.parser.CurrentLineNumber
        if name in (
            "createTable",
            "dropTable",
            "addColumn",
            "renameTable",
            "addForeignKeyConstraint",
            "rollback",
            "renameColumn",
            "dropColumn",
        ):
            self.changes.append([line, name, dict(attributes), []])
        elif self.changes and name in ("column", "constraints"):
            columns = self.changes[-1][3]
            assert isinstance(columns, list)
            if name == "column":
                columns.append(dict(attributes))
            elif columns:
                columns[-1].update({f"constraint.{key}": value for key, value in attributes.items()})

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if self.open and name == self.open[-1][0]:
            kind, label, line = self.open.pop()
            text = "".join(self.text)
            if kind == "sql":
                self.fragments[label] = text
            else:
                self.waiting.append((f"{self.namespace}.{label}", text, line))
        elif self.open and name == "selectKey":
            self.text.append(" ; ")

    def characters(self, data: str) -> None:
        if self.open:
            self.text.append(data)


language = Xml()
