"""The schema as EF Core's tools wrote it down: model snapshots, and the migrations of contexts that have none."""

from tenantry.products.pinata.engine.facts import CALL, DICT, FUNCTION, NUM, STR, Expr, FileFacts, type_arguments
from tenantry.products.pinata.engine.findings import Column, Findings, Table
from tenantry.products.pinata.engine.frameworks.dotnet import LANGUAGE, chain, method_of, root_of, type_name
from tenantry.products.pinata.engine.resolve.program import Program
from tenantry.products.pinata.engine.resolve.values import At

RANK = 2  # what the code itself says of a table stands before what was written down of it


class Snapshot:
    """One file: the table of every entity by its whole name."""

    def __init__(self, program: Program, file: FileFacts) -> None:
        self.program = program
        self.file = file
        self.tables: dict[str, Table] = {}  # name of the entity → table
        self._property_columns: dict[tuple[str, str], Column] = {}
        self._references: list[tuple[str, str, str]] = []
        builders: dict[tuple[int, str], str] = {}
        for call in file.calls:
            steps = chain(call.expr)
            if not steps:
                continue
            first = steps[0]
            at = At(file, call.scope)
            if method_of(first) == "Entity" and first[2]:
                name = program.text(first[2][0], at)
                if name:
                    self._open(name, first, at, builders)
                continue
            entity = builders.get((call.scope, root_of(call.expr)))
            if entity is not None:
                self._step(entity, steps, at, builders)
        for entity, key, target in self._references:
            column = self._property_columns.get((entity, key))
            if column is not None and target in self.tables:
                column.references = self.tables[target].name

    def _open(self, name: str, call: Expr, at: At, builders: dict[tuple[int, str], str]) -> None:
        for argument in call[2][1:]:
            if argument[0] == FUNCTION and len(argument) == 2:
                inline = self.program.project.inline(at.file, argument[1])
                if inline is not None and inline.scope.params:
                    builders[inline.index, inline.scope.params[0].name] = name
                    self.tables.setdefault(
                        name, Table(name.rpartition(".")[2].rpartition("+")[2], self.file, call[4], [], RANK)
                    )

    def _step(self, entity: str, steps: list[Expr], at: At, builders: dict[tuple[int, str], str]) -> None:
        first = steps[0]
        name = method_of(first)
        table = self.tables[entity]
        if name in ("ToTable", "ToView") and first[2]:
            text = self.program.text(first[2][0], at)
            if text:
                table.name, table.line = text, first[4]
            elif first[2][0] == (NUM, None):
                table.name = ""
        elif name == "Property" and first[2]:
            self._property(entity, table, first, steps[1:], at)
        elif name == "HasKey":
            for arg in first[2]:
                column = self._property_columns.get((entity, self.program.text(arg, at) or ""))
                if column is not None:
                    column.primary_key, column.nullable = True, False
        elif first[2]:
            self._relation(entity, table, steps, self.program.text(first[2][0], at) or "", at, builders)

    def _relation(
        self, entity: str, table: Table, steps: list[Expr], other: str, at: At, builders: dict[tuple[int, str], str]
    ) -> None:
        """What a type owns, derives from and refers to."""
        name = method_of(steps[0])
        if name in ("OwnsOne", "OwnsMany") and other:
            inner = f"{entity}.{other}#{steps[0][4]}"
            self._open(inner, steps[0], at, builders)
            if inner in self.tables:
                self.tables[inner].name = table.name
        elif name == "HasBaseType" and other in self.tables:
            table.name = self.tables[other].name
        elif name == "HasOne":
            for step in steps[1:]:
                if method_of(step) == "HasForeignKey":
                    self._references += [(entity, self.program.text(arg, at) or "", other) for arg in step[2]]

    def _property(self, entity: str, table: Table, first: Expr, rest: list[Expr], at: At) -> None:
        member = self.program.text(first[2][0], at)
        if not member:
            return
        kinds = type_arguments(first)
        physical, typed = member, type_name(kinds[0]).lower() if kinds else ""
        nullable = bool(kinds) and (kinds[0][0] == "b" or type_name(kinds[0]) == "string")
        for step in rest:
            what = method_of(step)
            if what == "HasColumnName" and step[2]:
                physical = self.program.text(step[2][0], at) or physical
            elif what == "HasColumnType" and step[2]:
                typed = self.program.text(step[2][0], at) or typed
            elif what == "IsRequired":
                nullable = False
        column = Column(physical, typed, nullable, False, None)
        self._property_columns[entity, member] = column
        table.columns.append(column)


def note_snapshots(program: Program, findings: Findings) -> dict[str, str]:
    """Note all tables of snapshots and migrations; returns the table of every entity by its whole name."""
    names: dict[str, str] = {}
    folders: set[str] = set()
    for path in program.project.paths(LANGUAGE):
        if path.endswith("ModelSnapshot.cs"):
            folders.add(path.rpartition("/")[0])
            merged: dict[str, Table] = {}
            for entity, table in Snapshot(program, program.project.files[path]).tables.items():
                if not table.name:
                    continue
                if "#" not in entity:
                    names.setdefault(entity, table.name)
                known = merged.setdefault(table.name, table)
                if known is not table:
                    have = {column.name for column in known.columns}
                    known.columns += [column for column in table.columns if column.name not in have]
            for table in merged.values():
                findings.table(table)
    _migrations(program, findings, folders)
    return names


def _migrations(program: Program, findings: Findings, folders: set[str]) -> None:
    """Tables that migrations create and do not drop again, of folders without a snapshot."""
    tables: dict[tuple[str, str], Table] = {}
    for path in program.project.paths(LANGUAGE):
        folder = path.rpartition("/")[0]
        if folder in folders:
            continue
        file = program.project.files[path]
        ups = {index for index, scope in enumerate(file.scopes) if scope.name == "Up" and scope.kind == "function"}
        for call in file.calls if ups else ():
            if call.scope not in ups:
                continue
            at = At(file, call.scope)
            for step in chain(call.expr):
                _migrated(program, tables, folder, step, at)
    for table in tables.values():
        findings.table(table)


def _migrated(program: Program, tables: dict[tuple[str, str], Table], folder: str, step: Expr, at: At) -> None:
    what = method_of(step)
    given = dict(step[3])
    named = given.get("name") or (step[2][0] if step[2] else None)
    if what not in ("CreateTable", "DropTable", "RenameTable") or named is None:
        return
    name = program.text(named, at) or ""
    if what == "CreateTable" and name:
        columns = given.get("columns") or (step[2][1] if len(step[2]) > 1 else None)
        tables[folder, name] = Table(name, at.file, step[4], _columns(program, columns, at), RANK + 1)
    elif what == "DropTable":
        tables.pop((folder, name), None)
    elif what == "RenameTable" and given.get("newName") is not None:
        table = tables.pop((folder, name), None)
        renamed = program.text(given["newName"], at)
        if table is not None and renamed:
            table.name = renamed
            tables[folder, renamed] = table


def _columns(program: Program, expr: Expr | None, at: At) -> list[Column]:
    """`table => new { Id = table.Column<int>(nullable: false) }`"""
    if expr is None or expr[0] != FUNCTION or len(expr) > 2:
        return []
    inline = program.project.inline(at.file, expr[1])
    returned = inline.scope.returns[0] if inline is not None and inline.scope.returns else None
    if returned is None or returned[0] != DICT or inline is None:
        return []
    columns = []
    for key, value in returned[1]:
        if key[0] != STR or value[0] != CALL:
            continue
        steps = chain(value)
        given = dict(steps[0][3]) if steps else {}
        typed = program.text(given.get("type"), inline.inside) or ""
        kinds = type_arguments(steps[0]) if steps else ()
        named = program.text(given.get("name"), inline.inside)
        nullable = given.get("nullable", (NUM, False)) == (NUM, True)
        columns.append(
            Column(named or key[1], typed or (type_name(kinds[0]).lower() if kinds else ""), nullable, False, None)
        )
    return columns
