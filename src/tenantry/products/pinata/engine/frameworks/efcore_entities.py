"""EF Core's model: entities, their tables and columns, by conventions, attributes, fluent configuration and snapshots."""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from tenantry.products.pinata.engine.facts import BINARY, CALL, FUNCTION, INDEX, LIST, STR, Assign, Expr, type_arguments
from tenantry.products.pinata.engine.findings import Column, Table
from tenantry.products.pinata.engine.frameworks.dotnet import (
    LANGUAGE,
    Attribute,
    attributes,
    attributes_of_member,
    chain,
    method_of,
    root_of,
    selected,
    type_name,
    type_named,
)
from tenantry.products.pinata.engine.resolve import strings
from tenantry.products.pinata.engine.resolve.inference import Inference
from tenantry.products.pinata.engine.resolve.values import At, Definition

SETS = frozenset(("DbSet", "IDbSet"))
COLLECTIONS = frozenset(
    "List IList ICollection IEnumerable IReadOnlyCollection IReadOnlyList HashSet ISet Collection Array ObservableCollection "
    "SortedSet LinkedList IReadOnlySet Hashset".split()
)
_SCALARS = {
    "string": "text", "int": "int", "long": "bigint", "short": "smallint", "byte": "tinyint", "bool": "boolean",
    "double": "double", "float": "real", "decimal": "decimal", "Guid": "uuid", "DateTime": "timestamp",
    "DateTimeOffset": "timestamptz", "DateOnly": "date", "TimeOnly": "time", "TimeSpan": "interval", "char": "char",
    "uint": "int", "ulong": "bigint", "ushort": "smallint", "sbyte": "smallint", "Uri": "text", "JsonDocument": "json",
    "Ulid": "text", "Instant": "timestamptz", "Vector": "vector", "object": "text", "BigInteger": "numeric", "JsonElement": "json",
    "IPAddress": "inet", "LocalDate": "date", "NpgsqlTsVector": "tsvector", "Point": "geometry", "Geometry": "geometry",
}  # fmt: skip
_REFERENCES = frozenset(("string", "Uri", "object", "JsonDocument", "Array"))
_IDENTITY_TABLES = {
    "IdentityUser": "AspNetUsers", "IdentityRole": "AspNetRoles", "IdentityUserRole": "AspNetUserRoles",
    "IdentityUserClaim": "AspNetUserClaims", "IdentityUserLogin": "AspNetUserLogins", "IdentityUserToken": "AspNetUserTokens",
    "IdentityRoleClaim": "AspNetRoleClaims",
}  # fmt: skip
_BUILDERS = frozenset(("EntityTypeBuilder", "OwnedNavigationBuilder"))
_SNAKE = (re.compile(r"([a-z0-9])([A-Z])"), re.compile(r"([A-Z]+)([A-Z][a-z])"))
_CONVENTIONS = (
    "UseSnakeCaseNamingConvention", "UseLowerCaseNamingConvention", "UseCamelCaseNamingConvention",
    "UseUpperCaseNamingConvention", "UseUpperSnakeCaseNamingConvention",
)  # fmt: skip


def snake_case(name: str) -> str:
    """`OrderItemURL` → order_item_url, as EFCore.NamingConventions spells it."""
    return _SNAKE[0].sub(r"\1_\2", _SNAKE[1].sub(r"\1_\2", name)).lower()


@dataclass(slots=True)
class Entity:
    """A class that is mapped. `table` is its physical name; `explicit` when the tree says so itself."""

    definition: Definition
    table: str = ""
    explicit: bool = False
    place: At | None = None
    line: int = 0
    set_name: str = ""
    view: bool = False
    columns: list[Column] = field(default_factory=list)
    navigations: dict[str, Definition] = field(default_factory=dict)
    base: "Entity | None" = None
    ignored: set[str] = field(default_factory=set)
    owned: dict[str, list[Expr]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    required: set[str] = field(default_factory=set)
    foreign: dict[str, Definition] = field(default_factory=dict)
    joins: list[tuple[str, Definition | None, At, int]] = field(default_factory=list)


class Entities:
    """All entities of a tree by their class."""

    def __init__(self, inference: Inference) -> None:
        self.inference = inference
        self.project = inference.project
        self.by_class: dict[tuple[str, int], Entity] = {}
        self.tables: list[Table] = []
        self.contexts: list[Definition] = []
        self.owned: set[tuple[str, int]] = set()
        self.inner: dict[tuple[str, int], Entity] = {}
        self.convention = self._convention()
        self._files = [self.project.files[path] for path in self.project.paths(LANGUAGE)]
        self._collect_sets()
        self._attributed()
        self._configured()
        self._navigations()
        self._inherit()
        self._name_all()
        self._columns()

    def of(self, definition: Definition | None) -> Entity | None:
        """The entity of a class, whichever of its parts is given."""
        if definition is None:
            return None
        found = self.by_class.get(definition.key)
        if found is None:
            for part in self.inference.members.parts(definition)[1:]:
                found = self.by_class.get(part.key)
                if found is not None:
                    break
        return found

    def _entity(self, definition: Definition) -> Entity:
        found = self.of(definition)
        if found is None:
            found = self.by_class[definition.key] = Entity(
                definition, place=definition.outside, line=definition.scope.line
            )
        return found

    # -- which classes ----------------------------------------------------------------------------------------

    def _convention(self) -> str:
        for file in self.project.files.values():
            if file.language == LANGUAGE:
                for call in file.calls:
                    for item in chain(call.expr):
                        if method_of(item) in _CONVENTIONS:
                            return method_of(item)
        return ""

    def _collect_sets(self) -> None:
        for file in self._files:
            for assign in file.assigns:
                annotation = assign.annotation
                if annotation is None or annotation[0] != INDEX or type_name(annotation) not in SETS:
                    continue
                if file.scopes[assign.scope].kind != "class":
                    continue
                context = self.project.definition(file, assign.scope)
                if not self._is_context(context):
                    continue
                target = type_named(self.inference, annotation[2][1][0], context.inside)
                if target is not None:
                    entity = self._entity(target)
                    if not entity.set_name:
                        entity.set_name = assign.target
                        entity.place, entity.line = At(file, assign.scope), assign.line
        for definition in self.project.classes():
            if definition.file.language == LANGUAGE and self._is_context(definition):
                self.contexts.append(definition)

    def _is_context(self, definition: Definition) -> bool:
        return any(
            "DbContext" in name or name == "DataContext" for name in self.inference.members.externals(definition)
        )

    def _attributed(self) -> None:
        """Classes with [Table] are entities wherever they are used from; those with [Owned] are parts of others."""
        for definition in self.project.classes():
            if definition.file.language != LANGUAGE or not definition.scope.decorators:
                continue
            for item in attributes(definition):
                if item.name == "Table":
                    name = self._text(item.argument("name", 0), definition.outside)
                    if name and (self.contexts or item.named):
                        entity = self._entity(definition)
                        entity.table, entity.explicit = name, True
                        entity.place, entity.line = definition.outside, item.line
                elif item.name in ("Owned", "ComplexType"):
                    self.owned.add(definition.key)
                elif item.name == "PrimaryKey":
                    found = self.of(definition)
                    if found is not None:
                        found.keys += [text for arg in item.args if (text := self._text(arg, definition.outside))]

    def _text(self, expr: Expr | None, at: At) -> str:
        text = strings.text(self.inference, expr, at) if expr is not None else None
        return text.strip("[]").rpartition(".")[2].strip('[]`"') if text else ""

    # -- fluent configuration ---------------------------------------------------------------------------------

    def _configured(self) -> None:
        """Chains on builders: inside of `Configure(EntityTypeBuilder<T> b)`, of `Entity<T>(b => …)`, or on `Entity<T>()`."""
        for file in self._files:
            if file.path.endswith("ModelSnapshot.cs"):
                continue
            builders = self._builders(file.scopes, file)
            for call in file.calls:
                steps = chain(call.expr)
                at = At(file, call.scope)
                first = steps[0] if steps else None
                entity: Entity | None = None
                if first is not None and method_of(first) == "Entity" and type_arguments(first):
                    target = type_named(self.inference, type_arguments(first)[0], at)
                    if target is not None:
                        entity = self._entity(target)
                        steps = steps[1:]
                        for argument in first[2]:
                            self._inline(argument, at, target, builders)
                else:
                    named = self._builder_of(root_of(call.expr), at, builders)
                    if named is not None:
                        entity = self._part(named) if named.key in self.owned else self._entity(named)
                if entity is not None and steps:
                    self._apply(entity, steps, at, builders)

    def _part(self, definition: Definition) -> Entity:
        """What is said of a class that is owned by others and has no table."""
        found = self.inner.get(definition.key)
        if found is None:
            found = self.inner[definition.key] = Entity(definition)
        return found

    def _builders(self, scopes: list, file) -> dict[tuple[int, str], Definition]:  # type: ignore[no-untyped-def,type-arg]
        """(scope, name) of parameters that are builders of an entity, with its class."""
        found: dict[tuple[int, str], Definition] = {}
        for index, scope in enumerate(scopes):
            for param in scope.params:
                annotation = param.annotation
                if annotation is None or annotation[0] != INDEX or type_name(annotation) not in _BUILDERS:
                    continue
                target = type_named(self.inference, annotation[2][1][-1], At(file, index))
                if target is not None:
                    found[index, param.name] = target
        for assign in file.assigns:
            value = assign.value
            if value is not None and value[0] == CALL and method_of(value) == "Entity" and type_arguments(value):
                target = type_named(self.inference, type_arguments(value)[0], At(file, assign.scope))
                if target is not None:
                    found[assign.scope, assign.target] = target
        return found

    def _inline(self, argument: Expr, at: At, target: Definition, builders: dict[tuple[int, str], Definition]) -> None:
        if argument[0] != FUNCTION or len(argument) > 2:
            return
        inline = self.project.inline(at.file, argument[1])
        if inline is not None and inline.scope.params:
            builders[inline.index, inline.scope.params[0].name] = target

    def _builder_of(self, name: str, at: At, builders: dict[tuple[int, str], Definition]) -> Definition | None:
        scope = at.scope
        while scope >= 0:
            found = builders.get((scope, name))
            if found is not None:
                return found
            scope = at.file.scopes[scope].parent
        return None

    def _apply(self, entity: Entity, steps: list[Expr], at: At, builders: dict[tuple[int, str], Definition]) -> None:
        """One chain: what it begins with says what the rest is about."""
        first, rest = steps[0], steps[1:]
        name, args = method_of(first), first[2]
        if name in ("ToTable", "ToView"):
            if args and (text := self._text(args[0], at)):
                entity.table, entity.explicit, entity.view = text, True, name == "ToView"
                entity.place, entity.line = at, first[4]
        elif name == "HasKey":
            entity.keys = [member for arg in args for member in selected(arg)] or entity.keys
        elif name == "Ignore":
            entity.ignored.update(member for arg in args for member in selected(arg))
        elif name in ("Property", "PrimitiveCollection"):
            self._property(entity, first, rest, at)
        elif name in ("OwnsOne", "OwnsMany", "ComplexProperty"):
            self._owns(entity, first, rest, at, builders)
        elif name in ("HasOne", "HasMany"):
            self._related(entity, first, rest, at)
        elif name == "UsingEntity":
            pass
        if name in ("HasKey", "ToTable", "HasIndex", "HasQueryFilter", "HasBaseType", "Ignore") and rest:
            self._apply(entity, rest, at, builders)

    def _property(self, entity: Entity, first: Expr, rest: list[Expr], at: At) -> None:
        members = [member for arg in first[2][-1:] for member in selected(arg)]
        if not members and first[2]:
            text = self._text(first[2][0], at)
            members = [text] if text else []
        for member in members[:1]:
            for step in rest:
                what = method_of(step)
                if what == "HasColumnName" and step[2]:
                    entity.names[member] = self._text(step[2][0], at) or entity.names.get(member, "")
                elif what == "HasColumnType" and step[2]:
                    entity.types[member] = strings.text(self.inference, step[2][0], at) or ""
                elif what == "IsRequired":
                    entity.required.add(member)
                elif what in ("HasConversion", "HasJsonConversion"):
                    entity.types.setdefault(member, "")

    def _owns(
        self, entity: Entity, first: Expr, rest: list[Expr], at: At, builders: dict[tuple[int, str], Definition]
    ) -> None:
        members = selected(first[2][0]) if first[2] else []
        target = type_named(self.inference, type_arguments(first)[0], at) if type_arguments(first) else None
        member = members[0] if members else ""
        if target is None and member:
            target = self._member_type(entity.definition, member)
        if target is None:
            return
        many = method_of(first) == "OwnsMany"
        table, place, line = self._owned_table(first, rest, at)
        entity.ignored.add(member)
        if many or table:
            own = self._entity(target)
            own.foreign.setdefault("", entity.definition)
            if table:
                own.table, own.explicit, own.place, own.line = table, True, place, line
            elif not own.explicit:
                own.place, own.line = at, first[4]
        else:
            self.owned.add(target.key)
            entity.owned[member] = []
        for argument in first[2][1:]:
            self._inline(argument, at, target, builders)

    def _owned_table(self, first: Expr, rest: list[Expr], at: At) -> tuple[str, At, int]:
        """The table that the configuration of an owned type names, inside of its function or after it."""
        for step in rest:
            if method_of(step) == "ToTable" and step[2]:
                return self._text(step[2][0], at), at, step[4]
        for argument in first[2][1:]:
            inline = (
                self.project.inline(at.file, argument[1]) if argument[0] == FUNCTION and len(argument) == 2 else None
            )
            for call in at.file.calls if inline is not None else ():
                if inline is not None and call.scope == inline.index:
                    for step in chain(call.expr)[:1]:
                        if method_of(step) == "ToTable" and step[2]:
                            return self._text(step[2][0], At(at.file, call.scope)), At(at.file, call.scope), step[4]
        return "", at, first[4]

    def _member_type(self, definition: Definition, member: str) -> Definition | None:
        """The class of a property, or of the elements of a collection."""
        found = self.inference.members.field(definition, member.partition(".")[0])
        if found is None or found[1].annotation is None:
            return None
        return type_named(self.inference, _element(found[1].annotation), found[0].inside)

    def _related(self, entity: Entity, first: Expr, rest: list[Expr], at: At) -> None:
        member = next((item for arg in first[2] for item in selected(arg)), "")
        target = type_named(self.inference, type_arguments(first)[0], at) if type_arguments(first) else None
        target = target or (self._member_type(entity.definition, member) if member else None)
        if target is None:
            return
        other = self._entity(target) if target.key not in self.owned else None
        many = method_of(first) == "HasMany"
        with_many = any(method_of(step) == "WithMany" for step in rest)
        if member and other is not None:
            entity.navigations[member] = target
        if many and with_many:
            self._joined(entity, target, member, first, rest, at)
            return
        for step in rest:
            if method_of(step) == "HasForeignKey":
                dependent = type_named(self.inference, type_arguments(step)[0], at) if type_arguments(step) else None
                owner = self._entity(dependent) if dependent is not None else other if many else entity
                principal = entity.definition if owner is other and owner is not entity else target
                for arg in step[2]:
                    for key in selected(arg):
                        if owner is not None:
                            owner.foreign[key] = principal

    def _joined(self, entity: Entity, target: Definition, member: str, first: Expr, rest: list[Expr], at: At) -> None:
        """Many to many: the table between, by `UsingEntity` or by convention."""
        for step in rest:
            if method_of(step) != "UsingEntity":
                continue
            if type_arguments(step):
                between = type_named(self.inference, type_arguments(step)[0], at)
                if between is not None:
                    self._entity(between)
                    return
            for arg in step[2]:
                if arg[0] == STR:
                    entity.joins.append((arg[1], target, at, step[4]))
                    return
                name = self._table_in(arg, at)
                if name:
                    entity.joins.append((name, target, at, step[4]))
                    return
        entity.joins.append(("", target, at, first[4]))

    def _table_in(self, argument: Expr, at: At) -> str:
        """`j => j.ToTable("PostTag")`"""
        inline = self.project.inline(at.file, argument[1]) if argument[0] == FUNCTION and len(argument) == 2 else None
        if inline is None:
            return ""
        for call in at.file.calls:
            if call.scope == inline.index:
                for step in chain(call.expr):
                    if method_of(step) == "ToTable" and step[2]:
                        return self._text(step[2][0], At(at.file, call.scope))
        return ""

    # -- conventions ------------------------------------------------------------------------------------------

    def properties(self, definition: Definition) -> list[tuple[Definition, Assign]]:
        """Mapped properties of a class and its bases, those of bases first."""
        found: dict[str, tuple[Definition, Assign]] = {}
        for owner in reversed(self.inference.members.order(definition)[0]):
            computed = {name for index, name in owner.file.extra.get("computed", ()) if index == owner.index}
            kinds = owner.file.extra.get("kinds", {}).get(owner.index, "")
            if "interface" in kinds:
                continue
            for assign in self._assigns(owner):
                if assign.annotation is not None and assign.target not in computed and "." not in assign.target:
                    found[assign.target] = (owner, assign)
        return list(found.values())

    def _assigns(self, owner: Definition) -> list[Assign]:
        def build() -> dict[int, list[Assign]]:
            table: dict[int, list[Assign]] = defaultdict(list)
            for assign in owner.file.assigns:
                if owner.file.scopes[assign.scope].kind == "class":
                    table[assign.scope].append(assign)
            return table

        return self.project.state(f"efcore.assigns:{owner.file.path}", build).get(owner.index, [])

    def _navigations(self) -> None:
        """What an entity's properties lead to is an entity as well, if it has a key."""
        waiting = list(self.by_class.values())
        while waiting:
            entity = waiting.pop()
            for owner, assign in self.properties(entity.definition):
                if assign.target in entity.ignored or assign.annotation is None or assign.target in entity.types:
                    continue
                if any(item.name == "NotMapped" for item in attributes_of_member(assign.value)):
                    continue
                target = type_named(self.inference, _element(assign.annotation), owner.inside)
                if (
                    target is None
                    or target.key in self.owned
                    or target is entity.definition
                    and not self._has_key(target)
                ):
                    continue
                kinds = target.file.extra.get("kinds", {}).get(target.index, "")
                if any(word in kinds.split() for word in ("enum", "struct", "interface", "static")):
                    continue
                known = self.of(target)
                if known is None:
                    if not self._has_key(target) or any(item.name == "NotMapped" for item in attributes(target)):
                        continue
                    known = self._entity(target)
                    waiting.append(known)
                entity.navigations[assign.target] = known.definition

    def _has_key(self, definition: Definition) -> bool:
        names = {"id", f"{definition.name}id".lower()}
        for _, assign in self.properties(definition):
            if assign.target.lower() in names or any(item.name == "Key" for item in attributes_of_member(assign.value)):
                return True
        return any(name in _IDENTITY_TABLES for name in self.inference.members.externals(definition))

    def _inherit(self) -> None:
        """A class derived from an entity lies in the table of that entity, unless it names one of its own."""
        for entity in self.by_class.values():
            for base in self.inference.members.order(entity.definition)[0][1:]:
                known = self.of(base)
                if (
                    known is not None
                    and known is not entity
                    and "interface" not in str(base.file.extra.get("kinds", {}).get(base.index))
                ):
                    entity.base = known
                    break

    def _physical(self, name: str) -> str:
        if self.convention == "UseSnakeCaseNamingConvention":
            return snake_case(name)
        if self.convention == "UseUpperSnakeCaseNamingConvention":
            return snake_case(name).upper()
        if self.convention == "UseLowerCaseNamingConvention":
            return name.lower()
        if self.convention == "UseUpperCaseNamingConvention":
            return name.upper()
        if self.convention == "UseCamelCaseNamingConvention":
            return name[:1].lower() + name[1:]
        return name

    def _name_all(self) -> None:
        for entity in self.by_class.values():
            if entity.table:
                continue
            base = entity.base
            while base is not None and base.base is not None and not base.table:
                base = base.base
            if base is not None:
                entity.base = base
                continue
            identity = next(
                (
                    _IDENTITY_TABLES[n]
                    for n in self.inference.members.externals(entity.definition)
                    if n in _IDENTITY_TABLES
                ),
                "",
            )
            if identity and not entity.set_name:
                entity.table = identity  # named outright, so that no convention applies
            else:
                entity.table = self._physical(entity.set_name or entity.definition.name)
        for entity in self.by_class.values():
            if not entity.table and entity.base is not None:
                entity.table = entity.base.table

    # -- columns ----------------------------------------------------------------------------------------------

    def _columns(self) -> None:
        for entity in self.by_class.values():
            self._point_back(entity)
        for entity in self.by_class.values():
            self._columns_of(entity)
        for entity in list(self.by_class.values()):
            if entity.base is not None and not entity.explicit and entity.table == entity.base.table:
                known = {column.name for column in entity.base.columns}
                for column in entity.columns:
                    if column.name not in known:
                        entity.base.columns.append(column)
                continue
            place = entity.place or entity.definition.outside
            detail = {"view": True} if entity.view else {}
            self.tables.append(
                Table(entity.table, place.file, entity.line, entity.columns, 0, entity.definition, detail)
            )
        self._join_tables()

    def _point_back(self, entity: Entity) -> None:
        """Elements of a collection carry a key of its owner, even when no property of theirs says so."""
        for nav, target in entity.navigations.items():
            other = self.of(target)
            if other is None or other is entity or not self._collection(entity.definition, nav):
                continue
            owners = {entity.definition.key, *(base.key for base in self.inference.members.order(entity.definition)[0])}
            if any(value.key in owners for value in (*other.navigations.values(), *other.foreign.values())):
                continue
            if any(joined_to is target for _, joined_to, _, _ in entity.joins):
                continue
            names = {assign.target for _, assign in self.properties(target)}
            other.foreign[f"{entity.definition.name}Id"] = entity.definition
            if f"{entity.definition.name}Id" not in names:
                other.names.setdefault(f"{entity.definition.name}Id", self._physical(f"{entity.definition.name}Id"))

    def _columns_of(
        self, entity: Entity, prefix: str = "", definition: Definition | None = None, depth: int = 0
    ) -> None:
        owner_class = definition or entity.definition
        foreign = dict(entity.foreign)
        names = {assign.target for _, assign in self.properties(owner_class)}
        for _, assign in self.properties(owner_class):
            for item in attributes_of_member(assign.value):
                if item.name == "ForeignKey":
                    key = self._text(item.argument("name", 0), owner_class.outside)
                    if assign.target in entity.navigations:
                        foreign[key] = entity.navigations[assign.target]
                    elif key in entity.navigations:
                        foreign[assign.target] = entity.navigations[key]
        shadow: list[Column] = []
        for nav, target in entity.navigations.items():
            found = self.inference.members.field(owner_class, nav)
            if found is None or found[1].annotation is None or _is_collection(found[1].annotation):
                continue
            if any(value is target for value in foreign.values()):
                continue
            key = next((name for name in (f"{nav}Id", f"{nav}ID", f"{target.name}Id") if name in names), "")
            if key:
                foreign[key] = target
            elif self._is_dependent(entity, nav, target):
                other = self.of(target)
                shadow.append(Column(self._physical(f"{nav}Id"), "", True, False, other.table if other else None))
        for owner, assign in self.properties(owner_class):
            self._column(entity, owner, assign, prefix, foreign, depth)
        if not prefix:
            entity.columns += shadow
            self._shadows(entity, names, foreign)
            owner_entity = self.of(foreign.get(""))
            if owner_entity is not None and not any(c.references == owner_entity.table for c in entity.columns):
                entity.columns.append(
                    Column(self._physical(f"{foreign[''].name}Id"), "", False, False, owner_entity.table)
                )

    def _shadows(self, entity: Entity, names: set[str], foreign: dict[str, Definition]) -> None:
        """Columns that only the configuration knows, and keys of collections whose elements don't point back."""
        have = {column.name.lower() for column in entity.columns}
        for member, name in {**dict.fromkeys(entity.types, ""), **entity.names}.items():
            physical = name or self._physical(member)
            if member not in names and "." not in member and physical.lower() not in have:
                have.add(physical.lower())
                other = self.of(foreign.get(member))
                key = member in entity.keys
                typed = entity.types.get(member, "")
                entity.columns.append(
                    Column(physical, typed, member not in entity.required, key, other.table if other else None)
                )
        for foreign_key, target in foreign.items():
            other = self.of(target)
            physical = entity.names.get(foreign_key) or self._physical(foreign_key)
            if foreign_key and foreign_key not in names and other is not None and physical.lower() not in have:
                have.add(physical.lower())
                entity.columns.append(Column(physical, "", True, False, other.table))

    def _is_dependent(self, entity: Entity, nav: str, target: Definition) -> bool:
        """A reference without a key property gets one, unless the other side is a reference that holds the key."""
        other = self.of(target)
        if other is None:
            return False
        for back, to in other.navigations.items():
            if to is entity.definition:
                found = self.inference.members.field(target, back)
                if found is not None and found[1].annotation is not None and not _is_collection(found[1].annotation):
                    return (
                        not any(a.target.lower() == f"{back}id".lower() for _, a in self.properties(target))
                        and entity.definition.name > target.name
                    )
        return True

    def _column(
        self, entity: Entity, owner: Definition, assign: Assign, prefix: str, foreign: dict[str, Definition], depth: int
    ) -> None:
        name, annotation = assign.target, assign.annotation
        if (
            annotation is None
            or name in entity.ignored
            and name not in entity.owned
            or not prefix
            and name in entity.navigations
        ):
            return
        found = attributes_of_member(assign.value)
        if any(item.name == "NotMapped" for item in found):
            return
        target = type_named(self.inference, _element(annotation), owner.inside)
        if target is not None:
            kinds = str(target.file.extra.get("kinds", {}).get(target.index, "")).split()
            if (
                not prefix
                and (name in entity.owned or target.key in self.owned)
                and depth < 3
                and not _is_collection(annotation)
            ):
                self._columns_of(entity, f"{prefix}{name}_", target, depth + 1)
                return
            if self.of(target) is not None or (
                "enum" not in kinds and name not in entity.types and "struct" not in kinds
            ):
                return
        kind = type_name(_element(annotation))
        if _is_collection(annotation) and target is not None and kind not in _SCALARS:
            return
        if (
            target is None
            and kind not in _SCALARS
            and name not in entity.types
            and name not in entity.names
            and not found
        ):
            return
        column = next((item for item in found if item.name == "Column"), None)
        physical = prefix + entity.names.get(name, "") if not prefix and entity.names.get(name) else ""
        if not physical and column is not None:
            physical = self._text(column.argument("name", 0), owner.outside)
        typed = entity.types.get(name) or (self._text_of(column, owner.outside) if column is not None else "")
        if not typed:
            typed = "int" if target is not None else _SCALARS.get(kind, kind.lower())
            typed += "[]" if _is_collection(annotation) and kind != "byte" else ""
            typed = "blob" if kind == "byte" and _is_collection(annotation) else typed
        key = not prefix and (
            name in entity.keys
            or any(item.name == "Key" for item in found)
            or not entity.keys
            and name.lower() in ("id", f"{entity.definition.name}id".lower())
        )
        optional = annotation[0] == BINARY and annotation[1] == "|"
        nullable = not key and name not in entity.required and optional
        if any(item.name == "Required" for item in found):
            nullable = False
        other = self.of(foreign.get(name)) if not prefix else None
        entity.columns.append(
            Column(physical or self._physical(prefix + name), typed, nullable, key, other.table if other else None)
        )

    def _text_of(self, column: Attribute, at: At) -> str:
        expr = column.argument("TypeName")
        return strings.text(self.inference, expr, at) or "" if expr is not None else ""

    def _join_tables(self) -> None:
        """Tables between many and many: configured ones, and those of collections on both sides."""
        done: set[frozenset[tuple[str, int]]] = set()
        names = {table.name for table in self.tables}
        for entity in list(self.by_class.values()):
            for name, target, at, line in entity.joins:
                other = self.of(target)
                if other is not None:
                    done.add(frozenset((entity.definition.key, other.definition.key)))
                    self._join(
                        entity, other, name or self._join_name(entity, other), At(at.file, at.scope), line, names
                    )
        for entity in list(self.by_class.values()):
            for nav, target in entity.navigations.items():
                other = self.of(target)
                pair = frozenset((entity.definition.key, target.key))
                if other is None or other is entity or pair in done or not self._collection(entity.definition, nav):
                    continue
                backs = [
                    back for back, to in other.navigations.items()
                    if to is entity.definition and self._collection(target, back)
                ]  # fmt: skip
                singles = [
                    back for back, to in other.navigations.items() if to is entity.definition and back not in backs
                ]
                if backs and not singles and not any(v is entity.definition for v in other.foreign.values()):
                    done.add(pair)
                    found = self.inference.members.field(entity.definition, nav)
                    if found is not None:
                        self._join(entity, other, self._join_name(entity, other), found[0].inside, found[1].line, names)

    def _collection(self, definition: Definition, member: str) -> bool:
        found = self.inference.members.field(definition, member)
        return found is not None and found[1].annotation is not None and _is_collection(found[1].annotation)

    def _join_name(self, one: Entity, other: Entity) -> str:
        return self._physical("".join(sorted((one.definition.name, other.definition.name))))

    def _join(self, one: Entity, other: Entity, name: str, at: At, line: int, names: set[str]) -> None:
        if not name or name in names:
            return
        names.add(name)
        columns = [
            Column(self._physical(f"{entity.definition.name}sId"), "", False, True, entity.table)
            for entity in (one, other)
        ]
        self.tables.append(Table(name, at.file, line, columns, 0, None, {"automatic": True}))


def _element(annotation: Expr) -> Expr:
    """The type of one element of a collection; any other type is itself."""
    while annotation[0] == BINARY:
        annotation = annotation[2]
    if (
        annotation[0] == INDEX
        and type_name(annotation) in COLLECTIONS
        and annotation[2][0] == LIST
        and annotation[2][1]
    ):
        return _element(annotation[2][1][0])
    return annotation


def _is_collection(annotation: Expr) -> bool:
    while annotation[0] == BINARY:
        annotation = annotation[2]
    return annotation[0] == INDEX and type_name(annotation) in COLLECTIONS


def entities_of(inference: Inference) -> Entities:
    return inference.project.state("efcore.entities", lambda: Entities(inference))
