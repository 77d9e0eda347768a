"""EF Core: what queries over sets, contexts and repositories read and write."""

from collections import defaultdict

from tenantry.products.pinata.engine.facts import ATTR, CALL, INDEX, NAME, Expr, type_arguments
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.dotnet import (
    LANGUAGE,
    chain,
    in_use,
    method_of,
    receiver,
    root_of,
    selected,
    sites,
    type_named,
)
from tenantry.products.pinata.engine.frameworks.efcore_entities import Entities, Entity, entities_of
from tenantry.products.pinata.engine.frameworks.efcore_repositories import Repositories
from tenantry.products.pinata.engine.frameworks.efcore_snapshots import note_snapshots
from tenantry.products.pinata.engine.resolve.inference import Inference, Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import EXTERNAL, INSTANCE, LITERAL, MANY, At, Value

_TERMINALS = frozenset(
    "ToList ToArray First FirstOrDefault Single SingleOrDefault Last LastOrDefault Find Any All Count LongCount Sum Min Max "
    "Average Contains ToDictionary ToHashSet ToLookup ElementAt ElementAtOrDefault Load ForEach AsEnumerable "
    "AsAsyncEnumerable MinBy MaxBy SequenceEqual ToQueryString ExecuteFuture @each".split()
)
READS = frozenset((*_TERMINALS, *(f"{name}Async" for name in _TERMINALS)))
_CHANGES = frozenset(
    "Add AddRange Update UpdateRange Remove RemoveRange Attach AttachRange AddOrUpdate ExecuteUpdate ExecuteDelete Delete "
    "BulkInsert BulkUpdate BulkDelete BulkInsertOrUpdate BulkMerge BatchDelete BatchUpdate Upsert UpsertRange "
    "DeleteByKey UpdateFromQuery DeleteFromQuery".split()
)
WRITES = frozenset((*_CHANGES, *(f"{name}Async" for name in _CHANGES))) - {"Attach", "AttachRange", "AttachAsync"}
_SAVES = (
    "SaveChanges",
    "SaveChangesAsync",
    "SaveEntitiesAsync",
    "SaveAsync",
    "CommitAsync",
    "Commit",
    "CompleteAsync",
    "Complete",
)
_ROOTS = ("DbSet()", "IDbSet()", "IQueryable()", "IOrderedQueryable()", "IIncludableQueryable()")
_ONE = frozenset(
    "First FirstOrDefault Single SingleOrDefault Last LastOrDefault Find ElementAt ElementAtOrDefault MinBy MaxBy".split()
)
_ONE_NAMES = frozenset((*_ONE, *(f"{name}Async" for name in _ONE)))
_MANY_NAMES = frozenset(
    f"{name}{end}" for name in ("ToList", "ToArray", "AsEnumerable", "ToHashSet") for end in ("", "Async")
)


def row(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`context.Orders.First()` is an Order, `ToList()` many of them."""
    if callee.kind == EXTERNAL and is_query(callee) and callee.item is not None and callee.item.kind == INSTANCE:
        if any(step in callee.path for step in (".Select(", ".ProjectTo(", ".GroupBy(", ".SelectMany(", ".Join(")):
            return None
        own = Value(INSTANCE, callee.item.definition)
        return own if method_of(call) in _ONE_NAMES else Value(MANY, item=own)
    return None


def entry(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`context.Orders.Add(order).Entity`"""
    if callee.kind == EXTERNAL and is_query(callee) and callee.item is not None:
        return Value(EXTERNAL, path="EntityEntry()", item=callee.item)
    return None


def query(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`from … in context.Orders …` is a query over the same set."""
    return callee._replace(path=f"{callee.path}()") if callee.path else None


def made_context(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`factory.CreateDbContext()` of an `IDbContextFactory<ShopContext>`."""
    if callee.kind == EXTERNAL and callee.path.startswith("IDbContextFactory()") and callee.item is not None:
        return callee.item
    return None


def is_query(value: Value) -> bool:
    """Whether a member of a set, of a query, or of `context.Set<T>()`."""
    return value.path.startswith(_ROOTS) or ".Set()" in value.path or value.path.startswith("Set()")


class EfCore:
    name = "efcore"
    packages: tuple[str, ...] = ()
    results: dict[str, tuple[Result, ...]] = {
        **dict.fromkeys((*_ONE_NAMES, *_MANY_NAMES), (row,)),
        **dict.fromkeys(("CreateDbContext", "CreateDbContextAsync"), (made_context,)),
        **dict.fromkeys(("Add", "AddAsync", "Update", "Remove", "Attach", "Entry"), (entry,)),
    }

    def find(self, program: Program, findings: Findings) -> None:
        if not in_use(program):
            return
        entities = entities_of(program.inference)
        written_down = note_snapshots(program, findings)
        self._agree(program, entities, written_down)
        for table in entities.tables:
            findings.table(table)
        repositories = Repositories(program, findings, entities)
        self.written: dict[tuple[str, int], set[str]] = defaultdict(set)
        for site in sites(program, *sorted(READS)):
            if not self._read(program, findings, entities, site):
                repositories.generic(site, "db_read", self._queried(program, site))
        for site in sites(program, *sorted(WRITES), "@State"):
            self._write(program, findings, entities, repositories, site)
        repositories.note(self.name)
        self._tracked(program, findings, entities)

    @staticmethod
    def _agree(program: Program, entities: Entities, written_down: dict[str, str]) -> None:
        """Where no code names a table, the snapshot knows what conventions made of it."""
        if not written_down:
            return
        for entity in entities.by_class.values():
            if entity.explicit:
                continue
            space = entity.definition.file.extra.get("spaces", {}).get(entity.definition.index, "")
            name = written_down.get(f"{space}.{entity.definition.name}")
            if name and name != entity.table:
                for table in entities.tables:
                    if table.model is entity.definition:
                        table.name = name
                    for column in table.columns:
                        if column.references == entity.table:
                            column.references = name
                entity.table = name

    # -- reads ------------------------------------------------------------------------------------------------

    def _queried(self, program: Program, site: Site) -> Value | None:
        """The query that a call is made on; None when it is not made on one."""
        callee = site.callee
        return callee if callee.kind in (EXTERNAL, INSTANCE) and is_query(callee) else None

    def _read(self, program: Program, findings: Findings, entities: Entities, site: Site) -> bool:
        callee = self._queried(program, site)
        if callee is None:
            found = self._by_type(program, entities, site)
            if found is not None:
                self._note(findings, site, "db_read", found.table, CERTAIN, [])
                return True
            return False
        if site.method == "@each" and self._ended(callee.path):
            return True
        steps = callee.path.split(".")
        if any(step.removesuffix("()") in READS for step in steps[:-1]):  # performed already
            return True
        if site.method in ("AsEnumerable", "Contains") and self._composed(program, site):
            return True
        entity = entities.of(callee.item.definition) if callee.item is not None else None
        if entity is None:
            return False
        self._note(findings, site, "db_read", entity.table, CERTAIN, self._joins(program, entities, entity, site))
        return True

    @staticmethod
    def _ended(path: str) -> bool:
        return any(step.removesuffix("()") in READS for step in path.split(".")[:-1])

    @staticmethod
    def _composed(program: Program, site: Site) -> bool:
        """Whether a call stands inside the condition of another query, which performs it."""
        scope = site.file.scopes[site.at.scope]
        return scope.name.startswith("<lambda") and site.method == "Contains"

    @staticmethod
    def _by_type(program: Program, entities: Entities, site: Site) -> Entity | None:
        """`context.Find<Order>(id)`, `context.FindAsync(typeof(Order), id)`"""
        if site.method not in ("Find", "FindAsync") or site.callee.kind != INSTANCE or site.callee.definition is None:
            return None
        if not any("DbContext" in name for name in program.externals(site.callee.definition)):
            return None
        given = type_arguments(site.expr)
        target = type_named(program.inference, given[0] if given else site.argument("entityType", 0), site.at)
        return entities.of(target)

    def _joins(self, program: Program, entities: Entities, entity: Entity, site: Site) -> list[str]:
        """Tables that a query reads besides its own: what it includes, and what a query expression joins."""
        found: list[str] = []
        previous: Entity | None = entity
        for call, at in self._steps(program, site.expr, site.at, 0):
            what = method_of(call)
            if what in ("Include", "ThenInclude") and call[2]:
                current = entity if what == "Include" else previous
                for path in selected(call[2][0]):
                    for part in path.split("."):
                        target = current.navigations.get(part) if current is not None else None
                        current = entities.of(target)
                        if current is not None:
                            found.append(current.table)
                previous = current
            elif what in ("Join", "GroupJoin", "Union", "Concat", "LeftJoin", "@query"):
                for argument in call[2]:
                    value = program.value(argument, at) if argument[0] in (NAME, ATTR, CALL) else None
                    other = entities.of(value.item.definition) if value is not None and value.item is not None else None
                    if other is not None:
                        found.append(other.table)
        return [table for table in dict.fromkeys(found) if table != entity.table]

    def _steps(self, program: Program, expr: Expr, at: At, depth: int) -> list[tuple[Expr, At]]:
        """The calls that a query was made by, through the variables and own functions that hold it."""
        steps = [(call, at) for call in chain(expr)]
        name = root_of(expr)
        if depth > 4 or not name:
            return steps
        scope = at.scope
        while scope >= 0 and at.file.scopes[scope].kind != "class":
            entries = program.project.names(at.file, scope).get(name, ())
            for item in entries:
                value = getattr(item, "value", None)
                if value is not None and value[0] == CALL and value is not expr:
                    steps = self._steps(program, value, At(at.file, scope), depth + 1) + steps
            if entries:
                break
            scope = at.file.scopes[scope].parent
        return steps

    # -- writes -----------------------------------------------------------------------------------------------

    def _write(
        self, program: Program, findings: Findings, entities: Entities, repositories: Repositories, site: Site
    ) -> None:
        callee = site.callee
        if site.method == "@State":
            self._state(program, findings, entities, repositories, site)
            return
        query = self._queried(program, site)
        if query is not None:
            if site.method.startswith(("Delete", "Update")) and not query.path.startswith("DbSet()"):
                return
            if self._ended(query.path):
                return
            entity = entities.of(query.item.definition) if query.item is not None else None
            if entity is not None:
                self._note(findings, site, "db_write", entity.table, CERTAIN, [])
            else:
                repositories.generic(site, "db_write", query)
            return
        if callee.kind != INSTANCE or callee.definition is None or callee.path.count(".") != 1:
            return
        if not self._is_context(program, callee):
            return
        for argument in site.expr[2]:
            value = program.value(argument, site.at)
            target = value.item if value.kind == MANY and value.item is not None else value
            if (
                value.kind == LITERAL
                and value.expr is not None
                and value.at is not None
                and value.expr[0] == "l"
                and value.expr[1]
            ):
                target = program.value(value.expr[1][0], value.at)
            entity = entities.of(target.definition) if target.kind == INSTANCE and not target.path else None
            given = type_arguments(site.expr)
            if entity is None and given:
                entity = entities.of(type_named(program.inference, given[0], site.at))
            if entity is not None:
                self._note(findings, site, "db_write", entity.table, CERTAIN, [])
            else:
                repositories.generic(site, "db_write", value)

    def _is_context(self, program: Program, value: Value) -> bool:
        definition = value.definition
        if definition is None:
            return False
        if any("DbContext" in name for name in program.externals(definition)):
            return True
        return "interface" in definition.file.extra.get("kinds", {}).get(
            definition.index, ""
        ) and definition.name.endswith(("DbContext", "Context"))

    def _state(
        self, program: Program, findings: Findings, entities: Entities, repositories: Repositories, site: Site
    ) -> None:
        """`context.Entry(order).State = EntityState.Modified`"""
        value = site.expr[2][0] if site.expr[2] else None
        inner = receiver(site.expr)
        if (
            value is None
            or value[0] != NAME
            or inner is None
            or inner[0] != CALL
            or method_of(inner) != "Entry"
            or not inner[2]
        ):
            return
        if value[1].rpartition(".")[2] not in ("Added", "Modified", "Deleted"):
            return
        target = program.value(inner[2][0], site.at)
        entity = entities.of(target.definition) if target.kind == INSTANCE else None
        if entity is not None:
            self._note(findings, site, "db_write", entity.table, CERTAIN, [])
        else:
            repositories.generic(site, "db_write", target)

    def _note(self, findings: Findings, site: Site, kind: str, table: str, confidence: float, joins: list[str]) -> None:
        findings.add(
            kind, table, site.file, site.line, scope=site.at.scope, end_line=site.outer.end_line, confidence=confidence,
            framework=self.name, operation=site.method.removesuffix("Async"), joins=joins,
        )  # fmt: skip
        if kind == "db_write":
            self.written[site.file.path, self._function(site)].add(table)

    @staticmethod
    def _function(site: Site) -> int:
        scope = site.at.scope
        while scope > 0 and site.file.scopes[scope].name.startswith("<lambda"):
            scope = site.file.scopes[scope].parent
        return scope

    # -- changes of what was read -----------------------------------------------------------------------------

    def _tracked(self, program: Program, findings: Findings, entities: Entities) -> None:
        """An entity that a function reads, changes and saves: the write happens where it saves."""
        for site in sites(program, *_SAVES):
            if site.file.language != LANGUAGE or receiver(site.expr) is None:
                continue
            function = self._function(site)
            changed: dict[str, Entity] = {}
            for assign in site.file.assigns:
                if assign.scope != function or "." not in assign.target or assign.target.startswith("self."):
                    continue
                if assign.line > site.line:
                    continue
                name = assign.target.partition(".")[0]
                entity = self._loaded(program, entities, At(site.file, function), name)
                if entity is not None:
                    changed[entity.table] = entity
            already = self.written.get((site.file.path, function), set())
            for table in sorted(changed.keys() - already):
                self._note(findings, site, "db_write", table, LIKELY, [])

    @staticmethod
    def _loaded(program: Program, entities: Entities, at: At, name: str) -> Entity | None:
        """The entity that a variable was read from a set."""
        for item in program.project.names(at.file, at.scope).get(name, ()):
            value = getattr(item, "value", None)
            if value is None or value[0] not in (CALL, INDEX, "e"):
                continue
            made = value
            if made[0] == "e":
                made = made[1]
            if made[0] == CALL:
                callee = program.inference.callee(made, at)
                if callee.kind == EXTERNAL and is_query(callee) and callee.item is not None:
                    return entities.of(callee.item.definition)
            loaded = program.value(value, at)
            if made[0] == CALL and loaded.kind == INSTANCE and receiver(made) is not None and made[1][0] != NAME:
                return entities.of(loaded.definition)
        return None


framework = EfCore()
