"""Which tables an SQL statement reads and writes, and what CREATE TABLE declares.

A tokenizer and a few rules, not a grammar: it must stand placeholders of every driver (`%s`, `:name`, `$1`, `?`, `@p`),
holes of templates (`{x}`) and dialects nobody lists, and be quick enough to run on every string of a tree.
"""

import re
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

_TOKEN = re.compile(
    r"""--[^\n]*|/\*.*?(?:\*/|\Z)          # comments
    |'(?:[^']|'')*(?:'|\Z)                  # strings
    |\$\w*\$.*?\$\w*\$                      # dollar quoting
    |"(?:[^"]|"")+"|`[^`]+`|\[[^\]\n]+\]    # quoted names
    |\{[^{}]*\}                             # a hole
    |[:@$%]?[^\W\d][\w$]*                   # words and placeholders
    |[\d.]+|\S""",
    re.DOTALL | re.VERBOSE,
)
_VERB = re.compile(
    r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*(select|insert|update|delete|replace|merge|with|truncate|copy|create|alter|explain)\b",
    re.IGNORECASE | re.DOTALL,
)
_LOOKS = re.compile(
    r"\b(?:select\b.+?\bfrom|insert\s+(?:or\s+\w+\s+)?into|update\b.+?\bset|delete\s+from|merge\s+into|truncate|replace\s+into"
    r"|create\s+(?:\w+\s+){0,3}table|copy\b.+?\b(?:from|to))\b",
    re.IGNORECASE | re.DOTALL,
)
_AFTER_TABLE = frozenset(
    "where set values on using inner left right full cross join natural outer group order limit returning as select".split()
)


_BEFORE_TABLE = frozenset("only lateral table if exists into ignore low_priority delayed from".split())
_INTO = frozenset("insert merge replace ignore overwrite".split())
_SYSTEM = frozenset(("information_schema", "pg_catalog", "sys", "dual"))
_SYSTEM_PREFIXES = ("pg_", "sqlite_")


class Access(NamedTuple):
    """One table a statement touches; `offset` is where its name stands in the text."""

    table: str
    write: bool
    offset: int


def looks_like_sql(text: str) -> bool:
    """Whether a string is a statement, not a sentence that begins with such a word."""
    return len(text) > 8 and bool(_VERB.match(text)) and bool(_LOOKS.search(text))


def split(text: str) -> list[tuple[int, str]]:
    """(line from 1, statement) pairs of a script, split at top-level semicolons; comments before a statement stay with it."""
    found, start = [], 0
    for match in _TOKEN.finditer(text):
        if match.group() == ";":
            found.append((start, text[start : match.end()]))
            start = match.end()
    found.append((start, text[start:]))
    return [
        (text.count("\n", 0, start + len(body) - len(body.lstrip())) + 1, body.strip())
        for start, body in found
        if body.strip(" \t\r\n;")
    ]


def _tokens(text: str) -> list[tuple[str, int]]:
    return [
        (token, match.start())
        for match in _TOKEN.finditer(text)
        if not (token := match.group()).startswith(("--", "/*"))
    ]


def clean_name(name: str) -> str:
    """A physical name without quotes and schema."""
    return name.strip('"`[]').rpartition(".")[2].strip('"`[]')


@lru_cache(maxsize=4096)
def accesses(text: str) -> tuple[Access, ...]:
    """Tables read and written by one statement, each table once per direction, common table expressions left out."""
    return tuple(_Statement(text).read().values())


class _Statement:
    """One pass over the tokens of a statement, looking for the words that a table's name follows."""

    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.words = [token.lower() for token, _ in self.tokens]
        self.found: dict[tuple[str, bool], Access] = {}
        self.named = self._named()

    def _named(self) -> set[str]:
        """Common table expressions: WITH name AS (…"""
        words = self.words
        return {
            clean_name(words[i])
            for i in range(1, len(words) - 2)
            if words[i + 1] == "as"
            and words[i + 2] in ("(", "materialized", "not")
            and words[i - 1] in ("with", ",", "recursive")
        }

    def read(self) -> dict[tuple[str, bool], Access]:
        position = 0
        while position < len(self.words):
            position = self._step(position, self.words[position], self.words[position - 1] if position else "")
        return self.found

    def _step(self, at: int, word: str, before: str) -> int:
        """Look at one word; returns where to go on."""
        words, following = self.words, self.words[at + 1] if at + 1 < len(self.words) else ""
        if word in ("from", "join"):
            return self._from(at, word, before)
        if word == "into" and (before in _INTO or at > 1 and words[at - 2] == "or"):
            return self._take(at + 1, True)
        if word == "update" and before not in ("for", "do", "on", "key", "no") and following not in ("", "set", "of"):
            return self._take(at + 1, True)
        if word == "truncate":
            return self._take(at + 1, True)
        if word == "using" and words[0] in ("merge", "delete"):
            return self._take(at + 1, False)
        if word == "copy" and at == 0:
            return self._take(at + 1, "from" in words[1:6])
        return at + 1

    def _from(self, at: int, word: str, before: str) -> int:
        if before == "delete":
            return self._take(at + 1, True)
        if before == "distinct" or _inside_function(self.words, at):
            return at + 1
        at = self._take(at + 1, False)
        while word == "from" and (following := self._after_comma(at)) is not None:  # FROM a, b AS c
            at = self._take(following, False)
        return at

    def _after_comma(self, at: int) -> int | None:
        """Where the next table of a list stands, past the alias of the one before."""
        words = self.words
        if at < len(words) and words[at] == "as":
            at += 1
        if at < len(words) and words[at].isidentifier() and words[at] not in _AFTER_TABLE:
            at += 1
        more = at + 1 < len(words) and words[at] == "," and (words[at + 1][0].isalpha() or words[at + 1][0] in '"`[')
        return at + 1 if more else None

    def _take(self, at: int, write: bool) -> int:
        """Record the table named at `at`; returns the position after it."""
        words, tokens = self.words, self.tokens
        while at < len(words) and words[at] in _BEFORE_TABLE:
            at += 1
        if at >= len(words):
            return at
        (name, offset), end = tokens[at], at + 1
        own = words[at].strip('"`[]') not in _SYSTEM
        while end + 1 < len(words) and words[end] == ".":
            name, end = tokens[end + 1][0], end + 2
        name = clean_name(name)
        low = name.lower()
        is_function = end < len(words) and words[end] == "(" and not write
        is_name = bool(name) and (name[0].isalpha() or name[0] == "_") and low not in _AFTER_TABLE
        if is_name and own and not is_function and low not in self.named and not low.startswith(_SYSTEM_PREFIXES):
            self.found.setdefault((name, write), Access(name, write, offset))
        return end


def _inside_function(words: list[str], at: int) -> bool:
    """EXTRACT(year FROM x), TRIM(BOTH FROM x), SUBSTRING(x FROM 1): FROM within a function's parentheses."""
    depth = 0
    for i in range(at - 1, max(at - 12, -1), -1):
        if words[i] == ")":
            depth += 1
        elif words[i] == "(":
            if depth == 0:
                return i > 0 and words[i - 1] in ("extract", "trim", "substring", "overlay", "position")
            depth -= 1
        elif words[i] == "select" and depth == 0:
            return False
    return False


class Column(NamedTuple):
    name: str
    type: str
    nullable: bool
    primary_key: bool
    references: str | None


class Created(NamedTuple):
    table: str
    columns: tuple[Column, ...]
    offset: int


_CREATE = re.compile(
    r"\bcreate\s+(?:(?:global|local|temp|temporary|unlogged|foreign)\s+)*table\s+(?:if\s+not\s+exists\s+)?((?:[\w$]+|\"[^\"]+\"|`[^`]+`|\[[^\]]+\])(?:\s*\.\s*(?:[\w$]+|\"[^\"]+\"|`[^`]+`|\[[^\]]+\]))*)\s*\(",
    re.IGNORECASE,
)
_CONSTRAINTS = frozenset(
    "primary foreign unique key constraint check index exclude fulltext spatial like period".split()
)


def created_table(text: str) -> Created | None:
    """The table that a CREATE TABLE statement declares, with its columns; None for anything else."""
    match = _CREATE.search(text)
    if match is None:
        return None
    columns: list[Column] = []
    keys: set[str] = set()
    references: dict[str, str] = {}
    for part in _parts(text[match.end() :]):
        words = [token.lower() for token, _ in part]
        if not words:
            continue
        if words[0] in _CONSTRAINTS:
            _constraint(part, words, keys, references)
            continue
        target = next((clean_name(_dotted(part, i + 1)) for i, word in enumerate(words) if word == "references"), None)
        stop = next((i for i, word in enumerate(words[1:], 1) if word in _TYPE_ENDS), len(words))
        kind = "".join(
            token + (" " if i + 1 < stop and words[i + 1].isalpha() and words[i].isalpha() else "")
            for i, (token, _) in enumerate(part)
            if 1 <= i < stop
        )
        primary = "primary" in words
        not_null = any(a == "not" and b == "null" for a, b in pairwise(words))
        columns.append(Column(clean_name(part[0][0]), kind.strip().lower(), not (primary or not_null), primary, target))
    done = tuple(
        column._replace(
            primary_key=column.primary_key or column.name in keys,
            nullable=column.nullable and column.name not in keys,
            references=column.references or references.get(column.name),
        )
        for column in columns
    )
    return Created(clean_name(match.group(1).replace(" ", "")), done, match.start())


_TYPE_ENDS = frozenset(
    "not null primary references default unique check generated constraint collate auto_increment autoincrement identity "
    "comment on as".split()
)


def _parts(text: str) -> list[list[tuple[str, int]]]:
    """The comma-separated parts of a parenthesised list, up to its closing parenthesis."""
    parts: list[list[tuple[str, int]]] = [[]]
    depth = 0
    for token, offset in _tokens(text):
        if token == "(":
            depth += 1
        elif token == ")":
            if depth == 0:
                break
            depth -= 1
        if token == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append((token, offset))
    return parts


def _dotted(part: list[tuple[str, int]], start: int) -> str:
    name = part[start][0] if start < len(part) else ""
    while start + 2 < len(part) and part[start + 1][0] == ".":
        start += 2
        name = part[start][0]
    return name


def _listed(part: list[tuple[str, int]], start: int) -> list[str]:
    names = []
    for token, _ in part[start:]:
        if token == ")":
            break
        if token not in ("(", ","):
            names.append(clean_name(token))
    return names


def _constraint(part: list[tuple[str, int]], words: list[str], keys: set[str], references: dict[str, str]) -> None:
    if "primary" in words and "(" in words:
        keys.update(_listed(part, words.index("(")))
    elif "foreign" in words and "references" in words and "(" in words:
        target = clean_name(_dotted(part, words.index("references") + 1))
        for name in _listed(part, words.index("(")):
            references[name] = target
