"""gRPC in .NET: a call of a generated client reaches the method of the service that implements it, in whatever service it lies."""

from collections import defaultdict

from tenantry.products.pinata.engine.findings import LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.dotnet import csharp_classes, in_use, methods_of, sites, type_name
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program
from tenantry.products.pinata.engine.resolve.values import EXTERNAL, Definition


class GrpcDotnet:
    name = "grpc"
    packages: tuple[str, ...] = ("Grpc",)
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        if not in_use(program):
            return
        services: dict[str, dict[str, Definition]] = defaultdict(dict)  # BasketClient → method → implementation
        for definition in csharp_classes(program):
            for base in definition.scope.bases:
                name = type_name(base)
                if name.endswith("Base") and name in program.externals(definition):
                    for method in methods_of(program, definition):
                        if method.index not in method.file.extra.get("static", ()):
                            services[f"{name.removesuffix('Base')}Client()"][method.name] = method
        if not services:
            return
        names = {name for methods in services.values() for name in methods}
        for site in sites(program, *sorted({*names, *(f"{name}Async" for name in names)})):
            if site.callee.kind != EXTERNAL:
                continue
            owner, _, name = site.callee.path.rpartition(".")
            target = services.get(owner, {}).get(name) or services.get(owner, {}).get(name.removesuffix("Async"))
            source = program.project.owner(site.file, site.at.scope)
            if target is not None and source is not None:
                findings.link(source, target, site.file.path, site.line, LIKELY)


framework = GrpcDotnet()
