"""NestJS: controllers under their prefixes and versions, providers by class and token, messages, schedules."""

from tenantry.products.pinata.engine.facts import NUM, Expr
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.javascript import (
    Decorator,
    decorators,
    items,
    javascript_classes,
    joined,
    named_class,
    option,
    path_of,
)
from tenantry.products.pinata.engine.frameworks.nestjs_apps import Apps
from tenantry.products.pinata.engine.frameworks.nestjs_providers import injected, providers_of, settings
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program
from tenantry.products.pinata.engine.resolve.values import FUNCTION, INSTANCE, At, Definition

_COMMON = "@nestjs/common."
_VERBS = {
    f"{_COMMON}{name}": verb
    for name, verb in (
        ("Get", "GET"), ("Post", "POST"), ("Put", "PUT"), ("Patch", "PATCH"), ("Delete", "DELETE"), ("Head", "HEAD"),
        ("Options", "OPTIONS"), ("All", "ANY"), ("Sse", "GET"), ("Search", "SEARCH"),
    )
}  # fmt: skip
_CONSUMERS = {
    "@nestjs/microservices.EventPattern": "event", "@nestjs/microservices.MessagePattern": "message",
    "@nestjs/event-emitter.OnEvent": "event", "@golevelup/nestjs-rabbitmq.RabbitSubscribe": "rabbitmq",
    "@golevelup/nestjs-rabbitmq.RabbitRPC": "rabbitmq", "@nestjs/websockets.SubscribeMessage": "websocket",
    "@ssut/nestjs-sqs.SqsMessageHandler": "sqs",
}  # fmt: skip
_PUBLISHERS = (
    ("@nestjs/microservices.", frozenset(("emit", "send"))),
    ("@nestjs/event-emitter.EventEmitter2()", frozenset(("emit", "emitAsync"))),
    ("eventemitter2.EventEmitter2()", frozenset(("emit", "emitAsync"))),
)
_SCHEDULES = frozenset(("@nestjs/schedule.Cron", "@nestjs/schedule.Interval", "@nestjs/schedule.Timeout"))
_HANDLERS = {
    "@nestjs/cqrs.EventsHandler": "handle", "@nestjs/cqrs.CommandHandler": "execute", "@nestjs/cqrs.QueryHandler": "execute",
}  # fmt: skip
_BUSES = ("@nestjs/cqrs.EventBus()", "@nestjs/cqrs.CommandBus()", "@nestjs/cqrs.QueryBus()")


class NestJs:
    name = "nestjs"
    packages: tuple[str, ...] = ("@nestjs/common", "@nestjs/core", "@nestjs/microservices")
    results: dict[str, tuple[Result, ...]] = {
        "@": (injected,),
        "get": (settings,),
        "getOrThrow": (settings,),
    }

    def find(self, program: Program, findings: Findings) -> None:
        apps = Apps(program)
        for definition in javascript_classes(program):
            if not definition.scope.decorators and not self._may_have_handlers(definition):
                continue
            found = decorators(program.inference, definition)
            controller = next((item for item in found if item.name == f"{_COMMON}Controller"), None)
            self._methods(program, findings, apps, definition, controller)
            for item in found:
                if item.name in _HANDLERS:
                    self._handler(program, findings, definition, item)
        self._published(program, findings)
        self._implementations(program, findings)

    @staticmethod
    def _may_have_handlers(definition: Definition) -> bool:
        return any(
            scope.parent == definition.index and scope.decorators
            for scope in definition.file.scopes[definition.index + 1 :]
        )

    # -- methods of classes -----------------------------------------------------------------------------------

    def _methods(
        self, program: Program, findings: Findings, apps: Apps, owner: Definition, controller: Decorator | None
    ) -> None:
        for method in self._own_and_inherited(program, owner, controller is not None):
            found = decorators(program.inference, method)
            for item in found:
                verb = _VERBS.get(item.name)
                if verb is not None and controller is not None:
                    self._route(program, findings, apps, owner, controller, method, verb, item, found)
                elif item.name in _CONSUMERS and method.file is owner.file:
                    self._consumer(program, findings, method, item)
                elif item.name in _SCHEDULES and method.file is owner.file:
                    self._schedule(program, findings, method, item)

    @staticmethod
    def _own_and_inherited(program: Program, owner: Definition, inherited: bool) -> list[Definition]:
        order = program.inference.members.order(owner)[0] if inherited else [owner]
        found: dict[str, Definition] = {}
        for definition in order:
            for index, scope in enumerate(definition.file.scopes):
                if scope.parent == definition.index and scope.kind == "function" and scope.name not in found:
                    found[scope.name] = program.project.definition(definition.file, index)
        return [method for method in found.values() if method.scope.decorators]

    def _route(
        self, program: Program, findings: Findings, apps: Apps, owner: Definition, controller: Decorator,
        method: Definition, verb: str, item: Decorator, found: list[Decorator],
    ) -> None:  # fmt: skip
        prefixes = self._controller_paths(program, controller, owner.outside)
        paths = self._paths(program, item.args[0] if item.args else None, method.outside)
        if paths is None or prefixes is None:
            findings.diagnose(
                method.file.path, item.line, "url.dynamic", f"The path of {method.scope.qualname} is not constant."
            )
            return
        stated = next((other for other in found if other.name == f"{_COMMON}Version"), None)
        declared = option(program.inference, controller.args[0] if controller.args else None, owner.outside, "version")
        inherited = (owner, item.line) if method.file is not owner.file else None
        for app in apps.of(owner):
            if stated is not None:
                versions = app.versions(program, (stated.args[0], method.outside) if stated.args else None)
            else:
                versions = app.versions(program, declared)
            for prefix in prefixes:
                for path in paths:
                    own = joined(prefix, path)
                    for version in versions:
                        whole = joined(
                            "" if app.excludes(own, verb) else app.prefix, version, apps.module_path(owner), own
                        )
                        findings.route(
                            verb, path_of(whole), owner.file if inherited else method.file, owner.scope.line if inherited else item.line,
                            scope=owner.index, handler=method, framework=self.name,
                            end_line=None if inherited else method.scope.end_line, confidence=CERTAIN if app.certain else LIKELY,
                        )  # fmt: skip

    def _controller_paths(self, program: Program, controller: Decorator, at: At) -> list[str] | None:
        if not controller.args:
            return [""]
        first = controller.args[0]
        given = option(program.inference, first, at, "path")
        if given is not None:
            return self._paths(program, given[0], given[1])
        if first[0] == "d":
            return [""]
        return self._paths(program, first, at)

    @staticmethod
    def _paths(program: Program, expr: Expr | None, at: At) -> list[str] | None:
        if expr is None or expr == (NUM, None):
            return [""]
        found = [program.folded(item, where) for item, where in items(program.inference, expr, at)]
        known = [path for path in found if path is not None]
        return known or None

    # -- messages and schedules -------------------------------------------------------------------------------

    def _consumer(self, program: Program, findings: Findings, method: Definition, item: Decorator) -> None:
        at = method.outside
        if _CONSUMERS[item.name] == "rabbitmq":
            given = option(program.inference, item.args[0] if item.args else None, at, "routingKey", "queue")
            topics = items(program.inference, given[0], given[1]) if given is not None else []
        else:
            topics = [(expr, where) for arg in item.args[:1] for expr, where in items(program.inference, arg, at)]
        for expr, where in topics:
            name = self._pattern(program, expr, where)
            if name is not None:
                findings.add(
                    "consume", name, method.file, item.line, scope=method.scope.parent, handler=method,
                    end_line=method.scope.end_line, framework=self.name, via=_CONSUMERS[item.name],
                )  # fmt: skip
            else:
                findings.diagnose(
                    method.file.path,
                    item.line,
                    "topic.dynamic",
                    f"The topic of {method.scope.qualname} is not constant.",
                )

    @staticmethod
    def _pattern(program: Program, expr: Expr, at: At) -> str | None:
        """A topic: a text, or the values of a pattern such as `{cmd: "sum"}`."""
        given = option(program.inference, expr, at, "cmd", "topic", "event", "type", "pattern", "name")
        if given is not None:
            return program.text(given[0], given[1])
        return program.text(expr, at)

    def _schedule(self, program: Program, findings: Findings, method: Definition, item: Decorator) -> None:
        first = item.args[-1 if item.last != "Cron" and item.args else 0] if item.args else None
        rule = program.folded(first, method.outside) if first is not None else None
        if first is not None and first[0] == "v" and (rule is None or rule.startswith("{")):
            rule = first[1].rpartition(".")[2]  # CronExpression.EVERY_HOUR
        unit = " ms" if item.last != "Cron" and rule and rule.isdigit() else ""
        findings.add(
            "schedule", f"{method.name} ({rule}{unit})" if rule else method.name, method.file, item.line, scope=method.scope.parent,
            handler=method, end_line=method.scope.end_line, framework=self.name,
        )  # fmt: skip

    def _handler(self, program: Program, findings: Findings, owner: Definition, item: Decorator) -> None:
        """`@EventsHandler(UserCreated)` consumes; commands and queries are calls, and are linked as such."""
        method = program.inference.members.method(owner, _HANDLERS[item.name])
        if method is None:
            return
        for expr, at in [pair for arg in item.args for pair in items(program.inference, arg, owner.outside)]:
            message = named_class(program.inference, expr, at)
            if message is None:
                continue
            if item.last == "EventsHandler":
                findings.add(
                    "consume", message.name, owner.file, item.line, scope=owner.index, handler=method,
                    end_line=owner.scope.line, framework="nestjs/cqrs",
                )  # fmt: skip
                continue
            for bus in _BUSES[1:]:
                for site in program.calls(f"{bus}.execute"):
                    sent = program.value(site.expr[2][0], site.at) if site.expr[2] else None
                    source = program.project.owner(site.file, site.at.scope)
                    if sent is not None and sent.kind == INSTANCE and sent.definition is message and source is not None:
                        findings.link(source, method, site.file.path, site.line)

    def _published(self, program: Program, findings: Findings) -> None:
        for prefix, methods in _PUBLISHERS:
            for site in program.matching(prefix, methods):
                if not site.expr[2] or ("Client" not in site.callee.path and "microservices" in prefix):
                    continue
                name = self._pattern(program, site.expr[2][0], site.at)
                if name is None:
                    findings.diagnose(
                        site.file.path, site.line, "topic.dynamic", "The topic of this message is not constant."
                    )
                    continue
                findings.add(
                    "publish",
                    name,
                    site.file,
                    site.line,
                    scope=site.at.scope,
                    end_line=site.outer.end_line,
                    framework=self.name,
                )
        for site in program.calls("@nestjs/cqrs.EventBus().publish", "@nestjs/cqrs.EventBus().publishAll"):
            for expr, at in items(program.inference, site.argument("event", 0), site.at):
                sent = program.value(expr, at)
                if sent.kind == INSTANCE and sent.definition is not None:
                    findings.add(
                        "publish", sent.definition.name, site.file, site.line, scope=site.at.scope,
                        end_line=site.outer.end_line, framework="nestjs/cqrs",
                    )  # fmt: skip

    # -- providers --------------------------------------------------------------------------------------------

    def _implementations(self, program: Program, findings: Findings) -> None:
        """A call on an abstract class that a module provides through another class reaches that class."""
        instead = providers_of(program.inference).instead
        if not instead:
            return
        members = program.inference.members
        files = program.project.files
        named = {
            scope.name for classes in instead.values() for item in classes for owner in members.order(item)[0]
            for scope in files[owner.file.path].scopes if scope.parent == owner.index and scope.kind == "function"
        }  # fmt: skip
        for site in program.methods(*sorted(named)):
            callee = site.callee
            if callee.definition is None:
                continue
            if callee.kind == INSTANCE and callee.path.count(".") == 1:
                owner, name = callee.definition, callee.path[1:].partition("(")[0]
            elif callee.kind == FUNCTION and not callee.path and callee.definition.scope.parent > 0:
                owner, name = (
                    program.project.definition(callee.definition.file, callee.definition.scope.parent),
                    callee.definition.name,
                )
            else:
                continue
            for implementation in instead.get(owner.key, ()):
                method = members.method(implementation, name)
                source = program.project.owner(site.file, site.at.scope)
                if method is not None and source is not None and method is not callee.definition:
                    findings.link(source, method, site.file.path, site.line, LIKELY)


framework = NestJs()
