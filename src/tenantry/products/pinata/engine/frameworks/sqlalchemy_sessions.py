"""SQLAlchemy's sessions: rows that are added, deleted and fetched by their key; records that save themselves."""

import re

from tenantry.products.pinata.engine.facts import ATTR, CALL, DICT, LIST, NAME, Expr, dotted
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.sqlalchemy_models import Models
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import CLASS, EXTERNAL, FUNCTION, INSTANCE, MANY, At, Definition

_SESSION = re.compile(
    r"(?:^|[._])(?:session|db|db_session|sess|uow|database|tx|transaction|conn|connection)s?(?:\(\))?\Z|[sS]ession\w*\Z"
)
_SESSION_TYPES = re.compile(
    r"(?:.*\.)?(?:Async)?(?:[Ss]coped_?)?[Ss]ession(?:maker|local|Local)?(?:\(\))+\Z|.*SQLAlchemy\(\)\.session\Z|.*sessionmaker\(\)(?:\(\))?\Z"
)


class Sessions:
    """One look at all calls that go through a session."""

    def __init__(self, program: Program, findings: Findings, models: Models) -> None:
        self.program = program
        self.findings = findings
        self.models = models

    def find(self) -> None:
        self._sessions()
        self._active_records()

    def _emit(self, table: str, site: Site, kind: str, confidence: float) -> None:
        self.findings.add(
            kind, table, site.file, site.line, scope=site.at.scope, end_line=site.outer.end_line, confidence=confidence,
            framework="sqlalchemy",
        )  # fmt: skip

    def _sessions(self) -> None:
        for site in self.program.methods(
            "add", "merge", "delete", "add_all", "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings"
        ):
            if not site.bare and self._is_session(site) and site.expr[2]:
                for table in self._instances(site.expr[2][0], site.at):
                    self._emit(table, site, "db_write", CERTAIN)
        for site in self.program.methods("get", "get_one", "get_or_404", "refresh"):
            if not site.bare and self._is_session(site) and site.expr[2]:
                for table in self._instances(site.expr[2][0], site.at):
                    self._emit(table, site, "db_read", CERTAIN)
        for site in self.program.methods("insert", "update", "delete", "select"):  # users.insert() of Core
            callee = site.expr[1]
            if callee[0] == NAME and "." in callee[1]:
                binding = self.program.inference.binding((NAME, callee[1].rpartition(".")[0]), site.at)
                if binding is not None and binding in self.models.tables:
                    self._emit(
                        self.models.tables[binding], site, "db_read" if site.method == "select" else "db_write", CERTAIN
                    )

    def _active_records(self) -> None:
        """`user.save()` by a mixin whose `save` does `session.add(self)`: the mixin has no table, the receiver has."""
        saving = self._saving()
        names = {definition.name for definition in saving}
        for site in self.program.methods(*sorted(names)):
            callee = site.callee
            if callee.kind != FUNCTION or callee.definition not in saving or callee.path:
                continue
            base: Expr = site.expr[1][1] if site.expr[1][0] == ATTR else (NAME, dotted(site.expr[1]).rpartition(".")[0])
            value = self.program.value(base, site.at) if base != (NAME, "") else None
            if (
                value is not None
                and value.kind in (INSTANCE, CLASS)
                and value.definition is not None
                and not value.path
            ):
                table = self.models.table_of(value.definition)
                if table:
                    self._emit(table, site, "db_write", LIKELY)

    def _saving(self) -> set[Definition]:
        """Methods of classes without a table that hand `self` to a session, themselves or by another such method."""
        found: set[Definition] = set()
        for site in self.program.methods("add", "delete", "merge"):
            inside = self.program.project.enclosing_class(site.file, site.at.scope)
            owner = self.program.project.owner(site.file, site.at.scope)
            if inside is not None and owner is not None and site.expr[2] and site.expr[2][0] == (NAME, "self"):
                if self.models.table_of(inside) is None and self._is_session(site):
                    found.add(owner)
        for _ in range(3 if found else 0):  # save → create → get_or_create
            for site in self.program.methods(*sorted({definition.name for definition in found})):
                inside = self.program.project.enclosing_class(site.file, site.at.scope)
                owner = self.program.project.owner(site.file, site.at.scope)
                if (
                    owner is not None
                    and inside is not None
                    and any(inside.key == (d.file.path, d.scope.parent) for d in found)
                ):
                    found.add(owner)
        return found

    def _is_session(self, site: Site) -> bool:
        callee = site.expr[1]
        base: Expr = callee[1] if callee[0] == ATTR else (NAME, callee[1].rpartition(".")[0])
        if base == (NAME, ""):
            return False
        value = self.program.value(base, site.at)
        if value.kind == EXTERNAL:
            return _SESSION_TYPES.match(value.path) is not None or _SESSION.search(value.path) is not None
        if value.kind == INSTANCE and value.definition is not None and not value.path:
            return any(_SESSION_TYPES.match(f"{name}()") for name in self.program.externals(value.definition)) or bool(
                _SESSION.search(dotted(base))
            )
        name = dotted(base) or (base[1][1] if base[0] == CALL and base[1][0] == NAME else "")
        return _SESSION.search(name) is not None

    def _instances(self, expr: Expr, at: At) -> list[str]:
        """Tables of the objects an argument holds."""
        if expr[0] == LIST:
            found = [table for item in expr[1] for table in self._instances(item, at)]
            return list(dict.fromkeys(found))
        if expr[0] == DICT:
            return []
        value = self.program.value(expr, at)
        if value.kind == MANY and value.item is not None:
            value = value.item
        if value.expr is not None and value.expr[0] == LIST and value.at is not None and value.expr != expr:
            return self._instances(value.expr, value.at)
        if value.kind in (INSTANCE, CLASS) and value.definition is not None and not value.path:
            table = self.models.table_of(value.definition)
            return [table] if table else []
        return []
