"""ASP.NET controllers: attribute routes with their tokens, conventional routes, Razor pages."""

import re
from typing import NamedTuple

from tenantry.products.pinata.engine.facts import Expr
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.dotnet import (
    Attribute,
    attributes,
    csharp_classes,
    in_use,
    is_concrete,
    items_of,
    joined,
    methods_of,
    path_of,
    sites,
    words,
)
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program
from tenantry.products.pinata.engine.resolve.values import At, Definition

_VERBS = {
    f"Http{name}": name.upper() for name in ("Get", "Post", "Put", "Delete", "Patch", "Head", "Options")
}  # fmt: skip
_BASES = frozenset(
    "Controller ControllerBase ApiController ODataController AbpController AbpControllerBase AsyncController".split()
)
_TOKEN = re.compile(r"\[(controller|action|area)\]", re.IGNORECASE)
_CONVENTION = re.compile(r"\{(controller|action|area)(?:=(\w+))?[^{}]*\}", re.IGNORECASE)
_PAGE_METHOD = re.compile(r"On(Get|Post|Put|Delete|Patch|Head)([A-Z]\w*?)?(?:Async)?\Z")
_PAGE_FILE = re.compile(r"(?:\A|.*?/)Pages/(.+)\.cshtml\.cs\Z")
_AREA_FILE = re.compile(r"(?:\A|.*/)Areas/(\w+)/Pages/(.+)\.cshtml\.cs\Z")
_DEFAULT = "{controller=Home}/{action=Index}/{id?}"


class Template(NamedTuple):
    """A template as it is written; None stands for an attribute without one."""

    text: str | None
    line: int


class AspNetControllers:
    name = "aspnet"
    packages: tuple[str, ...] = ()
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        if not in_use(program):
            return
        conventions = self._conventions(program)
        for definition in csharp_classes(program):
            if definition.scope.parent != 0 and "static" in words(definition) or not is_concrete(definition):
                continue
            if self._is_controller(program, definition):
                self._controller(program, findings, definition, conventions)
            elif definition.file.path.endswith(".cshtml.cs"):
                self._page(program, findings, definition)

    @staticmethod
    def _is_controller(program: Program, definition: Definition) -> bool:
        names = {item.name for part in program.inference.members.parts(definition) for item in attributes(part)}
        if "NonController" in names or "Collection" in names:
            return False
        if "ApiController" in names or any(base in _BASES for base in program.externals(definition)):
            return True
        if definition.name.endswith("Controller") and (names & {"Route", "RoutePrefix", "Controller"}):
            return True
        routed = any(
            item.name in _VERBS and not item.name.startswith("HttpHead")
            for method in methods_of(program, definition)
            for item in attributes(method)
        )
        bases = program.externals(definition)
        return routed and (
            definition.name.endswith("Controller") or any("Endpoint" in base or "Controller" in base for base in bases)
        )

    # -- attribute routes -------------------------------------------------------------------------------------

    def _controller(self, program: Program, findings: Findings, owner: Definition, conventions: list[str]) -> None:
        prefixes, area = self._class_templates(program, owner)
        for method in methods_of(program, owner, inherited=True):
            found = attributes(method)
            names = {item.name for item in found}
            file = method.file
            if "NonAction" in names or method.name == "constructor" or method.index in file.extra.get("static", ()):
                continue
            routed = [item for item in found if item.name in _VERBS or item.name == "AcceptVerbs"]
            plain = [item for item in found if item.name == "Route"]
            public = method.index in file.extra.get("public", ())
            if not routed and not plain:
                if public and not method.name.startswith(("get_", "set_")):
                    self._unmarked(program, findings, owner, method, prefixes, area, conventions)
                continue
            self._action(program, findings, owner, method, routed, plain, prefixes, area, conventions)

    def _class_templates(self, program: Program, owner: Definition) -> tuple[list[str], str]:
        """(templates of the nearest class that has any, area)"""
        templates: list[str] = []
        area = ""
        for part in program.inference.members.order(owner)[0]:
            for item in attributes(part):
                if item.name in ("Route", "RoutePrefix") and not (
                    templates and part not in program.inference.members.parts(owner)
                ):
                    text = self._template(program, item, part.outside)
                    if text is not None:
                        templates.append(text)
                elif item.name == "Area" and not area:
                    area = program.folded(item.argument("areaName", 0), part.outside) or ""
        return templates, area

    @staticmethod
    def _template(program: Program, item: Attribute, at: At) -> str | None:
        expr = item.argument("template", 0) or item.argument("Template")
        return program.folded(expr, at) if expr is not None else None

    def _action(
        self, program: Program, findings: Findings, owner: Definition, method: Definition, routed: list[Attribute],
        plain: list[Attribute], prefixes: list[str], area: str, conventions: list[str],
    ) -> None:  # fmt: skip
        at = method.outside
        own = [Template(self._template(program, item, at), item.line) for item in plain]
        verbs: list[tuple[str, Template]] = []
        for item in routed:
            if item.name == "AcceptVerbs":
                named = [
                    text.upper()
                    for argument in item.args
                    for expr, where in items_of(program.inference, argument, at)
                    if (text := program.text(expr, where))
                ]
                route = item.argument("Route")
                template = Template(program.folded(route, at) if route is not None else None, item.line)
                verbs += [(verb, template) for verb in named]
            else:
                verbs.append((_VERBS[item.name], Template(self._template(program, item, at), item.line)))
        if not verbs:
            verbs = [("ANY", template) for template in own]
            own = []
        for verb, template in verbs:
            texts = [template.text] if template.text is not None or not own else [item.text for item in own]
            for text in texts:
                for path in self._paths(owner, method, text, prefixes, area, conventions):
                    self._note(findings, owner, method, verb, path, template.line, CERTAIN)

    def _paths(
        self,
        owner: Definition,
        method: Definition,
        text: str | None,
        prefixes: list[str],
        area: str,
        conventions: list[str],
    ) -> list[str]:
        """Whole paths of an action: its own template below those of its class, or by convention when neither has any."""
        if text is not None and text.startswith(("/", "~/")):
            return [self._filled(text.lstrip("~"), owner, method, area)]
        if prefixes:
            return [self._filled(joined(prefix.lstrip("~"), text or ""), owner, method, area) for prefix in prefixes]
        if text is not None:
            return [self._filled(joined(text), owner, method, area)]
        return self._conventional(owner, method, area, conventions)

    @staticmethod
    def _filled(template: str, owner: Definition, method: Definition, area: str) -> str:
        """`[controller]` and `[action]` replaced by the names that they stand for."""
        values = {
            "controller": owner.name.removesuffix("Controller"),
            "action": method.name.removesuffix("Async"),
            "area": area,
        }
        filled = _TOKEN.sub(lambda match: values[match.group(1).lower()], template)
        return path_of(joined(filled))

    def _note(
        self,
        findings: Findings,
        owner: Definition,
        method: Definition,
        verb: str,
        path: str,
        line: int,
        confidence: float,
    ) -> None:
        inherited = method.file is not owner.file or method.scope.parent != owner.index
        if inherited and method.file.scopes[method.scope.parent].name == owner.name:
            inherited = False  # another part of the same class
        file, line = (owner.file, owner.scope.line) if inherited else (method.file, line)
        findings.route(
            verb, path, file, line, scope=owner.index if inherited else method.scope.parent, handler=method,
            end_line=line if inherited else method.scope.end_line, confidence=confidence, framework=self.name,
        )  # fmt: skip

    # -- by convention ----------------------------------------------------------------------------------------

    @staticmethod
    def _conventions(program: Program) -> list[str]:
        """Templates of conventional routes, in their order."""
        found: list[str] = []
        for site in sites(program, "MapControllerRoute", "MapAreaControllerRoute", "MapRoute", "MapHttpRoute"):
            position = {"MapAreaControllerRoute": 2}.get(site.method, 1)
            expr: Expr | None = (
                site.argument("pattern")
                or site.argument("template")
                or site.argument("routeTemplate")
                or site.argument("url", position)
            )
            text = program.folded(expr, site.at)
            if text and "{controller" in text.lower():
                found.append(text)
        if any(True for _ in sites(program, "MapDefaultControllerRoute", "UseMvcWithDefaultRoute")):
            found.append(_DEFAULT)
        return found

    @staticmethod
    def _conventional(owner: Definition, method: Definition, area: str, conventions: list[str]) -> list[str]:
        for template in conventions:
            takes_area = "{area" in template.lower()
            if takes_area != bool(area) and not (area and not any("{area" in t.lower() for t in conventions)):
                continue
            values = {
                "controller": owner.name.removesuffix("Controller"),
                "action": method.name.removesuffix("Async"),
                "area": area,
            }
            path = _CONVENTION.sub(lambda match, known=values: known[match.group(1).lower()], template)  # type: ignore[misc]
            taken = {param.name.lower() for param in method.scope.params}
            parts = [
                part
                for part in path.split("/")
                if not (
                    part.startswith("{")
                    and part.strip("{}?").partition(":")[0].partition("=")[0].rstrip("?").lower() not in taken
                )
            ]
            return [path_of(joined(*parts))]
        return []

    def _unmarked(
        self, program: Program, findings: Findings, owner: Definition, method: Definition, prefixes: list[str], area: str,
        conventions: list[str],
    ) -> None:  # fmt: skip
        """A public method without a route of its own: an action by convention, or by a class template with `[action]`."""
        if owner is not program.project.definition(method.file, method.scope.parent) and not is_concrete(owner):
            return
        if any("[action]" in prefix.lower() for prefix in prefixes):
            paths = self._paths(owner, method, None, prefixes, area, conventions)
        elif not prefixes:
            paths = self._conventional(owner, method, area, conventions)
        else:
            return
        for path in paths:
            self._note(findings, owner, method, "GET" if not prefixes else "ANY", path, method.scope.line, LIKELY)

    # -- Razor pages ------------------------------------------------------------------------------------------

    def _page(self, program: Program, findings: Findings, owner: Definition) -> None:
        if not any(base in ("PageModel", "AbpPageModel") for base in program.externals(owner)):
            return
        match = _AREA_FILE.match(owner.file.path)
        path = f"{match.group(1)}/{match.group(2)}" if match else ""
        if not match:
            inside = _PAGE_FILE.match(owner.file.path)
            if inside is None:
                return
            path = inside.group(1)
        path = path.removesuffix("Index")
        for method in methods_of(program, owner):
            verb = _PAGE_METHOD.match(method.name)
            if verb is not None:
                findings.route(
                    verb.group(1).upper(), joined(path), method.file, method.scope.line, scope=method.scope.parent, handler=method,
                    end_line=method.scope.end_line, confidence=LIKELY, framework="razor pages",
                )  # fmt: skip


framework = AspNetControllers()
