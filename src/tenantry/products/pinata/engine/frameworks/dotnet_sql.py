"""SQL in .NET code: Dapper, ADO.NET commands, EF Core's raw queries."""

from tenantry.products.pinata.engine import sql
from tenantry.products.pinata.engine.facts import CALL, NAME, STR, TEMPLATE, Expr
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.dotnet import LANGUAGE, in_use, sites
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program
from tenantry.products.pinata.engine.resolve.values import At

_DAPPER = tuple(
    f"{name}{end}"
    for name in (
        "Query", "QueryFirst", "QueryFirstOrDefault", "QuerySingle", "QuerySingleOrDefault", "QueryMultiple", "Execute",
        "ExecuteScalar", "ExecuteReader", "QueryUnbuffered", "ExecuteNonQuery", "SqlQuery", "SqlQueryRaw", "ExecuteSql",
        "ExecuteSqlRaw", "ExecuteSqlInterpolated", "ExecuteSqlCommand", "ExecuteQuery",
    )
    for end in ("", "Async")
)  # fmt: skip
_OVER_SETS = ("FromSql", "FromSqlRaw", "FromSqlInterpolated")
_COMMANDS = (
    "SqlCommand", "NpgsqlCommand", "MySqlCommand", "SqliteCommand", "SQLiteCommand", "OracleCommand", "OleDbCommand",
    "OdbcCommand", "SqlDataAdapter", "CommandDefinition", "NpgsqlBatchCommand",
)  # fmt: skip
_NAMES = ("sql", "query", "commandText", "cmdText", "CommandText")


class DotnetSql:
    name = "sql"
    packages: tuple[str, ...] = ()
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        if not in_use(program):
            return
        self.known: set[tuple[str, str, str, int]] | None = None
        for site in sites(program, *_DAPPER, *_OVER_SETS, *_COMMANDS, "CreateCommand"):
            given = next((value for name, value in site.expr[3] if name in _NAMES), None)
            statements = [given] if given is not None else list(site.expr[2][:2])
            for statement in statements:
                if self._note(program, findings, statement, site.at, site.line, site.outer.end_line):
                    break
        for path in program.project.paths(LANGUAGE):
            file = program.project.files[path]
            for assign in file.assigns:
                if assign.target.endswith(".CommandText") and assign.value is not None:
                    self._note(program, findings, assign.value, At(file, assign.scope), assign.line, assign.line)

    def _noted(self, findings: Findings) -> set[tuple[str, str, str, int]]:
        """What others noted already, by (kind, table, file, line)."""
        if self.known is None:
            self.known = {
                (item.kind, item.name.lower(), item.file.path, item.line)
                for item in findings.found
                if item.kind in ("db_read", "db_write")
            }
        return self.known

    def _note(self, program: Program, findings: Findings, statement: Expr, at: At, line: int, end_line: int) -> bool:
        if statement[0] not in (STR, TEMPLATE, NAME, CALL, "b", "a"):
            return False
        text = program.text(statement, at)
        if text is None or not sql.looks_like_sql(text):
            return False
        noted = self._noted(findings)
        for access in sql.accesses(text):
            kind = "db_write" if access.write else "db_read"
            if (kind, access.table.lower(), at.file.path, line) in noted:
                continue  # `context.Orders.FromSql("SELECT … FROM orders").ToList()` is one read
            findings.add(
                kind, access.table, at.file, line, scope=at.scope, end_line=end_line,
                confidence=LIKELY if "{" in text else CERTAIN, framework=self.name,
            )  # fmt: skip
        return True


framework = DotnetSql()
