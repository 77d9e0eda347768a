"""Mediators and dispatchers of .NET: what sends a request, raises an event or dispatches a command reaches its handler.

MediatR and those like it, libraries or of the tree: a handler is a class that implements `I…Handler<Message, …>`."""

import re
from collections import defaultdict

from tenantry.products.pinata.engine.facts import CALL, FUNCTION, NAME, NUM, STR, TEMPLATE, type_arguments
from tenantry.products.pinata.engine.findings import LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.dotnet import (
    LANGUAGE,
    csharp_classes,
    in_use,
    is_concrete,
    methods_of,
    receiver,
    type_name,
    type_named,
)
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import INSTANCE, Definition

_HANDLER = re.compile(r"I?\w*(?:Handler|Interactor|UseCase|Behaviou?r|Subscriber)\Z")
_HANDLE = ("Handle", "HandleAsync", "Execute", "ExecuteAsync", "Consume", "Process", "ProcessAsync")
_SENDS = re.compile(
    r"(?:Send|Publish|Dispatch|Execute|Query|Invoke|Raise|Handle|AddDomainEvent|AddEvent|Enqueue|RaiseEvent|RegisterEvent|"
    r"AddNotification|QueueDomainEvent|RaiseDomainEvent|CommitAndPublish|Apply|ExecuteCommand|ExecuteQuery|Command|Request)"
)


class Mediator:
    name = "mediator"
    packages: tuple[str, ...] = ()
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        if not in_use(program):
            return
        handlers = self._handlers(program)
        if not handlers:
            return
        consumers = {handler.key for item in findings.found if item.kind == "consume" for handler in item.handlers}
        for site in program.sites:
            if site.file.language != LANGUAGE or not _SENDS.match(site.method):
                continue
            source = program.project.owner(site.file, site.at.scope)
            if source is None:
                continue
            for message in self._messages(program, site):
                for handler in handlers.get(message, ()):
                    if handler is not source and handler.key not in consumers:
                        findings.link(source, handler, site.file.path, site.line, LIKELY)

    @staticmethod
    def _handlers(program: Program) -> dict[tuple[str, int], list[Definition]]:
        """Message class → methods that handle it."""
        found: dict[tuple[str, int], list[Definition]] = defaultdict(list)
        for definition in csharp_classes(program):
            if not is_concrete(definition):
                continue
            for base in definition.scope.bases:
                if base[0] != "i" or not _HANDLER.match(type_name(base)):
                    continue
                message = type_named(program.inference, base[2][1][0], definition.outside) if base[2][1] else None
                if message is None or "Validator" in type_name(base):
                    continue
                for method in methods_of(program, definition, inherited=True):
                    if method.name not in _HANDLE or not method.scope.params:
                        continue
                    own = method.scope.params[0].annotation
                    taken = type_named(program.inference, own, method.outside) if own is not None else None
                    if taken is None or taken is message or method.file is not definition.file:
                        if method not in found[message.key]:
                            found[message.key].append(method)
        return found

    @staticmethod
    def _messages(program: Program, site: Site) -> list[tuple[str, int]]:
        """Classes of what a call hands over; of a generic envelope, what it wraps as well."""
        if receiver(site.expr) is None and site.callee.definition is None and not site.callee.path:
            return []
        found: list[tuple[str, int]] = []
        for argument in site.expr[2][:3]:
            if argument[0] in (STR, TEMPLATE, NUM):
                continue
            value = program.value(argument, site.at)
            if argument[0] == FUNCTION or value.kind != INSTANCE or value.path or value.definition is None:
                continue
            found.append(value.definition.key)
            if value.item is not None and value.item.definition is not None:
                found.append(value.item.definition.key)
            if argument[0] == CALL and argument[1][0] == NAME and type_arguments(argument):
                inner = type_named(program.inference, type_arguments(argument)[0], site.at)
                if inner is not None and inner.key not in found:
                    found.append(inner.key)
        return found


framework = Mediator()
