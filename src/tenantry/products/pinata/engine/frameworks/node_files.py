"""Files and caches of Node: fs and its kin, Redis clients, cache-manager."""

from tenantry.products.pinata.engine.findings import CERTAIN, GUESS, Findings
from tenantry.products.pinata.engine.frameworks.javascript import is_javascript
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program
from tenantry.products.pinata.engine.resolve.values import EXTERNAL

_MODULES = frozenset(("fs", "fs.promises", "fs-extra", "graceful-fs", "Deno", "Bun"))
_READS = frozenset(
    "readFile readFileSync createReadStream readJson readJsonSync readJSON readTextFile readTextFileSync".split()
)
_WRITES = frozenset(
    "writeFile writeFileSync appendFile appendFileSync createWriteStream unlink unlinkSync rm rmSync rename renameSync copyFile "
    "copyFileSync writeJson writeJsonSync writeJSON outputFile outputFileSync outputJson remove removeSync ensureFile writeTextFile".split()
)
_CACHES = (
    "ioredis()", "ioredis.Redis()", "ioredis.default()", "ioredis.Cluster()", "redis.createClient()", "redis.createCluster()",
    "@upstash/redis.Redis()",
    "@upstash/redis.Redis.fromEnv()", "cache-manager.Cache()", "cache-manager.caching()", "cache-manager.createCache()", "node-cache()",
    "node-cache.NodeCache()", "lru-cache()", "lru-cache.LRUCache()", "@nestjs/cache-manager.Cache()", "keyv()", "memcached()",
    "redis.RedisClientType()", "@nestjs/common.Cache()",
)  # fmt: skip
_CACHE_READS = frozenset(
    "get mget mGet getBuffer hget hGet hgetall hGetAll hmget hmGet exists ttl smembers sMembers lrange lRange zrange zRange "
    "getdel getDel wrap fetch has".split()
)
_CACHE_WRITES = frozenset(
    "set setex setEx psetex mset mSet setnx setNX hset hSet hmset del unlink incr incrby incrBy decr expire sadd sAdd "
    "srem sRem lpush lPush rpush rPush zadd zAdd reset flushall flushAll".split()
)


class NodeFiles:
    name = "node_files"
    packages: tuple[str, ...] = ()
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        for site in program.methods(*sorted(_READS | _WRITES)):
            if not is_javascript(site.file) or site.callee.kind != EXTERNAL or not site.expr[2]:
                continue
            module, _, method = site.callee.path.rpartition(".")
            if module in _MODULES:
                name = program.folded(site.expr[2][0], site.at)
                findings.add(
                    "file_read" if method in _READS else "file_write", name or "{path}", site.file, site.line, scope=site.at.scope,
                    end_line=site.outer.end_line, confidence=CERTAIN if name else GUESS, framework="fs", operation=method,
                )  # fmt: skip
        for site in program.methods(*sorted(_CACHE_READS | _CACHE_WRITES)):
            if not is_javascript(site.file) or not site.expr[2]:
                continue
            for name in program.canonical(site.callee):
                client, _, method = name.rpartition(".")
                if client in _CACHES:
                    key = program.folded(site.expr[2][0], site.at)
                    kind = "cache_read" if method in _CACHE_READS else "cache_write"
                    findings.add(
                        kind, key or "{key}", site.file, site.line, scope=site.at.scope, end_line=site.outer.end_line,
                        framework=client.partition("(")[0].partition(".")[0], operation=method,
                    )  # fmt: skip
                    break


framework = NodeFiles()
