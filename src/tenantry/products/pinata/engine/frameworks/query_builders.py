"""Query builders of Node: Knex, Drizzle and Kysely; tables that they declare, and what their chains read and write."""

from tenantry.products.pinata.engine.facts import ATTR, CALL, DICT, NAME, STR, Expr, spine
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Column, Findings, Table
from tenantry.products.pinata.engine.frameworks.javascript import LANGUAGES, canonical, is_javascript, literal
from tenantry.products.pinata.engine.resolve.inference import Inference, Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import At

_KNEX_WRITES = frozenset("insert update del delete truncate upsert increment decrement".split())
_KNEX_CHAIN = frozenset(
    "select where whereIn whereNot first insert update del delete truncate upsert join leftJoin innerJoin orderBy limit count "
    "returning andWhere orWhere pluck max min sum increment decrement whereNull whereNotNull distinct offset groupBy onConflict "
    "modify columns whereRaw paginate".split()
)
_KNEX_JOINS = frozenset(
    "join leftJoin innerJoin rightJoin leftOuterJoin rightOuterJoin fullOuterJoin crossJoin".split()
)
_KNEX_COLUMNS = {
    "increments": "integer", "bigIncrements": "bigint", "integer": "integer", "bigInteger": "bigint", "string": "varchar", "text": "text",
    "float": "float", "decimal": "decimal", "boolean": "boolean", "date": "date", "datetime": "timestamp", "timestamp": "timestamp",
    "json": "json", "jsonb": "jsonb", "uuid": "uuid", "binary": "bytea", "enum": "enum", "enu": "enum", "smallint": "smallint",
}  # fmt: skip
_DRIZZLE_TABLES = frozenset(("pgTable", "mysqlTable", "sqliteTable"))
_KYSELY = {
    "selectFrom": "db_read",
    "insertInto": "db_write",
    "updateTable": "db_write",
    "deleteFrom": "db_write",
    "replaceInto": "db_write",
}


class QueryBuilders:
    name = "query_builders"
    packages: tuple[str, ...] = (
        "knex", "kysely", "drizzle-orm", "drizzle-orm/pg-core", "drizzle-orm/mysql-core", "drizzle-orm/sqlite-core", "objection",
        "drizzle-orm/node-postgres", "drizzle-orm/postgres-js",
    )  # fmt: skip
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        if program.project.imports("knex", "objection"):
            self._knex_tables(program, findings)
            self._knex(program, findings)
        if program.project.imports("kysely"):
            self._kysely(program, findings)
        if program.project.imports("drizzle-orm", *self.packages[3:6]):
            self._drizzle(program, findings)

    def _note(
        self, findings: Findings, kind: str, table: str, site: Site, framework: str, confidence: float = CERTAIN
    ) -> None:
        findings.add(
            kind, table, site.file, site.line, scope=site.at.scope, end_line=site.outer.end_line, confidence=confidence,
            framework=framework, operation=site.method,
        )  # fmt: skip

    @staticmethod
    def _method(call: Expr) -> str:
        callee = call[1]
        return callee[2] if callee[0] == ATTR else callee[1].rpartition(".")[2] if callee[0] == NAME else ""

    # -- Knex -------------------------------------------------------------------------------------------------

    def _knex(self, program: Program, findings: Findings) -> None:
        seen: set[int] = set()
        for site in program.methods(*sorted(_KNEX_CHAIN)):
            if not is_javascript(site.file) or id(site.outer) in seen:
                continue
            calls = spine(site.outer.expr)
            words = {self._method(call) for call in calls}
            tables = [call[2][0] for call in calls if self._method(call) in ("from", "into", "table") and call[2]]
            first = calls[-1]
            itself = not tables
            if itself:
                if not first[2] or first[1][0] != NAME or first[2][0][0] not in (STR, NAME, "t"):
                    continue
                tables = [first[2][0]]
            if not self._is_knex(program, first, site.at, itself=itself):
                continue
            seen.add(id(site.outer))
            kind = "db_write" if words & _KNEX_WRITES else "db_read"
            for expr in tables:
                self._named(program, findings, kind, expr, site)
            for call in calls:
                if self._method(call) in _KNEX_JOINS and call[2]:
                    self._named(program, findings, "db_read", call[2][0], site)

    @staticmethod
    def _is_knex(program: Program, first: Expr, at: At, *, itself: bool) -> bool:
        """Whether a chain begins on a Knex client; `itself`: with a call of the client, `knex("users")`."""
        value = program.value(first[1], at)
        if value.path.startswith(("knex()", "knex.knex()", "knex.Knex()")):
            return not itself or "." not in value.path.removeprefix("knex.").removeprefix("Knex().Transaction")
        name = (first[1][1] if first[1][0] == NAME else "").lower()
        owner, _, last = name.rpartition(".")
        return value.kind in ("unknown", "external") and (
            (last if itself else owner).rpartition(".")[2] in ("knex", "trx")
        )

    def _named(self, program: Program, findings: Findings, kind: str, expr: Expr, site: Site) -> None:
        text = program.text(expr, site.at)
        if text and not text.startswith("{"):
            self._note(findings, kind, text.split()[0].rpartition(".")[2], site, "knex")

    def _knex_tables(self, program: Program, findings: Findings) -> None:
        """`knex.schema.createTable("users", (table) => {…})` in migrations that stand."""
        dropped: set[str] = set()
        found: list[Table] = []
        for site in program.methods("createTable", "createTableIfNotExists", "dropTable", "dropTableIfExists"):
            owner = program.project.owner(site.file, site.at.scope)
            if not is_javascript(site.file) or not site.expr[2] or "schema" not in self._path(site.expr):
                continue
            name = program.text(site.expr[2][0], site.at)
            if not name or (owner is not None and owner.name.rpartition(".")[2] == "down"):
                continue
            if site.method.startswith("drop"):
                dropped.add(name)
            else:
                found.append(Table(name, site.file, site.expr[4], self._knex_columns(program, site), 1))
        for table in found:
            if table.name not in dropped:
                findings.table(table)

    @staticmethod
    def _path(call: Expr) -> str:
        callee = call[1]
        return callee[1] if callee[0] == NAME else "".join(inner[1][1] for inner in spine(call) if inner[1][0] == NAME)

    def _knex_columns(self, program: Program, site: Site) -> list[Column]:
        builder = program.function(site.expr[2][1], site.at) if len(site.expr[2]) > 1 else None
        columns: list[Column] = []
        for call in site.file.calls if builder is not None else ():
            if builder is None or call.scope != builder.index:
                continue
            calls = spine(call.expr)
            first = calls[-1]
            kind = self._method(first)
            if kind == "timestamps":
                columns += [Column("created_at", "timestamp"), Column("updated_at", "timestamp")]
            if kind not in _KNEX_COLUMNS:
                continue
            name = first[2][0][1] if first[2] and first[2][0][0] == STR else "id"
            words = {self._method(item): item for item in calls}
            target = words.get("inTable") or words.get("references")
            reference = target[2][0][1] if target is not None and target[2] and target[2][0][0] == STR else None
            if reference and "inTable" not in words:
                reference = reference.rpartition(".")[0] or None
            primary = "primary" in words or kind.lower().endswith("increments")
            columns.append(
                Column(name, _KNEX_COLUMNS[kind], "notNullable" not in words and not primary, primary, reference)
            )
        return columns

    # -- Kysely -----------------------------------------------------------------------------------------------

    def _kysely(self, program: Program, findings: Findings) -> None:
        for site in program.methods(*sorted(_KYSELY)):
            if is_javascript(site.file) and site.expr[2] and site.expr[2][0][0] == STR:
                self._note(findings, _KYSELY[site.method], site.expr[2][0][1].split()[0], site, "kysely")
        for site in program.methods("innerJoin", "leftJoin", "rightJoin", "fullJoin"):
            if (
                is_javascript(site.file)
                and site.expr[2]
                and site.expr[2][0][0] == STR
                and any(self._method(c) in _KYSELY for c in spine(site.outer.expr))
            ):
                self._note(findings, "db_read", site.expr[2][0][1].split()[0], site, "kysely")

    # -- Drizzle ----------------------------------------------------------------------------------------------

    def _drizzle(self, program: Program, findings: Findings) -> None:
        tables: dict[tuple[str, str], Table] = {}
        inference = program.inference
        for path in sorted(program.project.files):
            file = program.project.files[path]
            for assign in file.assigns if file.language in LANGUAGES else ():
                value = assign.value
                if (
                    value is None
                    or value[0] != CALL
                    or not value[2]
                    or self._method(value) not in _DRIZZLE_TABLES | {"table"}
                ):
                    continue
                name = program.text(value[2][0], At(file, assign.scope))
                if name and (
                    canonical(inference, value, At(file, assign.scope)).startswith("drizzle-orm")
                    or self._method(value) in _DRIZZLE_TABLES
                ):
                    tables[path, assign.target] = Table(name, file, assign.line, [])
        for (path, _), table in tables.items():
            value = next(
                a.value
                for a in program.project.files[path].assigns
                if a.line == table.line and a.value is not None and a.value[0] == CALL
            )
            table.columns = self._drizzle_columns(program, value, At(table.file, 0), tables)
            findings.table(table)
        for site in program.methods(
            "from", "insert", "update", "delete", "leftJoin", "innerJoin", "rightJoin", "fullJoin"
        ):
            if is_javascript(site.file) and site.expr[2] and site.expr[2][0][0] == NAME:
                found = self._table_of(inference, site.expr[2][0], site.at, tables)
                if found is not None:
                    kind = "db_write" if site.method in ("insert", "update", "delete") else "db_read"
                    self._note(findings, kind, found.name, site, "drizzle")
        by_variable = {variable: table for (_, variable), table in tables.items()}
        for site in program.methods("findMany", "findFirst"):
            callee = site.expr[1]
            parts = callee[1].split(".") if callee[0] == NAME else []
            if len(parts) >= 3 and parts[-3] == "query" and parts[-2] in by_variable:
                self._note(findings, "db_read", by_variable[parts[-2]].name, site, "drizzle", LIKELY)

    @staticmethod
    def _table_of(inference: Inference, expr: Expr, at: At, tables: dict[tuple[str, str], Table]) -> Table | None:
        binding = inference.binding(expr, at)
        return tables.get((binding.path, binding.name)) if binding is not None else None

    def _drizzle_columns(
        self, program: Program, value: Expr, at: At, tables: dict[tuple[str, str], Table]
    ) -> list[Column]:
        found = literal(program.inference, value[2][1], at) if len(value[2]) > 1 else None
        columns: list[Column] = []
        for key, item in found[0][1] if found is not None and found[0][0] == DICT else ():
            if key[0] != STR or item[0] != CALL:
                continue
            calls = spine(item)
            first = calls[-1]
            words = {self._method(call): call for call in calls}
            name = first[2][0][1] if first[2] and first[2][0][0] == STR else key[1]
            reference = None
            if "references" in words and words["references"][2]:
                arrow = program.value(words["references"][2][0], at)
                for returned in arrow.definition.scope.returns if arrow.definition is not None else ():
                    if returned[0] == NAME and "." in returned[1] and arrow.definition is not None:
                        target = self._table_of(
                            program.inference, (NAME, returned[1].rpartition(".")[0]), arrow.definition.inside, tables
                        )
                        reference = target.name if target is not None else None
            primary = "primaryKey" in words
            columns.append(
                Column(name, self._method(first).lower(), not ("notNull" in words or primary), primary, reference)
            )
        return columns


framework = QueryBuilders()
