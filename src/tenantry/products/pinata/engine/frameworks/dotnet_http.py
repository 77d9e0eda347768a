"""HTTP calls of .NET programs: HttpClient (plain, named, typed), Refit interfaces, RestSharp, Flurl."""

import re

from tenantry.products.pinata.engine.facts import CALL, FUNCTION, NAME, STR, TEMPLATE, Assign, Expr, type_arguments
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.dotnet import (
    LANGUAGE,
    attributes,
    csharp_classes,
    in_use,
    method_of,
    methods_of,
    path_of,
    receiver,
    sites,
    type_name,
    type_named,
    types_of,
    words,
)
from tenantry.products.pinata.engine.frameworks.dotnet_texts import Texts
from tenantry.products.pinata.engine.matching import plain
from tenantry.products.pinata.engine.resolve.inference import Inference, Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import EXTERNAL, At, Definition, Value

_CALLS = {
    f"{name}{more}": verb
    for name, verb in (
        ("Get", "GET"), ("GetString", "GET"), ("GetByteArray", "GET"), ("GetStream", "GET"), ("GetFromJson", "GET"),
        ("GetFromJsonAsAsyncEnumerable", "GET"), ("Post", "POST"), ("PostAsJson", "POST"), ("Put", "PUT"),
        ("PutAsJson", "PUT"), ("Patch", "PATCH"), ("PatchAsJson", "PATCH"), ("Delete", "DELETE"), ("DeleteFromJson", "DELETE"),
    )
    for more in ("Async", "")
}  # fmt: skip
_SENDS = ("SendAsync", "Send")
_REFIT = {name: name.upper() for name in ("Get", "Post", "Put", "Patch", "Delete", "Head", "Options")}
_FLURL = {
    "GetJsonAsync": "GET", "GetAsync": "GET", "GetStringAsync": "GET", "GetStreamAsync": "GET", "GetBytesAsync": "GET",
    "PostJsonAsync": "POST", "PostAsync": "POST", "PostUrlEncodedAsync": "POST", "PostStringAsync": "POST",
    "PutJsonAsync": "PUT", "PatchJsonAsync": "PATCH", "DeleteAsync": "DELETE", "PostMultipartAsync": "POST",
}  # fmt: skip
_CLIENT = "HttpClient()"
_HOLE = re.compile(r"\{[^{}]*\}\Z")


def client(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`factory.CreateClient("catalog")` is a client with that name."""
    if callee.kind == EXTERNAL and callee.path.startswith(("IHttpClientFactory()", "HttpClientFactory")):
        return Value(EXTERNAL, path=_CLIENT, expr=call[2][0] if call[2] else None, at=at)
    return None


class DotnetHttp:
    name = "httpclient"
    packages: tuple[str, ...] = ()
    results: dict[str, tuple[Result, ...]] = {"CreateClient": (client,)}

    def find(self, program: Program, findings: Findings) -> None:
        if not in_use(program):
            return
        for site in sites(program, "AddProject"):  # of Aspire: `AddProject<Projects.Catalog_API>("catalog-api")`
            name = program.text(site.expr[2][0], site.at) if site.expr[2] else None
            if name and types_of(site):
                findings.called[plain(type_name(types_of(site)[0]))] = name
        texts = Texts(program)
        bases = Bases(program, texts)
        for site in sites(program, *_CALLS):
            if self._is_client(site) and site.expr[2]:
                self._note(
                    program, findings, site, _CALLS[site.method], texts.text(site.expr[2][0], site.at, {}), bases
                )
        for site in sites(program, *_SENDS):
            if self._is_client(site) and site.expr[2]:
                self._sent(program, findings, texts, bases, site)
        self._refit(program, findings, bases)
        self._rest_sharp(program, findings, texts)
        self._flurl(program, findings, texts)

    @staticmethod
    def _is_client(site: Site) -> bool:
        callee = site.callee
        if callee.kind == EXTERNAL:
            return callee.path.startswith(_CLIENT) and callee.path.count(".") == 1
        return False

    def _note(
        self, program: Program, findings: Findings, site: Site, verb: str, url: str, bases: "Bases", framework: str = ""
    ) -> None:
        url = url or "{url}"
        if not url.startswith(("http", "{")):
            url = "/" + url.lstrip("/")
        base = bases.of(site)
        if base and url.startswith("/"):
            url = base.rstrip("/") + url
        elif base and not url.startswith("http") and not _HOLE.match(url):
            url = base.rstrip("/") + "/" + url
        url = url.partition("?")[0]
        findings.add(
            "http_call", f"{verb} {path_of(url)}", site.file, site.line, scope=site.at.scope, end_line=site.outer.end_line,
            confidence=LIKELY if "{" in url.partition("/")[0] else CERTAIN, framework=framework or self.name,
        )  # fmt: skip
        if _HOLE.fullmatch(url):
            findings.diagnose(site.file.path, site.line, "url.dynamic", "The address of this call is not constant.")

    # -- requests as objects ----------------------------------------------------------------------------------

    def _sent(self, program: Program, findings: Findings, texts: Texts, bases: "Bases", site: Site) -> None:
        made, at = self._request(program, site.expr[2][0], site.at, 0)
        verb, url = "ANY", ""
        if made is not None:
            given = dict(made[3])
            method = given.get("Method") or (made[2][0] if made[2] else None)
            target = given.get("RequestUri") or (made[2][1] if len(made[2]) > 1 else None)
            verb = self._verb(program, method, at)
            url = texts.text(target, at, {}) if target is not None else ""
            if target is None and site.expr[2][0][0] == NAME:
                url = self._assigned(texts, site, site.expr[2][0][1])
        if made is None and self._passes_on(program, site):
            return
        self._note(program, findings, site, verb, url, bases)

    @staticmethod
    def _passes_on(program: Program, site: Site) -> bool:
        """A handler of the pipeline that sends on what it was given makes no call of its own."""
        owner = program.project.enclosing_class(site.file, site.at.scope)
        return owner is not None and any("Handler" in name for name in program.externals(owner))

    def _request(self, program: Program, expr: Expr, at: At, depth: int) -> tuple[Expr | None, At]:
        """The creation of the message that is sent, through variables and the functions that make it."""
        if depth > 4:
            return None, at
        if expr[0] == CALL:
            if method_of(expr) == "HttpRequestMessage":
                return expr, at
            callee = program.inference.callee(expr, at)
            if callee.kind == "function" and callee.definition is not None and not callee.path:
                for returned in callee.definition.scope.returns:
                    found = self._request(program, returned, callee.definition.inside, depth + 1)
                    if found[0] is not None:
                        return found
            return None, at
        if expr[0] == NAME:
            scope = at.scope
            while scope >= 0:
                for entry in program.project.names(at.file, scope).get(expr[1], ()):
                    if isinstance(entry, Assign) and entry.value is not None and entry.value[0] == CALL:
                        return self._request(program, entry.value, At(at.file, scope), depth + 1)
                scope = at.file.scopes[scope].parent
        return None, at

    @staticmethod
    def _assigned(texts: Texts, site: Site, name: str) -> str:
        """`request.RequestUri = new Uri(…)`"""
        for assign in site.file.assigns:
            if assign.scope == site.at.scope and assign.target == f"{name}.RequestUri" and assign.value is not None:
                return texts.text(assign.value, site.at, {})
        return ""

    @staticmethod
    def _verb(program: Program, expr: Expr | None, at: At) -> str:
        if expr is None:
            return "GET"
        if expr[0] == NAME and "." in expr[1]:
            return str(expr[1]).rpartition(".")[2].upper()
        if expr[0] == CALL and expr[2]:
            text = program.text(expr[2][0], at)
            return text.upper() if text else "ANY"
        return "ANY"

    # -- Refit ------------------------------------------------------------------------------------------------

    def _refit(self, program: Program, findings: Findings, bases: "Bases") -> None:
        if not program.project.imports("Refit"):
            return
        for definition in csharp_classes(program):
            if "interface" not in words(definition):
                continue
            prefix = bases.of_class(definition).rstrip("/")
            for method in methods_of(program, definition):
                for item in attributes(method):
                    verb = _REFIT.get(item.name)
                    path = program.folded(item.argument("path", 0), method.outside) if verb else None
                    if verb and path is not None:
                        findings.add(
                            "http_call", f"{verb} {path_of(prefix + path.partition('?')[0])}", method.file, item.line,
                            scope=method.index, end_line=method.scope.end_line, confidence=CERTAIN, framework="refit",
                        )  # fmt: skip

    # -- other clients ----------------------------------------------------------------------------------------

    def _rest_sharp(self, program: Program, findings: Findings, texts: Texts) -> None:
        """`new RestRequest("items/{id}", Method.Get)`, where it is created: what executes it knows nothing of it."""
        for site in sites(program, "RestRequest"):
            args = site.expr[2]
            if not args or program.project.imports("RestSharp") is False:
                continue
            verb = "GET"
            for argument in args[1:]:
                if argument[0] == NAME and argument[1].startswith("Method."):
                    verb = argument[1].rpartition(".")[2].upper()
            url = texts.text(args[0], site.at, {})
            if url:
                url = url if url.startswith(("http", "{")) else "/" + url.lstrip("/")
                findings.add(
                    "http_call", f"{verb} {path_of(url)}", site.file, site.line, scope=site.at.scope, confidence=LIKELY,
                    framework="restsharp",
                )  # fmt: skip

    def _flurl(self, program: Program, findings: Findings, texts: Texts) -> None:
        if not program.project.imports("Flurl", "Flurl.Http"):
            return
        for site in sites(program, *_FLURL):
            inner = receiver(site.expr)
            parts: list[str] = []
            while inner is not None and inner[0] == CALL:
                if method_of(inner).startswith("AppendPathSegment"):
                    parts = [texts.text(argument, site.at, {}) or "{segment}" for argument in inner[2]] + parts
                elif method_of(inner) == "Url" and inner[2]:
                    inner = inner[2][0]
                    break
                inner = receiver(inner)
            if inner is None or self._is_client(site) or not (parts or inner[0] in (STR, TEMPLATE)):
                continue
            url = "/".join([texts.text(inner, site.at, {}).rstrip("/"), *[part.strip("/") for part in parts]])
            if url:
                findings.add(
                    "http_call", f"{_FLURL[site.method]} {path_of(url)}", site.file, site.line, scope=site.at.scope,
                    end_line=site.outer.end_line, confidence=LIKELY, framework="flurl",
                )  # fmt: skip


class Bases:
    """Base addresses: of typed and named clients where they are registered, of others where they are set."""

    def __init__(self, program: Program, texts: Texts) -> None:
        self.program = program
        self.texts = texts
        self.by_class: dict[tuple[str, int], str] = {}
        self.by_name: dict[str, str] = {}
        self.by_file: dict[tuple[str, str], str] = {}
        for site in sites(program, "AddHttpClient", "AddRefitClient", "ConfigureHttpClient"):
            self._registered(site)
        for path in program.project.paths(LANGUAGE):
            file = program.project.files[path]
            for assign in file.assigns:
                if assign.target.endswith(".BaseAddress") and assign.value is not None:
                    owner = program.project.enclosing_class(file, assign.scope)
                    if owner is not None:
                        text = texts.text(assign.value, At(file, assign.scope), {})
                        if text.startswith("http"):
                            self.by_class.setdefault(owner.key, text)

    def _registered(self, site: Site) -> None:
        address = ""
        for argument in site.expr[2]:
            if argument[0] == FUNCTION and len(argument) == 2:
                inline = self.program.project.inline(site.file, argument[1])
                for assign in site.file.assigns if inline is not None else ():
                    if inline is not None and assign.scope == inline.index and assign.target.endswith("BaseAddress"):
                        address = self.texts.text(assign.value, At(site.file, assign.scope), {})
        if not address.startswith("http"):
            return
        call = site.expr
        if site.method == "ConfigureHttpClient":
            inner = receiver(site.expr)
            if inner is None or inner[0] != CALL:
                return
            call = inner
        for kind in type_arguments(call) or types_of(site):
            target = type_named(self.program.inference, kind, site.at)
            if target is not None:
                self.by_class[target.key] = address
        if call[2]:
            name = self.program.text(call[2][0], site.at)
            if name:
                self.by_name[name] = address

    def of(self, site: Site) -> str:
        """The base address of the client that a call is made with; "" when it is not known."""
        callee = site.callee
        if callee.expr is not None and callee.at is not None:
            name = self.program.text(callee.expr, callee.at)
            if name and name in self.by_name:
                return self.by_name[name]
        owner = self.program.project.enclosing_class(site.file, site.at.scope)
        return self.of_class(owner) if owner is not None else ""

    def of_class(self, owner: Definition) -> str:
        for definition in self.program.inference.members.order(owner)[0]:
            found = self.by_class.get(definition.key)
            if found:
                return found
        return ""


framework = DotnetHttp()
