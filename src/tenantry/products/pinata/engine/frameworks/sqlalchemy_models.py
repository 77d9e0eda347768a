"""Which classes SQLAlchemy, Flask-SQLAlchemy and SQLModel map, to which tables, with which columns."""

import re

from tenantry.products.pinata.engine.facts import (
    ATTR,
    BINARY,
    CALL,
    CLASS,
    INDEX,
    NAME,
    NUM,
    STR,
    TEMPLATE,
    Assign,
    Expr,
    dotted,
)
from tenantry.products.pinata.engine.findings import Column, Table, is_migration
from tenantry.products.pinata.engine.frameworks.sqlalchemy_columns import column, is_column
from tenantry.products.pinata.engine.resolve.inference import Inference
from tenantry.products.pinata.engine.resolve.program import Program
from tenantry.products.pinata.engine.resolve.values import CLASS as CLASS_VALUE
from tenantry.products.pinata.engine.resolve.values import EXTERNAL, INSTANCE, At, Binding, Definition, Value

_BASE = re.compile(
    r"(?:.*\.)?(?:declarative_base\(\)|automap_base\(\)|DeclarativeBase|DeclarativeBaseNoMeta|generate_base\(\)|UUIDBase|UUIDAuditBase|BigIntBase|BigIntAuditBase)\Z"
)
_FLASK = re.compile(r".*SQLAlchemy\(\)\.Model\Z|flask_sqlalchemy(?:\.model)?\.Model\Z")
_SQLMODEL = re.compile(r"(?:sqlmodel(?:\.main)?)\.SQLModel\Z")
_TABLES = frozenset(("sqlalchemy.Table", "sqlalchemy.schema.Table", "sqlalchemy.sql.schema.Table", "sqlmodel.Table"))
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def snake_case(name: str) -> str:
    return _CAMEL.sub("_", name).lower()


class Models:
    """All mapped classes and tables of a program. `table_of` answers for a class, `tables` for variables of `Table(…)`."""

    def __init__(self, inference: Inference) -> None:
        self.inference = inference
        self._names: dict[Definition, str | None] = {}
        self.tables: dict[Binding, str] = {}

    def flavour(self, definition: Definition) -> str:
        """ "plain", "flask" or "sqlmodel" for a class with a declarative base, else ""."""
        members = self.inference.members
        for base in members.externals(definition):
            if _FLASK.match(base):
                return "flask"
            if _SQLMODEL.match(base):
                return "sqlmodel"
            if _BASE.match(base):
                return "plain"
        for owner in members.order(definition)[0]:
            for expr, _ in owner.scope.decorators:
                name = dotted(expr[1] if expr[0] == CALL else expr).rpartition(".")[2]
                if name in ("as_declarative", "mapped", "mapped_as_dataclass", "as_declarative_base"):
                    return "plain"
        return ""

    def table_of(self, definition: Definition) -> str | None:
        """The physical table of a mapped class; None for abstract bases, mixins and everything else."""
        if definition not in self._names:
            self._names[definition] = None
            self._names[definition] = self._table_of(definition)
        return self._names[definition]

    def _table_of(self, definition: Definition) -> str | None:
        flavour = self.flavour(definition)
        if not flavour or self._own(definition, "__abstract__") == (NUM, True):
            return None
        own = self._own(definition, "__tablename__")
        if own is not None and own[0] == "computed" and self._is_base(definition):
            return None
        if own is not None:
            return self._evaluated(own, definition, definition.inside)
        mapped = self._own(definition, "__table__")
        if mapped is not None and mapped[0] == CALL and mapped[2] and mapped[2][0][0] == STR:
            return str(mapped[2][0][1])
        if flavour == "sqlmodel":
            says = {param.name: param.default for param in definition.scope.params}
            if says.get("table") != (NUM, True):
                return None
        return self._inherited(definition, flavour)

    def _is_base(self, definition: Definition) -> bool:
        """A direct subclass of DeclarativeBase is the base of all models, never one itself."""
        values = (self.inference.value(base, definition.outside) for base in definition.scope.bases)
        return any(
            value.path.rpartition(".")[2].startswith("DeclarativeBase") for value in values if value.kind == EXTERNAL
        )

    def _inherited(self, definition: Definition, flavour: str) -> str | None:
        order = self.inference.members.order(definition)[0]
        for base in order[1:]:
            if self._own(base, "__tablename__") is not None and self.flavour(base) and not self._computed(base):
                return self.table_of(base)  # single-table inheritance
            computed = self._computed(base)
            if computed is not None:
                return self._computed_name(computed, definition)
            own = self._own(base, "__tablename__")
            if own is not None:
                return self._evaluated(own, definition, base.inside)
        if flavour == "flask" and any(
            is_column(e.value) for e in definition.file.assigns if e.scope == definition.index
        ):
            return snake_case(definition.name)
        if flavour == "sqlmodel":
            return definition.name.lower()
        computed = self._computed(definition)
        return self._computed_name(computed, definition) if computed is not None else None

    def _own(self, definition: Definition, name: str) -> Expr | None:
        for entry in self.inference.project.names(definition.file, definition.index).get(name, ()):
            if isinstance(entry, Assign):
                return entry.value
            if isinstance(entry, int) and name == "__tablename__" and definition.file.scopes[entry].returns:
                return ("computed", entry)
        return None

    def _computed(self, definition: Definition) -> Definition | None:
        """A `__tablename__` that is a function (declared_attr) of a class."""
        own = self._own(definition, "__tablename__")
        return (
            self.inference.project.definition(definition.file, own[1])
            if own is not None and own[0] == "computed"
            else None
        )

    def _computed_name(self, function: Definition, definition: Definition) -> str | None:
        for returned in function.scope.returns:
            name = self._evaluated(returned, definition, function.inside)
            if name:
                return name
        return None

    def _evaluated(self, expr: Expr, definition: Definition, at: At) -> str | None:
        """A table name from an expression over `cls.__name__`."""
        tag = expr[0]
        if tag == "computed":
            return self._computed_name(self.inference.project.definition(at.file, expr[1]), definition)
        if tag == STR:
            return str(expr[1])
        if tag == NAME and expr[1].endswith("__name__"):
            return definition.name
        if tag == NAME:
            value = self.inference.value(expr, at)
            return str(value.expr[1]) if value.expr is not None and value.expr[0] == STR else None
        if tag == TEMPLATE:
            parts = [part if isinstance(part, str) else self._evaluated(part, definition, at) for part in expr[1]]
            known = [part for part in parts if part is not None]
            return "".join(known) if len(known) == len(parts) else None
        if tag == BINARY and expr[1] == "+":
            left, right = self._evaluated(expr[2], definition, at), self._evaluated(expr[3], definition, at)
            return left + right if left is not None and right is not None else None
        if tag == CALL:
            return self._evaluated_call(expr, definition, at)
        return None

    def _evaluated_call(self, expr: Expr, definition: Definition, at: At) -> str | None:
        callee = expr[1]
        name = dotted(callee)
        if name.endswith("__name__.lower") or callee[0] == ATTR and callee[2] == "lower":
            base = self._evaluated(callee[1], definition, at) if callee[0] == ATTR else definition.name
            return base.lower() if base else None
        inner = next((text for arg in expr[2] if (text := self._evaluated(arg, definition, at))), None)
        if inner is None:
            return None
        # Any other function over the class's name is, by convention, one that makes it snake_case.
        return snake_case(inner) + ("s" if "plural" in name.lower() else "")

    # -- tables and their columns -----------------------------------------------------------------------------

    def collect(self, program: Program) -> list[Table]:
        """All tables: of classes and of `Table(…)` calls; fills `tables`."""
        found: list[Table] = []
        calls = [site for site in program.methods("Table") if self._makes_table(site.callee)]
        for site in calls:
            name = site.argument("name", 0)
            text = program.text(name, site.at) if name is not None else None
            if text:
                columns = [
                    column("", arg, None, lambda e, at=site.at: self.table_named(e, at))  # type: ignore[misc]
                    for arg in site.expr[2]
                    if is_column(arg)
                ]
                found.append(Table(text, site.file, site.line, columns))
        tables = {id(site.expr): site for site in calls}
        for path in program.project.paths("python"):
            file = program.project.files[path]
            for assign in file.assigns:
                if (
                    assign.value is not None
                    and assign.value[0] == CALL
                    and (id(assign.value) in tables or self._same_call(program, assign, At(file, assign.scope)))
                ):
                    made = program.text(assign.value[2][0], At(file, assign.scope)) if assign.value[2] else None
                    if made:
                        self.tables[Binding(path, assign.scope, assign.target)] = made
        for definition in program.project.classes():
            table = self.table_of(definition) if definition.file.language == "python" else None
            if table:
                # A class that shares its table with a base (single-table inheritance) adds columns, not a table.
                own = self._own(definition, "__tablename__") is not None or self._shares(definition) is None
                rank = 2 if is_migration(definition.file) else 0 if own else 1  # migrations keep old copies of models
                found.append(
                    Table(table, definition.file, definition.scope.line, self.columns(definition), rank, definition)
                )
        return found

    def _shares(self, definition: Definition) -> Definition | None:
        for base in self.inference.members.order(definition)[0][1:]:
            if self.table_of(base) is not None and self.table_of(base) == self.table_of(definition):
                return base
        return None

    def _makes_table(self, callee: Value) -> bool:
        return callee.kind == EXTERNAL and (callee.path in _TABLES or callee.path.endswith("SQLAlchemy().Table"))

    def _same_call(self, program: Program, assign: Assign, at: At) -> bool:
        assert assign.value is not None
        return dotted(assign.value[1]).rpartition(".")[2] == "Table" and self._makes_table(
            program.value(assign.value[1], at)
        )

    def columns(self, definition: Definition) -> list[Column]:
        """Columns of a class, those of its mixins and bases first."""
        found: dict[str, Column] = {}
        for owner in reversed(self.inference.members.order(definition)[0]):
            at = owner.inside

            def table_of(expr: Expr, at: At = at) -> str | None:
                return self.table_named(expr, at)

            for entries in self.inference.project.names(owner.file, owner.index).values():
                for entry in entries:
                    if isinstance(entry, Assign):
                        made = self._column(entry, definition, table_of)
                        if made is not None:
                            found[entry.target] = made
                    elif isinstance(entry, int):
                        self._declared(owner, entry, found, table_of)
        return list(found.values())

    def _column(self, entry: Assign, definition: Definition, table_of: object) -> Column | None:
        mapped = (
            entry.annotation is not None
            and entry.annotation[0] == INDEX
            and dotted(entry.annotation[1]).endswith("Mapped")
        )
        if is_column(entry.value) and (dotted(entry.value[1]) != "Field" or entry.annotation is not None):  # type: ignore[index]
            return column(entry.target, entry.value, entry.annotation, table_of)  # type: ignore[arg-type]
        if mapped and entry.value is None:
            inner = entry.annotation[2] if entry.annotation else None
            if inner is not None and self._relates(inner[1][0] if inner[0] == "l" and inner[1] else inner, definition):
                return None
            return column(entry.target, None, entry.annotation, table_of)  # type: ignore[arg-type]
        if self.flavour(definition) == "sqlmodel" and entry.annotation is not None and not entry.target.startswith("_"):
            if entry.value is None or entry.value[0] in (NUM, STR):
                return column(entry.target, None, entry.annotation, table_of)  # type: ignore[arg-type]
        return None

    def _relates(self, annotation: Expr, definition: Definition) -> bool:
        value = self.inference.value((NAME, annotation[1]) if annotation[0] == STR else annotation, definition.inside)
        return value.kind == CLASS_VALUE and value.definition is not None and bool(self.table_of(value.definition))

    def _declared(self, owner: Definition, index: int, found: dict[str, Column], table_of: object) -> None:
        """`@declared_attr def owner_id(cls): return Column(…)`."""
        scope = owner.file.scopes[index]
        if scope.kind != CLASS and any(
            dotted(expr).rpartition(".")[2] in ("declared_attr", "directive") or "declared_attr" in dotted(expr)
            for expr, _ in scope.decorators
        ):
            for returned in scope.returns:
                if is_column(returned):
                    found[scope.name] = column(scope.name, returned, None, table_of)  # type: ignore[arg-type]

    # -- expressions ------------------------------------------------------------------------------------------

    def table_named(self, expr: Expr, at: At) -> str | None:
        """The table that an expression names: a class, an attribute of one, an instance, a `Table` variable."""
        if expr[0] not in (NAME, ATTR, CALL, INDEX):
            return None
        if expr[0] == NAME:
            binding = self.inference.binding(expr, at)
            if binding is not None and binding in self.tables:
                return self.tables[binding]
        value = self.inference.value(expr, at)
        if value.kind in (CLASS_VALUE, INSTANCE) and value.definition is not None:
            if value.path and (value.kind == INSTANCE or "(" in value.path):
                return None
            return self.table_of(value.definition)
        if expr[0] == NAME and "." in expr[1]:
            return self.table_named((NAME, expr[1].rpartition(".")[0]), at)
        return None
