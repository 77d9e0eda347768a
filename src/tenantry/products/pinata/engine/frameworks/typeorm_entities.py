"""TypeORM entities: tables, columns, relations and their automatic join tables, named as TypeORM names them."""

import re
from dataclasses import dataclass, field

from tenantry.products.pinata.engine.facts import CALL, INDEX, LIST, NAME, NUM, STR, Assign, Expr
from tenantry.products.pinata.engine.findings import Column, Table
from tenantry.products.pinata.engine.frameworks.javascript import (
    LANGUAGES,
    Decorator,
    canonical,
    decorators,
    decorators_of_field,
    literal,
    named_class,
    option,
)
from tenantry.products.pinata.engine.resolve import strings
from tenantry.products.pinata.engine.resolve.inference import Inference
from tenantry.products.pinata.engine.resolve.values import At, Definition

_ENTITIES = frozenset(("Entity", "ViewEntity", "ChildEntity"))
_COLUMNS = frozenset(
    "Column PrimaryColumn PrimaryGeneratedColumn CreateDateColumn UpdateDateColumn DeleteDateColumn VersionColumn "
    "ObjectIdColumn ViewColumn Generated".split()
)
_RELATIONS = frozenset(("ManyToOne", "OneToOne", "OneToMany", "ManyToMany"))
_DATES = {
    "CreateDateColumn": "timestamp",
    "UpdateDateColumn": "timestamp",
    "DeleteDateColumn": "timestamp",
    "VersionColumn": "integer",
}
_TYPES = {
    "string": "varchar",
    "number": "integer",
    "boolean": "boolean",
    "Date": "timestamp",
    "Buffer": "blob",
    "bigint": "bigint",
}
_WORDS = (re.compile(r"([A-Z])([A-Z])([a-z])"), re.compile(r"([a-z0-9])([A-Z])"))


def snake_case(name: str) -> str:
    """As TypeORM's `snakeCase`."""
    return _WORDS[1].sub(r"\1_\2", _WORDS[0].sub(r"\1_\2\3", name)).lower()


def camel_case(name: str) -> str:
    """As TypeORM's `camelCase`: the letter after each underscore, dash or space goes up."""
    head, *rest = re.split(r"[_\-\s]+", name)
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


@dataclass(slots=True)
class Relation:
    kind: str
    target: Definition | None
    at: Decorator
    join_column: str | None = None
    join_table: tuple[Decorator, At] | None = None
    nullable: bool = True


@dataclass(slots=True)
class Entity:
    definition: Definition | None
    table: str
    line: int
    columns: list[Column] = field(default_factory=list)
    relations: dict[str, Relation] = field(default_factory=dict)


class Entities:
    """All entities of a tree by their class, in the spelling of the naming strategy that the tree configures."""

    def __init__(self, inference: Inference) -> None:
        self.inference = inference
        self.snake = self._snake_strategy()
        self.prefix = self._entity_prefix()
        self.by_class: dict[tuple[str, int], Entity] = {}
        self.schemas: dict[tuple[str, str], Entity] = {}  # (file, variable) of an EntitySchema
        self.tables: list[Table] = []
        found: list[tuple[Definition, Decorator]] = []
        for definition in inference.project.classes():
            if definition.file.language in LANGUAGES and definition.scope.decorators:
                for item in decorators(inference, definition):
                    if item.last in _ENTITIES and item.name.startswith("typeorm."):
                        found.append((definition, item))
        for definition, item in found:
            self.by_class[definition.key] = Entity(definition, self._name(definition, item), item.line)
        for definition, _ in found:
            self._columns(definition, self.by_class[definition.key])
        self._entity_schemas()
        for definition, item in found:
            entity = self.by_class[definition.key]
            self._foreign_keys(entity)
            if item.last != "ChildEntity":
                detail = {"view": True} if item.last == "ViewEntity" else {}
                self.tables.append(
                    Table(entity.table, definition.file, item.line, entity.columns, 0, definition, detail)
                )
        for definition, _ in found:
            self._join_tables(definition, self.by_class[definition.key])

    def of(self, definition: Definition | None) -> Entity | None:
        return self.by_class.get(definition.key) if definition is not None else None

    # -- configuration ----------------------------------------------------------------------------------------

    def _snake_strategy(self) -> bool:
        files = self.inference.project.files.values()
        return any(item.name == "SnakeNamingStrategy" for file in files for item in file.imports)

    def _entity_prefix(self) -> str:
        for file in self.inference.project.files.values():
            for call in file.calls if file.language in LANGUAGES else ():
                if call.name.rpartition(".")[2] in ("DataSource", "forRoot", "createConnection") and call.expr[2]:
                    given = option(self.inference, call.expr[2][0], At(file, call.scope), "entityPrefix")
                    if given is not None and given[0][0] == STR:
                        return str(given[0][1])
        return ""

    # -- tables -----------------------------------------------------------------------------------------------

    def _name(self, definition: Definition, item: Decorator) -> str:
        at = definition.outside
        if item.last == "ChildEntity":
            for parent in self.inference.members.order(definition)[0][1:]:
                for other in decorators(self.inference, parent):
                    if other.name == "typeorm.Entity":
                        return self._name(parent, other)
        for argument in item.args:
            if literal(self.inference, argument, at) is not None:
                given = option(self.inference, argument, at, "name")
                name = strings.text(self.inference, *given) if given is not None else None
            else:
                name = strings.text(self.inference, argument, at)
            if name:
                return self.prefix + name
        return self.prefix + snake_case(definition.name)

    def _columns(self, definition: Definition, entity: Entity) -> None:
        seen: set[str] = set()
        for owner in self.inference.members.order(definition)[0]:
            for assign in owner.file.assigns:
                if assign.scope == owner.index and assign.target not in seen:
                    seen.add(assign.target)
                    self._field(assign, owner, entity, "")

    def _field(self, assign: Assign, owner: Definition, entity: Entity, prefix: str) -> None:
        relation: Relation | None = None
        for item in decorators_of_field(self.inference, assign.value, owner.inside):
            if not item.name.startswith("typeorm."):
                continue
            if item.last in _RELATIONS:
                target = named_class(self.inference, item.args[0], owner.inside) if item.args else None
                relation = entity.relations[assign.target] = Relation(item.last, target, item)
                given = option(self.inference, item.args[-1], owner.inside, "nullable") if item.args else None
                relation.nullable = given is None or given[0] != (NUM, False)
            elif item.last == "JoinColumn" and assign.target in entity.relations:
                self._join_column(entity.relations[assign.target], item, owner.inside)
            elif item.last == "JoinTable" and assign.target in entity.relations:
                entity.relations[assign.target].join_table = (item, owner.inside)
            elif item.last in _COLUMNS and item.last != "Generated":
                self._column(assign, item, owner, entity, prefix)
        # @JoinColumn may stand above its relation
        for item in decorators_of_field(self.inference, assign.value, owner.inside) if relation is not None else ():
            if item.name == "typeorm.JoinColumn" and relation is not None and relation.join_column is None:
                self._join_column(relation, item, owner.inside)
            elif item.name == "typeorm.JoinTable" and relation is not None:
                relation.join_table = (item, owner.inside)

    def _join_column(self, relation: Relation, item: Decorator, at: At) -> None:
        relation.join_column = ""
        for argument in item.args:
            first = argument[1][0] if argument[0] == LIST and argument[1] else argument
            given = option(self.inference, first, at, "name")
            if given is not None:
                relation.join_column = strings.text(self.inference, *given) or ""

    def _column(self, assign: Assign, item: Decorator, owner: Definition, entity: Entity, prefix: str) -> None:
        at = owner.inside
        first = item.args[0] if item.args else None
        if first is not None and first[0] == "f":
            embedded = named_class(self.inference, first, at)
            if embedded is not None and embedded.key not in self.by_class and embedded is not owner:
                given = option(self.inference, item.args[-1], at, "prefix")
                own = (
                    assign.target
                    if given is None
                    else ""
                    if given[0] == (NUM, False)
                    else strings.text(self.inference, *given) or ""
                )
                for inner in embedded.file.assigns:
                    if inner.scope == embedded.index:
                        self._field(inner, embedded, entity, camel_case(f"{prefix}_{own}" if prefix else own))
                return
        options = next((argument for argument in item.args if literal(self.inference, argument, at) is not None), None)
        named = option(self.inference, options, at, "name")
        kind = option(self.inference, options, at, "type")
        nullable = option(self.inference, options, at, "nullable")
        primary = option(self.inference, options, at, "primary")
        name = strings.text(self.inference, *named) if named is not None else None
        if name is None:
            name = camel_case(f"{prefix}_{assign.target[:1].upper()}{assign.target[1:]}") if prefix else assign.target
            name = snake_case(name) if self.snake else name
        elif prefix:
            name = camel_case(f"{prefix}_{name}")
        text = strings.text(self.inference, *kind) if kind is not None else None
        if text is None and first is not None and first[0] == STR:
            text = str(first[1])
        if text is None:
            text = _DATES.get(item.last) or self._typescript(assign.annotation)
        is_primary = (
            item.last.startswith("Primary")
            or item.last == "ObjectIdColumn"
            or (primary is not None and primary[0] == (NUM, True))
        )
        if item.last == "PrimaryGeneratedColumn" and text in ("", "increment", "identity", "rowid"):
            text = "integer"
        can_be_null = nullable is not None and nullable[0] == (NUM, True) or item.last == "DeleteDateColumn"
        entity.columns.append(Column(name, text, can_be_null, is_primary))

    @staticmethod
    def _typescript(annotation: Expr | None) -> str:
        if annotation is None:
            return ""
        if annotation[0] == "b":
            return Entities._typescript(annotation[2])
        return (
            _TYPES.get(annotation[1], "") if annotation[0] == NAME else "simple-array" if annotation[0] == INDEX else ""
        )

    # -- relations --------------------------------------------------------------------------------------------

    def _foreign_keys(self, entity: Entity) -> None:
        for name, relation in entity.relations.items():
            target = self.of(relation.target)
            owns = relation.kind == "ManyToOne" or (relation.kind == "OneToOne" and relation.join_column is not None)
            if not owns:
                continue
            key = self._primary(target)
            column = relation.join_column or self._key_name(name, key.name if key is not None else "id")
            known = next((item for item in entity.columns if item.name == column), None)
            if known is not None:
                known.references = target.table if target is not None else None
            else:
                entity.columns.append(
                    Column(
                        column,
                        key.type if key is not None else "",
                        relation.nullable,
                        False,
                        target.table if target is not None else None,
                    )
                )

    def _key_name(self, relation: str, key: str) -> str:
        name = f"{relation}_{key}"
        return snake_case(name) if self.snake else camel_case(name)

    @staticmethod
    def _primary(entity: Entity | None) -> Column | None:
        return next((column for column in entity.columns if column.primary_key), None) if entity is not None else None

    def join_table(self, entity: Entity, name: str) -> str | None:
        """The physical join table of a many-to-many relation, from either side."""
        relation = entity.relations.get(name)
        if relation is None or relation.kind != "ManyToMany":
            return None
        target = self.of(relation.target)
        if relation.join_table is not None:
            item, at = relation.join_table
            given = option(self.inference, item.args[0] if item.args else None, at, "name")
            explicit = strings.text(self.inference, *given) if given is not None else None
            if explicit is None and item.args and item.args[0][0] == STR:
                explicit = str(item.args[0][1])
            if explicit:
                return self.prefix + explicit
            second = target.table if target is not None else ""
            return snake_case(f"{entity.table}_{name.replace('.', '_')}_{second}") if second else None
        if target is not None:
            for other, owned in target.relations.items():
                if owned.kind == "ManyToMany" and owned.join_table is not None and self.of(owned.target) is entity:
                    return self.join_table(target, other)
        return None

    def _join_tables(self, definition: Definition, entity: Entity) -> None:
        for name, relation in entity.relations.items():
            if relation.join_table is None:
                continue
            table = self.join_table(entity, name)
            target = self.of(relation.target)
            if table is None or target is None:
                continue
            columns: list[Column] = []
            for side in (entity, target):
                key = self._primary(side)
                own = key.name if key is not None else "id"
                column = snake_case(f"{side.table}_{own}") if self.snake else camel_case(f"{side.table}_{own}")
                if any(known.name == column for known in columns):
                    column += "_2"
                columns.append(Column(column, key.type if key is not None else "", False, True, side.table))
            self.tables.append(
                Table(
                    table,
                    definition.file,
                    relation.join_table[0].line or entity.line,
                    columns,
                    1,
                    None,
                    {"automatic": True},
                )
            )

    # -- entity schemas ---------------------------------------------------------------------------------------

    def _entity_schemas(self) -> None:
        """`new EntitySchema({name, tableName, columns, relations})`"""
        for file in self.inference.project.files.values():
            for assign in file.assigns if file.language in LANGUAGES else ():
                if assign.tag != CALL or not assign.head:
                    continue  # a call of what has no name
                if assign.value is None or not assign.value[2]:
                    continue
                at = At(file, assign.scope)
                if canonical(self.inference, assign.value, at) != "typeorm.EntitySchema":
                    continue
                options = assign.value[2][0]
                table = option(self.inference, options, at, "tableName") or option(self.inference, options, at, "name")
                name = strings.text(self.inference, *table) if table is not None else None
                if not name:
                    continue
                explicit = option(self.inference, options, at, "tableName") is not None
                entity = Entity(None, self.prefix + (name if explicit else snake_case(name)), assign.line)
                listed = option(self.inference, options, at, "columns")
                found = literal(self.inference, *listed) if listed is not None else None
                for key, value in found[0][1] if found is not None and found[0][0] == "d" else ():
                    if key[0] == STR and found is not None:
                        entity.columns.append(self._schema_column(key[1], value, found[1]))
                self.schemas[file.path, assign.target] = entity
                target = option(self.inference, options, at, "target")
                owner = named_class(self.inference, *target) if target is not None else None
                if owner is not None:
                    self.by_class.setdefault(owner.key, entity)
                self.tables.append(Table(entity.table, file, assign.line, entity.columns, 0))

    def _schema_column(self, name: str, value: Expr, at: At) -> Column:
        def text(key: str) -> str:
            given = option(self.inference, value, at, key)
            if given is None:
                return ""
            if given[0][0] == NAME:
                return {"String": "varchar", "Number": "integer", "Boolean": "boolean", "Date": "timestamp"}.get(
                    given[0][1], ""
                )
            return strings.text(self.inference, *given) or ""

        def flag(key: str) -> bool:
            given = option(self.inference, value, at, key)
            return given is not None and given[0] == (NUM, True)

        return Column(text("name") or name, text("type"), flag("nullable"), flag("primary"))


def entities_of(inference: Inference) -> Entities:
    return inference.project.state("typeorm.entities", lambda: Entities(inference))
