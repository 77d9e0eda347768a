"""Addresses of HTTP requests in JavaScript, through templates, base addresses and wrapper functions."""

import re
from collections.abc import Callable, Iterator

from tenantry.products.pinata.engine.facts import (
    ATTR,
    BINARY,
    CALL,
    DICT,
    NAME,
    STR,
    TEMPLATE,
    Assign,
    Expr,
    Param,
)
from tenantry.products.pinata.engine.frameworks.javascript import calls_of, option
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import FUNCTION, At, Definition

# Called with a configuration, or with a URL and a configuration: `axios({url, method})`.
REQUESTS = frozenset(
    "axios axios.default axios.create() got ky request request-promise needle superagent got.extend() ky.create() ky.extend() "
    "ky-universal wretch redaxios gaxios.request".split()
)
HOLES_ONLY = re.compile(r"(?:\{[^{}]*\}|[/?&=]|[a-z]+://(?:\{[^{}]*\}|[\w.:-]+))*\Z")
_OPEN = re.compile(r"(?:[A-Za-z0-9]|\{[^{}]*\})\{[^{}]+\}\Z")
_QUERY = re.compile(r"(?<=[^/{=&])\{(?:[^{}]*(?:[qQ]uery|[pP]aram|[sS]earch|[fF]ilter|qs)[^{}]*)?\}\Z")
MAX_WRAPPERS = 3
BASE_KEYS = ("baseURL", "prefixUrl", "baseUrl", "url")


def is_open(text: str | None) -> bool:
    """Whether an address lacks its path: it is made of holes alone, or goes on into one without a slash (`/v2{endpoint}`)."""
    return text is None or HOLES_ONLY.match(text) is not None or _OPEN.search(without_query(text)) is not None


def without_query(text: str) -> str:
    """An address without what follows its path, also when that is a hole: `/users{queryString}`."""
    return _QUERY.sub("", text.partition("?")[0].partition("#")[0])


class Addresses:
    """Addresses of requests: folded, with what callers hand over and the base of the client."""

    def text(self, program: Program, expr: Expr, at: At, given: dict[str, str]) -> str | None:
        """The folded URL, with the texts that callers give for parameters put in."""
        tag = expr[0]
        if tag == NAME and expr[1] in given:
            return given[expr[1]]
        if tag == TEMPLATE:
            pieces = [part if isinstance(part, str) else self.text(program, part, at, given) for part in expr[1]]
            return "".join("{}" if piece is None else piece for piece in pieces)
        if tag == BINARY and expr[1] == "+":
            left, right = self.text(program, expr[2], at, given), self.text(program, expr[3], at, given)
            return None if left is None and right is None else f"{left or '{}'}{right or '{}'}"
        if tag == CALL and expr[1] in ((NAME, "URL"), (NAME, "Request")) and expr[2]:
            path = self.text(program, expr[2][0], at, given)
            base = self.text(program, expr[2][1], at, given) if len(expr[2]) > 1 and expr[1][1] == "URL" else None
            if path is None or base is None or "://" in path:
                return path
            return base.rstrip("/") + "/" + path.lstrip("/")
        if tag in (CALL, ATTR) and self.method(expr) in ("toString", "href") and expr[1][0] in (NAME, ATTR, CALL):
            inner = (NAME, expr[1][1].rpartition(".")[0]) if tag == CALL and expr[1][0] == NAME else expr[1]
            return self.text(program, inner, at, given)
        if tag == NAME and "." not in expr[1]:
            made = self.assigned(program, expr[1], at)
            if made is not None:
                return self.text(program, made, at, given)
        return program.folded(expr, at)

    @staticmethod
    def method(expr: Expr) -> str:
        callee = expr[1] if expr[0] == CALL else expr
        return callee[2] if callee[0] == ATTR else callee[1].rpartition(".")[2] if callee[0] == NAME else ""

    @staticmethod
    def assigned(program: Program, name: str, at: At) -> Expr | None:
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
                    return entry.value if whole and not mentions(entry.value, name) else None
            scope = at.file.scopes[scope].parent
        return None

    # -- wrappers ---------------------------------------------------------------------------------------------

    def calls(
        self, program: Program, wrapper: Definition, says_more: Callable[[dict[str, str]], bool], depth: int = 0
    ) -> Iterator[tuple[Site, dict[str, str]]]:
        """Calls of a wrapper with the texts of its parameters, where these say more; else where its callers are called."""
        for caller in calls_of(program, wrapper):
            own = dict(self.arguments(program, wrapper, caller, {}))
            if says_more(own):
                yield caller, own
                continue
            outer = self.wrapper(program, list(caller.expr[2]), caller.at) if depth < MAX_WRAPPERS else None
            if outer is None or outer is wrapper:
                continue

            def through(given: dict[str, str], caller: Site = caller) -> bool:
                return says_more(dict(self.arguments(program, wrapper, caller, given)))

            for site, handed in self.calls(program, outer, through, depth + 1):
                yield site, dict(self.arguments(program, wrapper, caller, handed))

    def arguments(
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
                for name, held in self._members(program, argument, caller.at, given, 0):
                    yield f"{parameter.name}.{name}", held
                    yield name, held
            else:
                text = self.text(program, argument, caller.at, given)
                if text is not None:
                    yield parameter.name, text

    def _members(
        self, program: Program, expr: Expr, at: At, given: dict[str, str], depth: int
    ) -> Iterator[tuple[str, str]]:
        """(path of keys, text) of what an object literal holds."""
        for key, value in expr[1]:
            if key[0] != STR:
                continue
            if value[0] == DICT and depth < MAX_WRAPPERS:
                for name, text in self._members(program, value, at, given, depth + 1):
                    yield f"{key[1]}.{name}", text
            else:
                found = self.text(program, value, at, given)
                if found is not None:
                    yield key[1], found

    def wrapper(self, program: Program, exprs: list[Expr], at: At) -> Definition | None:
        """The function whose parameters these expressions are made of."""
        names: set[str] = set()
        waiting = [name for expr in exprs for name in names_in(expr)]
        while waiting:
            name = waiting.pop()
            made = self.assigned(program, name, at) if name not in names else None
            names.add(name)
            waiting += names_in(made) if made is not None else ()
        heads = {name.partition(".")[0] for name in names}
        scope = at.scope
        while scope > 0:
            around = at.file.scopes[scope]
            for parameter in around.params if around.kind == "function" else ():
                if parameter.name in heads or (
                    parameter.name.startswith("{}") and heads & self.destructured(at, scope, parameter)
                ):
                    return program.project.definition(at.file, scope)
            scope = around.parent
        return None

    @staticmethod
    def destructured(at: At, scope: int, parameter: Param) -> set[str]:
        """Names taken out of a parameter `({url, method})`."""
        return {
            item.target
            for item in at.file.assigns
            if item.scope == scope and item.value == (NAME, f"{parameter.name}.{item.target}")
        }

    # -- bases ------------------------------------------------------------------------------------------------

    def base(self, program: Program, site: Site) -> str:
        """The base address of the client a call goes through."""
        callee = site.expr[1]
        path = site.callee.path
        if not any(
            word in path
            for word in ("create()", "extend()", "defaults()", "openapi-fetch()", "AxiosInstance", "Axios()")
        ):
            return ""
        owner: Expr | None = callee if path in REQUESTS else None
        if owner is None:
            owner = (
                callee[1] if callee[0] == ATTR else (NAME, callee[1].rpartition(".")[0]) if callee[0] == NAME else None
            )
        made = self.made(program, owner, site.at, 0) if owner is not None else None
        if made is None:
            return ""
        call, at = made
        given = option(program.inference, call[2][0], at, *BASE_KEYS) if call[2] else None
        return program.folded(*given) or "" if given is not None else ""

    def made(self, program: Program, expr: Expr, at: At, depth: int) -> tuple[Expr, At] | None:
        if expr[0] == CALL:
            return self.made_by(program, expr, at, depth)
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
                return self.made_by(program, value, where, depth)
        return None

    def made_by(self, program: Program, call: Expr, at: At, depth: int) -> tuple[Expr, At] | None:
        """The call that makes the client, through functions of the tree that return one."""
        value = program.value(call[1], at)
        if value.kind == FUNCTION and value.definition is not None and not value.path and depth < 4:
            for returned in value.definition.scope.returns:
                found = self.made(program, returned, value.definition.inside, depth + 1)
                if found is not None:
                    return found
        return call, at


def names_in(expr: Expr) -> Iterator[str]:
    tag = expr[0]
    if tag == DICT:
        for _, value in expr[1]:
            yield from names_in(value)
    if tag == NAME:
        yield expr[1]
    elif tag == TEMPLATE:
        for part in expr[1]:
            if not isinstance(part, str):
                yield from names_in(part)
    elif tag == BINARY:
        yield from names_in(expr[2])
        yield from names_in(expr[3])
    elif tag == CALL:
        for argument in expr[2]:
            yield from names_in(argument)


def mentions(expr: Expr, name: str) -> bool:
    return any(found == name for found in names_in(expr))
