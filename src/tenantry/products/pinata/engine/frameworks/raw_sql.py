"""SQL as text: strings handed to a database driver, .sql files with named queries (aiosql), CREATE TABLE scripts."""

import re
from collections import defaultdict

from tenantry.products.pinata.engine import sql
from tenantry.products.pinata.engine.facts import CALL, STR, TEMPLATE, Expr, Statement
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Column, Findings, Found, Table
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import EXTERNAL

# Methods by which drivers of all kinds run a statement; the statement's text decides, not the receiver.
_RUN = (
    "execute", "executemany", "executescript", "execute_async", "exec_driver_sql", "execute_sql", "exec", "run_sql",
    "fetch", "fetchrow", "fetchval", "fetch_all", "fetch_one", "fetch_val", "fetchall", "fetchone", "iterate", "prepare",
    "raw", "query", "queryRaw", "queryRawUnsafe", "executeRaw", "executeRawUnsafe", "$queryRaw", "$executeRaw",
    "$queryRawUnsafe", "$executeRawUnsafe", "one", "oneOrNone", "many", "manyOrNone", "none", "any", "all", "get", "run",
    "read_sql", "read_sql_query", "update", "queryForObject", "queryForList", "queryForMap", "queryForStream", "queryForRowSet",
    "batchUpdate", "Query", "QueryRow", "Exec", "QueryContext", "QueryRowContext", "ExecContext", "Get", "Select", "GetContext",
    "SelectContext", "NamedExec", "NamedExecContext", "NamedQuery", "NamedQueryContext", "Queryx", "QueryRowx", "QueryxContext",
    "QueryRowxContext", "MustExec",
    "Prepare", "PrepareContext", "Preparex", "PreparexContext", "PrepareNamed", "PrepareNamedContext", "Raw", "Queue", "Rebind",
    "prepareStatement", "prepareCall", "executeQuery", "executeUpdate", "executeLargeUpdate", "addBatch",
    "scalar", "scalars", "mogrify", "copy_expert", "stream", "select", "select_one", "sql",
)  # fmt: skip
_RUN_NAMES = ("query", "sql", "statement", "operation", "stmt", "text")
_TEXT = ("sqlalchemy.text", "sqlalchemy.sql.text", "sqlalchemy.sql.expression.text", "sqlmodel.text")
_LOADERS = ("aiosql.from_path()", "aiosql.from_str()", "anosql.from_path()", "anosql.from_str()", "pugsql.module()")
_SQLC = re.compile(r"--\s*name\s*:\s*\w+\s*:(?:one|many|exec|batch|copyfrom)")
RANK = 3  # what an ORM or a migration says of a table is fuller


class RawSql:
    name = "sql"
    packages: tuple[str, ...] = ()
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        self._files(program, findings)
        self._strings(program, findings)

    # -- files ------------------------------------------------------------------------------------------------

    def _files(self, program: Program, findings: Findings) -> None:
        named: dict[str, list[Found]] = defaultdict(list)
        spoken = bool(program.project.paths("go"))  # sqlc's labels are functions there, and count where they are called
        for path in program.project.paths("sql"):
            file = program.project.files[path]
            for statement in file.statements:
                created = sql.created_table(statement.text)
                if created is not None:
                    columns = [Column(*column) for column in created.columns]
                    findings.table(Table(created.table, file, _line(statement, created.offset), columns, RANK))
                elif statement.name and not (spoken and _SQLC.search(statement.text)):
                    for access in sql.accesses(statement.text):
                        found = findings.add(
                            "db_write" if access.write else "db_read", access.table, file, _line(statement, access.offset),
                            framework="aiosql", query=statement.name,
                        )  # fmt: skip
                        named[statement.name].append(found)
        if named:
            self._named_queries(program, named)

    def _named_queries(self, program: Program, named: dict[str, list[Found]]) -> None:
        """`queries.get_user(connection, …)` performs the statement labelled `get-user`."""
        for name, statements in named.items():
            for site in program.methods(name):
                if site.callee.kind != EXTERNAL or not site.callee.path.startswith(_LOADERS):
                    continue
                owner = program.project.owner(site.file, site.at.scope)
                if owner is not None:
                    for found in statements:
                        found.callers.append((owner, site.file.path, site.line))

    # -- strings ----------------------------------------------------------------------------------------------

    def _strings(self, program: Program, findings: Findings) -> None:
        used: set[int] = set()
        for site in program.methods(*_RUN):
            statement = self._statement(site)
            if statement is not None:
                self._note(program, findings, site, statement, used)
            if site.file.language == "go":
                for other in site.expr[2][1:3]:  # behind a context, or what the rows are read into
                    self._note(program, findings, site, other, used)
        for site in program.calls(*_TEXT):
            if site.expr[2] and id(site.expr) not in used:
                self._note(program, findings, site, site.expr[2][0], used)

    def _statement(self, site: Site) -> Expr | None:
        if site.bare:
            return None
        if site.expr[2]:
            return site.expr[2][0]  # type: ignore[no-any-return]
        return next((value for name, value in site.expr[3] if name in _RUN_NAMES), None)

    def _note(self, program: Program, findings: Findings, site: Site, statement: Expr, used: set[int]) -> None:
        if statement[0] not in (STR, TEMPLATE, CALL, "v", "b", "a"):
            return
        if statement[0] == CALL:
            used.add(id(statement))
        text = program.text(statement, site.at)
        if text is None or not sql.looks_like_sql(text):
            return
        confidence = LIKELY if "{" in text else CERTAIN
        for access in sql.accesses(text):
            findings.add(
                "db_write" if access.write else "db_read", access.table, site.file, site.line, scope=site.at.scope,
                end_line=site.outer.end_line, confidence=confidence, framework="sql",
            )  # fmt: skip


def _line(statement: Statement, offset: int) -> int:
    return statement.line + statement.text.count("\n", 0, offset)


framework = RawSql()
