"""Routes of Go: net/http, gin, echo, chi, gorilla/mux, fiber, httprouter; groups, mounts and sub-routers followed over functions."""

import re
from typing import NamedTuple

from tenantry.products.pinata.engine.facts import CALL, FUNCTION, NAME, Expr, Param, spine
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.go_common import (
    MAX_DEPTH,
    calls_of,
    fields,
    handed,
    handler_of,
    last,
    origins,
    receiver,
)
from tenantry.products.pinata.engine.frameworks.javascript import joined
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import At

_UPPER = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
_TITLE = {verb.title(): verb for verb in _UPPER}


class Words(NamedTuple):
    """How a library says it: names of methods → verb; methods that take (verb, path, handler); groups; mounts."""

    verbs: dict[str, str]
    with_verb: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    mounts: tuple[str, ...] = ()


_GIN = Words({verb: verb for verb in _UPPER} | {"Any": "ANY"}, ("Handle",), (), ("Group",))
_ECHO = Words({verb: verb for verb in _UPPER} | {"Any": "ANY"}, ("Add",), (), ("Group",))
_CHI = Words(_TITLE, ("Method", "MethodFunc"), ("Handle", "HandleFunc"), ("Route", "Group", "With"), ("Mount",))
_FIBER = Words(_TITLE | {"All": "ANY"}, ("Add",), (), ("Group", "Route"), ("Mount", "Use"))
_MUX = Words({}, (), ("HandleFunc", "Handle"), ("PathPrefix", "Subrouter"))
_HTTP = Words({}, (), ("HandleFunc", "Handle"))
_ROUTER = Words({verb: verb for verb in _UPPER}, ("Handle", "HandlerFunc", "Handler"), (), ())
LIBRARIES: dict[str, Words] = {
    "github.com/gin-gonic/gin": _GIN,
    "github.com/labstack/echo": _ECHO,
    "github.com/go-chi/chi": _CHI,
    "github.com/gofiber/fiber": _FIBER,
    "github.com/gorilla/mux": _MUX,
    "net/http": _HTTP,
    "github.com/julienschmidt/httprouter": _ROUTER,
    "github.com/pressly/chi": _CHI,
    "github.com/cloudwego/hertz/pkg/app/server": _GIN,
    "github.com/cloudwego/hertz/pkg/route": _GIN,
    "github.com/kataras/iris": _FIBER,
    "goji.io": _CHI,
    "github.com/uptrace/bunrouter": _ROUTER,
}
_LIBRARY = re.compile("|".join(f"{re.escape(name)}(?=\\.)" for name in sorted(LIBRARIES, key=len, reverse=True)))
_NAMES = sorted(
    {name for words in LIBRARIES.values() for name in (*words.verbs, *words.with_verb, *words.any)}
    | {"Methods", "HandlerFunc"}
)
_CREATED = re.compile(r"(?:New\w*|Default|NewRouter|NewServeMux|Echo|App)\Z")
_PATTERN = re.compile(r"(?:([A-Z]+)\s+)?(?:[\w.-]+(?=/))?(/.*)\Z", re.DOTALL)
_HOLE = re.compile(r"\{\w+\}\Z")
_OPEN = re.compile(r"^\{\w+\}(?=/)")
"""A base path that the environment may give: nothing by default."""
_COLON = re.compile(r":([A-Za-z_]\w*)[?+*]?")
_BRACES = re.compile(r"\{([A-Za-z_]\w*)(?::[^{}]*(?:\{[^{}]*\}[^{}]*)*|\.\.\.)?\}")


class GoRouters:
    name = "go routers"
    packages: tuple[str, ...] = tuple(LIBRARIES) + tuple(
        f"{name}/v{version}" for name in LIBRARIES if "/" in name and name != "net/http" for version in range(2, 7)
    )
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        for site in program.methods(*_NAMES):
            if site.file.language == "go" and site.expr[2]:
                self._site(program, findings, site)

    def _site(self, program: Program, findings: Findings, site: Site) -> None:
        library = self._library(program, site)
        if library is None:
            return
        words, args = LIBRARIES[library], site.expr[2]
        method = site.method
        if library == "github.com/gorilla/mux" and method in ("Methods", "HandlerFunc"):
            return  # part of the chain that HandleFunc or Path begins
        if method in words.with_verb and len(args) > 2:
            verbs = [_constant(program.folded(args[0], site.at) or "ANY")]
            path, handlers = args[1], args[2:]
        elif method in words.verbs and len(args) > 1:
            verbs, path, handlers = [words.verbs[method]], args[0], args[1:]
        elif method in words.any and len(args) > 1:
            verbs, path, handlers = self._verbs(program, site), args[0], args[1:]
        else:
            return
        text = self._path(program, path, site.at)
        if text is None:
            findings.diagnose(site.file.path, site.line, "url.dynamic", "The path of this route is not constant.")
            return
        if library == "net/http":
            match = _PATTERN.match(text)
            if match is None:
                return
            verbs, text = [match.group(1) or verbs[0]], match.group(2)
            if self._is_mount(args[1]):
                return
        text = _OPEN.sub("", text)
        handler = next(
            (found for item in reversed(handlers) if (found := handler_of(program, item, site.at)) is not None), None
        )
        for prefix in self.prefixes(program, receiver(site.expr), site.at, site.line, 0):
            for verb in verbs:
                findings.route(
                    verb.upper(),
                    spelled(joined(prefix, text)),
                    site.file,
                    site.expr[4],
                    scope=site.at.scope,
                    handler=handler,
                    end_line=site.outer.end_line,
                    confidence=CERTAIN if "{" not in prefix else LIKELY,
                    framework=library.rpartition("/")[2],
                )

    @staticmethod
    def _path(program: Program, expr: Expr, at: At) -> str | None:
        """A path; of `s.prefixed("/x")`, a function of the tree that could not be folded, what it is given."""
        text = program.folded(expr, at)
        if expr[0] == CALL and expr[2] and text is not None and _HOLE.match(text):
            inner = program.text(expr[2][0], at)
            return inner if inner is not None and inner.startswith("/") else text
        return text

    @staticmethod
    def _library(program: Program, site: Site) -> str | None:
        """The library of what a method is called on."""
        callee = site.callee
        names = program.canonical(callee)
        for name in names:
            match = _LIBRARY.match(name)
            if match is not None:
                return match.group()
        return None

    @staticmethod
    def _is_mount(expr: Expr) -> bool:
        """`mux.Handle("/api/", http.StripPrefix("/api", sub))` mounts; what hangs below tells its own routes."""
        return expr[0] == CALL and last(expr) == "StripPrefix"

    def _verbs(self, program: Program, site: Site) -> list[str]:
        """gorilla/mux names them behind: `.HandleFunc("/x", h).Methods("GET", "PUT")`."""
        for call in spine(site.outer.expr):
            if last(call) == "Methods":
                found = [program.folded(item, site.at) or "ANY" for item in call[2]]
                return [_constant(verb) for verb in found] or ["ANY"]
        return ["ANY"]

    # -- where routers hang -----------------------------------------------------------------------------------

    def prefixes(self, program: Program, expr: Expr | None, at: At, line: int, depth: int) -> list[str]:
        """Every prefix at which the router that an expression stands for is reached."""
        if expr is None or depth > MAX_DEPTH:
            return [""]
        if expr[0] == CALL:
            return self._called(program, expr, at, line, depth)
        if expr[0] != NAME:
            return [""]
        name = expr[1]
        if "." not in name:
            handed_over = self._parameter(program, name, at, depth)
            if handed_over is not None:
                return handed_over
        found = origins(program, name, at, line)
        if not found:
            return self._embedded(program, name, at, depth)
        mounted = self._mounted(program, name, at, depth)
        whole: list[str] = []
        for origin in found[:1] if not name.startswith("self.") else found:
            for prefix in self.prefixes(program, origin.expr, origin.at, origin.line, depth + 1):
                for above in mounted or [""]:
                    if (text := joined(above, prefix).rstrip("/")) not in whole:
                        whole.append(text)
        return whole or [""]

    def _embedded(self, program: Program, name: str, at: At, depth: int) -> list[str]:
        """`s.router.Group` where the field is set in a constructor of another package."""
        head, _, field = name.rpartition(".")
        value = program.inference.dotted(head, at) if head else None
        if value is None or value.definition is None or value.path:
            return [""]
        found = [
            prefix
            for origin in fields(program, value.definition, field)
            for prefix in self.prefixes(program, origin.expr, origin.at, origin.line, depth + 1)
        ]
        return list(dict.fromkeys(found)) or [""]

    def _called(self, program: Program, expr: Expr, at: At, line: int, depth: int) -> list[str]:
        method, args = last(expr), expr[2]
        inner = receiver(expr)
        value = program.inference.callee(expr, at)
        if value.kind == "function" and value.definition is not None and not value.path:
            found = [
                prefix
                for returned in value.definition.scope.returns
                for prefix in self.prefixes(program, returned, value.definition.inside, 0, depth + 1)
            ]
            return list(dict.fromkeys(found)) or [""]
        if method in ("Group", "Route", "PathPrefix") and args and args[0][0] != FUNCTION:
            own = program.folded(args[0], at)
            if own is not None:
                return [joined(prefix, own) for prefix in self.prefixes(program, inner, at, line, depth + 1)]
        if _CREATED.match(method) or inner is None:
            return [""]
        return self.prefixes(program, inner, at, line, depth + 1)  # With(…), Use(…), Subrouter(), Host(…)

    def _parameter(self, program: Program, name: str, at: At, depth: int) -> list[str] | None:
        """A router handed to a function: by its callers, or by the router whose group the function fills."""
        scope = at.scope
        while scope > 0:
            around = at.file.scopes[scope]
            entries = program.project.names(at.file, scope).get(name, ()) if around.kind != "class" else ()
            position = next((i for i, item in enumerate(around.params) if item.name == name), None)
            if position is not None and all(isinstance(entry, Param) for entry in entries):
                call = handed(program, at, around.start)
                if call is not None:
                    return self._filled(program, call[0], call[1], depth)
                definition = program.project.definition(at.file, scope)
                found = [
                    prefix
                    for site in calls_of(program, definition)
                    if position < len(site.expr[2])
                    for prefix in self.prefixes(program, site.expr[2][position], site.at, site.line, depth + 1)
                ]
                found += self._given(program, definition.name, at, depth)
                return list(dict.fromkeys(found)) or [""]
            if entries:
                return None
            scope = around.parent
        return None

    def _given(self, program: Program, name: str, at: At, depth: int) -> list[str]:
        """`r.Route("/users", h.Routes)`: a function that is handed to a router's group."""
        found: list[str] = []
        for site in program.methods("Route", "Group"):
            if (
                site.file.language == "go"
                and site.expr[2]
                and site.expr[2][-1][0] == NAME
                and site.expr[2][-1][1].rpartition(".")[2] == name
            ):
                found += self._filled(program, site.expr, site.at, depth)
        return found

    def _filled(self, program: Program, call: Expr, at: At, depth: int) -> list[str]:
        own = program.folded(call[2][0], at) if call[2] and call[2][0][0] != FUNCTION else ""
        if last(call) not in ("Route", "Group", "With"):
            return [""]
        if len(call[2]) == 1:
            own = ""
        return [joined(prefix, own or "") for prefix in self.prefixes(program, receiver(call), at, call[4], depth + 1)]

    def _mounted(self, program: Program, name: str, at: At, depth: int) -> list[str]:
        """Where a router is mounted: `r.Mount("/admin", name)`, or the function that returns it is."""
        if depth > MAX_DEPTH:
            return []
        owner = program.project.owner(at.file, at.scope)
        found: list[str] = []
        for site in program.methods("Mount", "Handle", "Use"):
            if site.file.language != "go" or len(site.expr[2]) < 2 or self._library(program, site) is None:
                continue
            target = site.expr[2][1]
            stripped = ""
            if target[0] == CALL and last(target) == "StripPrefix" and len(target[2]) == 2:
                stripped, target = program.folded(target[2][0], site.at) or "", target[2][1]
            elif site.method in ("Handle", "Use"):
                continue
            same = target == (NAME, name) and program.project.owner(site.file, site.at.scope) is owner
            if not same and target[0] == CALL and owner is not None:
                value = program.inference.callee(target, site.at)
                same = (
                    value.definition is owner
                    and not value.path
                    and any(item == (NAME, name) for item in owner.scope.returns)
                )
            if same:
                own = stripped or (program.folded(site.expr[2][0], site.at) or "")
                found += [
                    joined(prefix, own)
                    for prefix in self.prefixes(program, receiver(site.expr), site.at, site.line, depth + 1)
                ]
        return list(dict.fromkeys(found))


def _constant(verb: str) -> str:
    """`http.MethodGet` without the package's own source."""
    name = verb.strip("{}")
    return name.removeprefix("Method").upper() if name.startswith("Method") else name.upper()


def spelled(path: str) -> str:
    """One spelling of parameters: `:id`, `{id:[0-9]+}`, `{path...}` and `*path`."""
    path = _BRACES.sub(r"{\1}", path).replace("{$}", "")
    path = _COLON.sub(r"{\1}", path)
    return re.sub(r"(?<![{\w])\*(\w*)", lambda match: "{" + (match.group(1) or "path") + "}", path)


framework = GoRouters()
