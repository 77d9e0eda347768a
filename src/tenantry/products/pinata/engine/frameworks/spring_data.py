"""Spring Data, Micronaut Data and Panache: repositories, derived queries, @Query, templates; JPA's own entity manager."""

import re

from tenantry.products.pinata.engine import sql
from tenantry.products.pinata.engine.facts import NUM, STR, TEMPLATE, Expr
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.annotations import (
    annotations,
    argument_of_base,
    class_named,
    first,
    is_abstract,
    java_classes,
    methods_of,
    text,
)
from tenantry.products.pinata.engine.frameworks.jpa_entities import Entities, Entity
from tenantry.products.pinata.engine.frameworks.jpql import Touched, touched
from tenantry.products.pinata.engine.resolve.implementations import Implementations
from tenantry.products.pinata.engine.resolve.inference import Inference, Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import (
    CLASS,
    FUNCTION,
    INSTANCE,
    MANY,
    At,
    Definition,
    Value,
)

_DATA = "org.springframework.data."
_BASE = re.compile(
    r"(?:org\.springframework\.data\.(?:(\w+)\.)?repository\.(?:\w+\.)?(?:config\.)?\w*(?:Repository|Executor)"
    r"|io\.micronaut\.data\.(?:(jpa|mongodb|r2dbc|jdbc)\.)?repository\.(?:\w+\.)*\w*Repository"
    r"|jakarta\.data\.repository\.\w*Repository|org\.springframework\.data\.querydsl\.\w*Executor"
    r"|io\.quarkus\.(?:hibernate\.(?:orm|reactive)|(mongodb))\.panache\.(?:\w+\.)?Panache\w*Repository(?:Base)?)\Z"
)
_STORES = {
    "mongodb": "mongodb",
    "elasticsearch": "elasticsearch",
    "cassandra": "cassandra",
    "neo4j": "neo4j",
    "jpa": "jpa",
}


class _Bases(frozenset[str]):
    """All interfaces of Spring Data and its relatives that make a repository, told by their names."""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and _BASE.match(name) is not None


BASES = _Bases()


def store_of(base: str) -> str:
    """Where a repository of that base keeps things: "" when the base does not say."""
    match = _BASE.match(base)
    return next((_STORES.get(group, "relational") for group in match.groups() if group), "") if match else ""


_ACTIVE = (
    "io.quarkus.hibernate.orm.panache.PanacheEntity",
    "io.quarkus.hibernate.orm.panache.PanacheEntityBase",
    "io.quarkus.hibernate.reactive.panache.PanacheEntity",
    "io.quarkus.mongodb.panache.PanacheMongoEntity",
    "io.quarkus.hibernate.reactive.panache.PanacheEntityBase",
)
_QUERIES = (
    f"{_DATA}jpa.repository.Query",
    f"{_DATA}jdbc.repository.query.Query",
    f"{_DATA}r2dbc.repository.Query",
    f"{_DATA}mongodb.repository.Query",
    "io.micronaut.data.annotation.Query",
    f"{_DATA}mongodb.repository.Aggregation",
    f"{_DATA}jpa.repository.NativeQuery",
    "jakarta.data.repository.Query",
    f"{_DATA}neo4j.repository.query.Query",
)
_PLAIN_SQL = (
    f"{_DATA}jdbc.repository.query.Query",
    f"{_DATA}r2dbc.repository.Query",
    f"{_DATA}jpa.repository.NativeQuery",
)
_NO_SQL = (
    f"{_DATA}mongodb.repository.Query",
    f"{_DATA}mongodb.repository.Aggregation",
    f"{_DATA}neo4j.repository.query.Query",
)
_WRITES = ("save", "delete", "remove", "insert", "update", "persist", "merge", "upsert", "increment")
_READS = ("find", "get", "read", "query", "search", "stream", "count", "exists", "list", "page", "retrieve")
_STANDARD = frozenset(
    "save saveAll saveAndFlush saveAllAndFlush insert delete deleteAll deleteById deleteAllById deleteInBatch deleteAllInBatch "
    "deleteAllByIdInBatch findAll findById findOne findAllById getOne getById getReferenceById existsById exists count findBy "
    "persist persistAndFlush listAll find list stream streamAll findByIdOptional deleteAll update updateAll findAllStream".split()
)
_ONE = frozenset(
    "findById findOne getOne getById getReferenceById save saveAndFlush insert update findByIdOptional".split()
)
_MANAGER_READS = frozenset(
    "find getReference get load byId findAll findOne findById exists count query findAndModify aggregate findDistinct select".split()
)
_MANAGER_WRITES = frozenset(
    "persist merge remove save update saveOrUpdate delete insert insertAll updateFirst updateMulti upsert findAndModify findAndRemove "
    "replace saveAll refresh".split()
)
_MANAGERS = {
    "jakarta.persistence.EntityManager()": "jpa",
    "org.hibernate.Session()": "jpa",
    "org.hibernate.SessionFactory().getCurrentSession()": "jpa",
    "org.hibernate.SessionFactory().openSession()": "jpa",
    "org.hibernate.StatelessSession()": "jpa",
    "org.springframework.orm.hibernate5.HibernateTemplate()": "jpa",
    f"{_DATA}mongodb.core.MongoTemplate()": "mongodb",
    f"{_DATA}mongodb.core.MongoOperations()": "mongodb",
    f"{_DATA}mongodb.core.ReactiveMongoTemplate()": "mongodb",
    f"{_DATA}mongodb.core.ReactiveMongoOperations()": "mongodb",
    f"{_DATA}r2dbc.core.R2dbcEntityTemplate()": "relational",
    f"{_DATA}jdbc.core.JdbcAggregateTemplate()": "relational",
    f"{_DATA}r2dbc.core.R2dbcEntityOperations()": "relational",
    f"{_DATA}neo4j.core.Neo4jTemplate()": "neo4j",
    f"{_DATA}neo4j.core.ReactiveNeo4jTemplate()": "neo4j",
    f"{_DATA}elasticsearch.core.ElasticsearchOperations()": "elasticsearch",
    f"{_DATA}elasticsearch.core.ElasticsearchRestTemplate()": "elasticsearch",
    f"{_DATA}cassandra.core.CassandraTemplate()": "cassandra",
}
_CREATE = (
    "createQuery",
    "createNativeQuery",
    "createSQLQuery",
    "createMutationQuery",
    "createSelectionQuery",
    "createNativeMutationQuery",
)


class Repositories:
    """Interfaces that keep entities: which one, and what their own methods do."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.entities = Entities.of(program)
        self.by_class: dict[tuple[str, int], Entity] = {}
        inference = program.inference
        for definition in java_classes(program):
            kinds = [store_of(name) for name in program.externals(definition) if name in BASES]
            if kinds:
                found = argument_of_base(inference, definition, BASES)
                kept = class_named(inference, *found) if found is not None else None
            else:
                stated = (
                    first(annotations(inference, definition), f"{_DATA}repository.RepositoryDefinition")
                    if definition.scope.decorators
                    else None
                )
                kept = class_named(inference, stated.get("domainClass"), stated.at) if stated is not None else None
            if kept is not None:
                kind = next((kind for kind in kinds if kind), "relational")
                self.by_class[definition.key] = self.entities.get(kept) or self.entities.implied(kept, kind)

    @staticmethod
    def of(program: Program) -> "Repositories":
        return program.project.state("spring.repositories", lambda: Repositories(program))

    def get(self, definition: Definition | None) -> Entity | None:
        return self.by_class.get(definition.key) if definition is not None else None


def row(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`repository.findById(…)` gives an entity, `findAll` many; what wraps it is transparent."""
    if callee.definition is None or callee.path.count(".") != 1:
        return None
    found: dict[tuple[str, int], Definition] = inference.project.state("spring.rows", dict)
    key = callee.definition.key
    if key not in found:
        given = argument_of_base(inference, callee.definition, BASES)
        kept = class_named(inference, *given) if given is not None else None
        if kept is None:
            return None
        found[key] = kept
    own = Value(INSTANCE, found[key])
    return own if callee.path[1:] in _ONE else Value(MANY, item=own)


def same(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`findById(id).orElseThrow()`: an optional, and a stream, are what they hold."""
    callee_expr = call[1]
    if callee_expr[0] != "a":
        return None
    owner = inference.value(callee_expr[1], at)
    return owner if owner.kind in (INSTANCE, MANY) and not owner.path else None


class SpringData:
    name = "spring data"
    packages: tuple[str, ...] = ()
    results: dict[str, tuple[Result, ...]] = {
        **dict.fromkeys(sorted(_STANDARD), (row,)),
        **dict.fromkeys(
            (
                "orElseThrow",
                "orElse",
                "orElseGet",
                "block",
                "stream",
                "toList",
                "getContent",
                "blockOptional",
                "collectList",
            ),
            (same,),
        ),
    }

    def find(self, program: Program, findings: Findings) -> None:
        if not any(file.language == "java" for file in program.project.files.values()):
            return
        repositories = Repositories.of(program)
        declared = {
            method.name
            for key in repositories.by_class
            for owner in program.inference.members.order(
                program.project.definition(program.project.files[key[0]], key[1])
            )[0]
            for method in methods_of(program, owner)
        }
        for site in program.methods(*sorted(_STANDARD | declared)):
            if site.file.language == "java":
                self._call(program, findings, repositories, site)
        for site in program.methods(*sorted(_MANAGER_READS | _MANAGER_WRITES)):
            if site.file.language == "java":
                self._managed(program, findings, repositories.entities, site)
        for site in program.methods(*_CREATE):
            if site.file.language == "java":
                self._created(program, findings, repositories.entities, site)
        for site in program.methods("from", "createQuery"):
            if site.file.language == "java":
                self._criteria(program, findings, repositories.entities, site)
        for table in repositories.entities.tables:
            findings.table(table)

    # -- repositories -----------------------------------------------------------------------------------------

    def _call(self, program: Program, findings: Findings, repositories: Repositories, site: Site) -> None:
        callee = site.callee
        if callee.definition is None:
            return
        index = Implementations.of(program.inference)
        if callee.kind == FUNCTION and not callee.path:
            method = callee.definition
            owner = program.project.definition(method.file, method.scope.parent) if method.scope.parent > 0 else None
            receiver = callee.item.definition if callee.item is not None and not callee.item.path else owner
            entity = repositories.get(receiver) or repositories.get(owner)
            if entity is None and owner is not None and is_abstract(method):
                self._through_interface(program, findings, repositories, owner, method, site)
            written = index is not None and any(not is_abstract(item) for item in index.methods(method))
            if entity is not None and is_abstract(method) and not written:  # a fragment's own code does what it does
                for touch, confidence in self._declared(program, repositories.entities, method, entity):
                    self._note(findings, site, touch.table, touch.write, confidence)
        elif callee.kind in (INSTANCE, CLASS) and callee.path.count(".") == 1:
            entity = repositories.get(callee.definition)
            active = entity is None and program.inherits(callee.definition, *_ACTIVE)
            if active:
                entity = repositories.entities.get(callee.definition)
            if entity is not None and (callee.kind == INSTANCE or active) and site.method in _STANDARD:
                self._note(findings, site, entity.table, site.method.startswith(_WRITES), CERTAIN)

    def _through_interface(
        self,
        program: Program,
        findings: Findings,
        repositories: Repositories,
        owner: Definition,
        method: Definition,
        site: Site,
    ) -> None:
        """A call of a plain interface that a repository extends: that repository performs it."""
        index = Implementations.of(program.inference)
        for below in index.below.get(owner, ()) if index is not None else ():
            entity = repositories.get(below)
            if entity is not None:
                own = program.inference.members.method(below, method.name) or method
                for touch, confidence in self._declared(program, repositories.entities, own, entity):
                    self._note(findings, site, touch.table, touch.write, min(confidence, LIKELY))
                return

    def _declared(
        self, program: Program, entities: Entities, method: Definition, entity: Entity
    ) -> list[tuple[Touched, float]]:
        found = annotations(program.inference, method) if method.scope.decorators else []
        stated = first(found, *_QUERIES)
        query = text(program, stated.get("value", "nativeQuery"), stated.at) if stated is not None else None
        if stated is not None and query is not None and stated.name not in _NO_SQL:
            native = stated.get("nativeQuery")
            if stated.name in _PLAIN_SQL or native == (NUM, True):
                touches = [
                    Touched(item.table, item.write)
                    for item in sql.accesses(query.replace("#{#entityName}", entity.table))
                ]
            else:
                touches = touched(entities, query, entity, method.file.path)
                if not touches and entity.kind == "relational":
                    touches = [Touched(item.table, item.write) for item in sql.accesses(query)]
            if touches:
                return [(touch, CERTAIN) for touch in touches]
        changes = any(item.last == "Modifying" for item in found) or method.name.startswith(_WRITES)
        known = changes or method.name.startswith(_READS) or stated is not None
        return [(Touched(entity.table, changes), CERTAIN if known else LIKELY)]

    # -- entity managers and templates ------------------------------------------------------------------------

    def _managed(self, program: Program, findings: Findings, entities: Entities, site: Site) -> None:
        names = program.canonical(site.callee)
        manager = next((prefix for name in names for prefix in _MANAGERS if name == f"{prefix}.{site.method}"), None)
        if manager is None or not site.expr[2]:
            return
        entity: Entity | None = None
        for argument in site.expr[2]:
            entity = self._of_argument(program, entities, argument, site.at)
            if entity is not None:
                break
        if entity is None and _MANAGERS[manager] == "mongodb" and site.expr[2][-1][0] == STR:
            self._note(findings, site, site.expr[2][-1][1], site.method in _MANAGER_WRITES, CERTAIN)
            return
        if entity is None:
            findings.diagnose(
                site.file.path, site.line, "table.dynamic", f"What {site.method} works on could not be told."
            )
            return
        self._note(findings, site, entity.table, site.method in _MANAGER_WRITES, CERTAIN)

    @staticmethod
    def _of_argument(program: Program, entities: Entities, expr: Expr, at: At) -> Entity | None:
        if expr[0] in (STR, NUM, TEMPLATE):
            return None
        value = program.value(expr, at)
        if value.kind == MANY and value.item is not None:
            value = value.item
        if value.kind in (CLASS, INSTANCE) and not value.path:
            found = entities.get(value.definition)
            if found is None and value.definition is not None:
                above = program.inference.members.order(value.definition)[0][1:]
                found = next((entity for item in above if (entity := entities.get(item)) is not None), None)
            return found
        return None

    def _created(self, program: Program, findings: Findings, entities: Entities, site: Site) -> None:
        """`em.createQuery("select o from Order o")`, `createNativeQuery("select …")`"""
        if not site.expr[2] or not any(name.startswith(tuple(_MANAGERS)) for name in program.canonical(site.callee)):
            return
        query = text(program, site.expr[2][0], site.at)
        if query is None:
            return
        if "Native" in site.method or "SQL" in site.method:
            touches = [Touched(item.table, item.write) for item in sql.accesses(query)]
        else:
            touches = touched(entities, query, None, site.file.path)
        for touch in touches:
            self._note(findings, site, touch.table, touch.write, LIKELY if "{" in query else CERTAIN)

    def _criteria(self, program: Program, findings: Findings, entities: Entities, site: Site) -> None:
        """`query.from(Order.class)` of a criteria query."""
        if not site.expr[2] or site.method != "from":
            return
        names = program.canonical(site.callee)
        if any(name.startswith("jakarta.persistence.criteria.Criteria") for name in names):
            entity = self._of_argument(program, entities, site.expr[2][0], site.at)
            if entity is not None:
                changes = any(".CriteriaUpdate" in name or ".CriteriaDelete" in name for name in names)
                self._note(findings, site, entity.table, changes, CERTAIN)

    def _note(self, findings: Findings, site: Site, table: str, write: bool, confidence: float) -> None:
        findings.add(
            "db_write" if write else "db_read",
            table,
            site.file,
            site.line,
            scope=site.at.scope,
            end_line=site.outer.end_line,
            confidence=confidence,
            framework=self.name,
            operation=site.method,
        )


framework = SpringData()
