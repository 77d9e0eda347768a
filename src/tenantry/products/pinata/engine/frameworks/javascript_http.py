"""HTTP clients of JavaScript: fetch, axios, got, ky, superagent, undici, Angular's and NestJS' clients, and wrappers around them."""

import re
from collections.abc import Iterator

from tenantry.products.pinata.engine.facts import (
    ATTR,
    BINARY,
    CALL,
    DICT,
    NAME,
    NUM,
    STR,
    TEMPLATE,
    Assign,
    Expr,
    Param,
)
from tenantry.products.pinata.engine.findings import CERTAIN, GUESS, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.javascript import calls_of, is_javascript, option
from tenantry.products.pinata.engine.resolve.inference import Inference, Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import EXTERNAL, FUNCTION, At, Definition, Value

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
# Called with a configuration, or a URL and a configuration: `axios({url, method})`.
_REQUESTS = frozenset(
    "axios axios.default axios.create() got ky request request-promise needle superagent got.extend() ky.create() ky.extend() ky-universal wretch redaxios gaxios.request".split()
)
# Objects with get, post, … whose first argument is the URL.
_CLIENTS = re.compile(
    r"(?:axios|axios\.default|axios\.create\(\)|axios\.Axios\(\)|axios\.AxiosInstance\(\)|axios\.AxiosStatic\(\)|axios\.default\.create\(\)"
    r"|got|got\.extend\(\)|got\.default|ky|ky\.create\(\)|ky\.extend\(\)|superagent|superagent\.agent\(\)|request|request\.defaults\(\)|request-promise"
    r"|needle|jquery|redaxios|@angular/common/http\.HttpClient\(\)|@nestjs/(?:axios|common)\.HttpService\(\)(?:\.axiosRef)?"
    r"|openapi-fetch\(\)|http|https|cordova-plugin-advanced-http|@ionic-native/http\.HTTP\(\)|wretch\(\))\Z"
)
_BASE_KEYS = ("baseURL", "prefixUrl", "baseUrl", "url")
_MODULES = frozenset(name.partition("(")[0].partition(".")[0] for name in (*_FETCHES, *_REQUESTS))
_MAX_WRAPPERS = 3
_HOLES_ONLY = re.compile(r"(?:\{[^{}]*\}|[/?&=]|[a-z]+://(?:\{[^{}]*\}|[\w.:-]+))*\Z")


def instance(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """Angular's `inject(HttpClient)` gives one."""
    if callee.kind != EXTERNAL or callee.path != "@angular/core.inject" or not call[2]:
        return None
    value = inference.value(call[2][0], at)
    if value.kind == EXTERNAL:
        return value._replace(path=f"{value.path}()")
    return Value("instance", value.definition) if value.kind == "class" and not value.path else None


class JavaScriptHttp:
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
            {name.rpartition(".")[2] for name in (*_FETCHES, *_REQUESTS)}
            | _VERBS.keys()
            | {"request", "ajax", "$fetch"}
        )
        for site in program.methods(*sorted(names | self._clients(program))):
            if is_javascript(site.file) and site.callee.kind == EXTERNAL:
                self._site(program, findings, site)

    @staticmethod
    def _clients(program: Program) -> set[str]:
        """Names that clients go by: `import http from "axios"`, `const client = axios.create()`."""
        found: set[str] = set()
        for file in program.project.files.values():
            if is_javascript(file):
                found.update(item.alias for item in file.imports if item.module.partition("/")[0] in _MODULES)
                for assign in file.assigns:
                    value = assign.value
                    if (
                        value is not None
                        and value[0] == CALL
                        and value[1][0] == NAME
                        and value[1][1].endswith((".create", ".extend"))
                    ):
                        found.add(assign.target.rpartition(".")[2])
        return found

    def _site(self, program: Program, findings: Findings, site: Site) -> None:
        path, arguments = site.callee.path, site.expr[2]
        if not arguments:
            return
        if path in _FETCHES:
            self._request(program, findings, site, arguments[0], arguments[1] if len(arguments) > 1 else None)
            return
        owner, _, method = path.rpartition(".")
        if path in _REQUESTS or (method == "request" and _CLIENTS.match(owner)) or path in ("jquery.ajax", "$fetch"):
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
        if any(name == "import.meta.url" for name in _names(url)):
            return  # a file beside this one
        base = self._base(program, site)
        text = self._text(program, url, at, {})
        if text is None or _HOLES_ONLY.match(text):
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
        name = name.partition("?")[0].partition("#")[0] or "/"
        whole = _HOLES_ONLY.match(name) is None
        confidence = GUESS if not whole else LIKELY if name.startswith("{") or wrapper else CERTAIN
        findings.add(
            "http_call", f"{verb} {name}", site.file, site.line, scope=site.at.scope, end_line=site.outer.end_line,
            confidence=confidence, framework=through.partition("(")[0].partition(".")[0], wrapper=wrapper,
        )  # fmt: skip

    def _text(self, program: Program, expr: Expr, at: At, given: dict[str, str]) -> str | None:
        """The folded URL, with the texts that callers give for parameters put in."""
        tag = expr[0]
        if tag == NAME and expr[1] in given:
            return given[expr[1]]
        if tag == TEMPLATE:
            pieces = [part if isinstance(part, str) else self._text(program, part, at, given) for part in expr[1]]
            return "".join("{}" if piece is None else piece for piece in pieces)
        if tag == BINARY and expr[1] == "+":
            left, right = self._text(program, expr[2], at, given), self._text(program, expr[3], at, given)
            return None if left is None and right is None else f"{left or '{}'}{right or '{}'}"
        if tag == CALL and expr[1] in ((NAME, "URL"), (NAME, "Request")) and expr[2]:
            path = self._text(program, expr[2][0], at, given)
            base = self._text(program, expr[2][1], at, given) if len(expr[2]) > 1 and expr[1][1] == "URL" else None
            if path is None or base is None or "://" in path:
                return path
            return base.rstrip("/") + "/" + path.lstrip("/")
        if tag in (CALL, ATTR) and self._method(expr) in ("toString", "href") and expr[1][0] in (NAME, ATTR, CALL):
            inner = (NAME, expr[1][1].rpartition(".")[0]) if tag == CALL and expr[1][0] == NAME else expr[1]
            return self._text(program, inner, at, given)
        if tag == NAME and "." not in expr[1]:
            made = self._assigned(program, expr[1], at)
            if made is not None:
                return self._text(program, made, at, given)
        return program.folded(expr, at)

    @staticmethod
    def _method(expr: Expr) -> str:
        callee = expr[1] if expr[0] == CALL else expr
        return callee[2] if callee[0] == ATTR else callee[1].rpartition(".")[2] if callee[0] == NAME else ""

    @staticmethod
    def _assigned(program: Program, name: str, at: At) -> Expr | None:
        """The template or URL that a local variable holds, so that parameters inside it are seen."""
        scope = at.scope
        while scope > 0:
            for entry in program.project.names(at.file, scope).get(name, ()):
                if isinstance(entry, Param):
                    return None
                if isinstance(entry, Assign) and entry.value is not None:
                    whole = entry.value[0] in (TEMPLATE, BINARY) or (
                        entry.value[0] == CALL and entry.value[1] == (NAME, "URL")
                    )
                    return entry.value if whole and not _mentions(entry.value, name) else None
            scope = at.file.scopes[scope].parent
        return None

    # -- wrappers ---------------------------------------------------------------------------------------------

    def _at_callers(
        self, program: Program, findings: Findings, site: Site, method: tuple[Expr, At] | None, url: Expr, base: str
    ) -> bool:
        """Note a wrapper's requests where it is called with a path. False when no caller says more."""
        wrapper = self._wrapper(program, [url], site.at)
        if wrapper is None:
            return False
        if wrapper.key in self.fetchers:
            return True
        any_found = False
        for caller, texts in self._calls(program, wrapper, 0):
            text = self._text(program, url, site.at, texts)
            if text is not None and not _HOLES_ONLY.match(text):
                any_found = True
                self._add(findings, caller, self._verb(program, method, texts), text, base, site.callee.path, wrapper.name)
        return any_found

    def _calls(self, program: Program, wrapper: Definition, depth: int) -> Iterator[tuple[Site, dict[str, str]]]:
        """Calls of a wrapper with the texts of its parameters; calls by other wrappers count where those are called."""
        for caller in calls_of(program, wrapper):
            outer = self._wrapper(program, list(caller.expr[2]), caller.at) if depth < _MAX_WRAPPERS else None
            passed = list(self._calls(program, outer, depth + 1)) if outer is not None and outer is not wrapper else []
            known = {}
            for site, given in passed:
                known = dict(self._arguments(program, wrapper, caller, given))
                if any(_HOLES_ONLY.match(text) is None for text in known.values()):
                    yield site, known
            if not passed:
                yield caller, dict(self._arguments(program, wrapper, caller, {}))
            else:
                own = dict(self._arguments(program, wrapper, caller, {}))
                if any(text.startswith(("/", "http")) for text in own.values()):
                    yield caller, own

    def _arguments(
        self, program: Program, wrapper: Definition, caller: Site, given: dict[str, str]
    ) -> Iterator[tuple[str, str]]:
        """(parameter, text) of what a caller hands over; members of an options object count as `options.method`."""
        for position, parameter in enumerate(wrapper.scope.params):
            if position >= len(caller.expr[2]):
                if parameter.default is not None and parameter.default[0] == STR:
                    yield parameter.name, parameter.default[1]
                continue
            argument = caller.expr[2][position]
            if argument[0] == DICT:
                for key, value in argument[1]:
                    text = self._text(program, value, caller.at, given) if key[0] == STR else None
                    if text is not None:
                        yield f"{parameter.name}.{key[1]}", text
                        yield key[1], text
            else:
                text = self._text(program, argument, caller.at, given)
                if text is not None:
                    yield parameter.name, text

    def _wrapper(self, program: Program, exprs: list[Expr], at: At) -> Definition | None:
        """The function whose parameters these expressions are made of."""
        names: set[str] = set()
        waiting = [name for expr in exprs for name in _names(expr)]
        while waiting:
            name = waiting.pop()
            made = self._assigned(program, name, at) if name not in names else None
            names.add(name)
            waiting += _names(made) if made is not None else ()
        heads = {name.partition(".")[0] for name in names}
        scope = at.scope
        while scope > 0:
            around = at.file.scopes[scope]
            for parameter in around.params if around.kind == "function" else ():
                if parameter.name in heads or (
                    parameter.name.startswith("{}") and heads & self._destructured(at, scope, parameter)
                ):
                    return program.project.definition(at.file, scope)
            scope = around.parent
        return None

    @staticmethod
    def _destructured(at: At, scope: int, parameter: Param) -> set[str]:
        """Names taken out of a parameter `({url, method})`."""
        return {
            item.target
            for item in at.file.assigns
            if item.scope == scope and item.value == (NAME, f"{parameter.name}.{item.target}")
        }

    def _fetched(self, program: Program, findings: Findings, site: Site) -> None:
        """`useSWR("/api/user", fetcher)`: the fetcher is called with the key."""
        if len(site.expr[2]) < 2 or site.expr[2][0][0] not in (STR, TEMPLATE):
            return
        text, fetcher = program.folded(site.expr[2][0], site.at), program.value(site.expr[2][1], site.at)
        if text is not None and text.startswith(("/", "http")) and fetcher.kind == FUNCTION and fetcher.definition is not None:
            self.fetchers.add(fetcher.definition.key)
            self._add(
                findings,
                site,
                "GET",
                text,
                "",
                "swr",
                fetcher.definition.name if fetcher.definition is not None else "",
            )

    # -- bases ------------------------------------------------------------------------------------------------

    def _base(self, program: Program, site: Site) -> str:
        """The base address of the client a call goes through."""
        callee = site.expr[1]
        path = site.callee.path
        if not any(
            word in path
            for word in ("create()", "extend()", "defaults()", "openapi-fetch()", "AxiosInstance", "Axios()")
        ):
            return ""
        owner: Expr | None = callee if path in _REQUESTS else None
        if owner is None:
            owner = (
                callee[1] if callee[0] == ATTR else (NAME, callee[1].rpartition(".")[0]) if callee[0] == NAME else None
            )
        made = self._made(program, owner, site.at, 0) if owner is not None else None
        if made is None:
            return ""
        call, at = made
        given = option(program.inference, call[2][0], at, *_BASE_KEYS) if call[2] else None
        return program.folded(*given) or "" if given is not None else ""

    def _made(self, program: Program, expr: Expr, at: At, depth: int) -> tuple[Expr, At] | None:
        if expr[0] == CALL:
            return self._made_by(program, expr, at, depth)
        binding = program.inference.binding(expr, at)
        if binding is None:
            return None
        file = program.project.files[binding.path]
        place = At(file, binding.scope)
        found: list[tuple[Expr, At]] = []
        if file.scopes[binding.scope].kind == "class":
            owner = program.project.definition(file, binding.scope)
            found = [
                (a.value, where)
                for where, a in program.inference.members.attributes(owner).get(binding.name, ())
                if a.value is not None
            ]
        for entry in program.project.names(file, binding.scope).get(binding.name, ()):
            value = getattr(entry, "value", None)
            if value is not None:
                found.append((value, place))
        for value, where in found:
            if value[0] == CALL:
                return self._made_by(program, value, where, depth)
        return None

    def _made_by(self, program: Program, call: Expr, at: At, depth: int) -> tuple[Expr, At] | None:
        """The call that makes the client, through functions of the tree that return one."""
        value = program.value(call[1], at)
        if value.kind == FUNCTION and value.definition is not None and not value.path and depth < 4:
            for returned in value.definition.scope.returns:
                found = self._made(program, returned, value.definition.inside, depth + 1)
                if found is not None:
                    return found
        return call, at


def _names(expr: Expr) -> Iterator[str]:
    tag = expr[0]
    if tag == DICT:
        for _, value in expr[1]:
            yield from _names(value)
    if tag == NAME:
        yield expr[1]
    elif tag == TEMPLATE:
        for part in expr[1]:
            if not isinstance(part, str):
                yield from _names(part)
    elif tag == BINARY:
        yield from _names(expr[2])
        yield from _names(expr[3])
    elif tag == CALL:
        for argument in expr[2]:
            yield from _names(argument)


def _mentions(expr: Expr, name: str) -> bool:
    return any(found == name for found in _names(expr))


__all__ = ["NUM", "JavaScriptHttp", "framework"]

framework = JavaScriptHttp()
