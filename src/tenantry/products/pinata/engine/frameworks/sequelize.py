"""Sequelize, plain or with sequelize-typescript: models, their tables, and what they read and write."""

from dataclasses import dataclass

from tenantry.products.pinata.engine.facts import CALL, DICT, NAME, NUM, STR, Expr, FileFacts
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Column, Findings, Table
from tenantry.products.pinata.engine.frameworks.javascript import (
    LANGUAGES,
    decorators,
    decorators_of_field,
    is_javascript,
    items,
    literal,
    named_class,
    option,
)
from tenantry.products.pinata.engine.frameworks.mongoose import collection_name
from tenantry.products.pinata.engine.frameworks.typeorm_entities import snake_case
from tenantry.products.pinata.engine.resolve import strings
from tenantry.products.pinata.engine.resolve.inference import Inference, Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import CLASS, EXTERNAL, INSTANCE, At, Definition, Value

MODEL = "sequelize.Model"
_READS = frozenset("findAll findOne findByPk findAndCountAll count max min sum aggregate reload".split())
_WRITES = frozenset(
    "create bulkCreate update destroy upsert increment decrement truncate restore findOrCreate findCreateFind save bulkBuild".split()
)
_TYPES = {"string": "varchar", "number": "integer", "boolean": "boolean", "Date": "timestamp"}


def plural(name: str) -> str:
    """As Sequelize pluralises, for what models are commonly called; the first letters keep their case."""
    made = collection_name(name)
    shared = 0
    while shared < min(len(name), len(made)) and name[shared].lower() == made[shared]:
        shared += 1
    return name[:shared] + made[shared:]


@dataclass(slots=True)
class Model:
    name: str
    table: str
    file: FileFacts
    line: int
    columns: list[Column]
    definition: Definition | None = None


class Models:
    """All models of a tree, by name and by class."""

    def __init__(self, inference: Inference) -> None:
        self.inference = inference
        self.by_name: dict[str, Model] = {}
        self.by_class: dict[tuple[str, int], Model] = {}
        for path in sorted(inference.project.files):
            file = inference.project.files[path]
            for call in file.calls if file.language in LANGUAGES else ():
                owner, _, method = call.name.rpartition(".")
                if not owner or method not in ("define", "init") or not call.expr[2]:
                    continue
                at = At(file, call.scope)
                if method == "define" and call.expr[2][0][0] == STR and len(call.expr[2]) > 1:
                    self._model(
                        call.expr[2][0][1],
                        call.expr[2][1],
                        call.expr[2][2] if len(call.expr[2]) > 2 else None,
                        at,
                        call.line,
                        None,
                    )
                elif method == "init" and len(call.expr[2]) > 1 and call.expr[2][0][0] in (DICT, NAME):
                    value = inference.value((NAME, owner), at)
                    if (
                        value.kind in (CLASS, INSTANCE)
                        and value.definition is not None
                        and self._is_model(value.definition)
                    ):
                        given = option(inference, call.expr[2][1], at, "modelName")
                        name = strings.text(inference, *given) if given is not None else None
                        self._model(
                            name or value.definition.name,
                            call.expr[2][0],
                            call.expr[2][1],
                            at,
                            call.line,
                            value.definition,
                        )
        self._decorated()

    def _is_model(self, definition: Definition) -> bool:
        return any(
            base in ("sequelize.Model", "sequelize-typescript.Model")
            for base in self.inference.members.externals(definition)
        )

    def _model(
        self, name: str, fields: Expr, options: Expr | None, at: At, line: int, definition: Definition | None
    ) -> None:
        explicit = option(self.inference, options, at, "tableName") if options is not None else None
        frozen = option(self.inference, options, at, "freezeTableName") if options is not None else None
        underscored = option(self.inference, options, at, "underscored") if options is not None else None
        table = strings.text(self.inference, *explicit) if explicit is not None else None
        if table is None:
            table = name if frozen is not None and frozen[0] == (NUM, True) else plural(name)
            table = snake_case(table) if underscored is not None and underscored[0] == (NUM, True) else table
        model = Model(name, table, at.file, line, self._columns(fields, at), definition)
        self.by_name.setdefault(name, model)
        if definition is not None:
            self.by_class[definition.key] = model

    def _columns(self, fields: Expr, at: At) -> list[Column]:
        found = literal(self.inference, fields, at)
        columns: list[Column] = []
        for key, value in found[0][1] if found is not None and found[0][0] == DICT else ():
            if key[0] != STR or found is None:
                continue
            kind = option(self.inference, value, found[1], "type")
            field = option(self.inference, value, found[1], "field")
            primary = option(self.inference, value, found[1], "primaryKey")
            nullable = option(self.inference, value, found[1], "allowNull")
            reference = option(self.inference, value, found[1], "references")
            target = option(self.inference, reference[0], reference[1], "model") if reference is not None else None
            named = strings.text(self.inference, *field) if field is not None else None
            columns.append(
                Column(
                    named or key[1], self._type(kind[0] if kind is not None else value),
                    not (nullable is not None and nullable[0] == (NUM, False)), primary is not None and primary[0] == (NUM, True),
                    strings.text(self.inference, *target) if target is not None else None,
                )
            )  # fmt: skip
        if columns and not any(column.primary_key for column in columns):
            columns.insert(0, Column("id", "integer", False, True))
        return columns

    @staticmethod
    def _type(expr: Expr) -> str:
        callee = expr[1] if expr[0] == CALL else expr
        return callee[1].rpartition(".")[2].lower() if callee[0] == NAME else ""

    def _decorated(self) -> None:
        """sequelize-typescript: `@Table({tableName}) class User extends Model { @Column name: string }`"""
        for definition in self.inference.project.classes():
            if definition.file.language not in LANGUAGES or not definition.scope.decorators:
                continue
            for item in decorators(self.inference, definition):
                if item.name != "sequelize-typescript.Table":
                    continue
                self._model(
                    definition.name,
                    ("?",),
                    item.args[0] if item.args else None,
                    definition.outside,
                    item.line,
                    definition,
                )
                model = self.by_class[definition.key]
                for assign in definition.file.assigns:
                    if assign.scope == definition.index:
                        self._field(model, assign.target, assign.annotation, assign.value, definition)

    def _field(
        self, model: Model, name: str, annotation: Expr | None, value: Expr | None, definition: Definition
    ) -> None:
        column: Column | None = None
        primary, nullable, reference = False, True, None
        for item in decorators_of_field(self.inference, value, definition.inside):
            if item.last == "Column":
                kind = _TYPES.get(annotation[1], "") if annotation is not None and annotation[0] == NAME else ""
                given = option(self.inference, item.args[0], definition.inside, "field") if item.args else None
                column = Column((strings.text(self.inference, *given) if given is not None else None) or name, kind)
            elif item.last == "PrimaryKey":
                primary = True
            elif item.last == "AllowNull":
                nullable = not (item.args and item.args[0] == (NUM, False))
            elif item.last == "ForeignKey" and item.args:
                target = named_class(self.inference, item.args[0], definition.inside)
                reference = plural(target.name) if target is not None else None
        if column is not None:
            column.primary_key, column.nullable, column.references = primary, nullable and not primary, reference
            model.columns.append(column)


def models_of(inference: Inference) -> Models:
    return inference.project.state("sequelize.models", lambda: Models(inference))


def defined(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`sequelize.define("User", …)` is the model User."""
    if not call[2] or call[2][0][0] != STR or len(call[2]) < 2:
        return None
    model = models_of(inference).by_name.get(call[2][0][1])
    return Value(EXTERNAL, path=MODEL, expr=(STR, model.name)) if model is not None else None


class Sequelize:
    name = "sequelize"
    packages: tuple[str, ...] = ("sequelize", "sequelize-typescript", "@nestjs/sequelize")
    results: dict[str, tuple[Result, ...]] = {"define": (defined,)}

    def find(self, program: Program, findings: Findings) -> None:
        models = models_of(program.inference)
        for model in sorted(
            {id(item): item for item in (*models.by_name.values(), *models.by_class.values())}.values(),
            key=lambda m: (m.file.path, m.line),
        ):
            findings.table(Table(model.table, model.file, model.line, model.columns, 0, model.definition))
        for site in program.methods(*sorted(_READS | _WRITES)):
            if is_javascript(site.file):
                self._site(program, findings, models, site)

    def _site(self, program: Program, findings: Findings, models: Models, site: Site) -> None:
        model, confidence = self._model(program, models, site)
        if model is None:
            return
        kind = "db_read" if site.method in _READS else "db_write"
        self._note(findings, site, kind, model.table, confidence)
        included = (
            option(program.inference, site.expr[2][0], site.at, "include")
            if site.expr[2] and kind == "db_read"
            else None
        )
        for expr, at in items(program.inference, included[0], included[1]) if included is not None else ():
            given = option(program.inference, expr, at, "model") or (expr, at)
            other = self._of_value(program, models, given[0], given[1])
            if other is not None:
                self._note(findings, site, "db_read", other.table, confidence)

    def _note(self, findings: Findings, site: Site, kind: str, table: str, confidence: float) -> None:
        findings.add(
            kind, table, site.file, site.line, scope=site.at.scope, end_line=site.outer.end_line, confidence=confidence,
            framework=self.name, operation=site.method,
        )  # fmt: skip

    def _model(self, program: Program, models: Models, site: Site) -> tuple[Model | None, float]:
        callee = site.callee
        if callee.kind == EXTERNAL and callee.path.startswith(MODEL):
            if callee.expr is not None:
                return models.by_name.get(callee.expr[1]), CERTAIN
            if callee.item is not None and callee.item.definition is not None:
                return models.by_class.get(callee.item.definition.key), CERTAIN
        if callee.definition is not None and callee.definition.key in models.by_class and callee.path.count(".") >= 1:
            return models.by_class[callee.definition.key], CERTAIN
        expr = site.expr[1]
        if expr[0] == NAME and expr[1].count(".") >= 1 and not callee.path.startswith("typeorm"):
            name = expr[1].split(".")[-2]  # db.User.findAll, models.User.create
            if name[:1].isupper() and name in models.by_name:
                return models.by_name[name], LIKELY
        return None, CERTAIN

    @staticmethod
    def _of_value(program: Program, models: Models, expr: Expr, at: At) -> Model | None:
        value = program.value(expr, at)
        if value.definition is not None and value.definition.key in models.by_class:
            return models.by_class[value.definition.key]
        if value.expr is not None and value.path.startswith(MODEL):
            return models.by_name.get(value.expr[1])
        return models.by_name.get(expr[1].rpartition(".")[2]) if expr[0] == NAME else None


framework = Sequelize()
