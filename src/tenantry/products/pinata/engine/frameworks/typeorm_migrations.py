"""TypeORM migrations: tables that they create and never drop again."""

import re

from tenantry.products.pinata.engine import sql
from tenantry.products.pinata.engine.facts import CALL, Expr
from tenantry.products.pinata.engine.findings import Column, Findings, Table
from tenantry.products.pinata.engine.frameworks.javascript import items, option
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import At


def note_migrations(program: Program, findings: Findings) -> None:
    """`queryRunner.query("CREATE TABLE …")` and `createTable(new Table({…}))`; entities of the same name say more."""
    gone: set[str] = set()
    made: list[Table] = []
    for site in program.methods("query", "createTable", "dropTable", "renameTable"):
        if not _is_up(site) or not site.expr[2]:
            continue
        first = site.expr[2][0]
        if site.method == "query":
            text = program.text(first, site.at)
            if text is None:
                continue
            created = sql.created_table(text)
            if created is not None:
                made.append(
                    Table(created.table, site.file, site.line, [Column(*column) for column in created.columns], 2)
                )
            dropped = re.match(r"\s*drop\s+table\s+(?:if\s+exists\s+)?([\w.\"`]+)", text, re.IGNORECASE)
            if dropped is not None:
                gone.add(sql.clean_name(dropped.group(1)))
            renamed = re.match(r"\s*alter\s+table\s+([\w.\"`]+)\s+rename\s+to\s+([\w.\"`]+)", text, re.IGNORECASE)
            if renamed is not None:
                old, new = sql.clean_name(renamed.group(1)), sql.clean_name(renamed.group(2))
                for table in made:
                    table.name = new if table.name == old else table.name
        elif site.method == "createTable":
            given = option(program.inference, first[2][0], site.at, "name") if first[0] == CALL and first[2] else None
            name = program.text(*given) if given is not None else None
            if name:
                made.append(Table(name, site.file, site.line, _table_columns(program, first, site.at), 2))
        elif site.method == "dropTable":
            name = program.text(first, site.at)
            gone.update([name] if name else [])
    for table in made:
        if table.name not in gone:
            findings.table(table)


def _is_up(site: Site) -> bool:
    scope = site.at.scope
    while scope > 0:
        current = site.file.scopes[scope]
        if current.kind == "function" and not current.name.startswith("<"):
            return current.name == "up"
        scope = current.parent
    return False


def _table_columns(program: Program, made: Expr, at: At) -> list[Column]:
    listed = option(program.inference, made[2][0], at, "columns")
    columns: list[Column] = []
    for expr, where in items(program.inference, listed[0], listed[1]) if listed is not None else ():
        values = {
            key: option(program.inference, expr, where, key) for key in ("name", "type", "isNullable", "isPrimary")
        }
        name = program.text(*values["name"]) if values["name"] is not None else None
        if name:
            kind = program.text(*values["type"]) if values["type"] is not None else None
            nullable, primary = values["isNullable"], values["isPrimary"]
            columns.append(
                Column(
                    name,
                    kind or "",
                    nullable is not None and nullable[0][1] is True,
                    primary is not None and primary[0][1] is True,
                )
            )
    return columns
