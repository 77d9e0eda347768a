"""MyBatis and MyBatis-Plus: statements in annotations and XML, mappers and services that come with statements of their own."""

import re
from typing import NamedTuple

from tenantry.products.pinata.engine import sql
from tenantry.products.pinata.engine.facts import STR
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.annotations import (
    annotations,
    argument_of_base,
    class_named,
    java_classes,
    methods_of,
    texts,
)
from tenantry.products.pinata.engine.frameworks.jpa_entities import Entities, Entity
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import FUNCTION, INSTANCE, SUPER, Definition

_STATEMENTS = tuple(f"org.apache.ibatis.annotations.{name}" for name in ("Select", "Insert", "Update", "Delete"))
_PLUS = "com.baomidou.mybatisplus."
_KEEPERS = {
    f"{_PLUS}core.mapper.BaseMapper": 0,
    f"{_PLUS}extension.service.IService": 0,
    f"{_PLUS}extension.service.impl.ServiceImpl": 1,
    "tk.mybatis.mapper.common.Mapper": 0,
    "tk.mybatis.mapper.common.BaseMapper": 0,
    "tk.mybatis.mapper.common.MySqlMapper": 0,
    "com.mybatisflex.core.BaseMapper": 0,
    "com.mybatisflex.core.service.IService": 0,
    "com.mybatisflex.spring.service.impl.ServiceImpl": 1,
    "com.github.yulichang.base.MPJBaseMapper": 0,
    f"{_PLUS}service.IService": 0,
    f"{_PLUS}service.impl.ServiceImpl": 1,
    f"{_PLUS}mapper.BaseMapper": 0,
}
_WRITES = frozenset(
    "insert insertSelective insertList insertBatch deleteById deleteBatchIds deleteByIds deleteByMap "
    "delete deleteByPrimaryKey deleteByExample "
    "updateById updateBatchById update updateByPrimaryKey updateByPrimaryKeySelective updateByExample "
    "updateByExampleSelective save "
    "saveBatch saveOrUpdate saveOrUpdateBatch remove removeById removeByIds removeBatchByIds removeByMap "
    "lambdaUpdate updateByQuery "
    "deleteByQuery".split()
)
_READS = frozenset(
    "selectById selectBatchIds selectByIds selectByMap selectOne selectCount selectList selectMaps "
    "selectObjs selectPage selectMapsPage select "
    "selectAll selectByPrimaryKey selectByExample selectOneByExample selectCountByExample selectOneById "
    "selectListByQuery selectOneByQuery exists "
    "getById getOne getOneOpt listByIds listByMap list page count listObjs listMaps getMap getObj lambdaQuery query".split()
)
_SESSION = frozenset(
    "selectOne selectList selectMap selectCursor insert update delete queryForList queryForObject".split()
)
_TAG = re.compile(r"<[^>]{1,200}>")
_HOLE = re.compile(r"[#$]\{[^}]*\}")


class Touch(NamedTuple):
    table: str
    write: bool
    confidence: float


class MyBatis:
    name = "mybatis"
    packages: tuple[str, ...] = ()
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        written = self._written(program)
        mappers, keepers = self._mappers(program, written), self._keepers(program)
        if not written and not mappers and not keepers:
            return
        names = {name for methods in mappers.values() for name in methods} | (
            _WRITES | _READS if keepers else frozenset()
        )
        for site in program.methods(*sorted(names)):
            if site.file.language == "java":
                self._call(program, findings, site, mappers, keepers)
        if written:
            for site in program.methods(*sorted(_SESSION)):
                first = site.expr[2][0] if site.expr[2] else None
                label = program.text(first, site.at) if first is not None and first[0] in (STR, "t", "v") else None
                for touch in written.get(label, ()) if label else ():
                    self._note(findings, site, touch)

    @staticmethod
    def _written(program: Program) -> dict[str, list[Touch]]:
        """What the statements of mapper files touch, by `namespace.id`."""
        found: dict[str, list[Touch]] = {}
        for path in program.project.paths("xml"):
            for statement in program.project.files[path].statements:
                touches = found.setdefault(statement.name, [])
                touches += [touch for touch in _touches(statement.text) if touch not in touches]
        return found

    def _mappers(
        self, program: Program, written: dict[str, list[Touch]]
    ) -> dict[tuple[str, int], dict[str, list[Touch]]]:
        """What each method of a mapper touches, by the mapper's class."""
        namespaces = {name.rpartition(".")[0] for name in written}
        found: dict[tuple[str, int], dict[str, list[Touch]]] = {}
        for definition in java_classes(program):
            package = definition.file.extra.get("package", "")
            whole = f"{package}.{definition.scope.qualname}" if package else definition.scope.qualname
            methods: dict[str, list[Touch]] = {}
            for method in methods_of(program, definition):
                touches = list(written.get(f"{whole}.{method.name}", ())) if whole in namespaces else []
                for item in annotations(program.inference, method) if method.scope.decorators else ():
                    if item.name in _STATEMENTS:
                        text = " ".join(texts(program, item.get("value"), item.at))
                        touches += [touch for touch in _touches(text) if touch not in touches]
                if touches:
                    methods[method.name] = touches
            if whole in namespaces:
                for name, touches in written.items():
                    if name.rpartition(".")[0] == whole:
                        methods.setdefault(name.rpartition(".")[2], list(touches))
            if methods:
                found[definition.key] = methods
        return found

    @staticmethod
    def _keepers(program: Program) -> dict[tuple[str, int], Entity]:
        """Mappers and services that bring statements for one entity."""
        entities = Entities.of(program)
        found: dict[tuple[str, int], Entity] = {}
        for definition in java_classes(program):
            for base in program.externals(definition):
                position = _KEEPERS.get(base)
                given = (
                    argument_of_base(program.inference, definition, (base,), position) if position is not None else None
                )
                kept = class_named(program.inference, *given) if given is not None else None
                if kept is not None:
                    found[definition.key] = entities.get(kept) or entities.implied(kept, "mybatis-plus")
                    break
        return found

    def _call(
        self,
        program: Program,
        findings: Findings,
        site: Site,
        mappers: dict[tuple[str, int], dict[str, list[Touch]]],
        keepers: dict[tuple[str, int], Entity],
    ) -> None:
        callee = site.callee
        if callee.definition is None:
            return
        if callee.kind == FUNCTION and not callee.path:
            owner = self._owner(program, callee.definition)
            receiver = (
                callee.item.definition if callee.item is not None and callee.item.definition is not None else owner
            )
            for holder in (receiver, owner):
                for touch in mappers.get(holder.key, {}).get(site.method, ()) if holder is not None else ():
                    self._note(findings, site, touch)
                if holder is not None and site.method in mappers.get(holder.key, {}):
                    return
            return
        if callee.kind not in (INSTANCE, SUPER) or callee.path.count(".") > 2:
            return
        for touch in mappers.get(callee.definition.key, {}).get(site.method, ()):
            self._note(findings, site, touch)
        entity = keepers.get(callee.definition.key)
        direct = callee.path in (
            f".{site.method}",
            f".baseMapper.{site.method}",
            f".getBaseMapper().{site.method}",
            f".mapper.{site.method}",
        )
        if entity is not None and direct and (site.method in _WRITES or site.method in _READS):
            self._note(findings, site, Touch(entity.table, site.method in _WRITES, CERTAIN))

    @staticmethod
    def _owner(program: Program, method: Definition) -> Definition | None:
        return program.project.definition(method.file, method.scope.parent) if method.scope.parent > 0 else None

    def _note(self, findings: Findings, site: Site, touch: Touch) -> None:
        findings.add(
            "db_write" if touch.write else "db_read",
            touch.table,
            site.file,
            site.line,
            scope=site.at.scope,
            end_line=site.outer.end_line,
            confidence=touch.confidence,
            framework=self.name,
            operation=site.method,
        )


def _touches(statement: str) -> list[Touch]:
    dynamic = "<" in statement
    text = _HOLE.sub(" ? ", _TAG.sub(" ", statement) if dynamic else statement)
    return [Touch(item.table, item.write, LIKELY if dynamic else CERTAIN) for item in sql.accesses(text)]


framework = MyBatis()
