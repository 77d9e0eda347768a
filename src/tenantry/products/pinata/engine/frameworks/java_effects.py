"""What else Java does: schedules, caches, Redis, files, java.net.http, OkHttp, gRPC, MapStruct."""

from tenantry.products.pinata.engine.facts import ATTR, CALL, NAME, NUM, Expr, spine
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.annotations import (
    Annotation,
    annotations,
    first,
    folded,
    is_abstract,
    java_classes,
    methods_of,
    text,
    texts,
)
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import FUNCTION, At, Definition

_SCHEDULED = (
    "org.springframework.scheduling.annotation.Scheduled",
    "io.quarkus.scheduler.Scheduled",
    "io.micronaut.scheduling.annotation.Scheduled",
    "jakarta.ejb.Schedule",
    "com.xxl.job.core.handler.annotation.XxlJob",
)
_CACHE = "org.springframework.cache.annotation."
_CACHES = {"Cacheable": "cache_read", "CacheEvict": "cache_write", "CachePut": "cache_write"}
_OTHER_CACHES = {
    "io.quarkus.cache.CacheResult": "cache_read",
    "io.quarkus.cache.CacheInvalidate": "cache_write",
    "io.quarkus.cache.CacheInvalidateAll": "cache_write",
    "io.micronaut.cache.annotation.Cacheable": "cache_read",
    "io.micronaut.cache.annotation.CacheInvalidate": "cache_write",
    "jakarta.cache.annotation.CacheResult": "cache_read",
}
_REDIS = ("org.springframework.data.redis.core.", "redis.clients.jedis.", "org.redisson.api.", "io.lettuce.core.")
_CACHE_OBJECTS = (
    "org.springframework.cache.Cache()",
    "org.springframework.cache.CacheManager()",
    "com.github.benmanes.caffeine.cache.",
    "com.google.common.cache.",
)
_REDIS_READS = frozenset(
    "get multiGet mget hasKey exists getExpire ttl entries hget hgetAll members smembers range lrange "
    "isMember keys randomKey size pop lpop rpop "
    "leftPop rightPop getIfPresent getAll containsKey rangeByScore score rank hmget scan".split()
)
_REDIS_WRITES = frozenset(
    "set setIfAbsent setex setnx put putAll putIfAbsent delete del unlink expire increment decrement incr "
    "decr add remove leftPush rightPush lpush rpush sadd srem zadd hset hmset hdel evict clear invalidate "
    "invalidateAll multiSet expireAt rightPushAll trySet".split()
)
_READS = {
    "java.nio.file.Files": "readString readAllBytes readAllLines lines newBufferedReader newInputStream list walk copy".split(),
    "org.apache.commons.io.FileUtils": "readFileToString readLines readFileToByteArray openInputStream".split(),
}
_WRITES = {
    "java.nio.file.Files": (
        "write writeString newBufferedWriter newOutputStream createFile createTempFile createDirectory "
        "createDirectories delete deleteIfExists move"
    ).split(),
    "org.apache.commons.io.FileUtils": (
        "writeStringToFile write writeLines writeByteArrayToFile copyFile deleteDirectory forceDelete "
        "deleteQuietly copyInputStreamToFile"
    ).split(),
}
_OPENED = {
    "java.io.FileReader": "file_read",
    "java.io.FileInputStream": "file_read",
    "java.io.FileWriter": "file_write",
    "java.io.FileOutputStream": "file_write",
    "java.io.RandomAccessFile": "file_write",
    "java.io.PrintWriter": "file_write",
    "org.springframework.core.io.ClassPathResource": "",
}
_HTTP_VERBS = frozenset("GET POST PUT DELETE PATCH HEAD".split())
_APACHE = {f"Http{verb.title()}": verb for verb in _HTTP_VERBS}


class JavaEffects:
    name = "java"
    packages: tuple[str, ...] = ()
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        if not any(file.language == "java" for file in program.project.files.values()):
            return
        cached: dict[Definition, list[tuple[str, str]]] = {}
        for owner in java_classes(program):
            on_class = annotations(program.inference, owner) if owner.scope.decorators else []
            mapper = first(on_class, "org.mapstruct.Mapper") is not None
            shared = first(on_class, f"{_CACHE}CacheConfig")
            for method in methods_of(program, owner):
                if mapper and is_abstract(method) and method.scope.params:
                    findings.add(
                        "transform",
                        method.scope.qualname,
                        method.file,
                        method.scope.line,
                        scope=method.index,
                        framework="mapstruct",
                    )
                for item in annotations(program.inference, method) if method.scope.decorators else ():
                    if item.name in _SCHEDULED:
                        self._schedule(program, findings, method, item)
                    kind = _CACHES.get(item.last) if item.name.startswith(_CACHE) else _OTHER_CACHES.get(item.name)
                    if kind is not None:
                        names = texts(program, item.get("value", "cacheNames", "cacheName"), item.at)
                        if not names and shared is not None:
                            names = texts(program, shared.get("value", "cacheNames"), shared.at)
                        cached.setdefault(method, [])
                        for name in names or [method.name]:
                            findings.add(
                                kind,
                                name,
                                method.file,
                                item.line,
                                scope=method.index,
                                end_line=method.scope.line,
                                framework="spring cache",
                            )
            self._job(program, findings, owner)
            self._grpc_service(program, findings, owner)
        self._redis(program, findings)
        self._files(program, findings)
        self._requests(program, findings)
        self._grpc_calls(program, findings)

    # -- schedules --------------------------------------------------------------------------------------------

    def _schedule(self, program: Program, findings: Findings, method: Definition, item: Annotation) -> None:
        rule = ""
        for element in ("cron", "fixedRate", "fixedDelay", "fixedRateString", "fixedDelayString", "every", "value"):
            given = item.get(element)
            if given is None:
                continue
            value = (
                str(given[1])
                if given[0] == NUM
                else text(program, given, item.at) or folded(program, given, item.at) or ""
            )
            unit = " ms" if value.isdigit() and element.startswith("fixed") else ""
            rule = f"{value}{unit}"
            break
        findings.add(
            "schedule",
            f"{method.name} ({rule})" if rule else method.name,
            method.file,
            item.line,
            scope=method.scope.parent,
            handler=method,
            end_line=method.scope.end_line,
            framework="scheduled",
        )

    def _job(self, program: Program, findings: Findings, owner: Definition) -> None:
        """A Quartz job: run by whatever trigger it is given."""
        externals = program.externals(owner)
        if not any(
            name
            in ("org.quartz.Job", "org.springframework.scheduling.quartz.QuartzJobBean", "org.quartz.InterruptableJob")
            for name in externals
        ):
            return
        for name in ("execute", "executeInternal"):
            method = program.inference.members.method(owner, name)
            if method is not None and not is_abstract(method):
                findings.add(
                    "schedule",
                    owner.name,
                    owner.file,
                    owner.scope.line,
                    scope=owner.index,
                    handler=method,
                    framework="quartz",
                )
                return

    # -- caches -----------------------------------------------------------------------------------------------

    def _redis(self, program: Program, findings: Findings) -> None:
        for site in program.methods(*sorted(_REDIS_READS | _REDIS_WRITES)):
            if site.file.language != "java":
                continue
            names = program.canonical(site.callee)
            redis = any(name.startswith(_REDIS) for name in names)
            if not redis and not any(name.startswith(_CACHE_OBJECTS) for name in names):
                continue
            kind = "cache_read" if site.method in _REDIS_READS else "cache_write"
            key = folded(program, site.expr[2][0], site.at) if site.expr[2] else self._key(program, site)
            findings.add(
                kind,
                key or "{key}",
                site.file,
                site.line,
                scope=site.at.scope,
                end_line=site.outer.end_line,
                confidence=CERTAIN if redis else LIKELY,
                framework="redis" if redis else "cache",
                operation=site.method,
            )

    @staticmethod
    def _key(program: Program, site: Site) -> str | None:
        """Redisson's objects are got by their key: `redisson.getBucket("key").get()`."""
        calls = spine(site.expr)[1:]
        return next((folded(program, call[2][0], site.at) for call in calls if call[2]), None)

    # -- files ------------------------------------------------------------------------------------------------

    def _files(self, program: Program, findings: Findings) -> None:
        for table, kind in ((_READS, "file_read"), (_WRITES, "file_write")):
            for holder, methods in table.items():
                for name in methods:
                    for site in program.calls(f"{holder}.{name}"):
                        if site.file.language == "java":
                            self._file(program, findings, site, kind)
        for name, kind in _OPENED.items():
            for site in program.calls(name):
                if site.file.language == "java" and kind:
                    self._file(program, findings, site, kind)

    def _file(self, program: Program, findings: Findings, site: Site, kind: str) -> None:
        name = self._path(program, site.expr[2][0], site.at) if site.expr[2] else None
        findings.add(
            kind,
            name or "{path}",
            site.file,
            site.line,
            scope=site.at.scope,
            end_line=site.outer.end_line,
            framework="files",
        )

    def _path(self, program: Program, expr: Expr, at: At) -> str | None:
        if expr[0] == CALL and expr[1][0] == NAME and expr[1][1] in ("Path.of", "Paths.get", "File") and expr[2]:
            return "/".join(folded(program, item, at) or "{}" for item in expr[2])
        return folded(program, expr, at)

    # -- HTTP clients of the JDK and of others ----------------------------------------------------------------

    def _requests(self, program: Program, findings: Findings) -> None:
        for site in program.methods("send", "sendAsync", "newCall", "execute", "exchange", "retrieve", "toBlocking"):
            if site.file.language != "java" or not site.expr[2]:
                continue
            names = program.canonical(site.callee)
            jdk = any(name.startswith("java.net.http.HttpClient") for name in names)
            okhttp = any(name.startswith("okhttp3.OkHttpClient") and name.endswith("newCall") for name in names)
            apache = any(name.startswith(("org.apache.http.", "org.apache.hc.client5.")) for name in names)
            if not (jdk or okhttp or apache):
                continue
            verb, url = self._request(program, site.expr[2][0], site.at, 0)
            if url is None:
                findings.diagnose(
                    site.file.path, site.line, "url.dynamic", "The address of this request is not constant."
                )
            findings.add(
                "http_call",
                f"{verb} {url or '{url}'}",
                site.file,
                site.line,
                scope=site.at.scope,
                end_line=site.outer.end_line,
                framework="okhttp" if okhttp else "java.net.http" if jdk else "apache http",
            )

    def _request(self, program: Program, expr: Expr, at: At, depth: int) -> tuple[str, str | None]:
        """(verb, address) of a request object, followed to where it is built."""
        verb, url = "GET", None
        if depth > 3:
            return verb, url
        if expr[0] == NAME and "." not in expr[1]:
            scope = at.scope
            while scope > 0:
                for entry in program.project.names(at.file, scope).get(expr[1], ()):
                    value = getattr(entry, "value", None)
                    if value is not None and value[0] == CALL:
                        return self._request(program, value, At(at.file, scope), depth + 1)
                scope = at.file.scopes[scope].parent
            return verb, url
        for call in spine(expr):
            callee = call[1]
            last = callee[2] if callee[0] == ATTR else callee[1].rpartition(".")[2] if callee[0] == NAME else ""
            if last in ("uri", "url", "newBuilder", "create") and call[2]:
                url = self._url(program, call[2][0], at) or url
            elif last in _HTTP_VERBS or last.upper() in _HTTP_VERBS and last.islower() and callee[0] == ATTR:
                verb = last.upper()
            elif last == "method" and call[2] and call[2][0][0] == "s":
                verb = call[2][0][1]
            elif last in _APACHE and call[2]:
                return _APACHE[last], self._url(program, call[2][0], at)
        return verb, url

    def _url(self, program: Program, expr: Expr, at: At) -> str | None:
        if (
            expr[0] == CALL
            and expr[1][0] == NAME
            and expr[1][1] in ("URI.create", "URI", "URL", "HttpUrl.parse", "HttpUrl.get")
            and expr[2]
        ):
            return self._url(program, expr[2][0], at)
        return folded(program, expr, at)

    # -- gRPC -------------------------------------------------------------------------------------------------

    def _grpc_service(self, program: Program, findings: Findings, owner: Definition) -> None:
        """A class that extends a generated `OrdersGrpc.OrdersImplBase` serves its methods."""
        for base in owner.scope.bases:
            name = base[1] if base[0] == NAME else ""
            last = name.rpartition(".")[2]
            if not last.endswith("ImplBase"):
                continue
            service = last.removesuffix("ImplBase")
            for method in methods_of(program, owner):
                if method.name != "constructor" and (
                    len(method.scope.params) == 2
                    or any(expr == (NAME, "Override") for expr, _ in method.scope.decorators)
                ):
                    findings.route(
                        "GRPC",
                        f"/{service}/{method.name[:1].upper()}{method.name[1:]}",
                        owner.file,
                        method.scope.line,
                        scope=owner.index,
                        handler=method,
                        end_line=method.scope.end_line,
                        framework="grpc",
                    )

    def _grpc_calls(self, program: Program, findings: Findings) -> None:
        speaking = {
            path
            for path, file in program.project.files.items()
            if file.language == "java"
            and any("Grpc" in item.module or item.alias.endswith("Grpc") for item in file.imports)
        }
        for site in program.sites if speaking else ():
            for name in (
                program.canonical(site.callee) if site.file.path in speaking and site.callee.kind != FUNCTION else ()
            ):
                holder, _, method = name.rpartition(".")
                stub = holder.rpartition(".")[2].removesuffix("()")
                service = next(
                    (
                        stub.removesuffix(end)
                        for end in ("BlockingStub", "FutureStub", "ReactorStub", "Stub")
                        if stub.endswith(end)
                    ),
                    "",
                )
                if "Grpc" in holder and service and not method.startswith(("with", "get", "new")):
                    findings.add(
                        "http_call",
                        f"GRPC /{service}/{method[:1].upper()}{method[1:]}",
                        site.file,
                        site.line,
                        scope=site.at.scope,
                        end_line=site.outer.end_line,
                        framework="grpc",
                    )
                    break


framework = JavaEffects()
