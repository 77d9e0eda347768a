"""SQLAlchemy (ORM and Core), Flask-SQLAlchemy, SQLModel and Alembic: tables, and what reads and writes them."""

from tenantry.products.pinata.engine.facts import ATTR, BINARY, CALL, LIST, NAME, Assign, Expr, dotted, spine
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings, Table
from tenantry.products.pinata.engine.frameworks.sqlalchemy_columns import column, is_column
from tenantry.products.pinata.engine.frameworks.sqlalchemy_models import Models
from tenantry.products.pinata.engine.frameworks.sqlalchemy_sessions import Sessions
from tenantry.products.pinata.engine.resolve.inference import Inference, Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import (
    CLASS,
    EXTERNAL,
    INSTANCE,
    MANY,
    At,
    Value,
)

_STATEMENTS = {
    "select": "db_read",
    "insert": "db_write",
    "update": "db_write",
    "delete": "db_write",
    "upsert": "db_write",
    "exists": "db_read",
}
_PERFORM = (
    "execute",
    "scalars",
    "scalar",
    "exec",
    "stream",
    "stream_scalars",
    "fetch_all",
    "fetch_one",
    "fetch_val",
    "iterate",
    "paginate",
    "first_or_404",
    "one_or_404",
)
_ONE = frozenset(
    "first one one_or_none get get_or_404 first_or_404 one_or_404 scalar_one scalar_one_or_none scalar refresh merge".split()
)

_QUERY = tuple(
    "all first one one_or_none get get_or_404 first_or_404 one_or_404 count exists filter filter_by order_by join outerjoin "
    "group_by limit offset paginate delete update scalar with_entities options distinct subquery values slice with_for_update "
    "yield_per add_columns select_from having union execution_options".split()
)


def _builds(name: str) -> bool:
    """Whether `select`, `insert`… of this canonical name are SQLAlchemy's, also as `db.select` of Flask-SQLAlchemy."""
    return (
        name.startswith(("sqlalchemy.", "sqlmodel."))
        and "()" not in name
        or name.rpartition(".")[0].endswith("SQLAlchemy()")
    )


def models_of(inference: Inference) -> Models:
    return inference.project.state("sqlalchemy.models", lambda: Models(inference))


def row(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`session.query(User)….first()`, `session.get(User, id)` and `User.query.get(id)` give a User, `.all()` many."""
    models = models_of(inference)
    if callee.kind == CLASS and callee.definition is not None and callee.path.startswith(".query"):
        made = Value(INSTANCE, callee.definition) if models.table_of(callee.definition) else None
    else:
        made = None
        for inner in spine(call):
            name = inner[1][2] if inner[1][0] == ATTR else dotted(inner[1]).rpartition(".")[2]
            if (
                name in ("query", "select", "get", "merge", "get_one", "scalar", "scalars", "execute", "exec")
                and inner[2]
            ):
                first = inner[2][0]
                statement = (
                    next((c for c in spine(first) if dotted(c[1]).rpartition(".")[2] == "select"), None)
                    if first[0] == CALL
                    else None
                )
                target = statement[2][0] if statement is not None and statement[2] else first
                if target[0] != NAME:
                    continue
                value = inference.value(target, at)
                if (
                    value.kind == CLASS
                    and value.definition is not None
                    and not value.path
                    and models.table_of(value.definition)
                ):
                    made = Value(INSTANCE, value.definition)
    if made is None:
        return None
    last = call[1][2] if call[1][0] == ATTR else dotted(call[1]).rpartition(".")[2]
    return made if last in _ONE else Value(MANY, item=made) if last == "all" else None


def validated(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`User.model_validate(data)` gives a User."""
    return Value(INSTANCE, callee.definition) if callee.kind == CLASS and callee.path.count(".") == 1 else None


class SqlAlchemy:
    name = "sqlalchemy"
    packages: tuple[str, ...] = ("sqlalchemy", "flask_sqlalchemy", "sqlmodel", "alembic", "advanced_alchemy")
    results: dict[str, tuple[Result, ...]] = {
        **{name: (row,) for name in (*sorted(_ONE), "all") if name != "refresh"},
        **dict.fromkeys(("model_validate", "from_orm", "parse_obj", "model_construct", "construct"), (validated,)),
    }

    def find(self, program: Program, findings: Findings) -> None:
        models = models_of(program.inference)
        for table in models.collect(program):
            findings.table(table)
        self._secondary(program, findings, models)
        self._alembic(program, findings)
        used = self._performed(program, findings, models)
        self._built(program, findings, models, used)
        self._queries(program, findings, models)
        Sessions(program, findings, models).find()

    # -- schema -----------------------------------------------------------------------------------------------

    def _secondary(self, program: Program, findings: Findings, models: Models) -> None:
        """`relationship(secondary="user_groups")` names a table that may be declared nowhere else."""
        known = {table.name for table in findings.tables}
        for site in program.methods("relationship"):
            target = site.argument("secondary")
            if target is not None and target[0] == "s" and "." not in target[1] and target[1] not in known:
                findings.table(Table(target[1], site.file, site.line, rank=2))

    def _alembic(self, program: Program, findings: Findings) -> None:
        """Tables that migrations make and never take away again; a model of the same name says more."""
        gone: set[str] = set()
        renamed: dict[str, str] = {}
        for site in program.calls("alembic.op.drop_table", "alembic.op.rename_table"):
            if site.file.scopes[site.at.scope].name == "downgrade":
                continue
            old, new = (
                program.text(site.argument("table_name", 0), site.at),
                program.text(site.argument("new_table_name", 1), site.at),
            )
            if site.method == "rename_table" and old and new:
                renamed[old] = new
            elif old:
                gone.add(old)
        for site in program.calls("alembic.op.create_table"):
            name = program.text(site.argument("table_name", 0), site.at)
            if not name or name in gone or self._undone(site):
                continue
            columns = [column("", arg, None, lambda _: None) for arg in site.expr[2] if is_column(arg)]
            splats = [program.value(arg, site.at) for arg in site.expr[2] if arg[0] == "*"]
            for splat in splats:
                if splat.expr is not None and splat.expr[0] == LIST:
                    columns += [column("", item, None, lambda _: None) for item in splat.expr[1] if is_column(item)]
            findings.table(Table(renamed.get(name, name), site.file, site.line, columns, 2))

    @staticmethod
    def _undone(site: Site) -> bool:
        return site.file.scopes[site.at.scope].name == "downgrade"

    # -- statements -------------------------------------------------------------------------------------------

    def _statement(self, program: Program, expr: Expr, at: At) -> Expr | None:
        """The `select(…)` (or insert, update, delete) that a chain begins with, else None."""
        calls = spine(expr)
        for inner in reversed(calls):
            name = dotted(inner[1])
            if name.rpartition(".")[2] in _STATEMENTS:
                value = program.value(inner[1], at)
                if value.kind == EXTERNAL and _builds(value.path):
                    return inner
        return None

    def _statements(
        self, program: Program, expr: Expr, at: At, seen: frozenset[str] = frozenset()
    ) -> list[tuple[Expr, Expr]]:
        """(innermost call, whole chain) of every statement that an expression, or the variable it names, may be.

        `seen` are variables that are looked into already: `stmt = stmt.where(…)` is whatever `stmt` is otherwise."""
        if expr[0] == CALL or expr[0] == ATTR:
            inner = self._statement(program, expr, at)
            if inner is not None:
                return [(inner, expr)]
            root = expr
            while root[0] in (CALL, ATTR):
                root = root[1]
            expr = root if root[0] != NAME or "." not in root[1] else (NAME, root[1].partition(".")[0])
        if expr[0] == BINARY:
            return self._statements(program, expr[2], at, seen) + self._statements(program, expr[3], at, seen)
        if expr[0] != NAME or "." in expr[1] or expr[1] in seen or len(seen) > 3:
            return []
        found: list[tuple[Expr, Expr]] = []
        for entry in program.project.names(at.file, at.scope).get(expr[1], ()):
            if isinstance(entry, Assign) and entry.value is not None and entry.value != expr:
                further = self._statements(program, entry.value, at, seen | {expr[1]})
                found += [pair for pair in further if pair not in found]
        return found

    def _performed(self, program: Program, findings: Findings, models: Models) -> set[int]:
        used: set[int] = set()
        for site in program.methods(*_PERFORM):
            for argument in site.expr[2][:2]:
                noted: set[tuple[str, str]] = set()
                for inner, chain in self._statements(program, argument, site.at):
                    if id(inner) not in used or argument[0] == NAME:
                        used.add(id(inner))
                        self._note(program, findings, models, inner, chain, site, noted)
        return used

    def _built(self, program: Program, findings: Findings, models: Models, used: set[int]) -> None:
        """Statements that are handed to somebody else: they count where they are written."""
        for site in program.methods(*_STATEMENTS):
            if id(site.expr) in used or site.callee.kind != EXTERNAL or not _builds(site.callee.path):
                continue
            self._note(program, findings, models, site.expr, site.outer.expr, site, set(), LIKELY)

    def _note(
        self, program: Program, findings: Findings, models: Models, inner: Expr, chain: Expr, site: Site,
        noted: set[tuple[str, str]], confidence: float = CERTAIN,
    ) -> None:  # fmt: skip
        verb = inner[1][2] if inner[1][0] == ATTR else dotted(inner[1]).rpartition(".")[2]
        kind = _STATEMENTS[verb]
        targets: list[tuple[str, Expr]] = [
            (kind, argument) for argument in (inner[2] if verb in ("select", "exists") else inner[2][:1])
        ]
        for call in spine(chain):
            name = call[1][2] if call[1][0] == ATTR else ""
            if name in ("join", "outerjoin", "select_from", "join_from"):
                targets += [("db_read", argument) for argument in call[2][:2]]
        for kind, target in targets:
            for table in self._tables(program, models, target, site.at):
                if (kind, table) not in noted:
                    noted.add((kind, table))
                    findings.add(
                        kind,
                        table,
                        site.file,
                        site.line,
                        scope=site.at.scope,
                        end_line=site.outer.end_line,
                        confidence=confidence,
                        framework=self.name,
                    )

    def _tables(self, program: Program, models: Models, expr: Expr, at: At) -> list[str]:
        """Tables in a selected expression: `User`, `User.id`, `func.count(User.id)`, `func.count().label()`."""
        if expr[0] == CALL:
            arguments = [a for call in spine(expr) for a in call[2]]
            return [table for argument in arguments for table in self._tables(program, models, argument, at)][:3]
        if expr[0] == LIST:
            return [table for item in expr[1] for table in self._tables(program, models, item, at)]
        table = models.table_named(expr, at)
        return [table] if table else []

    # -- sessions ---------------------------------------------------------------------------------------------

    def _queries(self, program: Program, findings: Findings, models: Models) -> None:
        """`session.query(User)…` and Flask-SQLAlchemy's `User.query…`; a chain that ends in update or delete writes."""
        for site in program.methods("query"):
            if not site.expr[2]:
                continue
            self._chain(program, findings, models, site, list(site.expr[2]))
        for site in program.methods(*_QUERY):
            if (
                site.outermost
                and site.callee.kind == CLASS
                and site.callee.path.startswith(".query.")
                and site.callee.definition is not None
            ):
                table = models.table_of(site.callee.definition)
                if table:
                    self._emit(findings, table, site, self._ends(site), CERTAIN)

    def _chain(self, program: Program, findings: Findings, models: Models, site: Site, targets: list[Expr]) -> None:
        kind = self._ends(site)
        noted: set[tuple[str, str]] = set()
        for position, target in enumerate(targets):
            for table in self._tables(program, models, target, site.at):
                this = kind if position == 0 else "db_read"
                if (this, table) not in noted:
                    noted.add((this, table))
                    self._emit(findings, table, site, this, CERTAIN)
        if not noted:
            return
        for call in spine(site.outer.expr):
            if call[1][0] == ATTR and call[1][2] in ("join", "outerjoin", "select_from"):
                for argument in call[2][:1]:
                    for table in self._tables(program, models, argument, site.at):
                        if ("db_read", table) not in noted:
                            noted.add(("db_read", table))
                            self._emit(findings, table, site, "db_read", CERTAIN)

    @staticmethod
    def _ends(site: Site) -> str:
        last = site.outer.expr[1]
        name = last[2] if last[0] == ATTR else dotted(last).rpartition(".")[2]
        return "db_write" if name in ("update", "delete") else "db_read"

    def _emit(self, findings: Findings, table: str, site: Site, kind: str, confidence: float) -> None:
        findings.add(
            kind,
            table,
            site.file,
            site.line,
            scope=site.at.scope,
            end_line=site.outer.end_line,
            confidence=confidence,
            framework=self.name,
        )


framework = SqlAlchemy()
