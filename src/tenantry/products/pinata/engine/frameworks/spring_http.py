"""HTTP calls of Spring: RestTemplate, WebClient, RestClient, Feign, HTTP interfaces; base addresses from where clients are made."""

import re

from tenantry.products.pinata.engine.configuration import configuration_of
from tenantry.products.pinata.engine.facts import ATTR, CALL, FUNCTION, NAME, STR, TEMPLATE, Assign, Expr, spine
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.annotations import (
    annotations,
    annotations_of_field,
    first,
    folded,
    is_interface,
    java_classes,
    methods_of,
    names,
    text,
    texts,
)
from tenantry.products.pinata.engine.frameworks.javascript import joined
from tenantry.products.pinata.engine.frameworks.spring_web import CLIENTS, MAPPING, mappings, spelled
from tenantry.products.pinata.engine.resolve.inference import Inference, Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import EXTERNAL, LITERAL, At, Definition, Value

_CLIENT = "org.springframework.web.client."
_TEMPLATES = (
    f"{_CLIENT}RestTemplate()",
    f"{_CLIENT}RestOperations()",
    f"{_CLIENT}AsyncRestTemplate()",
    "org.springframework.boot.web.client.RestTemplateBuilder()",
)
_TEMPLATE_VERBS = {
    "getForObject": "GET",
    "getForEntity": "GET",
    "postForObject": "POST",
    "postForEntity": "POST",
    "postForLocation": "POST",
    "put": "PUT",
    "delete": "DELETE",
    "patchForObject": "PATCH",
    "headForHeaders": "HEAD",
    "optionsForAllow": "OPTIONS",
    "exchange": "",
    "execute": "",
}
_FLUENT = re.compile(
    r"(?:org\.springframework\.web\.reactive\.function\.client\.WebClient|org\.springframework\.web\.client\.RestClient)\b"
)
_VERBS = frozenset("get post put delete patch head options".split())
_EXCHANGES = "org.springframework.web.service.annotation."
_MICRONAUT = "io.micronaut.http.annotation."
_HTTP = {"Get": "GET", "Post": "POST", "Put": "PUT", "Delete": "DELETE", "Patch": "PATCH", "Head": "HEAD"}
_MADE_WITH = ("baseUrl", "rootUri", "uriTemplateHandler", "create", "setUriTemplateHandler")
_VALUE = (
    "org.springframework.beans.factory.annotation.Value",
    "org.eclipse.microprofile.config.inject.ConfigProperty",
    "io.micronaut.context.annotation.Value",
    "io.micronaut.context.annotation.Property",
)
_ADDRESSES = frozenset(
    ("URI.create", "URI", "URL", "HttpUrl.parse", "HttpUrl.get", "Objects.requireNonNull", "String.valueOf")
)
_METHOD_NAMES = frozenset("GET POST PUT DELETE PATCH HEAD OPTIONS".split())


# -- what texts stand for -------------------------------------------------------------------------------------


def setting(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """A field or parameter under `@Value("${key:default}")` is that setting."""
    for item in annotations_of_field(inference, call, at):
        if item.name in _VALUE:
            given = item.get("value")
            if item.last in ("ConfigProperty", "Property"):
                named = item.get("name")
                fallback = item.get("defaultValue")
                if named is not None and named[0] == STR:
                    default = f":{fallback[1]}" if fallback is not None and fallback[0] == STR else ""
                    given = (STR, f"${{{named[1]}{default}}}")
            if given is not None and given[0] == STR:
                found = configuration_of(inference.project).filled(
                    at.file.path, given[1].removeprefix("#{'").removesuffix("'}")
                )
                return Value(LITERAL, expr=(STR, found), at=at)
            if given is not None:
                return inference.value(given, at)
    given = next((value for name, value in call[3] if name == "value"), None)
    return inference.value(given, at) if given is not None and given[0] in (STR, TEMPLATE) else None


def looked_up(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`environment.getProperty("key", "default")`"""
    if not callee.path.startswith("org.springframework.core.env.") or not call[2] or call[2][0][0] != STR:
        return None
    found = configuration_of(inference.project).get(at.file.path, call[2][0][1])
    if found is not None:
        return Value(LITERAL, expr=(STR, found), at=at)
    return (
        inference.value(call[2][1], at)
        if len(call[2]) > 1 and call[2][1][0] == STR
        else Value(LITERAL, expr=(STR, f"{{{call[2][0][1]}}}"), at=at)
    )


def properties(inference: Inference, value: Value, name: str) -> Value | None:
    """A field of a class under `@ConfigurationProperties("shop.api")` is the setting of that name."""
    if (
        value.kind != "instance"
        or value.definition is None
        or value.definition.file.language != "java"
        or name.startswith(("get", "set", "is"))
    ):
        return None
    prefixes: dict[tuple[str, int], str | None] = inference.project.state("spring.properties", dict)
    key = value.definition.key
    if key not in prefixes:
        stated = first(
            annotations(inference, value.definition) if value.definition.scope.decorators else [],
            "org.springframework.boot.context.properties.ConfigurationProperties",
        )
        given = stated.get("prefix", "value") if stated is not None else None
        prefixes[key] = given[1] if given is not None and given[0] == STR else None
    prefix = prefixes[key]
    found = configuration_of(inference.project).get(value.definition.file.path, f"{prefix}.{name}") if prefix else None
    return Value(LITERAL, expr=(STR, found), at=value.definition.inside) if found is not None else None


def address(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`UriComponentsBuilder.fromUriString(base).path("/x").buildAndExpand(id).toUri()` as one text."""
    if at.file.language != "java":
        return None
    parts: list[Expr] = []
    for item in reversed(spine(call)):
        method = _last(item)
        if (
            method
            in (
                "fromUriString",
                "fromHttpUrl",
                "fromPath",
                "fromUri",
                "fromOriginHeader",
                "of",
                "create",
                "URI",
                "URL",
                "parse",
            )
            and item[2]
            or method == "path"
            and item[2]
        ):
            parts.append(item[2][0])
        elif method == "pathSegment":
            for segment in item[2]:
                parts += [(STR, "/"), segment]
        elif method == "host" and item[2]:
            parts += [(STR, "http://"), item[2][0]]
    return Value(LITERAL, expr=(TEMPLATE, tuple(_pieces(parts))), at=at) if parts else None


def _pieces(parts: list[Expr]) -> list[str | Expr]:
    return [part[1] if part[0] == STR else part for part in parts]


class SpringHttp:
    name = "spring http"
    packages: tuple[str, ...] = ()
    results: dict[str, tuple[Result, ...]] = {
        "@": (setting,),
        "getProperty": (looked_up,),
        "getRequiredProperty": (looked_up,),
        **dict.fromkeys(("toUriString", "toUri"), (address,)),
    }
    members = (properties,)

    def find(self, program: Program, findings: Findings) -> None:
        self._declared(program, findings)
        for site in program.methods(*_TEMPLATE_VERBS):
            if site.file.language == "java" and any(
                name.startswith(_TEMPLATES) and name.endswith(f").{site.method}")
                for name in program.canonical(site.callee)
            ):
                self._template(program, findings, site)
        for site in program.methods("uri"):
            if site.file.language == "java":
                self._fluent(program, findings, site)

    # -- RestTemplate -----------------------------------------------------------------------------------------

    def _template(self, program: Program, findings: Findings, site: Site) -> None:
        if not site.expr[2]:
            return
        verb = _TEMPLATE_VERBS[site.method]
        url = self._address(program, site.expr[2][0], site.at)
        if not verb:
            verb = next((name for item in site.expr[2][1:3] for name in names(item) if name in _METHOD_NAMES), "")
        if not verb:
            request = site.expr[2][0]  # a RequestEntity: RequestEntity.get(url).build()
            for call in self._made(program, request, site.at):
                if _last(call[0]).upper() in _METHOD_NAMES and call[0][2]:
                    verb, url = _last(call[0]).upper(), self._address(program, call[0][2][0], call[1])
        base = "" if url and "://" in url else self._base(program, site.expr, site.at)
        self._note(program, findings, site, verb or "GET", base, url)

    # -- WebClient and RestClient -----------------------------------------------------------------------------

    def _fluent(self, program: Program, findings: Findings, site: Site) -> None:
        calls = spine(site.expr)
        position = next((i for i, call in enumerate(calls) if _last(call) in _VERBS or _last(call) == "method"), None)
        if position is None or not site.expr[2]:
            return
        names_of = program.canonical(site.callee)
        known = any(_FLUENT.match(name) for name in names_of)
        if not known and not (
            site.callee.kind in ("unknown",)
            and any(_last(call) in ("retrieve", "exchangeToMono", "bodyToMono") for call in spine(site.outer.expr))
        ):
            return
        verb = _last(calls[position]).upper()
        if verb == "METHOD":
            verb = next(iter(names(calls[position][2][0])), "GET") if calls[position][2] else "GET"
        url = self._address(program, site.expr[2][0], site.at)
        base = "" if url and "://" in url else self._base(program, calls[position], site.at)
        self._note(program, findings, site, verb, base, url, CERTAIN if known else LIKELY)

    def _address(self, program: Program, expr: Expr, at: At) -> str | None:
        if expr[0] == FUNCTION and len(expr) == 2:  # uri(builder -> builder.path("/x").build())
            inner = program.project.inline(at.file, expr[1])
            if inner is None:
                return None
            for returned in inner.scope.returns:
                found = "".join(
                    folded(program, call[2][0], inner.inside) or "{path}"
                    for call in reversed(spine(returned))
                    if _last(call) in ("path", "replacePath") and call[2]
                )
                if found:
                    return found
            return None
        if expr[0] == CALL and (
            _last(expr) in ("create", "valueOf", "parse", "get", "expand") or expr[1] in ((NAME, "URI"), (NAME, "URL"))
        ):
            name = expr[1][1] if expr[1][0] == NAME else ""
            if name in _ADDRESSES and expr[2]:
                return self._address(program, expr[2][0], at)
        if expr[0] == CALL and _last(expr) == "format" and expr[1] == (NAME, "String.format") and expr[2]:
            pattern = folded(program, expr[2][0], at)
            if pattern is not None:
                values = iter(expr[2][1:])
                return re.sub(r"%[sd]", lambda _: folded(program, next(values, (STR, "{}")), at) or "{}", pattern)
        return folded(program, expr, at)

    # -- where clients come from ------------------------------------------------------------------------------

    def _base(self, program: Program, expr: Expr, at: At) -> str:
        """The base address that a client was made with."""
        for call, where in self._made(program, expr, at):
            method = _last(call)
            if method in _MADE_WITH and call[2]:
                if method == "create" and not (
                    call[1][0] == NAME and call[1][1].endswith(("WebClient.create", "RestClient.create"))
                ):
                    continue
                inner = call[2][0]
                if (
                    inner[0] == CALL
                    and _last(inner) in ("DefaultUriBuilderFactory", "RootUriTemplateHandler")
                    and inner[2]
                ):
                    inner = inner[2][0]
                found = folded(program, inner, where)
                if found:
                    return found
        return ""

    def _made(self, program: Program, expr: Expr, at: At, depth: int = 0) -> list[tuple[Expr, At]]:
        """The calls by which a client was built, through variables, fields and bean methods."""
        calls = [(call, at) for call in spine(expr)]
        root = expr
        while root[0] in (CALL, ATTR):
            root = root[1]
        if root[0] != NAME or depth > 4:
            return calls
        name = root[1] if expr[0] == NAME else root[1].rpartition(".")[0] or root[1]
        for value, where in self._assigned(program, name, at):
            calls += self._made(program, value, where, depth + 1)
        return calls

    def _assigned(self, program: Program, name: str, at: At) -> list[tuple[Expr, At]]:
        plain = name.removeprefix("self.")
        found: list[tuple[Expr, At]] = []
        scope = at.scope
        while scope > 0 and not name.startswith("self."):
            if at.file.scopes[scope].kind == "class":
                break
            for entry in program.project.names(at.file, scope).get(plain, ()):
                if isinstance(entry, Assign) and entry.value is not None and entry.value != (NAME, plain):
                    found.append((entry.value, At(at.file, scope)))
            scope = at.file.scopes[scope].parent
        if found:
            return found
        inside = program.project.enclosing_class(at.file, at.scope)
        if inside is None or "." in plain:
            return found
        for owner in program.inference.members.order(inside)[0]:
            for entry in program.project.names(owner.file, owner.index).get(plain, ()):
                if isinstance(entry, Assign) and entry.value is not None and entry.value[1] != (NAME, "@"):
                    found.append((entry.value, owner.inside))
            for where, assign in program.inference.members.attributes(owner).get(plain, ()):
                if assign.value is not None and assign.value != (NAME, plain):
                    found.append((assign.value, where))
        return found or self._beans(program, inside, plain)

    def _beans(self, program: Program, inside: Definition, name: str) -> list[tuple[Expr, At]]:
        """What the bean method gives whose name, or else whose type alone, is that of an injected field."""
        field = program.inference.members.own(inside, name)
        if field is None or field.kind != EXTERNAL:
            return []
        beans: dict[str, list[Definition]] = program.project.state("spring.beans", lambda: _beans(program))
        service = configuration_of(program.project).folder_of(inside.file.path)
        made = beans.get(field.path, [])
        near = [bean for bean in made if configuration_of(program.project).folder_of(bean.file.path) == service]
        chosen = [bean for bean in near if bean.name == name] or (near if len(near) == 1 else [])
        return [(returned, bean.inside) for bean in chosen for returned in bean.scope.returns]

    # -- interfaces that are clients --------------------------------------------------------------------------

    def _declared(self, program: Program, findings: Findings) -> None:
        for owner in java_classes(program):
            if not is_interface(owner):
                continue
            found = annotations(program.inference, owner) if owner.scope.decorators else []
            feign = first(found, *CLIENTS)
            if feign is not None:
                name = text(program, feign.get("name", "value", "serviceId"), feign.at) or owner.name
                url = text(program, feign.get("url"), feign.at)
                own = text(program, feign.get("path"), feign.at) or ""
                mapping = first(found, MAPPING)
                prefix = (
                    next(iter(texts(program, mapping.get("value", "path"), mapping.at)), "")
                    if mapping is not None
                    else ""
                )
                base = url or f"http://{name}"
                base = base if "://" in base or base.startswith("{") else f"http://{base}"
                for definition in program.inference.members.order(owner)[0]:
                    above = (
                        first(annotations(program.inference, definition), MAPPING) if definition is not owner else None
                    )
                    inherited = (
                        next(iter(texts(program, above.get("value", "path"), above.at)), "")
                        if above is not None
                        else ""
                    )
                    for method in methods_of(program, definition):
                        for item, verbs, paths in mappings(program, method):
                            for path in paths:
                                whole = base.rstrip("/") + joined(own, prefix, inherited, path)
                                self._declare(findings, definition, owner, method, verbs[0], whole, item.line, "feign")
                        self._request_lines(program, findings, owner, method, base)
                continue
            self._exchanged(program, findings, owner)

    def _request_lines(
        self, program: Program, findings: Findings, owner: Definition, method: Definition, base: str
    ) -> None:
        """Feign's own `@RequestLine("GET /x/{id}")`."""
        for item in annotations(program.inference, method) if method.scope.decorators else ():
            line = text(program, item.get("value"), item.at) if item.name == "feign.RequestLine" else None
            if line:
                verb, _, path = line.partition(" ")
                self._declare(findings, owner, owner, method, verb, base.rstrip("/") + joined(path), item.line, "feign")

    def _exchanged(self, program: Program, findings: Findings, owner: Definition) -> None:
        """`@GetExchange("/x")` of Spring 6, `@GET("x")` of Retrofit, `@Client` of Micronaut."""
        found = annotations(program.inference, owner) if owner.scope.decorators else []
        shared = first(found, f"{_EXCHANGES}HttpExchange")
        micronaut = first(found, "io.micronaut.http.client.annotation.Client")
        prefix = text(program, shared.get("value", "url"), shared.at) or "" if shared is not None else ""
        if micronaut is not None:
            prefix = text(program, micronaut.get("value", "id"), micronaut.at) or ""
            path = text(program, micronaut.get("path"), micronaut.at) or ""
            prefix = (prefix if "://" in prefix or prefix.startswith("/") else f"http://{prefix}") + path
        for method in methods_of(program, owner):
            for item in annotations(program.inference, method) if method.scope.decorators else ():
                holder, _, last = item.name.rpartition(".")
                verb = ""
                if f"{holder}." == _EXCHANGES:
                    verb = last.removesuffix("Exchange").upper()
                    verb = text(program, item.get("method"), item.at) or "GET" if verb == "HTTP" else verb
                elif holder == "retrofit2.http":
                    verb = last if last in _METHOD_NAMES else ""
                elif micronaut is not None and f"{holder}." == _MICRONAUT:
                    verb = _HTTP.get(last, "")
                if not verb:
                    continue
                path = text(program, item.get("value", "url", "uri"), item.at) or ""
                base = prefix or self._factory_base(program, owner)
                whole = path if "://" in path else f"{base.rstrip('/')}{joined(path)}"
                self._declare(findings, owner, owner, method, verb, whole, item.line, "http interface")

    def _factory_base(self, program: Program, owner: Definition) -> str:
        """The base address of the client that `factory.createClient(Owner.class)` or `retrofit.create(Owner.class)` is made from."""
        for site in program.methods("createClient", "create"):
            if site.file.language != "java" or not site.expr[2] or site.expr[2][0] != (NAME, owner.name):
                continue
            function = program.project.owner(site.file, site.at.scope)
            for call in site.file.calls:
                if function is not None and program.project.owner(site.file, call.scope) is function:
                    for item in spine(call.expr):
                        if _last(item) in ("baseUrl", "rootUri") and item[2]:
                            return folded(program, item[2][0], At(site.file, call.scope)) or ""
            return self._base(program, site.expr, site.at)
        return ""

    def _declare(
        self,
        findings: Findings,
        declared: Definition,
        owner: Definition,
        method: Definition,
        verb: str,
        url: str,
        line: int,
        what: str,
    ) -> None:
        inherited = declared is not owner
        findings.add(
            "http_call",
            f"{verb} {spelled(url)}",
            owner.file if inherited else method.file,
            owner.scope.line if inherited else line,
            scope=owner.index if inherited else method.index,
            end_line=None if inherited else method.scope.end_line,
            framework=what,
        )

    def _note(
        self,
        program: Program,
        findings: Findings,
        site: Site,
        verb: str,
        base: str,
        url: str | None,
        confidence: float = CERTAIN,
    ) -> None:
        if url is None and not base:
            findings.diagnose(site.file.path, site.line, "url.dynamic", "The address of this request is not constant.")
            url = "{url}"
        whole = f"{base.rstrip('/')}/{(url or '').lstrip('/')}" if base else url or ""
        findings.add(
            "http_call",
            f"{verb} {whole}",
            site.file,
            site.line,
            scope=site.at.scope,
            end_line=site.outer.end_line,
            confidence=confidence,
            framework=self.name,
        )


def _beans(program: Program) -> dict[str, list[Definition]]:
    """Bean methods by the outside type that they give."""
    found: dict[str, list[Definition]] = {}
    for definition in program.project.functions():
        if definition.file.language != "java" or definition.scope.annotation is None:
            continue
        if any(item.last in ("Bean", "Produces") for item in annotations(program.inference, definition)):
            value = program.inference.returned(definition)
            if value.kind == EXTERNAL:
                path = value.path
                found.setdefault(path, []).append(definition)
                annotation = definition.scope.annotation
                if annotation[0] == NAME:
                    found.setdefault(
                        f"{program.inference.named_type(annotation[1], definition.outside).path}()", []
                    ).append(definition)
    return found


def _last(call: Expr) -> str:
    callee = call[1]
    return str(callee[2]) if callee[0] == ATTR else callee[1].rpartition(".")[2] if callee[0] == NAME else ""


framework = SpringHttp()
