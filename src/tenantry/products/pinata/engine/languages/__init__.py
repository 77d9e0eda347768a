"""The languages the engine reads. A new one is one file and one line here."""

import importlib
import re
from functools import cache
from typing import cast

from tenantry.products.pinata.engine.languages.base import ClassLanguage, Language, Parted

# Suffix → module, so that a grammar is only loaded when a file needs it.
SUFFIXES: dict[str, str] = {
    ".py": "python",
    ".sql": "sql",
    ".ts": "typescript",
    ".tsx": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".js": "javascript",
    ".jsx": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".prisma": "prisma",
    ".cs": "csharp",
    ".java": "java",
    ".go": "go",
}

# Of XML only what holds SQL or tables: files of mappers and change logs, by where they lie.
_SQL_IN_XML = re.compile(
    r"(?:mapper|dao|mybatis|ibatis|sqlmap|changelog|changeset|liquibase|db/migration)", re.IGNORECASE
)


@cache
def language(name: str) -> Language:
    """The language of that name. Its grammar is loaded on first use."""
    module = importlib.import_module(f"{__name__}.{name}")
    return module.language  # type: ignore[no-any-return]


@cache
def class_language(name: str) -> ClassLanguage | None:
    """The language of that name if it is one whose bare names mean members of classes."""
    found = language(name)
    return cast(ClassLanguage, found) if hasattr(found, "find_type") else None


@cache
def parted(name: str) -> Parted | None:
    """The language of that name if types may stand in several places, and calls go through interfaces."""
    found = language(name)
    return cast(Parted, found) if hasattr(found, "parts") else None


def language_of(path: str) -> str | None:
    """The language of a file by its suffix, or None when the engine does not read such files."""
    dot = path.rfind(".")
    if dot < 0:
        return None
    suffix = path[dot:].lower()
    return SUFFIXES.get(suffix) or ("xml" if suffix == ".xml" and _SQL_IN_XML.search(path) else None)
