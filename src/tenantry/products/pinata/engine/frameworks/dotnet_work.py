"""Schedules, caches, files, documents and mappings of .NET programs."""

import re

from tenantry.products.pinata.engine.facts import CALL, FUNCTION, INDEX, NAME, Expr, type_arguments
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings, Table
from tenantry.products.pinata.engine.frameworks.dotnet import (
    LANGUAGE,
    chain,
    csharp_classes,
    in_use,
    inherits,
    is_concrete,
    method_of,
    methods_of,
    receiver,
    sites,
    type_name,
    type_named,
    types_of,
)
from tenantry.products.pinata.engine.resolve.inference import Inference, Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.types import as_type
from tenantry.products.pinata.engine.resolve.values import EXTERNAL, INSTANCE, LITERAL, At, Definition, Value

_CACHES = re.compile(
    r"(?:IDistributedCache|IMemoryCache|MemoryCache|IDatabase|IDatabaseAsync|HybridCache|IFusionCache|IEasyCachingProvider|"
    r"ICacheManager|IAppCache|IRedisDatabase|IConnectionMultiplexer\(\)\.GetDatabase|ConnectionMultiplexer\(?\)?\.\w*\(?\)?\.?GetDatabase)\b"
)
_CACHE_READS = re.compile(
    r"(?:Get|TryGet|TryGetValue|StringGet|HashGet|HashGetAll|ListRange|SetMembers|SortedSetRange|KeyExists|HashExists|Exists|"
    r"GetString|GetOrCreate|GetOrAdd|GetOrSet|GetFromJson|SetContains|ListLength|HashValues|HashKeys|StringGetLease)\w*\Z"
)
_CACHE_WRITES = re.compile(
    r"(?:Set|Remove|StringSet|StringIncrement|StringDecrement|KeyDelete|KeyExpire|HashSet|HashDelete|ListLeftPush|ListRightPush|"
    r"SetAdd|SetRemove|SortedSetAdd|SortedSetRemove|SetString|Refresh|Add|CreateEntry|HashIncrement|ListLeftPop|ListRightPop|"
    r"RemoveBy|Expire|LockTake|LockRelease)\w*\Z"
)
_FILE_READS = frozenset(
    "ReadAllText ReadAllTextAsync ReadAllBytes ReadAllBytesAsync ReadAllLines ReadAllLinesAsync ReadLines ReadLinesAsync "
    "OpenRead OpenText".split()
)
_FILE_WRITES = frozenset(
    "WriteAllText WriteAllTextAsync WriteAllBytes WriteAllBytesAsync WriteAllLines WriteAllLinesAsync AppendAllText "
    "AppendAllTextAsync AppendAllLines AppendAllLinesAsync AppendText Create CreateText OpenWrite Delete Move Copy "
    "Replace".split()
)
_MONGO_READS = re.compile(r"(?:Find|Aggregate|Count|Estimated|Distinct|AsQueryable|Watch)\w*\Z")
_MONGO_WRITES = re.compile(
    r"(?:Insert|Replace|Update|Delete|BulkWrite|FindOneAndUpdate|FindOneAndReplace|FindOneAndDelete)\w*\Z"
)
_MARTEN = ("IDocumentSession", "IQuerySession", "IDocumentOperations", "IDocumentStore()")
_MARTEN_READS = ("Query", "Load", "LoadAsync", "LoadMany", "LoadManyAsync")
_MARTEN_WRITES = ("Store", "Insert", "Update", "Delete", "HardDelete", "DeleteWhere", "StoreObjects")
_NO_CACHES = frozenset("GetDatabase GetSubscriber GetServer GetServers GetEndPoints GetStatus GetCounters".split())
_CRON = re.compile(r"[\d*/,\-?LW# A-Z]+\Z")


def collection(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`database.GetCollection<Order>("orders")`: a collection with its name."""
    if callee.kind not in (EXTERNAL, INSTANCE) or not call[2]:
        return None
    return Value(EXTERNAL, path="IMongoCollection()", expr=call[2][0], at=at, item=inference.type_argument(call, at))


def mapped(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`order.Adapt<OrderDto>()` and `mapper.Map<OrderDto>(order)` give an OrderDto."""
    given = type_arguments(call)
    if not given or callee.kind not in (EXTERNAL, INSTANCE):
        return None
    found = as_type(inference, given[-1], at)
    return found if found.known else None


class DotnetWork:
    name = "dotnet"
    packages: tuple[str, ...] = ()
    results: dict[str, tuple[Result, ...]] = {"GetCollection": (collection,), "Adapt": (mapped,), "Map": (mapped,)}

    def find(self, program: Program, findings: Findings) -> None:
        if not in_use(program):
            return
        self._caches(program, findings)
        self._files(program, findings)
        self._mongo(program, findings)
        self._marten(program, findings)
        self._schedules(program, findings)
        self._maps(program, findings)

    # -- caches and files -------------------------------------------------------------------------------------

    def _caches(self, program: Program, findings: Findings) -> None:
        for site in program.sites:
            if site.file.language != LANGUAGE:
                continue
            reads, writes = _CACHE_READS.match(site.method), _CACHE_WRITES.match(site.method)
            if not reads and not writes or receiver(site.expr) is None:
                continue
            path = next((name for name in program.canonical(site.callee) if _CACHES.match(name)), None)
            if path is None or site.method in _NO_CACHES:
                continue
            key = program.folded(site.expr[2][0], site.at) if site.expr[2] else None
            kind = (
                "cache_read"
                if reads and not site.method.startswith("Set") or site.method.startswith(("SetMembers", "SetContains"))
                else "cache_write"
            )
            findings.add(
                kind, key or "{key}", site.file, site.line, scope=site.at.scope, end_line=site.outer.end_line,
                framework="redis" if "IDatabase" in path or "Multiplexer" in path else "cache", operation=site.method,
            )  # fmt: skip

    def _files(self, program: Program, findings: Findings) -> None:
        for site in sites(program, *_FILE_READS, *_FILE_WRITES):
            if site.callee.kind == EXTERNAL and site.callee.path == f"File.{site.method}":
                name = program.folded(site.expr[2][0], site.at) if site.expr[2] else None
                kind = "file_read" if site.method in _FILE_READS else "file_write"
                self._note(findings, site, kind, name)
        for site in sites(program, "FileStream", "StreamReader", "StreamWriter"):
            if not site.expr[2] or site.expr[1] != (NAME, site.method):
                continue
            first = site.expr[2][0]
            text = program.text(first, site.at)
            if site.method == "FileStream":
                mode = " ".join(str(item[1]) for item in site.expr[2][1:] if item[0] == NAME)
                writes = any(word in mode for word in ("Create", "Append", "Write", "Truncate"))
                self._note(
                    findings, site, "file_write" if writes else "file_read", text or program.folded(first, site.at)
                )
            elif text is not None:
                self._note(findings, site, "file_read" if site.method == "StreamReader" else "file_write", text)

    def _note(self, findings: Findings, site: Site, kind: str, name: str | None) -> None:
        findings.add(
            kind,
            name or "{path}",
            site.file,
            site.line,
            scope=site.at.scope,
            end_line=site.outer.end_line,
            framework="files",
        )

    # -- MongoDB ----------------------------------------------------------------------------------------------

    def _mongo(self, program: Program, findings: Findings) -> None:
        if not program.project.imports("MongoDB", "MongoDB.Driver"):
            return
        names: dict[tuple[str, int], str] = {}
        for site in sites(program, "GetCollection"):
            name = program.folded(site.expr[2][0], site.at) if site.expr[2] else None
            entity = type_named(program.inference, types_of(site)[0], site.at) if types_of(site) else None
            if name and "{" not in name:
                findings.table(Table(name, site.file, site.line, [], 1, entity, {"collection": True}))
                if entity is not None:
                    names.setdefault(entity.key, name)
        for site in program.sites:
            if site.file.language != LANGUAGE:
                continue
            writes = _MONGO_WRITES.match(site.method)
            if not writes and not _MONGO_READS.match(site.method):
                continue
            callee = site.callee
            if (
                callee.kind != EXTERNAL
                or not callee.path.startswith("IMongoCollection()")
                or callee.path.count(".") != 1
            ):
                continue
            name = program.folded(callee.expr, callee.at) if callee.expr is not None and callee.at is not None else None
            item = callee.item
            if name is None or "{" in name:
                name = names.get(item.definition.key) if item is not None and item.definition is not None else None
                name = name or (item.definition.name if item is not None and item.definition is not None else None)
            if name:
                findings.add(
                    "db_write" if writes else "db_read", name, site.file, site.line, scope=site.at.scope,
                    end_line=site.outer.end_line, confidence=CERTAIN if names else LIKELY, framework="mongodb",
                    operation=site.method,
                )  # fmt: skip

    def _marten(self, program: Program, findings: Findings) -> None:
        """Marten keeps documents of a class in the table `mt_doc_class`."""
        if not program.project.imports("Marten"):
            return
        seen: set[str] = set()
        for site in sites(program, *_MARTEN_READS, *_MARTEN_WRITES):
            if not any(name.startswith(_MARTEN) for name in program.canonical(site.callee)):
                continue
            given = types_of(site)
            target = type_named(program.inference, given[0], site.at) if given else None
            if target is None and site.expr[2] and site.method in _MARTEN_WRITES:
                value = program.value(site.expr[2][0], site.at)
                item = value.item if value.item is not None else value
                target = item.definition if item.kind == INSTANCE and not item.path else None
            if target is None:
                continue
            name = f"mt_doc_{target.name.lower()}"
            if name not in seen:
                seen.add(name)
                findings.table(Table(name, target.file, target.scope.line, [], 1, target, {"collection": True}))
            findings.add(
                "db_write" if site.method in _MARTEN_WRITES else "db_read", name, site.file, site.line, scope=site.at.scope,
                end_line=site.outer.end_line, framework="marten", operation=site.method,
            )  # fmt: skip

    # -- schedules --------------------------------------------------------------------------------------------

    def _schedules(self, program: Program, findings: Findings) -> None:
        crons = self._quartz(program)
        for definition in csharp_classes(program):
            if not is_concrete(definition) or not definition.scope.bases:
                continue
            if inherits(program, definition, "IJob", "QuartzJobBean"):
                method = program.inference.members.method(definition, "Execute")
                if method is not None and crons.get(definition.key) is not None:
                    self._schedule(findings, definition.name, crons[definition.key], method)
            elif inherits(program, definition, "BackgroundService", "IHostedService"):
                self._background(program, findings, definition)
            elif inherits(program, definition, "IInvocable", "AsyncPeriodicBackgroundWorkerBase"):
                method = program.inference.members.method(definition, "Invoke")
                if method is not None:
                    self._schedule(findings, definition.name, "", method)
        for site in sites(program, "AddOrUpdate"):
            if site.callee.path.startswith(("RecurringJob.", "IRecurringJobManager().")):
                self._hangfire(program, findings, site)
        for site in sites(program, "Enqueue", "Schedule", "ContinueJobWith"):
            if site.callee.path.startswith(("BackgroundJob.", "IBackgroundJobClient().")):
                source = program.project.owner(site.file, site.at.scope)
                target = self._job(program, site)
                if source is not None and target is not None:
                    findings.link(source, target, site.file.path, site.line, LIKELY)

    def _schedule(self, findings: Findings, name: str, rule: str, method: Definition) -> None:
        findings.add(
            "schedule", f"{name} ({rule})" if rule else name, method.file, method.scope.line, scope=method.scope.parent,
            handler=method, end_line=method.scope.end_line, framework=self.name,
        )  # fmt: skip

    @staticmethod
    def _quartz(program: Program) -> dict[tuple[str, int], str]:
        """Job class → its rule, "" when it has none that is constant."""
        found: dict[tuple[str, int], str] = {}
        rules: list[tuple[str, int, str]] = []
        for site in sites(program, "WithCronSchedule", "CronSchedule"):
            text = program.text(site.expr[2][0], site.at) if site.expr[2] else None
            rules.append((site.file.path, site.line, text or ""))
        for site in sites(program, "AddJob", "Create", "ScheduleJob", "ForJob"):
            for kind in types_of(site)[:1]:
                target = type_named(program.inference, kind, site.at)
                if target is not None:
                    near = [
                        rule for path, line, rule in rules if path == site.file.path and 0 <= line - site.line <= 25
                    ]
                    found.setdefault(target.key, near[0] if near else "")
        return found

    def _background(self, program: Program, findings: Findings, definition: Definition) -> None:
        """A service in the background that waits between its rounds."""
        rule = None
        for method in methods_of(program, definition):
            for call in method.file.calls:
                if not self._within(method, call.scope):
                    continue
                for step in chain(call.expr):
                    name = method_of(step)
                    at = At(method.file, call.scope)
                    if name in ("PeriodicTimer", "Timer") and step[1] == (NAME, name):
                        rule = self._span(
                            program, step[2][-1] if name == "Timer" and step[2] else step[2][0] if step[2] else None, at
                        )
                    elif name == "Delay" and step[1] == (NAME, "Task.Delay") and self._loops(method):
                        rule = self._span(program, step[2][0] if step[2] else None, at)
        if rule is None:
            return
        for name in ("ExecuteAsync", "StartAsync"):
            method_ = program.inference.members.method(definition, name)
            if method_ is not None:
                self._schedule(findings, definition.name, rule, method_)
                return

    @staticmethod
    def _within(method: Definition, scope: int) -> bool:
        while scope > 0:
            if scope == method.index:
                return True
            scope = method.file.scopes[scope].parent
        return False

    @staticmethod
    def _loops(method: Definition) -> bool:
        return method.name in ("ExecuteAsync", "StartAsync", "DoWork", "RunAsync", "Execute", "ProcessAsync")

    @staticmethod
    def _span(program: Program, expr: Expr | None, at: At) -> str:
        """`TimeSpan.FromMinutes(5)` → every 5 minutes."""
        if expr is None:
            return ""
        value = program.value(expr, at)
        if value.kind == LITERAL and value.expr is not None and value.at is not None:
            expr, at = value.expr, value.at
        if expr[0] == CALL and expr[1][0] == NAME and expr[1][1].startswith("TimeSpan.From") and expr[2]:
            number = program.text(expr[2][0], at)
            unit = expr[1][1].removeprefix("TimeSpan.From").lower()
            return f"every {number} {unit}" if number else ""
        text = program.text(expr, at)
        return f"every {text} ms" if text and text.isdigit() else ""

    def _hangfire(self, program: Program, findings: Findings, site: Site) -> None:
        texts = [program.text(argument, site.at) if argument[0] != FUNCTION else None for argument in site.expr[2]]
        rule = next((t for t in reversed(texts) if t and _CRON.match(t)), "")
        for argument in site.expr[2]:
            if argument[0] == CALL and argument[1][0] == NAME and argument[1][1].startswith("Cron."):
                rule = argument[1][1]
        method = self._job(program, site)
        name = next((t for t in texts if t and t != rule), "") or (method.name if method is not None else "job")
        findings.add(
            "schedule", f"{name} ({rule})" if rule else name, site.file, site.line, scope=site.at.scope, handler=method,
            end_line=site.outer.end_line, framework="hangfire",
        )  # fmt: skip

    @staticmethod
    def _job(program: Program, site: Site) -> Definition | None:
        """`job => job.RunAsync()`: the method that the expression calls."""
        given = type_arguments(site.expr)
        owner = type_named(program.inference, given[0], site.at) if given else None
        for argument in site.expr[2]:
            inline = program.function(argument, site.at) if argument[0] == FUNCTION and len(argument) == 2 else None
            for call in site.file.calls if inline is not None else ():
                if inline is not None and call.scope == inline.index:
                    if owner is not None:
                        return program.inference.members.method(owner, method_of(call.expr))
                    value = program.inference.callee(call.expr, At(site.file, call.scope))
                    return value.definition if value.kind == "function" else None
        return None

    # -- mappings ---------------------------------------------------------------------------------------------

    def _maps(self, program: Program, findings: Findings) -> None:
        """`mapper.Map<OrderDto>(order)`, `order.Adapt<OrderDto>()`: one type of the tree becomes another."""
        for site in sites(program, "Map", "Adapt", "ProjectTo", "ProjectToType"):
            given = types_of(site)
            target = type_name(given[-1]) if given else ""
            if not target or type_named(program.inference, given[-1], site.at) is None and given[-1][0] != INDEX:
                continue
            if site.method == "Map" and not any(
                name.startswith(("IMapper", "Mapper", "IObjectMapper")) for name in program.canonical(site.callee)
            ):
                continue
            if given[-1][0] == INDEX and given[-1][2][1]:
                target = type_name(given[-1][2][1][0])
            source = type_name(given[0]) if len(given) > 1 else self._source(program, site)
            findings.add(
                "transform", f"{source} → {target}" if source else target, site.file, site.line, scope=site.at.scope,
                end_line=site.outer.end_line, framework="mapster" if site.method.startswith("Adapt") else "automapper",
            )  # fmt: skip

    @staticmethod
    def _source(program: Program, site: Site) -> str:
        expr = site.expr[2][0] if site.expr[2] and site.method == "Map" else receiver(site.expr)
        value = program.value(expr, site.at) if expr is not None else None
        if value is None:
            return ""
        item = value.item if value.item is not None else value
        return item.definition.name if item.kind == INSTANCE and item.definition is not None and not item.path else ""


framework = DotnetWork()
