"""Routers of Node's web frameworks: variables that are handed around, mounted on each other, and given paths and handlers.

Express, Koa, Fastify and Hono differ in words, not in kind; a `Dialect` holds the words.
"""

import re

from tenantry.products.pinata.engine.facts import (
    ATTR,
    BINARY,
    CALL,
    DICT,
    ELEMENT,
    LIST,
    NAME,
    STR,
    TEMPLATE,
    Assign,
    Expr,
    FileFacts,
    dotted,
    spine,
)
from tenantry.products.pinata.engine.facts import FUNCTION as FUNCTION_EXPR
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY
from tenantry.products.pinata.engine.frameworks.javascript import is_javascript, items, joined, path_of
from tenantry.products.pinata.engine.frameworks.node_router_variables import (
    ALL_MODULES,
    MODULES,
    Dialect,
    RouterVariables,
    member,
)
from tenantry.products.pinata.engine.resolve.program import Site
from tenantry.products.pinata.engine.resolve.values import CLASS, FUNCTION, INSTANCE, At, Binding, Definition

_ROUTER_NAME = re.compile(r"(?:^|[._])(?:app|server|api|fastify|instance|[a-zA-Z]*[rR]outer|[a-zA-Z]*[rR]outes?)\Z")


class NodeRouters(RouterVariables):
    """One run over one program."""

    def run(self) -> None:
        self.collect()
        for site in self.program.methods(*sorted(self.dialect.mounts)):
            if is_javascript(site.file):
                self.mount(site)
        for site in self.program.methods(*sorted(self.dialect.verbs)):
            if is_javascript(site.file) and site.expr[2]:
                self.route(site)

    # -- mounts -----------------------------------------------------------------------------------------------

    def mount(self, site: Site) -> None:
        owner = self.owner(site.expr)
        if owner is None or not site.expr[2]:
            return
        parents = self.routers(self._base(owner), site.at)
        if not parents:
            return
        for arguments in self.unrolled(site):
            self._mounted(parents, arguments)

    def _base(self, owner: Expr) -> Expr:
        """The router that a chain begins with: `app` of `app.use(a).use(b)`."""
        while owner[0] == CALL and id(spine(owner)[-1]) not in self.made:
            below = self.owner(owner)
            if below is None or self.method(owner) not in self.dialect.mounts | set(self.dialect.verbs):
                break
            owner = below
        return owner

    def unrolled(self, site: Site) -> list[list[tuple[Expr, At]]]:
        """A call's arguments; once for every item when they are members of a loop variable."""
        plain = [(argument, site.at) for argument in site.expr[2]]
        heads = {argument[1].partition(".")[0] for argument in site.expr[2] if argument[0] == NAME}
        scope = site.at.scope
        while scope >= 0 and heads:
            table = self.program.project.names(site.file, scope)
            for head in sorted(heads):
                entry = next((e for e in table.get(head, ()) if isinstance(e, Assign)), None)
                if entry is None or entry.value is None or entry.value[0] != ELEMENT:
                    continue
                found = self.elements(entry.value[1], At(site.file, scope), 0)
                if not found:
                    continue
                rows = []
                for item, where in found:
                    row = []
                    for argument in site.expr[2]:
                        name, _, rest = argument[1].partition(".") if argument[0] == NAME else ("", "", "")
                        row.append(
                            (member(self.inference, item, where, rest), where) if name == head else (argument, site.at)
                        )
                    rows.append(row)
                return rows
            scope = site.file.scopes[scope].parent
        return [plain]

    def _mounted(self, parents: list[Binding], arguments: list[tuple[Expr, At]]) -> None:
        first, at = arguments[0]
        prefixes = [""]
        rest = arguments
        if not self.is_handler(first, at) and len(arguments) > 1:
            folded = [self.program.folded(item, where) for item, where in items(self.inference, first, at)]
            known = [path for path in folded if path is not None]
            if known:
                prefixes, rest = known, arguments[1:]
        for argument, where in rest:
            for item, place in items(self.inference, argument, where):
                for child in self.routers(item, place):
                    for parent in parents:
                        if child != parent:
                            for prefix in prefixes:
                                self.mounts.mount(child, parent, _slashed(prefix))

    def is_handler(self, expr: Expr, at: At) -> bool:
        """Whether an argument is a function or router, not a path."""
        if expr[0] in (STR, TEMPLATE, BINARY):
            return False
        if expr[0] == LIST:
            return bool(expr[1]) and self.is_handler(expr[1][0], at)
        if expr[0] in (FUNCTION_EXPR, CALL, DICT):
            return True
        value = self.program.value(expr, at)
        return value.kind in (FUNCTION, CLASS, INSTANCE) or bool(self.routers(expr, at))

    # -- routes -----------------------------------------------------------------------------------------------

    def route(self, site: Site) -> None:
        owner = self.owner(site.expr)
        if owner is None:
            return
        arguments = [(argument, site.at) for argument in site.expr[2]]
        routed = self._routed(owner)
        if routed is not None:
            owner, path = routed
            paths: list[tuple[Expr, At]] = [(path, site.at)]
        else:
            if len(arguments) < 2:
                return
            named = arguments[0][0][0] == STR and arguments[1][0][0] in (STR, TEMPLATE) and len(arguments) > 2
            paths = items(self.inference, arguments[1 if named else 0][0], site.at)
            arguments = arguments[2 if named else 1 :]
        handlers = [found for expr, at in arguments for found in self.handlers(expr, at)]
        bindings = self.routers(self._base(owner), site.at)
        confidence = CERTAIN
        if not bindings:
            if not self._looks_like_router(site.file, owner, paths, arguments, handlers):
                return
            bindings, confidence = [self.own(Binding(site.file.path, 0, dotted(owner)))], LIKELY
        line = site.expr[4] if routed is not None or owner[0] == CALL else site.line
        for expr, at in paths:
            text = self.program.folded(expr, at)
            if text is None:
                self.findings.diagnose(site.file.path, line, "url.dynamic", "The path of this route is not constant.")
                continue
            self.add(site, line, bindings, self.dialect.verbs[site.method], text, handlers, confidence)

    def add(
        self,
        site: Site,
        line: int,
        bindings: list[Binding],
        verb: str,
        path: str,
        handlers: list[Definition],
        confidence: float,
    ) -> None:
        for binding in bindings:
            for prefix in self.mounts.paths(binding):
                certain = confidence if self.mounts.reachable(binding) else min(confidence, LIKELY)
                self.findings.route(
                    verb, path_of(joined(prefix, path)), site.file, line, scope=site.at.scope, handlers=handlers,
                    end_line=max(line, site.outer.end_line), confidence=certain, framework=self.dialect.name,
                )  # fmt: skip

    def _routed(self, owner: Expr) -> tuple[Expr, Expr] | None:
        """(router, path) of `router.route("/x").get(…).post(…)`."""
        if owner[0] != CALL:
            return None
        for call in spine(owner):
            if self.method(call) == "route" and call[2]:
                below = self.owner(call)
                return (below, call[2][0]) if below is not None else None
            if self.method(call) not in self.dialect.verbs:
                return None
        return None

    def _looks_like_router(
        self, at_file: FileFacts, owner: Expr, paths: list[tuple[Expr, At]], arguments: list[tuple[Expr, At]],
        handlers: list[Definition],
    ) -> bool:  # fmt: skip
        """`app.get("/x", handler)` on something unknown that has a router's name."""
        if not handlers or owner[0] != NAME or not _ROUTER_NAME.search(owner[1]) or not self._may_guess(at_file):
            return False
        texts = [self.program.text(expr, at) for expr, at in paths]
        takes_request = any(len(item.scope.params) >= 1 for item in handlers) or arguments[-1][0][0] != FUNCTION_EXPR
        return takes_request and all(text is not None and text.startswith("/") for text in texts)

    def _may_guess(self, file: FileFacts) -> bool:
        """A router's name alone counts for the framework that the file imports, else for the first that the tree does."""
        imported = {item.module for item in file.imports}
        if imported & ALL_MODULES:
            return bool(imported & self.modules)
        return (
            next((name for name, modules in MODULES.items() if self.program.project.imports(*modules)), "")
            == self.dialect.name
        )

    def handlers(self, expr: Expr, at: At, depth: int = 0) -> list[Definition]:
        """The functions of the tree that an argument stands for: itself, the items of a list, what a wrapper is given."""
        if depth > 4:
            return []
        if expr[0] == LIST:
            return [found for item in expr[1] for found in self.handlers(item, at, depth + 1)]
        if expr[0] == CALL:
            if self.method(expr) == "bind":
                owner = self.owner(expr)
                return self.handlers(owner, at, depth + 1) if owner is not None else []
            given = [
                found
                for item in expr[2]
                if item[0] in (NAME, FUNCTION_EXPR, CALL, ATTR)
                for found in self.handlers(item, at, depth + 1)
            ]
            if given:
                return given
        if expr[0] not in (CALL, NAME, ATTR, FUNCTION_EXPR, "i"):
            return []
        value = self.program.value(expr, at)
        if value.kind == FUNCTION and value.definition is not None and not value.path:
            return [value.definition]
        if value.expr is not None and value.at is not None and value.expr[0] == LIST:
            return self.handlers(value.expr, value.at, depth + 1)
        return []


def _slashed(prefix: str) -> str:
    return "/" + prefix.strip("/") if prefix.strip("/") else ""


__all__ = ["Dialect", "NodeRouters"]
