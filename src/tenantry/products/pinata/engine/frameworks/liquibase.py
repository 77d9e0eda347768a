"""Liquibase change logs in XML: the tables they create, with columns that later changes add."""

from tenantry.products.pinata.engine.findings import Column, Findings, Table
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program

RANK = 3  # what an ORM says of a table is fuller


class Liquibase:
    name = "liquibase"
    packages: tuple[str, ...] = ()
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        tables: dict[str, Table] = {}
        for path in program.project.paths("xml"):
            file = program.project.files[path]
            for line, kind, attributes, columns in file.extra.get("changes", ()):
                name = attributes.get("tableName", "")
                if kind == "createTable" and name:
                    tables[name] = Table(name, file, line, [_column(item) for item in columns], RANK)
                elif kind == "addColumn" and name in tables:
                    tables[name].columns += [_column(item) for item in columns]
                elif kind == "dropTable":
                    tables.pop(name, None)
                elif kind == "renameTable" and attributes.get("oldTableName") in tables:
                    moved = tables.pop(attributes["oldTableName"])
                    moved.name = attributes.get("newTableName", moved.name)
                    tables[moved.name] = moved
                elif kind == "addForeignKeyConstraint":
                    base = tables.get(attributes.get("baseTableName", ""))
                    for column in base.columns if base is not None else ():
                        if column.name in attributes.get("baseColumnNames", "").replace(" ", "").split(","):
                            column.references = attributes.get("referencedTableName")
        for table in tables.values():
            findings.table(table)


def _column(item: dict[str, str]) -> Column:
    reference = (
        item.get("constraint.referencedTableName") or item.get("constraint.references", "").partition("(")[0] or None
    )
    primary = item.get("constraint.primaryKey") == "true"
    nullable = not primary and item.get("constraint.nullable") != "false"
    return Column(item.get("name", ""), item.get("type", "").lower(), nullable, primary, reference)


framework = Liquibase()
