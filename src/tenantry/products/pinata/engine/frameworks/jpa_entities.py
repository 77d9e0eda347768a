"""Persistent classes of Java: JPA and Hibernate, Spring Data JDBC, R2DBC and MongoDB, MyBatis-Plus; physical names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tenantry.products.pinata.engine.configuration import configuration_of
from tenantry.products.pinata.engine.facts import CALL, INDEX, LIST, NAME, NUM, Expr
from tenantry.products.pinata.engine.findings import Column, Table
from tenantry.products.pinata.engine.frameworks.annotations import (
    Annotation,
    annotations,
    annotations_of_field,
    class_named,
    first,
    java_classes,
    methods_of,
    names,
    text,
)
from tenantry.products.pinata.engine.resolve.program import Program
from tenantry.products.pinata.engine.resolve.values import At, Definition
from tenantry.products.pinata.engine.sql import clean_name

JPA = "jakarta.persistence."
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])")
_TO_ONE, _TO_MANY = ("ManyToOne", "OneToOne"), ("OneToMany", "ManyToMany")
_MAPPED = {
    "org.springframework.data.relational.core.mapping.Table": "relational",
    "org.springframework.data.mongodb.core.mapping.Document": "mongodb",
    "org.springframework.data.elasticsearch.annotations.Document": "elasticsearch",
    "org.springframework.data.cassandra.core.mapping.Table": "cassandra",
    "io.micronaut.data.annotation.MappedEntity": "relational",
    "com.baomidou.mybatisplus.annotation.TableName": "mybatis-plus",
    "dev.morphia.annotations.Entity": "mongodb",
    "org.springframework.data.neo4j.core.schema.Node": "neo4j",
    "io.quarkus.mongodb.panache.common.MongoEntity": "mongodb",
}
_ELEMENTS = {"mongodb": ("collection", "value"), "elasticsearch": ("indexName", "value")}
_KEYS = frozenset(
    (
        f"{JPA}Id",
        f"{JPA}EmbeddedId",
        "org.springframework.data.annotation.Id",
        "com.baomidou.mybatisplus.annotation.TableId",
        "io.micronaut.data.annotation.Id",
    )
)
_LEFT_OUT = frozenset(
    (
        f"{JPA}Transient",
        "org.springframework.data.annotation.Transient",
        "org.hibernate.annotations.Formula",
        "io.micronaut.data.annotation.Transient",
    )
)
_COLUMNS = (
    f"{JPA}Column",
    "org.springframework.data.relational.core.mapping.Column",
    "com.baomidou.mybatisplus.annotation.TableField",
    "org.springframework.data.mongodb.core.mapping.Field",
    "com.baomidou.mybatisplus.annotation.TableId",
    "io.micronaut.data.annotation.MappedProperty",
)
_COLLECTIONS = frozenset("List Set Collection Map SortedSet Iterable Flux".split())
_TYPES = {
    "String": "varchar",
    "Integer": "integer",
    "int": "integer",
    "Long": "bigint",
    "long": "bigint",
    "Boolean": "boolean",
    "boolean": "boolean",
    "Double": "double",
    "double": "double",
    "Float": "float",
    "float": "float",
    "BigDecimal": "numeric",
    "LocalDate": "date",
    "LocalDateTime": "timestamp",
    "Instant": "timestamp",
    "OffsetDateTime": "timestamp",
    "ZonedDateTime": "timestamp",
    "Date": "timestamp",
    "UUID": "uuid",
    "Short": "smallint",
    "short": "smallint",
    "byte[]": "bytea",
    "LocalTime": "time",
    "BigInteger": "numeric",
}
_STRATEGIES = (
    "spring.jpa.hibernate.naming.physical-strategy",
    "spring.jpa.properties.hibernate.physical_naming_strategy",
)
MAX_DEPTH = 6


@dataclass(slots=True)
class Relation:
    kind: str
    target: Definition | None
    table: str | None
    """The join table that the relation makes, when this side owns one."""
    line: int
    mapped_by: str = ""


@dataclass(slots=True)
class Entity:
    definition: Definition
    table: str
    line: int
    kind: str
    """ "jpa", or the store it lies in."""
    name: str
    """What queries call it."""
    columns: list[Column] = field(default_factory=list)
    relations: dict[str, Relation] = field(default_factory=dict)
    own: bool = True
    """Whether it has a table of its own; a subclass in its root's table has not."""


class Entities:
    """All persistent classes, by class and by the name that queries use."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.inference = program.inference
        self.by_class: dict[tuple[str, int], Entity] = {}
        self.by_name: dict[str, list[Entity]] = {}
        self.tables: list[Table] = []
        self.spring = any(
            item.module.startswith(("org.springframework", "io.micronaut.data"))
            for file in program.project.files.values()
            if file.language == "java"
            for item in file.imports
        )
        for definition in java_classes(program):
            if definition.scope.decorators:
                self._declare(definition)
        for entity in [*self.by_class.values()]:
            self._share_table(entity)
            self.by_name.setdefault(entity.name, []).append(entity)
        for entity in [*self.by_class.values()]:
            self._fields(entity)
        for entity in self.by_class.values():
            self._finish(entity)

    @staticmethod
    def of(program: Program) -> "Entities":
        return program.project.state("jpa.entities", lambda: Entities(program))

    def get(self, definition: Definition | None) -> Entity | None:
        return self.by_class.get(definition.key) if definition is not None else None

    def named(self, name: str, near: str = "") -> Entity | None:
        """The entity that a query calls so; of several modules' entities, that of the nearest folder."""
        found = self.by_name.get(name.rpartition(".")[2])
        if not found:
            return None
        return max(found, key=lambda entity: _shared(entity.definition.file.path, near)) if len(found) > 1 else found[0]

    def implied(self, definition: Definition, kind: str) -> Entity:
        """The entity that a class is because a repository keeps it, though no annotation says so."""
        known = self.by_class.get(definition.key)
        if known is None:
            table = definition.name[:1].lower() + definition.name[1:] if kind == "mongodb" else snake(definition.name)
            known = self.by_class[definition.key] = Entity(
                definition, table, definition.scope.line, kind, definition.name
            )
            self._fields(known)
            self._finish(known)
        return known

    # -- names ------------------------------------------------------------------------------------------------

    def physical(self, name: str, path: str) -> str:
        """A name as the service's naming strategy spells it: Spring's writes snake_case, Jakarta's own leaves it alone."""
        if not self.spring:
            return name
        settings = configuration_of(self.program.project)
        strategy = next((found for key in _STRATEGIES if (found := settings.nearest(path, key))), "")
        return name if "PhysicalNamingStrategyStandardImpl" in strategy else snake(name)

    def _declare(self, definition: Definition) -> None:
        found = annotations(self.inference, definition)
        entity = first(found, f"{JPA}Entity")
        path = definition.file.path
        if entity is not None:
            stated = first(found, f"{JPA}Table")
            name = text(self.program, entity.get("name"), entity.at) or definition.name
            table = text(self.program, stated.get("name"), stated.at) if stated is not None else None
            line = stated.line if stated is not None else entity.line
            table = clean_name(self.physical(table or name, path))
            self.by_class[definition.key] = Entity(definition, table, line, "jpa", name)
            return
        for item in found:
            kind = _MAPPED.get(item.name)
            if kind is None:
                continue
            table = text(self.program, item.get(*_ELEMENTS.get(kind, ("value", "name"))), item.at)
            if table is not None and table.startswith("#"):
                table = None
            default = definition.name[:1].lower() + definition.name[1:] if kind == "mongodb" else snake(definition.name)
            self.by_class[definition.key] = Entity(definition, table or default, item.line, kind, definition.name)
            return

    def _share_table(self, entity: Entity) -> None:
        """A subclass lies in its root's table, unless the root's strategy says otherwise."""
        order = self.inference.members.order(entity.definition)[0]
        roots = [self.by_class[item.key] for item in order[1:] if item.key in self.by_class]
        if entity.kind != "jpa" or not roots:
            return
        root = roots[-1]
        strategy = first(annotations(self.inference, root.definition), f"{JPA}Inheritance")
        kept = names(strategy.get("strategy")) if strategy is not None else []
        if "JOINED" not in kept and "TABLE_PER_CLASS" not in kept:
            entity.table, entity.own = root.table, False

    # -- fields -----------------------------------------------------------------------------------------------

    def _fields(self, entity: Entity) -> None:
        for owner in reversed(self.inference.members.order(entity.definition)[0]):
            other = self.by_class.get(owner.key)
            if other is not None and other is not entity and entity.own and other.table != entity.table:
                entity.columns += [column for column in other.columns if column.primary_key]
                entity.relations |= other.relations
                continue
            self._class_fields(owner, entity, "", 0)

    def _class_fields(self, owner: Definition, entity: Entity, prefix: str, depth: int) -> None:
        for name, found, annotation, at, line in self._members(owner):
            if first(found, *_LEFT_OUT) is None and not (name.isupper() or name == "serialVersionUID"):
                self._field(entity, owner, name, found, annotation, at, line, prefix, depth)

    def _members(self, owner: Definition) -> Iterator[tuple[str, list[Annotation], Expr | None, At, int]]:
        """Fields, and properties whose getter carries the mapping."""
        for assign in owner.file.assigns:
            if assign.scope == owner.index and "." not in assign.target:
                if (
                    assign.annotation is None
                    and assign.value is not None
                    and assign.value[0] == CALL
                    and assign.value[1] == (NAME, owner.name)
                ):
                    continue  # a constant of an enum
                yield (
                    assign.target,
                    annotations_of_field(self.inference, assign.value, owner.inside),
                    assign.annotation,
                    owner.inside,
                    assign.line,
                )
        for method in methods_of(self.program, owner):
            name = method.name
            if not method.scope.decorators or method.scope.params or not name.startswith(("get", "is")):
                continue
            found = annotations(self.inference, method)
            if any(item.name.startswith(JPA) for item in found):
                stem = name[3:] if name.startswith("get") else name[2:]
                yield stem[:1].lower() + stem[1:], found, method.scope.annotation, owner.inside, found[0].line

    def _field(
        self,
        entity: Entity,
        owner: Definition,
        name: str,
        found: list[Annotation],
        annotation: Expr | None,
        at: At,
        line: int,
        prefix: str,
        depth: int,
    ) -> None:
        relation = next(
            (item for item in found if item.name.startswith(JPA) and item.last in (*_TO_ONE, *_TO_MANY)), None
        )
        target = class_named(self.inference, _element(annotation), at)
        if relation is not None:
            given = relation.get("targetEntity")
            self._relation(entity, owner, name, relation, found, class_named(self.inference, given, at) or target, line)
            return
        if first(found, f"{JPA}ElementCollection") is not None:
            stated = first(found, f"{JPA}CollectionTable", f"{JPA}JoinTable")
            explicit = text(self.program, stated.get("name"), stated.at) if stated is not None else None
            table = self.physical(explicit or f"{entity.name}_{name}", owner.file.path)
            entity.relations[name] = Relation("ElementCollection", None, table, line)
            return
        embedded = first(
            found, f"{JPA}Embedded", f"{JPA}EmbeddedId", "org.springframework.data.relational.core.mapping.Embedded"
        )
        if target is not None and depth < MAX_DEPTH and entity.kind in ("jpa", "relational"):
            if embedded is not None or any(
                item.name == f"{JPA}Embeddable" for item in annotations(self.inference, target)
            ):
                before = len(entity.columns)
                for part in reversed(self.inference.members.order(target)[0]):
                    self._class_fields(part, entity, prefix, depth + 1)
                if first(found, f"{JPA}EmbeddedId") is not None:
                    for column in entity.columns[before:]:
                        column.primary_key, column.nullable = True, False
                return
        if annotation is not None and annotation[0] == INDEX and entity.kind in ("jpa", "relational", "mybatis-plus"):
            if annotation[1][1].rpartition(".")[2] in _COLLECTIONS and first(found, *_COLUMNS) is None:
                return
        if annotation is None and not found:
            return
        self._column(entity, owner, name, found, annotation)

    def _column(
        self, entity: Entity, owner: Definition, name: str, found: list[Annotation], annotation: Expr | None
    ) -> None:
        stated = first(found, *_COLUMNS)
        if stated is not None and stated.last == "TableField" and stated.get("exist") == (NUM, False):
            return
        explicit = text(self.program, stated.get("name", "value"), stated.at) if stated is not None else None
        plain = entity.kind in ("mongodb", "elasticsearch")
        column = explicit or name if plain else self.physical(explicit or name, owner.file.path)
        if any(known.name == column for known in entity.columns):
            return
        primary = any(item.name in _KEYS for item in found)
        defined = text(self.program, stated.get("columnDefinition"), stated.at) if stated is not None else None
        kind = (annotation or ("", ""))[1] if annotation is not None and annotation[0] == NAME else ""
        nullable = not primary and kind not in ("int", "long", "boolean", "double", "float", "short", "byte")
        if (
            stated is not None
            and stated.get("nullable") == (NUM, False)
            or any(item.last in ("NotNull", "NotBlank") for item in found)
        ):
            nullable = False
        entity.columns.append(Column(column, (defined or _TYPES.get(kind, "")).lower(), nullable, primary))

    def _relation(
        self,
        entity: Entity,
        owner: Definition,
        name: str,
        item: Annotation,
        found: list[Annotation],
        target: Definition | None,
        line: int,
    ) -> None:
        mapped = text(self.program, item.get("mappedBy"), item.at) or ""
        relation = Relation(item.last, target, None, item.line or line, mapped)
        entity.relations[name] = relation
        path = owner.file.path
        joined = first(found, f"{JPA}JoinColumn", f"{JPA}JoinColumns")
        table = first(found, f"{JPA}JoinTable")
        if (
            table is not None
            or (item.last == "ManyToMany" and not mapped)
            or (item.last == "OneToMany" and not mapped and joined is None)
        ):
            explicit = text(self.program, table.get("name"), table.at) if table is not None else None
            other = self.get(target)
            implied = name if self.spring else other.table if other is not None else name
            relation.table = self.physical(explicit or f"{entity.table}_{implied}", path)
            relation.line = (table.line if table is not None else item.line) or line
        elif item.last in _TO_ONE and not mapped:
            explicit = text(self.program, joined.get("name"), joined.at) if joined is not None else None
            primary = any(other.name in _KEYS or other.last == "MapsId" for other in found)
            optional = item.get("optional") != (NUM, False) and not (
                joined is not None and joined.get("nullable") == (NUM, False)
            )
            entity.columns.append(
                Column(self.physical(explicit or f"{name}_id", path), "", optional and not primary, primary)
            )
            entity.columns[-1].references = f"\0{name}"  # told once all tables have their names

    def _finish(self, entity: Entity) -> None:
        for column in entity.columns:
            if column.references and column.references.startswith("\0"):
                relation = entity.relations.get(column.references[1:])
                other = self.get(relation.target) if relation is not None else None
                key = next((item for item in other.columns if item.primary_key), None) if other is not None else None
                column.references = other.table if other is not None else None
                column.type = column.type or (key.type if key is not None else "")
        file = entity.definition.file
        if entity.own:
            detail = {} if entity.kind in ("jpa", "relational") else {"store": entity.kind}
            self.tables.append(Table(entity.table, file, entity.line, entity.columns, 0, entity.definition, detail))
        for relation in entity.relations.values():
            if relation.table is None or relation.line == 0:
                continue
            other = self.get(relation.target)
            sides = [side for side in (entity, other) if side is not None]
            columns = [Column(f"{side.table}_id", "", False, True, side.table) for side in sides]
            self.tables.append(Table(relation.table, file, relation.line, columns, 1, None, {"automatic": True}))


def _element(annotation: Expr | None) -> Expr | None:
    """What a field's type holds: Pet of `Set<Pet>`, of `Map<String, Pet>`, and of a plain `Pet`."""
    if annotation is None or annotation[0] != INDEX or annotation[2][0] != LIST or not annotation[2][1]:
        return annotation
    return annotation[2][1][-1]  # type: ignore[no-any-return]


def snake(name: str) -> str:
    """`OrderItem` → `order_item`, `URLEntry` → `urlentry`: as Spring's naming strategy does."""
    return _HUMP.sub("_", name.replace(".", "_")).lower()


def _shared(left: str, right: str) -> int:
    count = 0
    for a, b in zip(left.split("/"), right.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count
