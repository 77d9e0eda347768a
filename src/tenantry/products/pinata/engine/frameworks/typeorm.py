"""TypeORM: what repositories, entity managers, query builders and active records read and write."""

import re
from collections import defaultdict

from tenantry.products.pinata.engine.facts import ATTR, CALL, LIST, NAME, STR, Expr, spine
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.javascript import items, named_class, option
from tenantry.products.pinata.engine.frameworks.typeorm_entities import Entity, entities_of
from tenantry.products.pinata.engine.frameworks.typeorm_migrations import note_migrations
from tenantry.products.pinata.engine.resolve.inference import Inference, Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import CLASS, EXTERNAL, INSTANCE, MANY, At, Value

REPOSITORY = "typeorm.Repository()"
_REPOSITORIES = (
    "typeorm.Repository()",
    "typeorm.TreeRepository()",
    "typeorm.MongoRepository()",
    "typeorm.AbstractRepository()",
    "typeorm.BaseEntity",
)
_MANAGERS = re.compile(
    r"typeorm\.(?:EntityManager|DataSource|Connection|QueryRunner|getManager|getConnection|createConnection|createQueryBuilder)\b"
)
_READS = frozenset(
    "find findBy findAndCount findAndCountBy findByIds findOne findOneBy findOneOrFail findOneByOrFail findOneById count "
    "countBy exist exists existsBy sum average minimum maximum preload findTrees findRoots findDescendants "
    "findDescendantsTree findAncestors findAncestorsTree countDescendants countAncestors reload".split()
)
_WRITES = frozenset(
    "save insert update upsert delete remove softDelete softRemove recover restore increment decrement clear".split()
)
_TERMINALS = frozenset(
    "getOne getOneOrFail getMany getManyAndCount getCount getExists getRawOne getRawMany getRawAndEntities stream execute "
    "loadMany loadOne".split()
)
_CHANGES = frozenset("insert update delete softDelete restore into".split())
_RELATION_CHANGES = frozenset(("add", "remove", "set", "addAndRemove"))
_JOINS = tuple(
    f"{side}Join{more}" for side in ("left", "inner") for more in ("", "AndSelect", "AndMapOne", "AndMapMany")
)
_JOIN = re.compile(r"(?:left|inner)Join")
_ONE = frozenset(
    "findOne findOneBy findOneOrFail findOneByOrFail findOneById save preload create getOne getOneOrFail merge remove".split()
)
_MANY = frozenset("find findBy findByIds getMany".split())


def repository(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`getRepository(User)`, `@InjectRepository(User)`, `dataSource.getRepository(User)`: a repository of User."""
    if not call[2] or callee.kind != EXTERNAL and callee.definition is None:
        return None
    definition = named_class(inference, call[2][0], at)
    if definition is not None:
        return Value(EXTERNAL, path=REPOSITORY, item=Value(INSTANCE, definition))
    binding = inference.binding(call[2][0], at) if call[2][0][0] == NAME else None
    if binding is not None and (binding.path, binding.name) in entities_of(inference).schemas:
        return Value(EXTERNAL, path=REPOSITORY, expr=(STR, f"{binding.path}\n{binding.name}"))
    return None


def extended(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`dataSource.getRepository(User).extend({…})` is still a repository."""
    return callee._replace(path=REPOSITORY) if callee.path.startswith(REPOSITORY) else None


def transaction(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """The callback of `dataSource.transaction(…)` is given an entity manager; of other clients, one like the client."""
    owner = inference.value(call[2][0], at) if call[2] else None
    if owner is None or not owner.known:
        return None
    return Value(EXTERNAL, path="typeorm.EntityManager()") if owner.path.startswith("typeorm.") else owner


def row(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`repository.findOne(…)` gives an entity, `find` many."""
    if (
        callee.kind == CLASS
        and callee.definition is not None
        and entities_of(inference).of(callee.definition) is not None
    ):
        own = Value(INSTANCE, callee.definition)
        return None if callee.path.count(".") != 1 else own if callee.path[1:] in _ONE else Value(MANY, item=own)
    if callee.kind != EXTERNAL or callee.item is None or not callee.path.startswith("typeorm."):
        return None
    last = callee.path.rpartition(".")[2]
    return callee.item if last in _ONE else Value(MANY, item=callee.item)


class TypeOrm:
    name = "typeorm"
    packages: tuple[str, ...] = ("typeorm", "@nestjs/typeorm", "typeorm-transactional")
    results: dict[str, tuple[Result, ...]] = {
        "getRepository": (repository,),
        "InjectRepository": (repository,),
        "getTreeRepository": (repository,),
        "getMongoRepository": (repository,),
        "extend": (extended,),
        "@transaction": (transaction,),
        **dict.fromkeys((*_ONE, *_MANY), (row,)),
    }

    def find(self, program: Program, findings: Findings) -> None:
        entities = entities_of(program.inference)
        for table in entities.tables:
            findings.table(table)
        note_migrations(program, findings)
        joins = self._joins(program)
        for site in program.methods(*sorted(_READS | _WRITES | _TERMINALS | _RELATION_CHANGES)):
            if site.file.language not in ("typescript", "javascript") or not site.callee.path:
                continue
            if site.method in _READS or site.method in _WRITES:
                self._simple(program, findings, site)
            elif site.method in _TERMINALS or site.method in _RELATION_CHANGES:
                self._built(program, findings, site, joins)

    # -- which entity -----------------------------------------------------------------------------------------

    def _entity(self, program: Program, value: Value) -> Entity | None:
        """The entity of a repository: by its type argument, or by the class that a custom repository extends or names."""
        entities = entities_of(program.inference)
        if value.kind == EXTERNAL:
            if value.expr is not None and value.path.startswith(REPOSITORY):
                path, _, name = value.expr[1].partition("\n")
                return entities.schemas.get((path, name))
            return entities.of(value.item.definition) if value.item is not None else None
        if value.kind == CLASS and value.definition is not None:
            own = entities.of(value.definition)
            if own is not None:
                return own
        if value.definition is None:
            return None
        members = program.inference.members
        for owner in members.order(value.definition)[0]:
            own = entities.of(owner)
            if own is not None and value.kind == INSTANCE:
                return own
            for base in owner.scope.bases:
                if base[0] == "i" and base[2][0] == LIST and base[2][1]:
                    found = entities.of(named_class(program.inference, base[2][1][0], owner.outside))
                    if found is not None:
                        return found
            for expr, _ in owner.scope.decorators:
                if (
                    expr[0] == CALL
                    and expr[1][0] == NAME
                    and expr[1][1] in ("EntityRepository", "CustomRepository")
                    and expr[2]
                ):
                    return entities.of(named_class(program.inference, expr[2][0], owner.outside))
        return None

    @staticmethod
    def _names(program: Program, site: Site) -> list[str]:
        return program.canonical(site.callee)

    # -- repositories and managers ----------------------------------------------------------------------------

    def _simple(self, program: Program, findings: Findings, site: Site) -> None:
        names = self._names(program, site)
        on_repository = any(name.startswith(_REPOSITORIES) and name.count(".") == 2 for name in names)
        on_manager = any(_MANAGERS.match(name) and "createQueryBuilder()" not in name for name in names)
        if not on_repository and not on_manager:
            return
        entity: Entity | None = None
        confidence = CERTAIN
        if on_repository:
            entity = self._entity(program, site.callee)
        if entity is None and site.expr[2]:
            for expr, at in items(program.inference, site.expr[2][0], site.at)[:1]:
                entity = self._of_argument(program, expr, at)
        if entity is None:
            findings.diagnose(
                site.file.path, site.line, "table.dynamic", f"What {site.method} works on could not be told."
            )
            return
        kind = "db_read" if site.method in _READS else "db_write"
        self._note(findings, site, kind, entity.table, confidence)
        if kind == "db_read":
            for table in self._relations(program, site, entity):
                self._note(findings, site, "db_read", table, confidence)

    def _of_argument(self, program: Program, expr: Expr, at: At) -> Entity | None:
        """`manager.save(user)`, `manager.find(User, …)`, `manager.save("user", …)`."""
        entities = entities_of(program.inference)
        value = program.value(expr, at)
        if value.kind in (CLASS, INSTANCE) and not value.path:
            return entities.of(value.definition)
        if value.kind == MANY and value.item is not None:
            return entities.of(value.item.definition)
        if expr[0] == STR:
            for entity in entities.by_class.values():
                if entity.table == expr[1] or (entity.definition is not None and entity.definition.name == expr[1]):
                    return entity
        binding = program.inference.binding(expr, at) if expr[0] == NAME else None
        return entities.schemas.get((binding.path, binding.name)) if binding is not None else None

    def _relations(self, program: Program, site: Site, entity: Entity) -> list[str]:
        """Tables that `relations: [...]` of the find options joins."""
        entities = entities_of(program.inference)
        found: list[str] = []
        for argument in site.expr[2]:
            listed = option(program.inference, argument, site.at, "relations") if argument[0] in ("d", NAME) else None
            if listed is None:
                continue
            paths = []
            if listed[0][0] == "d":
                paths = [key[1] for key, _ in listed[0][1] if key[0] == STR]
            else:
                paths = [expr[1] for expr, _ in items(program.inference, listed[0], listed[1]) if expr[0] == STR]
            for path in paths:
                current: Entity | None = entity
                for part in path.split("."):
                    relation = current.relations.get(part) if current is not None else None
                    current = entities.of(relation.target) if relation is not None else None
                    if current is not None and current.table not in found:
                        found.append(current.table)
        return [table for table in found if table != entity.table]

    def _note(self, findings: Findings, site: Site, kind: str, table: str, confidence: float) -> None:
        findings.add(
            kind, table, site.file, site.line, scope=site.at.scope, end_line=site.outer.end_line,
            confidence=confidence, framework=self.name, operation=site.method,
        )  # fmt: skip

    # -- query builders ---------------------------------------------------------------------------------------

    def _root(self, site_expr: Expr) -> str:
        """The variable a chain begins with: `qb` of `qb.where(…).getMany()`."""
        calls = spine(site_expr)
        callee = calls[-1][1] if calls else site_expr
        while callee[0] == ATTR:
            callee = callee[1]
        return callee[1].partition(".")[0] if callee[0] == NAME and not callee[1].startswith("self.") else ""

    def _joins(self, program: Program) -> dict[tuple[str, int, str], list[Site]]:
        """Joins by the variable that holds the builder."""
        found: dict[tuple[str, int, str], list[Site]] = defaultdict(list)
        for site in program.methods(*_JOINS):
            if site.file.language in ("typescript", "javascript"):
                root = self._root(site.expr)
                found[site.file.path, site.at.scope, root].append(site)
        return found

    def _built(
        self, program: Program, findings: Findings, site: Site, joins: dict[tuple[str, int, str], list[Site]]
    ) -> None:
        names = self._names(program, site)
        path = next((name for name in names if name.startswith("typeorm.") and "createQueryBuilder()" in name), None)
        if path is None:
            return
        chain = self._chain(program, site)
        words = set(path.replace("()", "").split("."))
        changes = bool(words & _CHANGES) or (site.method in _RELATION_CHANGES)
        if site.method in _RELATION_CHANGES and "relation" not in words:
            return
        if site.method == "execute" and not changes:
            return
        entity = self._builder_entity(program, site, chain)
        if entity is None:
            findings.diagnose(site.file.path, site.line, "table.dynamic", "The table of this query could not be told.")
            return
        if isinstance(entity, str):
            self._note(findings, site, "db_write" if changes else "db_read", entity, LIKELY)
            return
        self._note(findings, site, "db_write" if changes else "db_read", entity.table, CERTAIN)
        joined: list[Site] = []
        root = self._root(site.expr)
        if root:
            joined += joins.get((site.file.path, site.at.scope, root), [])
            joined += [
                s
                for c in chain
                for s in joins.get((site.file.path, site.at.scope, self._root(c)), ())
                if s.expr in chain
            ]
        chained = [(c, site.at) for c in chain if _JOIN.match(self._method(c))]
        chained += [(s.expr, s.at) for s in joined]
        aliases = self._aliases(program, chain, entity)
        seen = {entity.table}
        for call, at in chained:
            target = self._joined(program, call, at, aliases)
            if target is not None and target.table not in seen:
                seen.add(target.table)
                self._note(findings, site, "db_read", target.table, CERTAIN)

    @staticmethod
    def _method(call: Expr) -> str:
        callee = call[1]
        return callee[2] if callee[0] == ATTR else callee[1].rpartition(".")[2] if callee[0] == NAME else ""

    def _chain(self, program: Program, site: Site) -> list[Expr]:
        """The calls that built what a site works on, through the variable it is kept in."""
        calls = spine(site.expr)
        root = self._root(site.expr)
        scope = site.at.scope
        while root and scope >= 0:
            entries = program.project.names(site.file, scope).get(root, ())
            for entry in entries:
                value = getattr(entry, "value", None)
                if value is not None and value[0] == CALL:
                    calls += spine(value)
            if entries:
                break
            scope = site.file.scopes[scope].parent
        return calls

    def _builder_entity(self, program: Program, site: Site, chain: list[Expr]) -> Entity | str | None:
        inference = program.inference
        for call in chain:
            method = self._method(call)
            if method in ("from", "into", "update", "relation", "insert", "delete") and call[2]:
                entity = self._of_argument(program, call[2][0], site.at)
                if entity is not None:
                    return entity
                if call[2][0][0] == STR and method != "relation":
                    return str(call[2][0][1])
        found = self._entity(program, site.callee)
        if found is not None:
            return found
        for call in chain:
            if self._method(call) == "createQueryBuilder":
                if call[2]:
                    entity = (
                        self._of_argument(program, call[2][0], site.at)
                        if call[2][0][0] != STR or len(call[2]) > 1
                        else None
                    )
                    if entity is not None:
                        return entity
                callee = inference.value(call[1], site.at)
                return self._entity(program, callee)
        return None

    def _aliases(self, program: Program, chain: list[Expr], entity: Entity) -> dict[str, Entity]:
        aliases = {"": entity}
        for call in reversed(chain):
            if self._method(call) in ("createQueryBuilder", "from", "select") and call[2] and call[2][-1][0] == STR:
                aliases[call[2][-1][1]] = entity
        return aliases

    def _joined(self, program: Program, call: Expr, at: At, aliases: dict[str, Entity]) -> Entity | None:
        """The entity of `leftJoinAndSelect("user.photos", "photo")` or `leftJoin(Photo, "photo", …)`."""
        if not call[2]:
            return None
        first = call[2][0]
        entities = entities_of(program.inference)
        if first[0] == STR and "." in first[1]:
            alias, _, name = first[1].partition(".")
            owner = aliases.get(alias) or (aliases[""] if alias not in aliases else None)
            relation = owner.relations.get(name) if owner is not None else None
            target = entities.of(relation.target) if relation is not None else None
        else:
            target = self._of_argument(program, first, at)
        if target is not None and len(call[2]) > 1 and call[2][1][0] == STR:
            aliases[call[2][1][1]] = target
        return target


framework = TypeOrm()
