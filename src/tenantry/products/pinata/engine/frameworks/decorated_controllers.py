"""Controllers by decorators outside NestJS: routing-controllers, tsoa, Inversify, Ts.ED, Midway."""

from typing import NamedTuple

from tenantry.products.pinata.engine.findings import CERTAIN, Findings
from tenantry.products.pinata.engine.frameworks.javascript import (
    Decorator,
    decorators,
    javascript_classes,
    joined,
    option,
    path_of,
)
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program
from tenantry.products.pinata.engine.resolve.values import Definition


class Words(NamedTuple):
    """`controllers` and `verbs` are names of decorators; `prefixes` are calls whose options set a prefix for all."""

    controllers: frozenset[str]
    verbs: dict[str, str]
    prefixes: tuple[str, ...] = ()


_USUAL = {
    "Get": "GET", "Post": "POST", "Put": "PUT", "Patch": "PATCH", "Delete": "DELETE", "Head": "HEAD", "Options": "OPTIONS", "All": "ANY",
}  # fmt: skip
_INVERSIFY = {
    "httpGet": "GET", "httpPost": "POST", "httpPut": "PUT", "httpPatch": "PATCH", "httpDelete": "DELETE", "httpHead": "HEAD", "all": "ANY",
}  # fmt: skip
MODULES = {
    "routing-controllers": Words(
        frozenset(("Controller", "JsonController")),
        _USUAL,
        ("createExpressServer", "useExpressServer", "createKoaServer", "useKoaServer"),
    ),
    "tsoa": Words(frozenset(("Route",)), _USUAL),
    "@tsoa/runtime": Words(frozenset(("Route",)), _USUAL),
    "inversify-express-utils": Words(frozenset(("controller",)), _INVERSIFY),
    "@tsed/common": Words(frozenset(("Controller",)), _USUAL),
    "@midwayjs/core": Words(frozenset(("Controller",)), {**_USUAL, "Del": "DELETE"}),
    "@midwayjs/decorator": Words(frozenset(("Controller",)), {**_USUAL, "Del": "DELETE"}),
}


class DecoratedControllers:
    name = "decorated_controllers"
    packages: tuple[str, ...] = tuple(MODULES)
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        prefixes = {module: self._prefix(program, module, words) for module, words in MODULES.items()}
        for owner in javascript_classes(program):
            for item in decorators(program.inference, owner) if owner.scope.decorators else ():
                module = item.name.rpartition(".")[0]
                words = MODULES.get(module)
                if words is not None and item.last in words.controllers:
                    self._controller(program, findings, owner, item, module, prefixes[module])

    @staticmethod
    def _prefix(program: Program, module: str, words: Words) -> str:
        for name in words.prefixes:
            for site in program.calls(f"{module}.{name}"):
                for argument in site.expr[2]:
                    given = option(program.inference, argument, site.at, "routePrefix")
                    if given is not None:
                        return program.folded(*given) or ""
        return ""

    def _controller(
        self, program: Program, findings: Findings, owner: Definition, controller: Decorator, module: str, prefix: str
    ) -> None:
        own = program.folded(controller.args[0], owner.outside) or "" if controller.args else ""
        for index, scope in enumerate(owner.file.scopes):
            if scope.parent != owner.index or not scope.decorators:
                continue
            method = program.project.definition(owner.file, index)
            for item in decorators(program.inference, method):
                at, _, name = item.name.rpartition(".")
                verb = MODULES[module].verbs.get(name) if at == module else None
                if verb is None:
                    continue
                path = program.folded(item.args[0], method.outside) if item.args else ""
                if path is None:
                    findings.diagnose(
                        owner.file.path, item.line, "url.dynamic", f"The path of {scope.qualname} is not constant."
                    )
                    continue
                findings.route(
                    verb, path_of(joined(prefix, own, path)), owner.file, item.line, scope=owner.index, handler=method,
                    end_line=scope.end_line, confidence=CERTAIN, framework=module,
                )  # fmt: skip


framework = DecoratedControllers()
