"""Files and caches: what Python reads from and writes to disk, Redis, memcached and Django's cache."""

from tenantry.products.pinata.engine.facts import ATTR, NAME, Expr
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program, Site

_OPEN = ("open", "io.open", "codecs.open", "gzip.open", "bz2.open", "lzma.open", "aiofiles.open", "builtins.open")
_PATH = ("pathlib.Path()", "pathlib.PurePath()", "anyio.Path()", "pathlib.PosixPath()")
_PATH_READS = ("read_text", "read_bytes")
_PATH_WRITES = ("write_text", "write_bytes", "unlink", "touch")
_READS = (
    "pandas.read_csv", "pandas.read_excel", "pandas.read_json", "pandas.read_parquet", "numpy.load", "numpy.loadtxt",
    "polars.read_csv", "polars.read_parquet", "shutil.copy", "shutil.copyfile", "PIL.Image.open", "openpyxl.load_workbook",
)  # fmt: skip
_WRITES = ("os.remove", "os.unlink", "shutil.rmtree", "os.rename", "os.replace", "numpy.save", "shutil.move")
_CACHES = (
    "django.core.cache.cache", "flask_caching.Cache()", "redis.Redis()", "redis.StrictRedis()", "redis.from_url()",
    "redis.Redis.from_url()", "redis.asyncio.Redis()", "redis.asyncio.from_url()", "redis.asyncio.Redis.from_url()",
    "redis.asyncio.client.Redis()", "redis.asyncio.StrictRedis()", "redis.client.Redis()", "redis.cluster.RedisCluster()",
    "aioredis.from_url()", "aioredis.Redis()", "pymemcache.client.base.Client()", "pymemcache.Client()",
    "django_redis.get_redis_connection()", "aiocache.Cache()", "diskcache.Cache()", "cachetools.TTLCache()",
)  # fmt: skip
_CACHE_READS = tuple(
    "get get_many mget hget hgetall hmget exists ttl smembers sismember lrange zrange get_or_set keys scan_iter aget "
    "lpop rpop blpop brpop getex".split()
)
_CACHE_WRITES = tuple(
    "set set_many mset setex setnx hset hmset delete delete_many incr incrby decr expire sadd srem lpush rpush zadd zrem "
    "clear aset adelete add touch flushdb flushall delete_pattern psetex hdel hincrby getset".split()
)


class FilesAndCaches:
    name = "files"
    packages: tuple[str, ...] = ()
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        for site in program.calls(*_OPEN):
            if site.file.language == "python":
                self._open(program, findings, site, 0)
        for path in _PATH:
            for name in _PATH_READS:
                self._each(program, findings, f"{path}.{name}", "file_read")
            for name in _PATH_WRITES:
                self._each(program, findings, f"{path}.{name}", "file_write")
            for site in program.calls(f"{path}.open"):
                self._open(program, findings, site, -1)
        for name in _READS:
            self._each(program, findings, name, "file_read", argument=True)
        for name in _WRITES:
            self._each(program, findings, name, "file_write", argument=True)
        for cache in _CACHES:
            for names, kind in ((_CACHE_READS, "cache_read"), (_CACHE_WRITES, "cache_write")):
                for name in names:
                    for site in program.calls(f"{cache}.{name}"):
                        key = program.folded(site.expr[2][0], site.at) if site.expr[2] else None
                        findings.add(
                            kind,
                            key or "{key}",
                            site.file,
                            site.line,
                            scope=site.at.scope,
                            framework=cache.partition(".")[0],
                            operation=name,
                        )

    def _open(self, program: Program, findings: Findings, site: Site, position: int) -> None:
        given = site.argument("mode", position + 1)
        mode = program.text(given, site.at) if given is not None else "r"
        if mode is not None and mode.startswith("http"):
            return
        target = site.argument("file", position) if position >= 0 else self._receiver(site)
        name = program.folded(target, site.at) if target is not None else None
        kinds = ["file_write"] if mode and mode[0] in "wax" else ["file_read"]
        if mode and "+" in mode:
            kinds = ["file_read", "file_write"]
        for kind in kinds:
            self._note(findings, kind, name, site, CERTAIN if mode else LIKELY)

    def _receiver(self, site: Site) -> Expr | None:
        callee = site.expr[1]
        if callee[0] == ATTR:
            return callee[1]  # type: ignore[no-any-return]
        return (NAME, callee[1].rpartition(".")[0]) if callee[0] == NAME and "." in callee[1] else None

    def _each(self, program: Program, findings: Findings, name: str, kind: str, *, argument: bool = False) -> None:
        for site in program.calls(name):
            target = (site.expr[2][0] if site.expr[2] else None) if argument else self._receiver(site)
            self._note(findings, kind, program.folded(target, site.at) if target is not None else None, site, CERTAIN)

    def _note(self, findings: Findings, kind: str, name: str | None, site: Site, confidence: float) -> None:
        findings.add(kind, name or "{path}", site.file, site.line, scope=site.at.scope, end_line=site.outer.end_line, confidence=confidence,
                     framework=self.name)  # fmt: skip


framework = FilesAndCaches()
