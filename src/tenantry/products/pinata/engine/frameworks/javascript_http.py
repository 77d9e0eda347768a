"""HTTP clients of JavaScript: fetch, axios, got, ky, superagent, undici, Angular's and NestJS' clients, and wrappers around them."""

import re

from tenantry.products.pinata.engine.facts import (
    BINARY,
    CALL,
    DICT,
    NAME,
    SPLAT,
    STR,
    TEMPLATE,
    Expr,
    dotted,
)
from tenantry.products.pinata.engine.findings import CERTAIN, GUESS, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.javascript import is_javascript, option
from tenantry.products.pinata.engine.frameworks.javascript_addresses import (
    HOLES_ONLY,
    REQUESTS,
    Addresses,
    is_open,
    names_in,
    without_query,
)
from tenantry.products.pinata.engine.resolve.inference import Inference, Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import EXTERNAL, FUNCTION, At, Value

_VERBS = {verb: verb.upper() for verb in ("get", "post", "put", "patch", "delete", "head", "options")} | {
    "del": "DELETE", "jsonp": "GET", "getJSON": "GET", "postForm": "POST", "putForm": "PUT", "patchForm": "PATCH",
    **{verb: verb for verb in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")},
}  # fmt: skip
# Called themselves: `fetch(url, {method})`.
_FETCHES = frozenset(
    "fetch window.fetch globalThis.fetch global.fetch self.fetch node-fetch cross-fetch isomorphic-fetch isomorphic-unfetch "
    "unfetch undici.fetch undici.request ofetch ofetch.ofetch ofetch.$fetch useFetch cross-fetch.fetch make-fetch-happen "
    "expo/fetch.fetch @tauri-apps/plugin-http.fetch".split()
)
# Objects with get, post, … whose first argument is the URL.
_CLIENTS = re.compile(
    r"(?:axios|axios\.default|axios\.create\(\)|axios\.Axios\(\)|axios\.AxiosInstance\(\)|axios\.AxiosStatic\(\)|axios\.default\.create\(\)"
    r"|got|got\.extend\(\)|got\.default|ky|ky\.create\(\)|ky\.extend\(\)|superagent|superagent\.agent\(\)|request|request\.defaults\(\)|request-promise"
    r"|needle|jquery|redaxios|@angular/common/http\.HttpClient\(\)|@nestjs/(?:axios|common)\.HttpService\(\)(?:\.axiosRef)?"
    r"|openapi-fetch\(\)|http|https|cordova-plugin-advanced-http|@ionic-native/http\.HTTP\(\)|wretch\(\)|\$http)\Z"
)
_MODULES = frozenset(name.partition("(")[0].partition(".")[0] for name in (*_FETCHES, *REQUESTS))


def instance(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """Angular's `inject(HttpClient)` gives one."""
    if callee.kind != EXTERNAL or callee.path != "@angular/core.inject" or not call[2]:
        return None
    value = inference.value(call[2][0], at)
    if value.kind == EXTERNAL:
        return value._replace(path=f"{value.path}()")
    return Value("instance", value.definition) if value.kind == "class" and not value.path else None


class JavaScriptHttp(Addresses):
    name = "javascript_http"
    packages: tuple[str, ...] = ()
    results: dict[str, tuple[Result, ...]] = {"inject": (instance,)}

    def __init__(self) -> None:
        self.fetchers: set[tuple[str, int]] = set()

    def find(self, program: Program, findings: Findings) -> None:
        self.fetchers = set()
        for site in program.methods("useSWR", "useSWRImmutable"):
            self._fetched(program, findings, site)
        names = (
            {name.rpartition(".")[2] for name in (*_FETCHES, *REQUESTS)}
            | _VERBS.keys()
            | {"request", "ajax", "$fetch", "$http"}
        )
        for site in program.methods(*sorted(names | self._clients(program))):
            if is_javascript(site.file) and (site.callee.kind == EXTERNAL or self._angularjs(site)):
                self._site(program, findings, site)

    @staticmethod
    def _angularjs(site: Site) -> bool:
        """AngularJS injects its client by the name of a parameter."""
        return (
            site.expr[1][0] == NAME
            and (site.expr[1][1] == "$http" or site.expr[1][1].startswith("$http."))
            and not site.callee.known
        )

    @staticmethod
    def _clients(program: Program) -> set[str]:
        """Names that clients go by: `import http from "axios"`, `const client = axios.create()`."""
        found: set[str] = set()
        for file in program.project.files.values():
            if is_javascript(file):
                found.update(item.alias for item in file.imports if item.module.partition("/")[0] in _MODULES)
                for assign in file.assigns:
                    if assign.tag != CALL or not assign.head.endswith((".create", ".extend")):
                        continue
                    value = assign.value
                    if value is not None and dotted(value[1]).endswith((".create", ".extend")):
                        found.add(assign.target.rpartition(".")[2])
        return found

    def _site(self, program: Program, findings: Findings, site: Site) -> None:
        path, arguments = site.callee.path or site.expr[1][1], site.expr[2]
        if not arguments:
            return
        if path in _FETCHES:
            self._request(program, findings, site, arguments[0], arguments[1] if len(arguments) > 1 else None)
            return
        owner, _, method = path.rpartition(".")
        if (
            path in REQUESTS
            or (method == "request" and _CLIENTS.match(owner))
            or path in ("jquery.ajax", "$fetch", "$http")
        ):
            if method == "request" and len(arguments) > 1 and arguments[0][0] == STR and arguments[0][1].isupper():
                self._note(program, findings, site, (arguments[0], site.at), arguments[1], site.at)
                return
            first = arguments[0]
            if first[0] == STR and first[1].lower() in _VERBS and len(arguments) > 1:  # needle("get", url)
                self._note(program, findings, site, (first, site.at), arguments[1], site.at)
                return
            url = option(program.inference, first, site.at, "url", "uri", "path", "hostname")
            if url is not None:
                method_given = option(program.inference, first, site.at, "method", "type")
                self._note(program, findings, site, method_given, *url)
            elif first[0] != DICT:
                self._request(program, findings, site, first, arguments[1] if len(arguments) > 1 else None)
            return
        if method in _VERBS and _CLIENTS.match(owner) and not (owner in ("http", "https") and method != "get"):
            if owner in ("http", "https") and arguments[0][0] == DICT:
                return
            self._note(program, findings, site, ((STR, _VERBS[method]), site.at), arguments[0], site.at)

    def _request(self, program: Program, findings: Findings, site: Site, url: Expr, options: Expr | None) -> None:
        if url[0] == CALL and url[1] == (NAME, "Request") and url[2]:
            options = url[2][1] if len(url[2]) > 1 else options
            url = url[2][0]
        method = option(program.inference, options, site.at, "method") if options is not None else None
        pairs = options[1] if options is not None and options[0] == DICT else ()
        spread = next((value[1] for key, value in pairs if key[0] == SPLAT and value[0] == NAME), "")
        if method is None and spread:
            method = (NAME, f"{spread}.method"), site.at
        if method is None and options is not None and options[0] not in (DICT,):
            method = self._dynamic_method(program, options, site.at)
        self._note(program, findings, site, method, url, site.at)

    @staticmethod
    def _dynamic_method(program: Program, options: Expr, at: At) -> tuple[Expr, At] | None:
        """Options that come from elsewhere may hold any method."""
        value = program.value(options, at)
        return None if value.expr is not None else (("?",), at)

    # -- noting -----------------------------------------------------------------------------------------------

    def _note(
        self, program: Program, findings: Findings, site: Site, method: tuple[Expr, At] | None, url: Expr, at: At
    ) -> None:
        if any(name == "import.meta.url" for name in names_in(url)):
            return  # a file beside this one
        base = self.base(program, site)
        text = self.text(program, url, at, {})
        if is_open(text):
            if self._at_callers(program, findings, site, method, url, base):
                return
            findings.diagnose(site.file.path, site.line, "url.dynamic", "The address of this request is not constant.")
        self._add(findings, site, self._verb(program, method, {}), text, base, site.callee.path)

    def _verb(self, program: Program, method: tuple[Expr, At] | None, given: dict[str, str]) -> str:
        if method is None:
            return "GET"
        expr, at = method
        if expr[0] == NAME and expr[1] in given:
            return given[expr[1]].upper()
        if given and expr[0] == NAME and expr[1].endswith(".method"):
            return "GET"  # a caller that names no method
        if expr[0] == BINARY and expr[1] == "?":
            yes, no = self._verb(program, (expr[2], at), given), self._verb(program, (expr[3], at), given)
            return yes if yes == no else "ANY"
        if expr[0] == BINARY and expr[1] == "or":
            inner = self._verb(program, (expr[2], at), given)
            return inner if inner != "ANY" else self._verb(program, (expr[3], at), given)
        text = program.text(expr, at)
        return text.upper() if text and text.isalpha() else "ANY"

    def _add(
        self, findings: Findings, site: Site, verb: str, text: str | None, base: str, through: str, wrapper: str = ""
    ) -> None:
        name = text or "{url}"
        if base and "://" not in name.partition("/{")[0] and not name.startswith(("//", "{")):
            name = base.rstrip("/") + "/" + name.lstrip("/")
        name = without_query(name) or "/"
        whole = HOLES_ONLY.match(name) is None
        confidence = GUESS if not whole else LIKELY if name.startswith("{") or wrapper else CERTAIN
        findings.add(
            "http_call", f"{verb} {name}", site.file, site.line, scope=site.at.scope, end_line=site.outer.end_line,
            confidence=confidence, framework=through.partition("(")[0].partition(".")[0], wrapper=wrapper,
        )  # fmt: skip

    # -- wrappers ---------------------------------------------------------------------------------------------

    def _at_callers(
        self, program: Program, findings: Findings, site: Site, method: tuple[Expr, At] | None, url: Expr, base: str
    ) -> bool:
        """Note a wrapper's requests where it is called with a path. False when no caller says more."""
        wrapper = self.wrapper(program, [url], site.at)
        if wrapper is None:
            return False
        if wrapper.key in self.fetchers:
            return True

        def says_more(texts: dict[str, str]) -> bool:
            return not is_open(self.text(program, url, site.at, texts))

        any_found = False
        for caller, texts in self.calls(program, wrapper, says_more):
            any_found = True
            text, verb = self.text(program, url, site.at, texts), self._verb(program, method, texts)
            self._add(findings, caller, verb, text, base, site.callee.path, wrapper.name)
        return any_found

    def _fetched(self, program: Program, findings: Findings, site: Site) -> None:
        """`useSWR("/api/user", fetcher)`: the fetcher is called with the key."""
        if len(site.expr[2]) < 2 or site.expr[2][0][0] not in (STR, TEMPLATE):
            return
        text, fetcher = program.folded(site.expr[2][0], site.at), program.value(site.expr[2][1], site.at)
        if (
            text is not None
            and text.startswith(("/", "http"))
            and fetcher.kind == FUNCTION
            and fetcher.definition is not None
        ):
            self.fetchers.add(fetcher.definition.key)
            self._add(
                findings,
                site,
                "GET",
                text,
                "",
                "swr",
                fetcher.definition.name,
            )


framework = JavaScriptHttp()
