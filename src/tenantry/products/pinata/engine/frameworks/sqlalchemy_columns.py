"""Columns as SQLAlchemy, SQLModel and Alembic spell them."""

from collections.abc import Callable

from tenantry.products.pinata.engine.facts import BINARY, CALL, INDEX, LIST, NAME, NUM, STR, Expr, dotted, keyword
from tenantry.products.pinata.engine.findings import Column

TableOf = Callable[[Expr], str | None]
"""The table that an expression naming a model stands for."""

_COLUMNS = frozenset(("Column", "mapped_column", "Field", "column_property", "deferred", "ForeignKeyField"))
_OPTIONAL = frozenset(("Optional", "typing.Optional"))


def is_column(expr: Expr | None) -> bool:
    return expr is not None and expr[0] == CALL and dotted(expr[1]).rpartition(".")[2] in _COLUMNS


def column(name: str, call: Expr | None, annotation: Expr | None, table_of: TableOf) -> Column:
    """A column from `Column(…)`, `mapped_column(…)` or `Field(…)`, its annotation, or both."""
    found = Column(name)
    if annotation is not None:
        inner = (
            annotation[2][1][0]
            if annotation[0] == INDEX and annotation[2][0] == LIST and dotted(annotation[1]).endswith("Mapped")
            else annotation
        )
        found.nullable, found.type = _annotated(inner)
    if call is None:
        return found
    for argument in call[2]:
        called = dotted(argument[1]).rpartition(".")[2] if argument[0] == CALL else ""
        if called in ("ForeignKey", "sa.ForeignKey"):
            found.references = _target(argument, table_of)
        elif argument[0] == STR:
            found.name = argument[1]
        elif called in ("Identity", "Computed", "Sequence"):
            continue
        elif argument[0] in (NAME, CALL) and (not found.type or annotation is None) or argument[0] == CALL and called:
            found.type = type_text(argument)
    _flags(found, call, table_of)
    return found


def _flags(found: Column, call: Expr, table_of: TableOf) -> None:
    given = dict(call[3])
    if given.get("primary_key") == (NUM, True):
        found.primary_key, found.nullable = True, False
    if "nullable" in given and given["nullable"][0] == NUM:
        found.nullable = bool(given["nullable"][1])
    if "type_" in given:
        found.type = type_text(given["type_"])
    if "name" in given and given["name"][0] == STR:
        found.name = given["name"][1]
    target = given.get("foreign_key")
    if target is not None and target[0] == STR:
        found.references = target[1].rpartition(".")[0].rpartition(".")[2] or None
    inner = given.get("sa_column")
    if inner is not None and inner[0] == CALL:
        full = column(found.name, inner, None, table_of)
        found.type, found.nullable, found.primary_key = full.type, full.nullable, full.primary_key
        found.references = full.references


def _target(call: Expr, table_of: TableOf) -> str | None:
    target = keyword(call, "column", 0)
    if target is None:
        return None
    if target[0] == STR:
        parts = str(target[1]).split(".")
        return parts[-2] if len(parts) > 1 else parts[0]
    if target[0] == NAME and "." in target[1]:
        base = target[1].rpartition(".")[0]
        return table_of((NAME, base.removesuffix(".c")))
    return None


def _annotated(expr: Expr) -> tuple[bool, str]:
    """(nullable, type) of an annotation."""
    if expr[0] == BINARY and expr[1] == "|":
        sides = [expr[2], expr[3]]
        rest = [side for side in sides if side != (NUM, None) and dotted(side) != "None"]
        return len(rest) < 2, type_text(rest[0]) if rest else ""
    if expr[0] == INDEX and dotted(expr[1]) in _OPTIONAL:
        return True, type_text(expr[2][1][0] if expr[2][0] == LIST else expr[2])
    return False, type_text(expr)


def type_text(expr: Expr) -> str:
    """`String(50)` for `sa.String(length=50)`."""
    if expr[0] == NAME:
        return str(expr[1]).rpartition(".")[2]
    if expr[0] == CALL:
        name = dotted(expr[1]).rpartition(".")[2]
        shown = [
            str(value[1])
            for value in (*expr[2], *(v for k, v in expr[3] if k in ("length", "precision", "scale")))
            if value[0] in (NUM, STR)
        ]
        return f"{name}({', '.join(shown)})" if shown else name
    if expr[0] == INDEX:
        return type_text(expr[1])
    return str(expr[1]) if expr[0] == STR else ""
