"""JPQL and HQL: which entities a query touches, joins along relations included."""

import re
from typing import NamedTuple

from tenantry.products.pinata.engine.frameworks.jpa_entities import Entities, Entity

_TOKEN = re.compile(r"'(?:[^']|'')*'|[:?]\w*|#\{[^}]*\}|[\w$]+(?:\.[\w$]+)*|\S")
_NOT_ALIAS = frozenset(
    "where set join left right inner outer cross full fetch on order group having as in select union with and or limit treat member".split()
)


class Touched(NamedTuple):
    table: str
    write: bool


def touched(entities: Entities, query: str, own: Entity | None, near: str) -> list[Touched]:
    """Tables that a query reads and writes, in order; `own` is what `#{#entityName}` means."""
    return _Query(entities, query, own, near).read()


class _Query:
    def __init__(self, entities: Entities, query: str, own: Entity | None, near: str) -> None:
        self.entities = entities
        self.words = _TOKEN.findall(query)
        self.own = own
        self.near = near
        self.aliases: dict[str, Entity] = {}
        self.found: list[Touched] = []

    def read(self) -> list[Touched]:
        verb = self.words[0].lower() if self.words else ""
        position, changed = 0, verb in ("update", "delete", "insert")
        while position < len(self.words):
            word = self.words[position].lower()
            following = self.words[position + 1].lower() if position + 1 < len(self.words) else ""
            if changed and position == 0 and word in ("update", "delete", "insert"):
                position = self._entity(position + (2 if following in ("from", "into") else 1), True)
            elif word == "from" and following != "":
                position = self._list(position + 1)
            elif word == "join":
                position = self._entity(position + (2 if following == "fetch" else 1), False)
            else:
                position += 1
        return self.found

    def _list(self, position: int) -> int:
        """FROM A a, B b, IN(a.items) i"""
        position = self._entity(position, False)
        while position < len(self.words) and self.words[position] == ",":
            position = self._entity(position + 1, False)
        return position

    def _entity(self, position: int, write: bool) -> int:
        if position >= len(self.words):
            return position
        name = self.words[position]
        if name.lower() in ("in", "treat") and position + 2 < len(self.words) and self.words[position + 1] == "(":
            position, name = position + 2, self.words[position + 2]
        entity, table = self._resolve(name)
        position += 1
        while position < len(self.words) and self.words[position] == ")":
            position += 1
        if position < len(self.words) and self.words[position].lower() == "as":
            position += 1
        if (
            position < len(self.words)
            and self.words[position].lower() not in _NOT_ALIAS
            and self.words[position][0].isalpha()
        ):
            if entity is not None:
                self.aliases[self.words[position]] = entity
            position += 1
        if entity is not None:
            self.aliases.setdefault(name, entity)
        for name in [table, entity.table if entity is not None else None]:
            if name is not None and Touched(name, write) not in self.found:
                self.found.append(Touched(name, write))
        return position

    def _resolve(self, name: str) -> tuple[Entity | None, str | None]:
        """(the entity that a word means, the join table or collection table on the way to it)"""
        if name.startswith("#{"):
            return self.own, None
        head, dot, rest = name.partition(".")
        owner = self.aliases.get(head)
        if not dot or owner is None:
            return self.entities.named(name, self.near), None
        table: str | None = None
        current: Entity | None = owner
        for part in rest.split("."):
            relation = current.relations.get(part) if current is not None else None
            if relation is None:
                return None, table
            table = relation.table
            current = self.entities.get(relation.target)
            if table is None and relation.mapped_by and current is not None:
                other = current.relations.get(relation.mapped_by)
                table = other.table if other is not None else None
        return current, table
