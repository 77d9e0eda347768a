"""What else Go does: HTTP and gRPC calls, queues, caches, schedules, files; statements that sqlc makes functions of."""

import re

from tenantry.products.pinata.engine import sql
from tenantry.products.pinata.engine.facts import CALL, NAME, STR, Expr, spine
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.go_common import handler_of, last, origins, receiver
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import FUNCTION as FUNCTION_VALUE
from tenantry.products.pinata.engine.resolve.values import At, Definition

_HTTP = {"Get": "GET", "Post": "POST", "PostForm": "POST", "Head": "HEAD"}
_REQUESTS = (
    "net/http.NewRequest",
    "net/http.NewRequestWithContext",
    "github.com/hashicorp/go-retryablehttp.NewRequest",
)
_RESTY = {name.title(): name for name in ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")}
_REDIS = (
    "github.com/redis/go-redis.",
    "github.com/go-redis/redis.",
    "github.com/gomodule/redigo/redis.",
    "github.com/garyburd/redigo/redis.",
)
_MEMORY = (
    "github.com/patrickmn/go-cache.",
    "github.com/dgraph-io/ristretto.",
    "github.com/bradfitz/gomemcache/memcache.",
    "github.com/allegro/bigcache.",
    "github.com/hashicorp/golang-lru.",
)
_CACHE_READS = frozenset(
    "Get MGet HGet HGetAll HMGet Exists TTL SMembers SIsMember LRange ZRange LPop RPop BLPop Keys Scan GetMulti GetDel "
    "Peek ZRangeByScore".split()
)
_CACHE_WRITES = frozenset(
    "Set SetNX SetEX SetEx MSet HSet HMSet HDel Del Expire Incr IncrBy Decr DecrBy SAdd SRem LPush RPush ZAdd ZRem Delete "
    "SetDefault Add FlushDB FlushAll SetWithTTL Unlink Increment Replace".split()
)
_FILES = {
    "os.ReadFile": "file_read",
    "os.Open": "file_read",
    "ioutil.ReadFile": "file_read",
    "io/ioutil.ReadFile": "file_read",
    "os.ReadDir": "file_read",
    "os.WriteFile": "file_write",
    "os.Create": "file_write",
    "io/ioutil.WriteFile": "file_write",
    "os.Remove": "file_write",
    "os.RemoveAll": "file_write",
    "os.Rename": "file_write",
    "os.MkdirAll": "file_write",
    "os.Mkdir": "file_write",
    "os.CreateTemp": "file_write",
    "embed.FS().ReadFile": "file_read",
}
_SQLC = re.compile(r"--\s*name\s*:\s*(\w+)\s*:(?:one|many|exec\w*|batch\w*|copyfrom)")
_METHODS = re.compile(r"\{?Method([A-Z]\w+)\}?\Z")
_NOT_RPC = frozenset(("Close", "GetState", "Connect", "ResetConnectBackoff"))


class GoEffects:
    name = "go"
    packages: tuple[str, ...] = ()
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        if not any(file.language == "go" for file in program.project.files.values()):
            return
        self._http(program, findings)
        self._grpc(program, findings)
        self._caches(program, findings)
        self._files(program, findings)
        self._schedules(program, findings)
        self._sqlc(program, findings)

    # -- HTTP -------------------------------------------------------------------------------------------------

    def _http(self, program: Program, findings: Findings) -> None:
        for name, verb in _HTTP.items():
            for holder in (
                "net/http",
                "net/http.Client()",
                "net/http.DefaultClient",
                "github.com/hashicorp/go-retryablehttp.Client()",
            ):
                for site in program.calls(f"{holder}.{name}"):
                    if site.expr[2]:
                        self._call(findings, site, verb, self._address(program, site.expr[2][0], site.at))
        performed: set[int] = set()
        for site in program.methods("Do", "RoundTrip"):
            if site.file.language != "go" or not site.expr[2]:
                continue
            if not any(
                name.startswith(("net/http.", "github.com/hashicorp/go-retryablehttp."))
                for name in program.canonical(site.callee)
            ):
                continue
            made = self._request(program, site.expr[2][-1], site.at, site.line)
            if made is not None:
                performed.add(id(made[0]))
                self._requested(program, findings, site, *made)
        for name in _REQUESTS:
            for site in program.calls(name):
                if id(site.expr) not in performed and site.file.language == "go":
                    self._requested(program, findings, site, site.expr, site.at)
        for site in program.methods(*_RESTY, "Execute"):
            if (
                site.file.language == "go"
                and site.expr[2]
                and any(
                    name.startswith(("github.com/go-resty/resty.", "resty.dev", "github.com/imroc/req."))
                    for name in program.canonical(site.callee)
                )
            ):
                position = 1 if site.method == "Execute" and len(site.expr[2]) > 1 else 0
                verb = _RESTY.get(site.method) or _verb(program.folded(site.expr[2][0], site.at))
                base = self._resty_base(program, site)
                url = self._address(program, site.expr[2][position], site.at)
                self._call(
                    findings,
                    site,
                    verb,
                    f"{base.rstrip('/')}/{url.lstrip('/')}" if base and url and "://" not in url else url,
                )

    def _requested(self, program: Program, findings: Findings, site: Site, call: Expr, at: At) -> None:
        args = call[2][1:] if "WithContext" in last(call) else call[2]
        if len(args) >= 2:
            self._call(findings, site, _verb(program.folded(args[0], at)), self._address(program, args[1], at))

    def _request(self, program: Program, expr: Expr, at: At, line: int) -> tuple[Expr, At] | None:
        """The NewRequest that a request comes from."""
        for _ in range(3):
            if expr[0] == CALL:
                for call in spine(expr):
                    if last(call) in ("NewRequest", "NewRequestWithContext"):
                        return call, at
                return None
            if expr[0] != NAME:
                return None
            found = origins(program, expr[1], at, line)
            step = next((item for item in found if item.expr[0] == CALL), None)
            if step is None:
                return None
            expr, at, line = step.expr, step.at, step.line
        return None

    def _address(self, program: Program, expr: Expr, at: At) -> str | None:
        if expr[0] == NAME and expr[1].endswith((".String", ".Path")):
            return None
        if expr[0] == CALL and last(expr) == "String" and (inner := receiver(expr)) is not None:
            return self._address(program, inner, at)
        return program.folded(expr, at)

    @staticmethod
    def _resty_base(program: Program, site: Site) -> str:
        expr = receiver(site.expr)
        while expr is not None and expr[0] == CALL:
            expr = receiver(expr)
        if expr is not None and expr[0] == NAME:
            for origin in origins(program, expr[1], site.at, site.line):
                for call in spine(origin.expr):
                    if last(call) in ("SetBaseURL", "SetHostURL") and call[2]:
                        return program.folded(call[2][0], origin.at) or ""
        return ""

    def _call(self, findings: Findings, site: Site, verb: str, url: str | None) -> None:
        if url is None:
            findings.diagnose(site.file.path, site.line, "url.dynamic", "The address of this request is not constant.")
        name = (url or "{url}").partition("?")[0]
        findings.add(
            "http_call",
            f"{verb} {name}",
            site.file,
            site.line,
            scope=site.at.scope,
            end_line=site.outer.end_line,
            confidence=LIKELY if name.startswith("{") else CERTAIN,
            framework="net/http",
        )

    # -- gRPC -------------------------------------------------------------------------------------------------

    def _grpc(self, program: Program, findings: Findings) -> None:
        speaking = {
            path
            for path, file in program.project.files.items()
            if file.language == "go"
            and any(
                item.module.startswith("google.golang.org/grpc")
                or "genproto" in item.module
                or item.module.rpartition("/")[2].endswith("pb")
                or item.alias.startswith(("pb", "genproto"))
                for item in file.imports
            )
        }
        if not speaking:
            return
        served: set[tuple[str, str]] = set()
        for site in program.sites:
            if site.file.path not in speaking:
                continue
            register = re.match(r"Register(\w+)Server\Z", site.method)
            if register is not None and len(site.expr[2]) == 2:
                value = program.value(site.expr[2][1], site.at)
                if value.definition is not None and not value.path:
                    package = site.expr[1][1].rpartition(".")[0] if site.expr[1][0] == NAME else ""
                    self._served(program, findings, value.definition, register.group(1), package, served)
                continue
            if site.method in _NOT_RPC or not site.method[:1].isupper() or site.callee.kind == FUNCTION_VALUE:
                continue
            for name in program.canonical(site.callee):
                match = re.search(r"\.(?:New)?(\w+?)Client\(\)\.(\w+)\Z", name)
                if (
                    match is not None
                    and not name.startswith(
                        ("net/http.", "github.com/redis", "github.com/go-redis", "cloud.google.com", "github.com/aws")
                    )
                    and len(site.expr[2]) >= 1
                ):
                    findings.add(
                        "http_call",
                        f"GRPC /{match.group(1)}/{match.group(2)}",
                        site.file,
                        site.line,
                        scope=site.at.scope,
                        end_line=site.outer.end_line,
                        framework="grpc",
                    )

    @staticmethod
    def _served(
        program: Program,
        findings: Findings,
        owner: Definition,
        service: str,
        package: str,
        served: set[tuple[str, str]],
    ) -> None:
        """Methods whose messages come from the package that the service is registered with."""
        for part in program.inference.members.parts(owner):
            for index, scope in enumerate(part.file.scopes):
                if (
                    scope.parent != part.index
                    or scope.kind != "function"
                    or not scope.name[:1].isupper()
                    or (service, scope.name) in served
                ):
                    continue
                first = scope.params[0].annotation if scope.params else None
                unary = len(scope.params) == 2 and first == (NAME, "context.Context")
                stream = bool(scope.params) and any(
                    param.annotation is not None
                    and param.annotation[0] == NAME
                    and param.annotation[1].endswith("Server")
                    for param in scope.params
                )
                used = [
                    item[1].rpartition(".")[0]
                    for param in scope.params
                    if (item := param.annotation) is not None and item[0] == NAME
                ]
                used += (
                    [scope.annotation[1].rpartition(".")[0]]
                    if scope.annotation is not None and scope.annotation[0] == NAME
                    else []
                )
                if package and any(used) and package not in used:
                    continue  # of another service that the same type serves, such as health checks
                if unary or stream:
                    served.add((service, scope.name))
                    findings.route(
                        "GRPC",
                        f"/{service}/{scope.name}",
                        part.file,
                        scope.line,
                        scope=part.index,
                        framework="grpc",
                        handler=program.project.definition(part.file, index),
                        end_line=scope.end_line,
                    )

    # -- caches and files -------------------------------------------------------------------------------------

    def _caches(self, program: Program, findings: Findings) -> None:
        for site in program.methods(*sorted(_CACHE_READS | _CACHE_WRITES)):
            if site.file.language != "go" or not site.expr[2]:
                continue
            names = program.canonical(site.callee)
            redis = any(name.startswith(_REDIS) for name in names)
            if not redis and not any(name.startswith(_MEMORY) for name in names):
                continue
            key = next(
                (
                    text
                    for item in site.expr[2][:2]
                    if item not in ((NAME, "ctx"),)
                    and (text := program.folded(item, site.at)) is not None
                    and text != "{ctx}"
                    and not text.startswith("{Background")
                ),
                None,
            )
            findings.add(
                "cache_read" if site.method in _CACHE_READS else "cache_write",
                key or "{key}",
                site.file,
                site.line,
                scope=site.at.scope,
                end_line=site.outer.end_line,
                framework="redis" if redis else "cache",
                operation=site.method,
            )

    def _files(self, program: Program, findings: Findings) -> None:
        for name, kind in _FILES.items():
            for site in program.calls(name):
                if site.file.language == "go":
                    path = program.folded(site.expr[2][0], site.at) if site.expr[2] else None
                    findings.add(
                        kind,
                        path or "{path}",
                        site.file,
                        site.line,
                        scope=site.at.scope,
                        end_line=site.outer.end_line,
                        framework="files",
                    )
        for site in program.calls("os.OpenFile"):
            if site.file.language == "go" and site.expr[2]:
                findings.add(
                    "file_write",
                    program.folded(site.expr[2][0], site.at) or "{path}",
                    site.file,
                    site.line,
                    scope=site.at.scope,
                    framework="files",
                )

    # -- schedules --------------------------------------------------------------------------------------------

    def _schedules(self, program: Program, findings: Findings) -> None:
        for site in program.methods("AddFunc", "AddJob"):
            if (
                site.file.language == "go"
                and len(site.expr[2]) >= 2
                and any("robfig/cron" in name for name in program.canonical(site.callee))
            ):
                rule = program.folded(site.expr[2][0], site.at) or ""
                handler = handler_of(program, site.expr[2][1], site.at)
                name = (
                    handler.name
                    if handler is not None and "(" not in handler.name and not handler.name.startswith("<")
                    else "job"
                )
                findings.add(
                    "schedule",
                    f"{name} ({rule})",
                    site.file,
                    site.line,
                    scope=site.at.scope,
                    handler=handler,
                    end_line=site.outer.end_line,
                    framework="cron",
                )
        for site in program.methods("Do"):
            if (
                site.file.language == "go"
                and site.expr[2]
                and any("go-co-op/gocron" in name for name in program.canonical(site.callee))
            ):
                rule = " ".join(
                    str(item[1]) for call in reversed(spine(site.expr)) for item in call[2][:1] if item[0] in (STR, "n")
                )
                handler = handler_of(program, site.expr[2][0], site.at)
                findings.add(
                    "schedule",
                    f"{handler.name if handler else 'job'} ({rule})",
                    site.file,
                    site.line,
                    scope=site.at.scope,
                    handler=handler,
                    framework="gocron",
                )

    # -- sqlc -------------------------------------------------------------------------------------------------

    def _sqlc(self, program: Program, findings: Findings) -> None:
        """A query labelled `-- name: GetUser :one` is a method of generated code; who calls that performs it."""
        named: dict[str, tuple[sql.Access, ...]] = {}
        for path in program.project.paths("sql"):
            for statement in program.project.files[path].statements:
                match = _SQLC.search(statement.text)
                if match is not None:
                    named[match.group(1)] = sql.accesses(statement.text)
        for site in program.methods(*sorted(named)) if named else ():
            callee = site.callee
            written = (
                callee.kind == FUNCTION_VALUE
                and callee.definition is not None
                and callee.definition.index not in callee.definition.file.extra.get("abstract", ())
            )
            if site.file.language != "go" or written:
                continue
            for access in named[site.method]:
                findings.add(
                    "db_write" if access.write else "db_read",
                    access.table,
                    site.file,
                    site.line,
                    scope=site.at.scope,
                    end_line=site.outer.end_line,
                    confidence=LIKELY,
                    framework="sqlc",
                    operation=site.method,
                )


def _verb(text: str | None) -> str:
    """`"GET"`, or `http.MethodGet` whose value stands in Go's own source."""
    if text is None:
        return "ANY"
    match = _METHODS.match(text)
    if match is not None:
        return match.group(1).upper()
    return text.upper() if text.isalpha() else "ANY"


framework = GoEffects()
