"""Mongoose, plain or through NestJS: collections by their models, and what the models read and write."""

import re
from dataclasses import dataclass

from tenantry.products.pinata.engine.facts import CALL, DICT, INDEX, LIST, NAME, NUM, STR, Expr, FileFacts
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Column, Findings, Table
from tenantry.products.pinata.engine.frameworks.javascript import (
    LANGUAGES,
    canonical,
    decorators,
    decorators_of_field,
    is_javascript,
    literal,
    named_class,
    option,
)
from tenantry.products.pinata.engine.resolve import strings
from tenantry.products.pinata.engine.resolve.inference import Inference, Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import EXTERNAL, INSTANCE, At, Definition, Value

MODEL = "mongoose.Model"
_READS = frozenset(
    "find findOne findById count countDocuments estimatedDocumentCount exists distinct aggregate paginate aggregatePaginate".split()
)
_WRITES = frozenset(
    "create insertMany insertOne save updateOne updateMany update findOneAndUpdate findByIdAndUpdate findOneAndDelete "
    "findByIdAndDelete findByIdAndRemove findOneAndRemove findOneAndReplace replaceOne deleteOne deleteMany remove bulkWrite "
    "bulkSave".split()
)
# As Mongoose makes a collection's name of a model's name.
_PLURALS = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        (r"human$", "humans"), (r"(m)an$", r"\1en"), (r"(pe)rson$", r"\1ople"), (r"(child)$", r"\1ren"), (r"^(ox)$", r"\1en"),
        (r"(ax|test)is$", r"\1es"), (r"(octop|vir)us$", r"\1i"), (r"(alias|status)$", r"\1es"), (r"(bu)s$", r"\1ses"),
        (r"(buffal|tomat|potat)o$", r"\1oes"), (r"([ti])um$", r"\1a"), (r"sis$", "ses"), (r"([^f])fe$", r"\1ves"),
        (r"([lr])f$", r"\1ves"), (r"(hive)$", r"\1s"), (r"([^aeiouy]|qu)y$", r"\1ies"), (r"(x|ch|ss|sh)$", r"\1es"),
        (r"(matr|vert|ind)(?:ix|ex)$", r"\1ices"), (r"([ml])ouse$", r"\1ice"), (r"(quiz)$", r"\1zes"), (r"^goose$", "geese"),
        (r"s$", "s"), (r"([^a-z])$", r"\1"), (r"$", "s"),
    )
)  # fmt: skip
_UNCOUNTABLE = frozenset(
    "advice energy excretion digestion cooperation health justice labour machinery equipment information pollution sewage "
    "paper money species series rain rice fish sheep moose deer news expertise status media".split()
)


def collection_name(model: str) -> str:
    name = model.lower()
    if name in _UNCOUNTABLE:
        return name
    for pattern, replacement in _PLURALS:
        if pattern.search(name):
            return pattern.sub(replacement, name, count=1)
    return name


@dataclass(slots=True)
class Model:
    collection: str
    file: FileFacts
    line: int
    columns: list[Column]
    definition: Definition | None = None


class Models:
    """All models of a tree by name, by schema variable and by class."""

    def __init__(self, inference: Inference) -> None:
        self.inference = inference
        self.by_name: dict[str, Model] = {}
        self.by_schema: dict[tuple[str, str], Model] = {}  # (file, variable of the schema)
        self._classes()
        self._calls()

    def _classes(self) -> None:
        """`@Schema({collection}) class User { @Prop() name: string }`"""
        for definition in self.inference.project.classes():
            if definition.file.language not in LANGUAGES:
                continue
            for item in decorators(self.inference, definition):
                if item.name != "@nestjs/mongoose.Schema":
                    continue
                given = option(self.inference, item.args[0], definition.outside, "collection") if item.args else None
                name = strings.text(self.inference, *given) if given is not None else None
                columns = [Column("_id", "objectid", False, True)]
                for assign in definition.file.assigns:
                    if assign.scope == definition.index:
                        for prop in decorators_of_field(self.inference, assign.value, definition.inside):
                            if prop.name == "@nestjs/mongoose.Prop":
                                columns.append(
                                    self._column(
                                        assign.target, prop.args[0] if prop.args else ("?",), definition.inside
                                    )
                                )
                self.by_name[definition.name] = Model(
                    name or collection_name(definition.name), definition.file, item.line, columns, definition
                )

    def _calls(self) -> None:
        for path in sorted(self.inference.project.files):
            file = self.inference.project.files[path]
            if file.language not in LANGUAGES:
                continue
            for call in file.calls:
                if call.name.rpartition(".")[2] != "model" or not call.expr[2]:
                    continue
                at = At(file, call.scope)
                if canonical(self.inference, call.expr, at).startswith("mongoose.") and len(call.expr[2]) > 1:
                    self._model(file, call.expr, at, call.line)

    def _model(self, file: FileFacts, call: Expr, at: At, line: int) -> None:
        name = strings.text(self.inference, call[2][0], at)
        if not name:
            return
        collection = (
            strings.text(self.inference, call[2][2], at) if len(call[2]) > 2 and call[2][2][0] != DICT else None
        )
        schema, where = call[2][1], at
        binding = self.inference.binding(schema, at)
        columns: list[Column] = []
        if binding is not None:
            holder = self.inference.project.files[binding.path]
            for entry in self.inference.project.names(holder, binding.scope).get(binding.name, ()):
                value = getattr(entry, "value", None)
                if value is not None and value[0] == CALL:
                    schema, where = value, At(holder, binding.scope)
        if schema[0] == CALL:
            if len(schema[2]) > 1 and collection is None:
                given = option(self.inference, schema[2][1], where, "collection")
                collection = strings.text(self.inference, *given) if given is not None else None
            columns = self._fields(schema[2][0], where) if schema[2] else []
        model = Model(collection or collection_name(name), file, line, columns)
        self.by_name.setdefault(name, model)
        if binding is not None:
            self.by_schema[binding.path, binding.name] = model

    def _fields(self, expr: Expr, at: At) -> list[Column]:
        found = literal(self.inference, expr, at)
        if found is None or found[0][0] != DICT:
            return []
        columns = [self._column(key[1], value, found[1]) for key, value in found[0][1] if key[0] == STR]
        return (
            columns
            if any(column.name == "_id" for column in columns)
            else [Column("_id", "objectid", False, True), *columns]
        )

    def _column(self, name: str, value: Expr, at: At) -> Column:
        many = value[0] == LIST
        if many:
            value = value[1][0] if value[1] else ("?",)
        kind, reference, required = value, None, False
        found = literal(self.inference, value, at)
        if found is not None and found[0][0] == DICT:
            given = option(self.inference, value, at, "type")
            kind = given[0] if given is not None else ("?",)
            if kind[0] == LIST:
                many, kind = True, kind[1][0] if kind[1] else ("?",)
            to = option(self.inference, value, at, "ref")
            reference = strings.text(self.inference, *to) if to is not None else None
            needed = option(self.inference, value, at, "required")
            required = needed is not None and (needed[0] == (NUM, True) or needed[0][0] == LIST)
        text = kind[1].rpartition(".")[2].lower() if kind[0] == NAME else "object" if kind[0] == DICT else ""
        return Column(
            name, text + ("[]" if many else ""), not required, False, collection_name(reference) if reference else None
        )

    def token(self, expr: Expr, at: At) -> Model | None:
        """The model of `User.name` or `"User"`, as NestJS' tokens have it."""
        if expr[0] == NAME and expr[1].endswith(".name"):
            definition = named_class(self.inference, (NAME, expr[1][:-5]), at)
            return self.by_name.get(definition.name if definition is not None else expr[1][:-5].rpartition(".")[2])
        name = strings.text(self.inference, expr, at)
        return self.by_name.get(name) if name else None


def models_of(inference: Inference) -> Models:
    return inference.project.state("mongoose.models", lambda: Models(inference))


def _value(model: Model | None) -> Value | None:
    return Value(EXTERNAL, path=MODEL, expr=(STR, model.collection)) if model is not None else None


def model(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`mongoose.model("User", schema)` and `connection.model("User")`."""
    if callee.kind != EXTERNAL or not callee.path.startswith("mongoose.") or not call[2]:
        return None
    name = strings.text(inference, call[2][0], at)
    return _value(models_of(inference).by_name.get(name)) if name else None


def injected(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`@InjectModel(User.name) private model: Model<User>`"""
    for expr in call[2]:
        if expr[0] == CALL and expr[2] and canonical(inference, expr, at) == "@nestjs/mongoose.InjectModel":
            return _value(models_of(inference).token(expr[2][0], at))
    return None


class Mongoose:
    name = "mongoose"
    packages: tuple[str, ...] = ("mongoose", "@nestjs/mongoose")
    results: dict[str, tuple[Result, ...]] = {"model": (model,), "@": (injected,)}

    def find(self, program: Program, findings: Findings) -> None:
        models = models_of(program.inference)
        for _, item in sorted(models.by_name.items()):
            findings.table(
                Table(item.collection, item.file, item.line, item.columns, 0, item.definition, {"collection": True})
            )
        for site in program.methods(*sorted(_READS | _WRITES)):
            if is_javascript(site.file):
                self._site(program, findings, models, site)

    def _site(self, program: Program, findings: Findings, models: Models, site: Site) -> None:
        callee = site.callee
        collection, confidence = None, CERTAIN
        if callee.path.startswith("mongoose.Model") and callee.expr is not None:
            collection = callee.expr[1]
        elif (
            callee.path.startswith("mongoose.Model") and callee.item is not None and callee.item.definition is not None
        ):
            known = models.by_name.get(callee.item.definition.name)
            collection = known.collection if known is not None else None
        elif callee.path.startswith("mongoose.Model().") and callee.kind == EXTERNAL:
            collection = self._injected(program, models, site)
        else:
            collection, confidence = self._by_base(program, models, site), LIKELY
        if collection is None:
            return
        findings.add(
            "db_read" if site.method in _READS else "db_write", collection, site.file, site.line, scope=site.at.scope,
            end_line=site.outer.end_line, confidence=confidence, framework=self.name, operation=site.method,
        )  # fmt: skip

    @staticmethod
    def _injected(program: Program, models: Models, site: Site) -> str | None:
        """The model of a constructor's parameter whose type argument names none, by its decorator."""
        callee = site.expr[1]
        if callee[0] != NAME or not callee[1].startswith("self."):
            return None
        inside = program.project.enclosing_class(site.file, site.at.scope)
        field = callee[1].split(".")[1]
        for owner in program.inference.members.order(inside)[0] if inside is not None else ():
            for at, assign in program.inference.members.attributes(owner).get(field, ()):
                for item in decorators_of_field(program.inference, assign.value, at):
                    found = models.token(item.args[0], at) if item.args else None
                    if found is not None:
                        return found.collection
                annotation = assign.annotation
                if annotation is not None and annotation[0] == INDEX and annotation[2][0] == LIST and annotation[2][1]:
                    argument = annotation[2][1][0]
                    if argument[0] == NAME:
                        name = argument[1].removesuffix("Document").removeprefix("I")
                        if name in models.by_name:
                            return models.by_name[name].collection
        return None

    @staticmethod
    def _by_base(program: Program, models: Models, site: Site) -> str | None:
        """`this` in `schema.statics.byName = function () { this.findOne(…) }`."""
        if site.expr[1][0] != NAME or site.expr[1][1].count(".") != 1 or not site.expr[1][1].startswith("self."):
            return None
        owner = program.project.owner(site.file, site.at.scope)
        if owner is None:
            return None
        variable, _, kind = owner.name.partition(".")
        if kind.startswith(("statics.", "methods.", "static(", "method(")):
            binding = program.inference.binding((NAME, variable), At(site.file, 0))
            found = models.by_schema.get((binding.path, binding.name)) if binding is not None else None
            return found.collection if found is not None else None
        return None


__all__ = ["INSTANCE", "Mongoose", "collection_name", "framework"]

framework = Mongoose()
