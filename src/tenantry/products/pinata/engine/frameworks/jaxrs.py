"""JAX-RS (Jersey, RESTEasy, Quarkus) resources and Micronaut controllers; MicroProfile REST clients as calls."""

from tenantry.products.pinata.engine.configuration import configuration_of
from tenantry.products.pinata.engine.findings import Findings
from tenantry.products.pinata.engine.frameworks.annotations import (
    Annotation,
    annotations,
    first,
    is_interface,
    java_classes,
    methods_of,
    text,
    texts,
)
from tenantry.products.pinata.engine.frameworks.javascript import joined
from tenantry.products.pinata.engine.frameworks.spring_web import spelled
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program
from tenantry.products.pinata.engine.resolve.values import Definition

_RS = "jakarta.ws.rs."
_VERBS = {f"{_RS}{verb}": verb for verb in ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")}
_MICRONAUT = "io.micronaut.http.annotation."
_MICRONAUT_VERBS = {
    f"{_MICRONAUT}{verb.title()}": verb for verb in ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
}
_REST_CLIENT = "org.eclipse.microprofile.rest.client.inject.RegisterRestClient"


class JaxRs:
    name = "jax-rs"
    packages: tuple[str, ...] = ()
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        classes = [item for item in java_classes(program) if not item.scope.name.startswith("<")]
        applications: list[tuple[str, str]] = []
        for owner in classes:
            stated = (
                first(annotations(program.inference, owner), f"{_RS}ApplicationPath")
                if owner.scope.decorators
                else None
            )
            if stated is not None:
                applications.append((owner.file.path, text(program, stated.get("value"), stated.at) or ""))
        located = self._located(program, classes)
        for owner in classes:
            found = annotations(program.inference, owner) if owner.scope.decorators else []
            if first(found, _REST_CLIENT) is not None:
                self._client(program, findings, owner, found)
            elif first(found, f"{_MICRONAUT}Controller") is not None:
                self._micronaut(program, findings, owner, found)
            elif not is_interface(owner):
                self._resource(program, findings, owner, applications, located)

    # -- resources --------------------------------------------------------------------------------------------

    def _located(
        self, program: Program, classes: list[Definition]
    ) -> dict[tuple[str, int], list[tuple[Definition, str]]]:
        """Sub-resources: classes that a method with a path and no verb gives."""
        found: dict[tuple[str, int], list[tuple[Definition, str]]] = {}
        for owner in classes:
            for method in methods_of(program, owner):
                if not method.scope.decorators or method.scope.annotation is None:
                    continue
                items = annotations(program.inference, method)
                stated = first(items, f"{_RS}Path")
                given = program.inference.returned(method)
                if (
                    stated is not None
                    and not any(item.name in _VERBS for item in items)
                    and given.definition is not None
                    and not given.path
                ):
                    found.setdefault(given.definition.key, []).append(
                        (owner, text(program, stated.get("value"), stated.at) or "")
                    )
        return found

    def _resource(
        self,
        program: Program,
        findings: Findings,
        owner: Definition,
        applications: list[tuple[str, str]],
        located: dict[tuple[str, int], list[tuple[Definition, str]]],
    ) -> None:
        prefixes = self._prefixes(program, owner, located, 0)
        if not prefixes:
            return
        base = self._base(program, owner, applications)
        seen: set[str] = set()
        for definition in program.inference.members.order(owner)[0]:
            for method in methods_of(program, definition):
                if not method.scope.decorators or (definition is not owner and method.name in seen):
                    continue
                items = annotations(program.inference, method)
                verb = next((_VERBS[item.name] for item in items if item.name in _VERBS), None)
                if verb is None:
                    continue
                seen.add(method.name)
                stated = first(items, f"{_RS}Path")
                path = (text(program, stated.get("value"), stated.at) or "{path}") if stated is not None else ""
                line = stated.line if stated is not None else items[0].line
                inherited = definition is not owner and not is_interface(definition)
                handler = (
                    method if definition is owner else program.inference.members.method(owner, method.name) or method
                )
                for prefix in prefixes:
                    findings.route(
                        verb,
                        spelled(joined(base, prefix, path)),
                        owner.file if inherited else method.file,
                        owner.scope.line if inherited else line,
                        scope=owner.index if method.file is owner.file else 0,
                        handler=handler,
                        end_line=None if inherited else method.scope.end_line,
                        framework=self.name,
                    )

    def _prefixes(
        self,
        program: Program,
        owner: Definition,
        located: dict[tuple[str, int], list[tuple[Definition, str]]],
        depth: int,
    ) -> list[str]:
        for definition in program.inference.members.order(owner)[0]:
            stated = (
                first(annotations(program.inference, definition), f"{_RS}Path") if definition.scope.decorators else None
            )
            if stated is not None:
                return [text(program, stated.get("value"), stated.at) or ""]
        return [
            joined(prefix, path)
            for parent, path in located.get(owner.key, ())
            if depth < 5
            for prefix in self._prefixes(program, parent, located, depth + 1)
        ]

    @staticmethod
    def _base(program: Program, owner: Definition, applications: list[tuple[str, str]]) -> str:
        settings = configuration_of(program.project)
        root = (
            settings.get(owner.file.path, "quarkus.http.root-path")
            or settings.get(owner.file.path, "server.servlet.context-path")
            or ""
        )
        own = (
            settings.get(owner.file.path, "quarkus.rest.path")
            or settings.get(owner.file.path, "quarkus.resteasy.path")
            or ""
        )
        own = own or settings.get(owner.file.path, "spring.jersey.application-path") or ""
        if not own:
            module = f"/{owner.file.path}".partition("/src/")[0]
            own = next((path for file, path in applications if f"/{file}".partition("/src/")[0] == module), "")
        return joined(root, own)

    def _client(self, program: Program, findings: Findings, owner: Definition, found: list[Annotation]) -> None:
        stated, registered = first(found, f"{_RS}Path"), first(found, _REST_CLIENT)
        assert registered is not None
        key = text(program, registered.get("configKey"), registered.at)
        package = owner.file.extra.get("package", "")
        settings = configuration_of(program.project)
        base = text(program, registered.get("baseUri"), registered.at)
        for name in (key, f'"{package}.{owner.name}"', f"{package}.{owner.name}", owner.name):
            base = base or (settings.get(owner.file.path, f"quarkus.rest-client.{name}.url") if name else None)
            base = base or (settings.get(owner.file.path, f"{name}/mp-rest/url") if name else None)
        prefix = text(program, stated.get("value"), stated.at) or "" if stated is not None else ""
        for method in methods_of(program, owner):
            items = annotations(program.inference, method) if method.scope.decorators else []
            verb = next((_VERBS[item.name] for item in items if item.name in _VERBS), None)
            if verb is not None:
                own = first(items, f"{_RS}Path")
                path = text(program, own.get("value"), own.at) or "" if own is not None else ""
                whole = f"{(base or f'http://{key or owner.name}').rstrip('/')}{joined(prefix, path)}"
                findings.add(
                    "http_call",
                    f"{verb} {spelled(whole)}",
                    method.file,
                    (own or items[0]).line,
                    scope=method.index,
                    end_line=method.scope.end_line,
                    framework="rest client",
                )

    # -- Micronaut --------------------------------------------------------------------------------------------

    def _micronaut(self, program: Program, findings: Findings, owner: Definition, found: list[Annotation]) -> None:
        controller = first(found, f"{_MICRONAUT}Controller")
        assert controller is not None
        prefix = text(program, controller.get("value"), controller.at) or ""
        base = configuration_of(program.project).get(owner.file.path, "micronaut.server.context-path") or ""
        for definition in program.inference.members.order(owner)[0]:
            for method in methods_of(program, definition):
                for item in annotations(program.inference, method) if method.scope.decorators else ():
                    verb = _MICRONAUT_VERBS.get(item.name)
                    if verb is None:
                        continue
                    for path in texts(program, item.get("value", "uri", "uris"), item.at) or [""]:
                        own = path.partition("{?")[0].replace("{/", "/{")
                        findings.route(
                            verb,
                            spelled(joined(base, prefix, own)),
                            method.file,
                            item.line,
                            scope=owner.index if method.file is owner.file else 0,
                            handler=method,
                            end_line=method.scope.end_line,
                            framework="micronaut",
                        )


framework = JaxRs()
