"""Python's HTTP clients: requests, httpx, aiohttp, urllib, urllib3, http.client wrappers."""

import re

from tenantry.products.pinata.engine.facts import ATTR, CALL, NAME, STR, TEMPLATE, Expr
from tenantry.products.pinata.engine.findings import CERTAIN, GUESS, LIKELY, Findings
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import At

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
# Canonical prefix of every object with the methods get, post, … and request(method, url).
_CLIENTS = (
    "requests", "requests.api", "requests.Session()", "requests.session()", "requests.sessions.Session()",
    "requests_oauthlib.OAuth2Session()",
    "httpx", "httpx.Client()", "httpx.AsyncClient()", "aiohttp.ClientSession()", "aiohttp.client.ClientSession()",
    "cloudscraper.create_scraper()", "requests_html.HTMLSession()", "httpx_oauth.oauth2.OAuth2()",
    "authlib.integrations.httpx_client.AsyncOAuth2Client()", "authlib.integrations.requests_client.OAuth2Session()",
    "google.auth.transport.requests.AuthorizedSession()",
)  # fmt: skip
_OPENERS = ("urllib.request.urlopen", "urllib.request.urlretrieve", "urllib.urlopen", "urllib2.urlopen")
_REQUESTS = ("urllib.request.Request", "urllib2.Request", "requests.Request", "httpx.Request")
_POOLS = ("urllib3.PoolManager()", "urllib3.HTTPConnectionPool()", "urllib3.HTTPSConnectionPool()", "urllib3")
_HOLES_ONLY = re.compile(r"(?:\{[^}]*\}|/)*\Z")


class HttpClients:
    name = "http"
    packages: tuple[str, ...] = (
        "requests",
        "httpx",
        "aiohttp",
        "urllib",
        "urllib2",
        "urllib3",
        "cloudscraper",
        "authlib",
        "requests_oauthlib",
    )
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        seen: set[int] = set()
        for client in _CLIENTS:
            for verb in _VERBS:
                for site in program.calls(f"{client}.{verb}"):
                    self._note(program, findings, site, verb, site.argument("url", 0), seen)
            for site in program.calls(f"{client}.request", f"{client}.stream", f"{client}.ws_connect"):
                method = (
                    "GET" if site.method == "ws_connect" else program.text(site.argument("method", 0), site.at) or "ANY"
                )
                self._note(
                    program, findings, site, method, site.argument("url", 0 if site.method == "ws_connect" else 1), seen
                )
        for site in program.calls(*_OPENERS):
            target = site.argument("url", 0)
            method, url = self._request(program, target, site.at)
            posts = site.argument("data", 1) is not None and site.method == "urlopen"
            self._note(program, findings, site, method or ("POST" if posts else "GET"), url, seen)
        for pool in _POOLS:
            for site in program.calls(f"{pool}.request", f"{pool}.urlopen", f"{pool}.request_encode_url"):
                method = program.text(site.argument("method", 0), site.at) or "ANY"
                self._note(program, findings, site, method, site.argument("url", 1), seen)

    def _request(self, program: Program, target: Expr | None, at: At) -> tuple[str, Expr | None]:
        """(method, url) of `Request(url, data, method=…)`, given in place or through a variable."""
        if target is None or target[0] in (STR, TEMPLATE):
            return "", target
        made = target
        if target[0] == NAME:
            for entry in program.project.names(at.file, at.scope).get(target[1], ()):
                value = getattr(entry, "value", None)
                if value is not None and value[0] == CALL:
                    made = value
        if made[0] != CALL:
            return "", target
        called = program.value(made[1], at)
        if called.path not in _REQUESTS:
            return "", target
        given = dict(made[3])
        method = program.text(given.get("method"), at) or ("POST" if "data" in given or len(made[2]) > 1 else "GET")
        return method, given.get("url") or (made[2][0] if made[2] else None)

    def _note(
        self, program: Program, findings: Findings, site: Site, method: str, url: Expr | None, seen: set[int]
    ) -> None:
        if id(site.expr) in seen:
            return
        seen.add(id(site.expr))
        text = program.folded(url, site.at) if url is not None else None
        base = self._base(program, site)
        if base and text is not None and "://" not in text and not text.startswith("{"):
            text = base.rstrip("/") + "/" + text.lstrip("/")
        if text is None or _HOLES_ONLY.match(text):
            findings.diagnose(site.file.path, site.line, "url.dynamic", "The address of this request is not constant.")
        name = text or "{url}"
        whole = text is not None and not _HOLES_ONLY.match(text)
        findings.add(
            "http_call", f"{method.upper()} {name.partition('?')[0]}", site.file, site.line, scope=site.at.scope,
            end_line=site.outer.end_line, confidence=CERTAIN if whole and "{" not in name.partition("/")[0] else LIKELY if whole else GUESS,
            framework=site.callee.path.partition(".")[0].partition("(")[0] or self.name,
        )  # fmt: skip

    def _base(self, program: Program, site: Site) -> str:
        """The base_url of the client a call goes through."""
        callee = site.expr[1]
        base: Expr | None = (
            callee[1] if callee[0] == ATTR else (NAME, callee[1].rpartition(".")[0]) if "." in callee[1] else None
        )
        made = self._made(program, base, site.at) if base is not None else None
        if made is None:
            return ""
        call, at = made
        given = dict(call[3])
        target = given.get("base_url") or (
            call[2][0] if call[2] and program.value(call[1], at).path.startswith("aiohttp") else None
        )
        return program.folded(target, at) or "" if target is not None else ""

    def _made(self, program: Program, expr: Expr, at: At) -> tuple[Expr, At] | None:
        if expr[0] == CALL:
            return expr, at
        binding = program.inference.binding(expr, at)
        if binding is None:
            return None
        file = program.project.files[binding.path]
        place = At(file, binding.scope)
        entries = list(program.project.names(file, binding.scope).get(binding.name, ()))
        if file.scopes[binding.scope].kind == "class":
            owner = program.project.definition(file, binding.scope)
            for where, assign in program.inference.members.attributes(owner).get(binding.name, ()):
                if assign.value is not None and assign.value[0] == CALL:
                    return assign.value, where
        for entry in entries:
            value = getattr(entry, "value", None)
            if value is not None and value[0] == CALL:
                return value, place
        return None


framework = HttpClients()
