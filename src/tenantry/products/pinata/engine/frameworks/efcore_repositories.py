"""Generic repositories: a method that reads or writes the table of its type parameter does so where the type is known."""

import re
from collections import defaultdict

from tenantry.products.pinata.engine.findings import LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.dotnet import LANGUAGE, bases, csharp_classes, sites
from tenantry.products.pinata.engine.frameworks.efcore_entities import Entities, Entity
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.types import as_type
from tenantry.products.pinata.engine.resolve.values import EXTERNAL, FUNCTION, INSTANCE, Definition, Value

_OUTSIDE = re.compile(r"(?:I\w*Repository(?:Base)?|\w*Repository(?:Base)?)\(\)\.(\w+)\Z")
_READS = re.compile(r"(?:Get|Find|List|Any|Count|First|Single|Exists|Query|LongCount|Load|Search|Paginate)")
_WRITES = re.compile(r"(?:Add|Insert|Update|Delete|Remove|Create|Upsert|HardDelete|BulkInsert)")
_MAX_ROUNDS = 6


class Repositories:
    """`generic` collects, `note` writes down."""

    def __init__(self, program: Program, findings: Findings, entities: Entities) -> None:
        self.program = program
        self.findings = findings
        self.entities = entities
        self.effects: dict[Definition, set[str]] = defaultdict(set)

    def generic(self, site: Site, kind: str, value: Value | None) -> None:
        """An effect on something whose type is a parameter of the method or class it stands in."""
        item = value.item if value is not None and value.item is not None else value
        if item is None or item.kind != EXTERNAL or not item.path:
            return
        method = self.program.project.owner(site.file, site.at.scope)
        if method is not None and item.path.removesuffix("()").removesuffix("[]") in self._parameters(method):
            self.effects[method].add(kind)

    @staticmethod
    def _parameters(method: Definition) -> tuple[str, ...]:
        generics = method.file.extra.get("generics", {})
        return (*generics.get(method.index, ()), *generics.get(method.scope.parent, ()))

    def note(self, framework: str) -> None:
        above = self._above()
        pending = dict(self.effects)
        seen: set[tuple[int, str]] = set()
        for _ in range(_MAX_ROUNDS):
            if not pending:
                break
            reached: dict[Definition, set[str]] = defaultdict(set)
            for method, kinds in pending.items():
                for target in (method, *above.get(method, ())):
                    reached[target] |= kinds
            pending = self._round(reached, framework, seen)
        self._outside(framework)

    def _above(self) -> dict[Definition, list[Definition]]:
        """Method → the methods that it implements or replaces, of interfaces and bases."""
        found: dict[Definition, list[Definition]] = defaultdict(list)
        members = self.program.inference.members
        owners = {self.program.project.definition(m.file, m.scope.parent) for m in self.effects if m.scope.parent > 0}
        for definition in csharp_classes(self.program):
            order = members.order(definition)[0]
            for owner in order:
                if owner not in owners or definition is not owner and not definition.scope.bases:
                    continue
                for method in list(self.effects):
                    if method.file is owner.file and method.scope.parent == owner.index:
                        for base in order:
                            above = members.method(base, method.name) if base is not owner else None
                            if above is not None and above is not method and above not in found[method]:
                                found[method].append(above)
        return found

    def _round(
        self, reached: dict[Definition, set[str]], framework: str, seen: set[tuple[int, str]]
    ) -> dict[Definition, set[str]]:
        """Calls of these methods: noted where the type is known, passed on where it is a parameter again."""
        passed: dict[Definition, set[str]] = defaultdict(set)
        for site in sites(self.program, *sorted({method.name for method in reached})):
            callee = site.callee
            if callee.kind != FUNCTION or callee.definition is None or callee.path or callee.definition not in reached:
                continue
            entity, parameter = self._bound(site, callee)
            method = self.program.project.owner(site.file, site.at.scope)
            for kind in sorted(reached[callee.definition]):
                if (id(site.expr), kind) in seen:
                    continue
                if entity is not None:
                    seen.add((id(site.expr), kind))
                    self._add(site, kind, entity, framework)
                elif parameter and method is not None and kind not in self.effects.get(method, ()):
                    self.effects[method].add(kind)
                    passed[method].add(kind)
        return passed

    def _bound(self, site: Site, callee: Value) -> tuple[Entity | None, bool]:
        """(the entity that a call's type parameter stands for, whether it stands for a parameter again)"""
        inside = self.program.project.enclosing_class(site.file, site.at.scope)
        if callee.item is None and inside is not None:
            callee = callee._replace(item=Value(INSTANCE, inside))
        members = self.program.inference.members
        known = members.type_parameters(callee, site.expr, site.at)
        for value in known.values():
            entity = self.entities.of(value.definition) if value.kind == INSTANCE else None
            if entity is not None:
                return entity, False
        receiver = callee.item
        if receiver is not None and receiver.path and receiver.item is not None:  # a query that is handed to a helper
            entity = self.entities.of(receiver.item.definition)
            if entity is not None:
                return entity, False
        for argument in site.expr[2]:
            value = self.program.value(argument, site.at)
            item = value.item if value.item is not None else value
            entity = self.entities.of(item.definition) if item.kind == INSTANCE else None
            if entity is not None and not known:
                return entity, False
        method = self.program.project.owner(site.file, site.at.scope)
        generic = method is not None and bool(self._parameters(method))
        return None, generic

    def _outside(self, framework: str) -> None:
        """Repositories of libraries: `IRepositoryBase<Order>`, `IRepository<Book, Guid>`."""
        names = {
            site_name
            for site_name in self.program.project.state("efcore.methods", self._methods)
            if _READS.match(site_name) or _WRITES.match(site_name)
        }
        for site in sites(self.program, *sorted(names)):
            callee = site.callee
            if callee.kind == EXTERNAL and _OUTSIDE.match(callee.path):
                entity = self.entities.of(callee.item.definition) if callee.item is not None else None
            elif callee.kind == INSTANCE and callee.definition is not None and callee.path == f".{site.method}":
                if not any("Repository" in name for name in self.program.externals(callee.definition)):
                    continue
                entity = self._of_instance(callee)
            else:
                continue
            if entity is not None:
                self._add(site, "db_write" if _WRITES.match(site.method) else "db_read", entity, framework)

    def _methods(self) -> set[str]:
        return {site.method for site in self.program.sites if site.file.language == LANGUAGE}

    def _of_instance(self, callee: Value) -> Entity | None:
        if callee.item is not None:
            entity = self.entities.of(callee.item.definition)
            if entity is not None:
                return entity
        assert callee.definition is not None
        for name, arguments, at in bases(self.program, callee.definition):
            if "Repository" in name:
                for argument in arguments:
                    value = as_type(self.program.inference, argument, at)
                    entity = self.entities.of(value.definition) if value.kind == INSTANCE else None
                    if entity is not None:
                        return entity
        return None

    def _add(self, site: Site, kind: str, entity: Entity, framework: str) -> None:
        self.findings.add(
            kind, entity.table, site.file, site.line, scope=site.at.scope, end_line=site.outer.end_line, confidence=LIKELY,
            framework=framework, operation=site.method.removesuffix("Async"),
        )  # fmt: skip
