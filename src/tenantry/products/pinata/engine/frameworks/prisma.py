"""Prisma: tables of schema.prisma, and what the client's model delegates read and write."""

from dataclasses import dataclass
from typing import Any

from tenantry.products.pinata.engine.facts import ATTR, DICT, NAME, STR, Expr, FileFacts
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Column, Findings, Table
from tenantry.products.pinata.engine.frameworks.javascript import is_javascript, literal, option
from tenantry.products.pinata.engine.resolve.inference import Inference, Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import At, Value

_READS = frozenset(
    "findMany findUnique findUniqueOrThrow findFirst findFirstOrThrow count aggregate groupBy findRaw aggregateRaw".split()
)
_WRITES = frozenset(
    "create createMany createManyAndReturn update updateMany updateManyAndReturn upsert delete deleteMany".split()
)
_NESTED_WRITES = frozenset("create createMany connectOrCreate update updateMany upsert delete deleteMany".split())
_TYPES = {
    "String": "text", "Int": "integer", "BigInt": "bigint", "Float": "double precision", "Decimal": "decimal",
    "Boolean": "boolean", "DateTime": "timestamp", "Json": "jsonb", "Bytes": "bytea",
}  # fmt: skip
_MAX_NESTING = 6


@dataclass(slots=True)
class Model:
    name: str
    table: str
    file: FileFacts
    facts: dict[str, Any]

    @property
    def fields(self) -> list[dict[str, Any]]:
        return self.facts["fields"]  # type: ignore[no-any-return]

    def field(self, name: str) -> dict[str, Any] | None:
        return next((field for field in self.fields if field["name"] == name), None)


class Schema:
    """All models of all .prisma files of a tree."""

    def __init__(self, inference: Inference) -> None:
        self.models: dict[str, Model] = {}
        self.enums: set[str] = set()
        project = inference.project
        for path in project.paths("prisma"):
            file = project.files[path]
            for item in file.extra["models"]:
                if item["kind"] in ("model", "view"):
                    self.models.setdefault(item["name"], Model(item["name"], item["map"] or item["name"], file, item))
                elif item["kind"] == "enum":
                    self.enums.add(item["name"])
        self.delegates = {name[:1].lower() + name[1:]: model for name, model in self.models.items()}

    def tables(self) -> list[Table]:
        found = [self._table(model) for _, model in sorted(self.models.items())]
        return found + self._implicit()

    def _table(self, model: Model) -> Table:
        references: dict[str, str] = {}
        for field in model.fields:
            relation, target = field["relation"], self.models.get(field["type"])
            for name in relation["fields"] if relation and target is not None else ():
                references[name] = target.table if target is not None else ""
        columns = [
            Column(
                field["map"] or field["name"],
                (field["native"] or _TYPES.get(field["type"], field["type"])).lower() + ("[]" if field["list"] else ""),
                field["optional"],
                field["id"] or field["name"] in model.facts["ids"],
                references.get(field["name"]),
            )
            for field in model.fields
            if field["type"] not in self.models
        ]
        detail = {"view": True} if model.facts["kind"] == "view" else {}
        return Table(model.table, model.file, model.facts["line"], columns, 0, None, {**detail, "model": model.name})

    def _implicit(self) -> list[Table]:
        """Many-to-many relations without a model between: `_AToB`, or `_Name` of a named relation."""
        found: dict[str, Table] = {}
        for model in self.models.values():
            for field in model.fields:
                other = self.models.get(field["type"])
                if other is None or not field["list"] or (field["relation"] and field["relation"]["fields"]):
                    continue
                name = (field["relation"] or {}).get("name", "")
                back = [
                    item for item in other.fields
                    if item["type"] == model.name and item["list"] and (item["relation"] or {}).get("name", "") == name
                    and not (other is model and item is field and not name)
                ]  # fmt: skip
                if not back:
                    continue
                first, second = sorted((model, other), key=lambda item: item.name)
                table = f"_{name or f'{first.name}To{second.name}'}"
                columns = [
                    Column(side, self._key(end), False, True, end.table) for side, end in (("A", first), ("B", second))
                ]
                found.setdefault(table, Table(table, model.file, field["line"], columns, 1, None, {"automatic": True}))
        return list(found.values())

    @staticmethod
    def _key(model: Model) -> str:
        key = next((field for field in model.fields if field["id"]), None)
        return _TYPES.get(key["type"], "") if key is not None else ""


def schema_of(inference: Inference) -> Schema:
    return inference.project.state("prisma.schema", lambda: Schema(inference))


class Prisma:
    name = "prisma"
    packages: tuple[str, ...] = ()
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        schema = schema_of(program.inference)
        if not schema.models:
            return
        # What migrations made step by step, the schema says as a whole.
        folders = tuple(
            {f"{path.rpartition('/')[0]}/migrations/".lstrip("/") for path in program.project.paths("prisma")}
        )
        findings.tables[:] = [table for table in findings.tables if not table.file.path.startswith(folders)]
        for table in schema.tables():
            findings.table(table)
        for site in program.methods(*sorted(_READS), *sorted(_WRITES)):
            if is_javascript(site.file):
                self._site(program, findings, schema, site)

    def _site(self, program: Program, findings: Findings, schema: Schema, site: Site) -> None:
        owner, delegate = self._delegate(site.expr)
        model = schema.delegates.get(delegate)
        if model is None or owner is None:
            return
        value = program.value(owner, site.at)
        known = any(
            "PrismaClient" in name or "PrismaService" in name
            for name in program.canonical(value._replace(path=value.path or "."))
        )
        if owner == (NAME, "self") and not known:
            return
        if not known and value.definition is not None and not value.path and self._has(program, value, delegate):
            return  # a class of the tree that happens to have such a member
        confidence = CERTAIN if known else LIKELY
        kind = "db_read" if site.method in _READS else "db_write"
        seen = {(kind, model.table)}
        self._note(findings, site, kind, model, confidence)
        argument = site.expr[2][0] if site.expr[2] else None
        for other_kind, other in self._nested(program, schema, model, argument, site.at, kind == "db_write", 0):
            if (other_kind, other.table) not in seen:
                seen.add((other_kind, other.table))
                self._note(findings, site, other_kind, other, confidence)

    @staticmethod
    def _has(program: Program, value: Value, name: str) -> bool:
        members = program.inference.members
        return value.definition is not None and (
            members.find(value.definition, name) is not None
            or members.field(value.definition, name) is not None
            or name in members.attributes(value.definition)
        )

    @staticmethod
    def _delegate(call: Expr) -> tuple[Expr | None, str]:
        """(client, delegate) of `prisma.user.findMany(…)`."""
        callee = call[1]
        if callee[0] == NAME:
            owner, _, delegate = callee[1].rpartition(".")[0].rpartition(".")
            return ((NAME, owner) if owner else None), delegate
        if callee[0] == ATTR:
            inner = callee[1]
            if inner[0] == ATTR:
                return inner[1], inner[2]
            if inner[0] == NAME and "." in inner[1]:
                owner, _, delegate = inner[1].rpartition(".")
                return (NAME, owner), delegate
        return None, ""

    def _note(self, findings: Findings, site: Site, kind: str, model: Model, confidence: float) -> None:
        findings.add(
            kind, model.table, site.file, site.line, scope=site.at.scope, end_line=site.outer.end_line,
            confidence=confidence, framework=self.name, operation=site.method,
        )  # fmt: skip

    def _nested(
        self, program: Program, schema: Schema, model: Model, argument: Expr | None, at: At, writes: bool, depth: int
    ) -> list[tuple[str, Model]]:
        """What relations in `include`, `select` and nested `data` touch."""
        found: list[tuple[str, Model]] = []
        if argument is None or depth > _MAX_NESTING:
            return found
        for key in () if writes else ("include", "select"):  # what a write gives back is no read of its own
            given = option(program.inference, argument, at, key)
            for name, value, where in self._pairs(program, given):
                target = self._related(schema, model, name)
                if target is not None and value != ("n", False):
                    found.append(("db_read", target))
                    found += self._nested(program, schema, target, value, where, False, depth + 1)
        for key in ("data", "create", "update") if writes else ():
            for name, value, where in self._pairs(program, option(program.inference, argument, at, key)):
                target = self._related(schema, model, name)
                if target is None:
                    continue
                for verb, inner, place in self._pairs(program, (value, where)):
                    if verb in _NESTED_WRITES:
                        found.append(("db_write", target))
                        found += self._nested(
                            program, schema, target, (DICT, (((STR, "data"), inner),)), place, True, depth + 1
                        )
        return found

    @staticmethod
    def _pairs(program: Program, given: tuple[Expr, At] | None) -> list[tuple[str, Expr, At]]:
        found = literal(program.inference, given[0], given[1]) if given is not None else None
        if found is None or found[0][0] != DICT:
            return []
        return [(key[1], value, found[1]) for key, value in found[0][1] if key[0] == STR]

    @staticmethod
    def _related(schema: Schema, model: Model, name: str) -> Model | None:
        field = model.field(name)
        return schema.models.get(field["type"]) if field is not None else None


framework = Prisma()
