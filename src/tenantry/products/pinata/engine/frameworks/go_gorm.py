"""gorm and bun: models with their tables, queries by model, table and association; MongoDB's driver by collection."""

import re
from dataclasses import dataclass, field

from tenantry.products.pinata.engine import sql
from tenantry.products.pinata.engine.facts import CALL, INDEX, LIST, NAME, STR, Expr, decorators, spine
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Column, Findings, Table
from tenantry.products.pinata.engine.frameworks.go_common import last, origins, receiver
from tenantry.products.pinata.engine.resolve.inference import Inference, Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.types import as_type
from tenantry.products.pinata.engine.resolve.values import CLASS, EXTERNAL, INSTANCE, MANY, At, Definition, Value

_GORM = ("gorm.io/gorm.", "github.com/jinzhu/gorm.")
_BUN = ("github.com/uptrace/bun.",)
_MONGO = ("go.mongodb.org/mongo-driver/", "gopkg.in/mgo")
_READS = frozenset("Find First Last Take Count Pluck Scan Row Rows FindInBatches".split())
_WRITES = frozenset(
    "Create Save Updates Update UpdateColumn UpdateColumns Delete CreateInBatches FirstOrCreate Upsert".split()
)
_ASSOCIATION_WRITES = frozenset(("Append", "Replace", "Delete", "Clear"))
_MONGO_READS = frozenset("Find FindOne CountDocuments EstimatedDocumentCount Distinct Aggregate Watch".split())
_MONGO_WRITES = frozenset(
    "InsertOne InsertMany UpdateOne UpdateMany UpdateByID DeleteOne DeleteMany ReplaceOne FindOneAndUpdate FindOneAndDelete "
    "FindOneAndReplace BulkWrite Drop".split()
)
_BUN_VERBS = {"NewSelect": False, "NewInsert": True, "NewUpdate": True, "NewDelete": True, "NewCreateTable": True}
_RUN = (
    "Query",
    "QueryRow",
    "Exec",
    "QueryContext",
    "QueryRowContext",
    "ExecContext",
    "Get",
    "Select",
    "GetContext",
    "SelectContext",
)
_BUILT = {"Insert": True, "Update": True, "Delete": True, "Replace": True, "From": False}  # squirrel's beginnings
_BASES = (
    "gorm.io/gorm.Model",
    "github.com/jinzhu/gorm.Model",
    "github.com/uptrace/bun.BaseModel",
    "gorm.io/gorm.DeletedAt",
)
_BASE_NAME = re.compile(
    r"(?:Base|Common|Core|Abstract)?(?:Model|Entity|Base|Fields)?(?:ID|UUID)?\Z|Base\w*\Z|\w*Base\Z", re.IGNORECASE
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_TYPES = {
    "string": "text",
    "int": "bigint",
    "int64": "bigint",
    "uint": "bigint",
    "uint64": "bigint",
    "int32": "integer",
    "uint32": "integer",
    "bool": "boolean",
    "float64": "double",
    "float32": "float",
    "time.Time": "timestamp",
    "gorm.DeletedAt": "timestamp",
    "uuid.UUID": "uuid",
}
_IRREGULAR = {"person": "people", "child": "children", "man": "men", "woman": "women", "mouse": "mice", "datum": "data"}
_SAME = frozenset(
    (
        "equipment",
        "information",
        "rice",
        "money",
        "species",
        "series",
        "fish",
        "sheep",
        "news",
        "staff",
        "media",
        "data",
    )
)


@dataclass(slots=True)
class Model:
    definition: Definition
    table: str
    columns: list[Column] = field(default_factory=list)
    relations: dict[str, Definition] = field(default_factory=dict)
    through: dict[str, str] = field(default_factory=dict)
    """Relation → the table that joins both sides."""
    declared: bool = False
    """Whether something says that this struct is a table; others are only rows that a query is read into."""


class Models:
    """Structs that are tables."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.inference = program.inference
        self.found: dict[tuple[str, int], Model] = {}
        self.joins: list[Table] = []
        for definition in program.project.classes():
            if definition.file.language == "go" and self.inference.members.whole(definition) is definition:
                self._look_at(definition)
        for site in program.methods(
            "AutoMigrate", "CreateTable", "RegisterModel", "HasTable", "DropTable", "DropTableIfExists"
        ):
            for argument in site.expr[2] if site.file.language == "go" else ():
                owner = self.of_value(program.value(argument, site.at))
                if owner is not None:
                    self.model(owner).declared = True
        for model in [*self.found.values()]:
            self._fields(model)

    @staticmethod
    def of(program: Program) -> "Models":
        return program.project.state("gorm.models", lambda: Models(program))

    def model(self, definition: Definition) -> Model:
        """The model that a struct is, by its own name for the table or by the usual plural."""
        known = self.found.get(definition.key)
        if known is None:
            known = self.found[definition.key] = Model(definition, plural(snake(definition.name)))
            self._stated(known)
        return known

    def of_value(self, value: Value) -> Definition | None:
        if value.kind == MANY and value.item is not None:
            value = value.item
        return value.definition if value.kind in (CLASS, INSTANCE) and not value.path else None

    def _look_at(self, definition: Definition) -> None:
        members = self.inference.members
        tagged = any(
            assign.scope == definition.index
            and any(item[0] == STR and ("gorm:" in item[1] or "bun:" in item[1]) for item in decorators(assign.value))
            for assign in definition.file.assigns
        )
        based = self._based(definition, 0)
        named = members.find(definition, "TableName")
        if (
            based
            or tagged
            or (named is not None and definition.index not in definition.file.extra.get("interfaces", ()))
        ):
            self.model(definition).declared = True

    def _based(self, definition: Definition, depth: int) -> bool:
        """Whether a struct embeds gorm.Model, itself or through a base that is made for it; one that embeds a model is none."""
        for base in definition.scope.bases if depth < 4 else ():
            value = self.inference.value(base, definition.outside)
            if value.kind == EXTERNAL and value.path in _BASES:
                return True
            if value.kind == CLASS and value.definition is not None and _BASE_NAME.match(value.definition.name):
                if self._based(value.definition, depth + 1):
                    return True
        return False

    def _stated(self, model: Model) -> None:
        method = self.inference.members.method(model.definition, "TableName")
        if method is not None:
            for returned in method.scope.returns:
                text = self.program.text(returned, method.inside)
                if text:
                    model.table = sql.clean_name(text)
                    model.declared = True
                    return
        for assign in model.definition.file.assigns:
            if assign.scope == model.definition.index:
                for tag in decorators(assign.value):
                    match = re.search(r'bun:"table:(\w+)', tag[1]) if tag[0] == STR else None
                    if match is not None:
                        model.table = match.group(1)

    # -- columns and relations --------------------------------------------------------------------------------

    def _fields(self, model: Model, owner: Definition | None = None, prefix: str = "", depth: int = 0) -> None:
        holder = owner or model.definition
        for name in self.inference.members.externals(holder) if depth == 0 else ():
            if name.endswith("gorm.Model"):
                model.columns += [
                    Column("id", "bigint", False, True),
                    Column("created_at", "timestamp"),
                    Column("updated_at", "timestamp"),
                    Column("deleted_at", "timestamp"),
                ]
        for assign in holder.file.assigns:
            if assign.scope != holder.index or "." in assign.target:
                continue
            tag = next((item[1] for item in decorators(assign.value) if item[0] == STR), "")
            settings = _settings(tag)
            if settings.get("-") is not None:
                continue
            value = as_type(self.inference, assign.annotation, holder.inside) if assign.annotation is not None else None
            target = self.of_value(value) if value is not None else None
            many = value is not None and value.kind == MANY
            if "many2many" in settings and target is not None:
                sides = [model.table, self.model(target).table]
                columns = [Column(f"{side.removesuffix('s')}_id", "", False, True, side) for side in sides]
                self.joins.append(
                    Table(settings["many2many"], holder.file, assign.line, columns, 1, None, {"automatic": True})
                )
                model.relations[assign.target] = target
                model.through[assign.target] = settings["many2many"]
                continue
            embedded = "embedded" in settings or (
                target is not None and any(base == (NAME, assign.target) for base in holder.scope.bases)
            )
            if target is not None and embedded and depth < 5:
                self._fields(model, target, prefix + settings.get("embeddedprefix", ""), depth + 1)
                continue
            if target is not None and target.scope.kind == "class" and self._is_struct(target):
                model.relations[assign.target] = target
                continue
            if many or assign.annotation is None or not assign.target[:1].isupper():
                continue
            if assign.annotation[0] == NAME and assign.annotation[1] in ("gorm.Model", "bun.BaseModel"):
                continue
            column = settings.get("column") or snake(assign.target)
            kind = settings.get("type") or _TYPES.get(assign.annotation[1] if assign.annotation[0] == NAME else "", "")
            primary = "primarykey" in settings or "primary_key" in settings or "pk" in settings or assign.target == "ID"
            if not any(known.name == prefix + column for known in model.columns):
                model.columns.append(
                    Column(prefix + column, kind.lower(), not primary and "not null" not in settings, primary)
                )

    def _is_struct(self, definition: Definition) -> bool:
        return any(assign.scope == definition.index for assign in definition.file.assigns)


def chained(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`tx := db.Begin()`, `db.WithContext(ctx)`: still a database."""
    if callee.kind == EXTERNAL and callee.path.startswith(_GORM) and callee.path.count("().") >= 1:
        return callee._replace(path=callee.path.partition("gorm.")[0] + "gorm.DB()")
    return None


class GoGorm:
    name = "gorm"
    packages: tuple[str, ...] = (
        "gorm.io/gorm",
        "github.com/jinzhu/gorm",
        "github.com/uptrace/bun",
        "go.mongodb.org/mongo-driver/mongo",
        "go.mongodb.org/mongo-driver/v2/mongo",
        "github.com/Masterminds/squirrel",
    )
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        models = Models.of(program)
        for site in program.methods(*sorted(_READS | _WRITES | _ASSOCIATION_WRITES | {"Related"})):
            if site.file.language == "go" and self._is_gorm(program, site):
                self._gorm(program, findings, models, site)
        for site in program.methods("Exec", "Scan", "Count", "ScanAndCount", "Exists"):
            if site.file.language == "go":
                self._bun(program, findings, models, site)
        for site in program.methods(*sorted(_MONGO_READS | _MONGO_WRITES)):
            if site.file.language == "go":
                self._mongo(program, findings, site)
        for site in program.methods(*_RUN):
            if site.file.language == "go":
                self._squirrel(program, findings, site)
        for model in models.found.values():
            if model.declared:
                line = model.definition.scope.line
                findings.table(Table(model.table, model.definition.file, line, model.columns, 0, model.definition))
        for table in models.joins:
            findings.table(table)

    # -- gorm -------------------------------------------------------------------------------------------------

    def _is_gorm(self, program: Program, site: Site) -> bool:
        return any(name.startswith(_GORM) for name in program.canonical(site.callee))

    def _chain(self, program: Program, site: Site) -> list[tuple[Expr, At]]:
        """The calls that a query is built from, through variables that hold a part of it."""
        return self._steps(program, site.expr, site.at, site.line)

    @staticmethod
    def _steps(program: Program, current: Expr, at: At, line: int) -> list[tuple[Expr, At]]:
        calls = [(call, at) for call in spine(current)]
        for _ in range(6):
            while current[0] in (CALL, "a"):
                inner = receiver(current) if current[0] == CALL else current[1]
                if inner is None:
                    break
                current = inner
            if current[0] != NAME or "." in current[1]:
                break
            found = origins(program, current[1], at, line)
            if not found or found[0].expr[0] != CALL:
                break
            step = found[0]
            calls += [(call, step.at) for call in spine(step.expr)]
            current, at, line = step.expr, step.at, step.line
        return calls

    def _gorm(self, program: Program, findings: Findings, models: Models, site: Site) -> None:
        chain = self._chain(program, site)
        words = [last(call) for call, _ in chain]
        if "Raw" in words:
            return  # the statement says it
        if "Association" in words:
            self._associated(program, findings, models, site, chain)
            return
        if site.method in ("Append", "Replace", "Clear"):
            return
        table = self._table(program, models, site, chain)
        if table is None:
            if site.method not in ("Scan", "Row", "Rows", "Count"):
                findings.diagnose(
                    site.file.path, site.line, "table.dynamic", f"What {site.method} works on could not be told."
                )
            return
        write = site.method in _WRITES
        self._note(findings, site, table, write)
        if write:
            return
        seen = {table}
        for call, at in chain:
            if last(call) in ("Preload", "Joins") and call[2]:
                text = program.text(call[2][0], at)
                for other in self._related(program, models, site, chain, text or ""):
                    if other not in seen:
                        seen.add(other)
                        self._note(findings, site, other, False)

    def _associated(
        self, program: Program, findings: Findings, models: Models, site: Site, chain: list[tuple[Expr, At]]
    ) -> None:
        """`db.Model(&user).Association("Roles").Append(&role)` changes the table that joins them, or the other side's."""
        name = next(
            (program.text(call[2][0], at) for call, at in chain if last(call) == "Association" and call[2]), None
        )
        owner = self._owner(program, models, site, chain)
        model = models.found.get(owner.key) if owner is not None else None
        if model is None or not name:
            return
        target = model.relations.get(name)
        through = model.through.get(name)
        write = site.method in _ASSOCIATION_WRITES
        other = models.model(target).table if target is not None else None
        for table in (through or other,) if write else (through, other):
            if table is not None:
                self._note(findings, site, table, write)

    def _table(self, program: Program, models: Models, site: Site, chain: list[tuple[Expr, At]]) -> str | None:
        for call, at in chain:
            if last(call) == "Table" and call[2]:
                text = program.text(call[2][0], at)
                if text:
                    return sql.clean_name(text.split()[0])
        owner = self._owner(program, models, site, chain)
        return models.model(owner).table if owner is not None else None

    def _owner(self, program: Program, models: Models, site: Site, chain: list[tuple[Expr, At]]) -> Definition | None:
        for call, at in chain:
            if last(call) == "Model" and call[2] and site.method != "Related":
                owner = models.of_value(program.value(call[2][0], at))
                if owner is not None:
                    return owner
        for argument in site.expr[2]:
            if argument[0] in (NAME, CALL, "a", INDEX, LIST, "e"):
                value = (
                    program.value(argument[1][0], site.at)
                    if argument[0] == LIST and argument[1]
                    else program.value(argument, site.at)
                )
                owner = models.of_value(value)
                if owner is not None:
                    return owner
            if site.method not in ("Delete", "First", "Find", "Take", "Last"):
                break
        return None

    def _related(
        self, program: Program, models: Models, site: Site, chain: list[tuple[Expr, At]], text: str
    ) -> list[str]:
        if " " in text.strip():
            return [access.table for access in sql.accesses(text)]
        owner = self._owner(program, models, site, chain)
        found: list[str] = []
        for part in text.split("."):
            model = models.model(owner) if owner is not None else None
            if model is not None and not model.relations and not model.columns:
                models._fields(model)
            owner = model.relations.get(part) if model is not None else None
            if owner is not None:
                found.append(models.model(owner).table)
        return found

    # -- bun and MongoDB --------------------------------------------------------------------------------------

    def _bun(self, program: Program, findings: Findings, models: Models, site: Site) -> None:
        if not any(name.startswith(_BUN) for name in program.canonical(site.callee)):
            return
        chain = self._chain(program, site)
        verb = next((last(call) for call, _ in chain if last(call) in _BUN_VERBS), None)
        for call, at in chain:
            if verb is None or last(call) not in ("Model", "Table", "TableExpr") or not call[2]:
                continue
            owner = models.of_value(program.value(call[2][0], at)) if last(call) == "Model" else None
            table = models.model(owner).table if owner is not None else program.text(call[2][0], at)
            if table:
                self._note(findings, site, sql.clean_name(table.split()[0]), _BUN_VERBS[verb])
                return

    def _mongo(self, program: Program, findings: Findings, site: Site) -> None:
        if not any(name.startswith(_MONGO) for name in program.canonical(site.callee)):
            return
        for call, at in self._through_fields(program, site):
            if last(call) in ("Collection", "C") and call[2]:
                table = program.folded(call[2][0], at)
                if table:
                    self._note(findings, site, table, site.method in _MONGO_WRITES)
                    return

    def _through_fields(self, program: Program, site: Site) -> list[tuple[Expr, At]]:
        calls = self._chain(program, site)
        expr = receiver(site.expr)
        at, line = site.at, site.line
        for _ in range(4):
            if expr is None or expr[0] != NAME:
                break
            found = origins(program, expr[1], at, line)
            if not found:
                break
            step = found[0]
            if step.expr[0] == CALL:
                calls += [(call, step.at) for call in spine(step.expr)]
                break
            expr, at, line = step.expr, step.at, step.line
        return calls

    # -- squirrel ---------------------------------------------------------------------------------------------

    def _squirrel(self, program: Program, findings: Findings, site: Site) -> None:
        """`query, args, _ := builder.Insert("users").ToSql()`, run by `pool.Exec(ctx, query, args...)`."""
        for argument in site.expr[2][:3]:
            if argument[0] != NAME or "." in argument[1]:
                continue
            found = [item for item in origins(program, argument[1], site.at, site.line) if item.expr[0] == CALL]
            if not found or last(found[0].expr) not in ("ToSql", "ToSQL", "MustSql"):
                continue
            step = found[0]
            for call, at in self._steps(program, step.expr, step.at, step.line):
                method = last(call)
                if method in _BUILT and call[2]:
                    table = program.text(call[2][0], at)
                    if table and not table.startswith("{"):
                        self._note(findings, site, sql.clean_name(table.split()[0]), _BUILT[method])
                elif method.endswith("Join") and call[2]:
                    table = program.text(call[2][0], at)
                    if table:
                        self._note(findings, site, sql.clean_name(table.split()[0]), False)
            return

    def _note(self, findings: Findings, site: Site, table: str, write: bool) -> None:
        findings.add(
            "db_write" if write else "db_read",
            table,
            site.file,
            site.line,
            scope=site.at.scope,
            end_line=site.outer.end_line,
            confidence=LIKELY if table.startswith("{") else CERTAIN,
            framework=self.name,
            operation=site.method,
        )


def _settings(tag: str) -> dict[str, str]:
    """`gorm:"column:name;primaryKey"` as a dict with lower-case keys."""
    match = re.search(r'gorm:"((?:[^"\\]|\\.)*)"', tag)
    if match is not None:
        pairs = (part.partition(":") for part in match.group(1).split(";"))
        return {key.strip().lower(): value.strip() for key, _, value in pairs if key.strip()}
    match = re.search(r'(?:bun|db|pg):"([^"]*)"', tag)
    if match is None:
        return {}
    name, *rest = match.group(1).split(",")
    found = {item.partition(":")[0].lower(): item.partition(":")[2] for item in rest if item}
    return found | ({"column": name} if name and name != "-" else {"-": ""} if name == "-" else {})


def snake(name: str) -> str:
    """`OrderItem` → `order_item`, `UserID` → `user_id`, `HTTPLog` → `http_log`."""
    return _HUMP.sub("_", name).lower()


def plural(name: str) -> str:
    """The plural of the last word, as gorm's inflection makes it."""
    head, _, word = name.rpartition("_")
    prefix = f"{head}_" if head else ""
    if word in _SAME:
        return name
    if word in _IRREGULAR:
        return prefix + _IRREGULAR[word]
    if re.search(r"(?:s|x|z|ch|sh)\Z", word):
        return prefix + (
            word
            if word.endswith("ss") is False and word.endswith("s") and not re.search(r"(?:us|is|as)\Z", word)
            else word + "es"
        )
    if re.search(r"[^aeiou]y\Z", word):
        return prefix + word[:-1] + "ies"
    return prefix + word + "s"


framework = GoGorm()
