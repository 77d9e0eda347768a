"""Django's URLs: `urlpatterns` from the root down, over includes and routers; one route per method of each view."""

import re
from collections import defaultdict
from collections.abc import Iterator

from tenantry.products.pinata.engine.facts import (
    ATTR,
    BINARY,
    CALL,
    INDEX,
    LIST,
    NAME,
    SPLAT,
    Assign,
    Expr,
    FileFacts,
    dotted,
)
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.django_settings import setting_expr
from tenantry.products.pinata.engine.frameworks.django_views import answers, lookup, view_set
from tenantry.products.pinata.engine.languages.python_modules import PythonModules
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import CLASS, EXTERNAL, MODULE, At, Binding, Definition

_PATHS = frozenset(("path", "re_path", "url"))
_WRAPPERS = frozenset(
    ("i18n_patterns", "format_suffix_patterns", "patterns", "list", "tuple", "decorator_include", "cache_page")
)
_CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")
_NAMED_GROUP = re.compile(r"\(\?P<(\w+)>")
MAX_DEPTH = 12


class DjangoUrls:
    name = "django"
    packages: tuple[str, ...] = ("django",)
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        _Walk(program, findings).run()


class _Walk:
    """One walk over all URL modules, from those that no other includes."""

    def __init__(self, program: Program, findings: Findings) -> None:
        self.program = program
        self.findings = findings
        self.seen: set[tuple[str, str]] = set()
        self.included: set[str] = set()
        self.registered: dict[Binding, list[Site]] = defaultdict(list)

    def run(self) -> None:
        project = self.program.project
        for site in self.program.methods("register"):
            callee = site.expr[1]
            if callee[0] == NAME and "." in callee[1] and len(site.expr[2]) + len(site.expr[3]) >= 2:
                binding = self.program.inference.binding((NAME, callee[1].rpartition(".")[0]), site.at)
                if binding is not None:
                    self.registered[binding].append(site)
        modules = [
            project.files[path]
            for path in project.paths("python")
            if "urlpatterns" in project.names(project.files[path], 0)
        ]
        roots = self._roots()
        for file in roots:
            self._module(file, "", 0, CERTAIN)
        # Modules that no settings name and nothing includes are roots of their own (a library, a second site).
        for file in sorted(modules, key=lambda f: (not f.path.endswith("urls.py"), f.path.count("/"), f.path)):
            if file.path not in self.included:
                self._module(file, "", 0, LIKELY)

    def _roots(self) -> list[FileFacts]:
        found = setting_expr(self.program.inference, "ROOT_URLCONF")
        if found is None:
            return []
        name = self.program.text(*found)
        file = self._named(name, found[1].file) if name else None
        return [file] if file is not None else []

    def _named(self, dotted_name: str, importer: FileFacts) -> FileFacts | None:
        project = self.program.project
        modules = project.state("python.modules", lambda: PythonModules(project.paths("python")))
        path = modules.absolute(importer.path, dotted_name)
        return project.files[path] if path is not None else None

    # -- patterns ---------------------------------------------------------------------------------------------

    def _module(self, file: FileFacts, prefix: str, depth: int, confidence: float) -> None:
        if (file.path, prefix) in self.seen or depth > MAX_DEPTH:
            return
        self.seen.add((file.path, prefix))
        self.included.add(file.path)
        for value, at in self._assigned(file, 0, "urlpatterns"):
            self._patterns(value, at, prefix, depth, confidence)
        for site in self._appended(file):
            for item in site.expr[2]:
                self._patterns(item if site.method == "extend" else (LIST, (item,)), site.at, prefix, depth, confidence)

    def _assigned(self, file: FileFacts, scope: int, name: str) -> Iterator[tuple[Expr, At]]:
        for entry in self.program.project.names(file, scope).get(name, ()):
            if isinstance(entry, Assign) and entry.value is not None:
                yield entry.value, At(file, scope)

    def _appended(self, file: FileFacts) -> list[Site]:
        found = self.program.project.state("django.appended", self._all_appended)
        return found.get(file.path, [])

    def _all_appended(self) -> dict[str, list[Site]]:
        found: dict[str, list[Site]] = defaultdict(list)
        for site in self.program.methods("append", "extend", "insert"):
            if site.name.startswith("urlpatterns."):
                found[site.file.path].append(site)
        return found

    def _patterns(self, expr: Expr, at: At, prefix: str, depth: int, confidence: float) -> None:
        """Everything in an expression that gives a list of patterns."""
        if depth > MAX_DEPTH:
            return
        tag = expr[0]
        if tag == LIST:
            for item in expr[1]:
                self._pattern(item, at, prefix, depth, confidence)
        elif tag == BINARY:
            self._patterns(expr[2], at, prefix, depth, confidence)
            self._patterns(expr[3], at, prefix, depth, confidence)
        elif tag == CALL:
            self._called_patterns(expr, at, prefix, depth, confidence)
        elif tag in (NAME, ATTR, INDEX):
            self._variable(expr, at, prefix, depth, confidence)

    def _called_patterns(self, expr: Expr, at: At, prefix: str, depth: int, confidence: float) -> None:
        name = dotted(expr[1]).rpartition(".")[2]
        if name in _PATHS:
            self._path(expr, at, prefix, depth, confidence)
        elif name in _WRAPPERS:
            inner = prefix + ("{language_code}/" if name == "i18n_patterns" else "")
            for item in expr[2]:
                if item[0] == LIST:
                    self._patterns(item, at, inner, depth + 1, confidence)
                else:
                    self._pattern(item, at, inner, depth + 1, confidence)
        else:
            value = self.program.value(expr[1], at)
            if value.kind == "function" and value.definition is not None and not value.path:
                for returned in value.definition.scope.returns:  # get_urls()
                    self._patterns(returned, value.definition.inside, prefix, depth + 1, confidence)

    def _pattern(self, item: Expr, at: At, prefix: str, depth: int, confidence: float) -> None:
        if item[0] == SPLAT:
            self._patterns(item[1], at, prefix, depth + 1, confidence)
        elif item[0] == CALL and dotted(item[1]).rpartition(".")[2] in _PATHS:
            self._path(item, at, prefix, depth, confidence)
        elif item[0] in (CALL, BINARY, NAME):
            self._patterns(item, at, prefix, depth + 1, confidence)

    def _variable(self, expr: Expr, at: At, prefix: str, depth: int, confidence: float) -> None:
        name = dotted(expr)
        if name.endswith(".urls"):
            binding = self.program.inference.binding((NAME, name.removesuffix(".urls")), at)
            if binding is not None and binding in self.registered:
                return self._router(binding, prefix, confidence)
        binding = self.program.inference.binding(expr, at) if expr[0] == NAME else None
        if binding is not None:
            file = self.program.project.files[binding.path]
            for value, where in self._assigned(file, binding.scope, binding.name):
                if value != expr:
                    self._patterns(value, where, prefix, depth + 1, confidence)
        return None

    def _path(self, call: Expr, at: At, prefix: str, depth: int, confidence: float) -> None:
        given = dict(call[3])
        route, view = given.get("route") or given.get("regex"), given.get("view")
        positional = list(call[2])
        route = route or (positional.pop(0) if positional else None)
        view = view or (positional.pop(0) if positional else None)
        if view is None:
            return
        text = self.program.folded(route, at)
        if text is None:
            self.findings.diagnose(at.file.path, call[4], "url.dynamic", "The path of this pattern is not constant.")
            return
        is_regex = dotted(call[1]).rpartition(".")[2] != "path"
        whole = prefix + (plain(text) if is_regex else _CONVERTER.sub(r"{\1}", text))
        if view[0] == CALL and dotted(view[1]).rpartition(".")[2] in ("include", "decorator_include"):
            self._include(view, at, whole, depth, confidence)
            return
        if self._is_admin(view):
            return
        if view[0] == NAME and view[1].endswith(".urls"):
            value = self.program.value(view, at)
            if value.kind == EXTERNAL:  # a mounted application from outside (ninja's api.urls is read by its own rules)
                return
        for answer in answers(self.program, view, at):
            self.findings.route(
                answer.method, whole, at.file, call[4], scope=at.scope, handler=answer.handler, view=answer.view,
                confidence=confidence, framework="django", url_name=self.program.text(given.get("name"), at),
            )  # fmt: skip

    @staticmethod
    def _is_admin(view: Expr) -> bool:
        name = dotted(view)
        return name.endswith("site.urls") or name.startswith("admin.")

    def _include(self, call: Expr, at: At, prefix: str, depth: int, confidence: float) -> None:
        target = call[2][0] if call[2] else dict(call[3]).get("arg")
        if dotted(call[1]).endswith("decorator_include") and len(call[2]) > 1:
            target = call[2][1]
        if target is None:
            return
        if target[0] == LIST and target[1] and target[1][0][0] != CALL:  # (patterns, "app name")
            target = target[1][0]
        text = self.program.text(target, at)
        if text is not None:
            file = self._named(text, at.file)
            if file is not None:
                self._module(file, prefix, depth + 1, confidence)
            return
        value = self.program.value(target, at)
        if value.kind == MODULE:
            self._module(self.program.project.files[value.path], prefix, depth + 1, confidence)
            return
        self._patterns(target, at, prefix, depth + 1, confidence)

    # -- routers ----------------------------------------------------------------------------------------------

    def _router(self, binding: Binding, prefix: str, confidence: float) -> None:
        slash = "/" if self._has_slash(binding) else ""
        above = self._nested(binding)
        for site in self.registered[binding]:
            text = self.program.folded(site.argument("prefix", 0), site.at)
            expr = site.argument("viewset", 1)
            view = self._class(expr, site.at) if expr is not None else None
            if text is None or view is None:
                continue
            base = prefix + above + plain(text).strip("/")
            for answer in view_set(self.program, view):
                self.findings.route(
                    answer.method, base + plain(answer.suffix) + slash, site.file, site.line, scope=site.at.scope,
                    handler=answer.handler, view=view, confidence=confidence, framework="django-rest-framework",
                )  # fmt: skip

    def _class(self, expr: Expr, at: At) -> Definition | None:
        value = self.program.value(expr, at)
        return value.definition if value.kind == CLASS and not value.path else None

    def _made(self, binding: Binding) -> tuple[Expr, At] | None:
        file = self.program.project.files[binding.path]
        for entry in self.program.project.names(file, binding.scope).get(binding.name, ()):
            if isinstance(entry, Assign) and entry.value is not None and entry.value[0] == CALL:
                return entry.value, At(file, binding.scope)
        return None

    def _has_slash(self, binding: Binding) -> bool:
        made = self._made(binding)
        return made is None or dict(made[0][3]).get("trailing_slash") != ("n", False)

    def _nested(self, binding: Binding) -> str:
        """`NestedSimpleRouter(parent, "domains", lookup="domain")` lives under `domains/{domain_pk}/`."""
        made = self._made(binding)
        if made is None or "Nested" not in dotted(made[0][1]) or len(made[0][2]) < 2:
            return ""
        call, at = made
        parent = self.program.inference.binding(call[2][0], at)
        text = self.program.folded(call[2][1], at)
        if parent is None or text is None:
            return ""
        name = self.program.folded(dict(call[3]).get("lookup"), at) or "nested"
        key = "pk"
        for site in self.registered.get(parent, ()):
            if self.program.folded(site.argument("prefix", 0), site.at) == text:
                view = self._class(site.argument("viewset", 1) or ("?",), site.at)
                key = lookup(self.program, view) if view is not None else key
        return f"{self._nested(parent)}{plain(text).strip('/')}/{{{name}_{key}}}/"


def plain(pattern: str) -> str:
    """A URL regular expression as a path: named groups become `{name}`, anchors and quantifiers go."""
    out, i, unnamed = "", 0, 0
    while i < len(pattern):
        char = pattern[i]
        if char == "(":
            end = _closing(pattern, i)
            group = pattern[i:end]
            match = _NAMED_GROUP.match(group)
            if match is not None:
                out += f"{{{match.group(1)}}}"
            elif group.startswith("(?:"):
                optional = pattern[end : end + 1] in ("?", "*")
                inner = group[3:-1].split("|")[0]
                out += "" if optional and "(?P<" not in inner else plain(inner)
            elif not group.startswith("(?"):
                unnamed += 1
                out += f"{{{unnamed}}}"
            i = end + (1 if pattern[end : end + 1] in ("?", "*", "+") else 0)
        elif char == "{":
            end = pattern.find("}", i)
            inner = pattern[i + 1 : end] if end > 0 else ""
            out += f"{{{inner}}}" if inner and not inner.replace(",", "").isdigit() else ""
            i = end + 1 if end > 0 else i + 1
        elif char == "\\" and i + 1 < len(pattern):
            following = pattern[i + 1]
            out += "" if following in "AZzbB" else f"{{{following}}}" if following in "dwsDWS" else following
            i += 2
        elif char == "[":
            end = pattern.find("]", i + 2)
            out, i = out + "{}", end + 1 if end > 0 else len(pattern)
        else:
            out += "" if char in "^$?*+" else char
            i += 1
    return out


def _closing(pattern: str, start: int) -> int:
    depth, i, in_class = 0, start, False
    while i < len(pattern):
        char = pattern[i]
        if char == "\\":
            i += 2
            continue
        if in_class:
            in_class = char != "]"
        elif char == "[":
            in_class = True
            i += 1 if pattern[i + 1 : i + 2] in ("]", "^") else 0
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                return i + 1
        i += 1
    return len(pattern)


framework = DjangoUrls()
