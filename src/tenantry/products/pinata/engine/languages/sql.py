"""SQL files: statements with their lines, and the labels that loaders such as aiosql and anosql give them."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tenantry.products.pinata.engine.facts import MODULE, FileFacts, Import, Scope, Statement
from tenantry.products.pinata.engine.sql import split

if TYPE_CHECKING:
    from tenantry.products.pinata.engine.resolve.project import Project

_LABEL = re.compile(r"--\s*name\s*:\s*([\w-]+)")


class Sql:
    """Any dialect, as far as tables are concerned."""

    name = "sql"
    builtins: Mapping[str, str] = {}

    def extract(self, path: str, source: bytes) -> FileFacts:
        text = source.decode("utf-8", "replace")
        facts = FileFacts(path, "sql", [Scope(MODULE, "", "", -1, 1, text.count("\n") + 1)])
        for line, statement in split(text):
            label = _LABEL.search(statement)
            name = label.group(1).replace("-", "_") if label else ""
            facts.statements.append(Statement(name, statement, line))
        return facts

    def find_module(self, project: "Project", file: FileFacts, item: Import) -> str | None:
        return None

    def submodule(self, project: "Project", path: str, name: str) -> str | None:
        return None

    def external_name(self, item: Import) -> str:
        return item.module


language = Sql()
