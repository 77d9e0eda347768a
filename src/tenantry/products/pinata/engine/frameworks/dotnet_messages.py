"""Messages of .NET programs: MassTransit, NServiceBus, Rebus, CAP, RabbitMQ, Service Bus, Kafka, Dapr and buses of the tree itself."""

import re
from collections import defaultdict
from typing import Any

from tenantry.products.pinata.engine.facts import CALL, FUNCTION, LIST, NAME, NUM, STR, TEMPLATE, Assign, Expr
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.dotnet import (
    LANGUAGE,
    attributes,
    bases,
    csharp_classes,
    in_use,
    is_concrete,
    items_of,
    joined,
    method_of,
    methods_of,
    path_of,
    receiver,
    sites,
    type_name,
    type_named,
    types_of,
)
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import EXTERNAL, INSTANCE, LITERAL, MANY, At, Definition, Value
from tenantry.products.pinata.engine.resolve.values import FUNCTION as FUNCTION_VALUE

_HANDLERS = {
    "IConsumer": "Consume", "IHandleMessages": "Handle", "IAmStartedByMessages": "Handle", "IHandleTimeouts": "Timeout",
    "IJobConsumer": "Run", "IKafkaMessageHandler": "Handle", "IDistributedEventHandler": "HandleEventAsync",
}  # fmt: skip
_HANDLE = frozenset("Handle HandleAsync Consume ConsumeAsync Execute ExecuteAsync When HandleEventAsync".split())
_SAGA_STEPS = ("When()", "Initially()", "During()", "DuringAny()", "EventActivityBinder()")
_SENDERS = re.compile(
    r"(?:When|Initially|During|DuringAny|EventActivityBinder|IPublishEndpoint|IBus|IBusControl|ISendEndpoint|ISendEndpointProvider|ConsumeContext|IMessageSession|IMessageHandlerContext|"
    r"IPipelineContext|IEndpointInstance|ITopicProducer|IMessageBus|IMessageContext|IDistributedEventBus|IRequestClient|"
    r"BehaviorContext|IPubSub|IScopedClientFactory|ISyncBus|IOneWayBus)\b"
)
_SEND_METHODS = (
    "Publish", "Send", "SendLocal", "PublishAsync", "SendAsync", "Produce", "GetResponse", "ScheduleSend", "SchedulePublish",
    "Defer", "DeferLocal", "PublishBatch", "SendBatch",
)  # fmt: skip
_BUS_NAME = re.compile(
    r"(?:Event|Message|Service|Integration)?(?:Bus|Publisher|EventSender|Producer|Outbox|EventService|Dispatcher)\w*\Z"
)
_BUS_PUBLISH = re.compile(r"(?:Publish|Send|Produce|Enqueue|Dispatch|Raise|AddAndSave|Save|Emit)")
_BUS_SUBSCRIBE = re.compile(r"(?:Subscribe|AddSubscription|AddConsumer|On|RegisterHandler)\w*\Z")
_MESSAGE_TRIGGERS = ("ServiceBusTrigger", "QueueTrigger", "EventHubTrigger", "KafkaTrigger", "RabbitMQTrigger")
_EVENT_NAME = re.compile(r"(?<!Domain)(?:Event|Message)s?(?:Base)?\Z")


class DotnetMessages:
    name = "messages"
    packages: tuple[str, ...] = ()
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        if not in_use(program):
            return
        self.noted: set[tuple[int, str]] = set()
        self._consumers(program, findings)
        self._sagas(program, findings)
        self._sent(program, findings)
        self._cap(program, findings)
        self._buses(program, findings)
        self._brokers(program, findings)
        self._triggers(program, findings)

    # -- typed messages of libraries --------------------------------------------------------------------------

    def _consumers(self, program: Program, findings: Findings) -> None:
        for definition in csharp_classes(program):
            if not is_concrete(definition) or not definition.scope.bases:
                continue
            seen: set[str] = set()
            for base, arguments, at in bases(program, definition):
                name = _HANDLERS.get(base)
                message = type_name(arguments[0]) if arguments else ""
                if name is None or not message or message in seen or base in _own_types(program):
                    continue
                generics = at.file.extra.get("generics", {})
                if any(message in names for names in generics.values()):
                    message = self._substituted(program, definition, base) or ""
                    if not message:
                        continue
                if message == "Batch":
                    message = type_name(arguments[0][2][1][0]) if arguments[0][0] == "i" else message
                seen.add(message)
                handler = _handler_of(program, definition, name, message)
                file, line, scope, end = (
                    (handler.file, handler.scope.line, handler.scope.parent, handler.scope.end_line)
                    if handler is not None and handler.file is definition.file
                    else (definition.file, definition.scope.line, definition.index, definition.scope.line)
                )
                library = (
                    "masstransit" if base == "IConsumer" else "nservicebus" if base.startswith("IAm") else "handlers"
                )
                findings.add(
                    "consume", message, file, line, scope=scope, handler=handler, end_line=end, framework=library,
                )  # fmt: skip

    @staticmethod
    def _substituted(program: Program, definition: Definition, base: str) -> str | None:
        """The message of a consumer whose base class is generic: its own first type argument."""
        for own in definition.scope.bases:
            if own[0] == "i" and own[2][0] == LIST and own[2][1]:
                return type_name(own[2][1][0])
        return None

    def _sagas(self, program: Program, findings: Findings) -> None:
        """MassTransit's state machines consume what their `Event<T>` properties name."""
        for definition in csharp_classes(program):
            if not any("StateMachine" in name for name in program.externals(definition)):
                continue
            for assign in definition.file.assigns:
                annotation = assign.annotation
                while annotation is not None and annotation[0] == "b":
                    annotation = annotation[2]
                if (
                    assign.scope == definition.index
                    and annotation is not None
                    and annotation[0] == "i"
                    and type_name(annotation) == "Event"
                ):
                    message = annotation[2][1][0]
                    name = type_name(message)
                    if message[0] == "i" and name == "Fault":
                        name = f"Fault<{type_name(message[2][1][0])}>"
                    findings.add(
                        "consume", name, definition.file, assign.line, scope=definition.index,
                        framework="masstransit",
                    )  # fmt: skip

    def _sent(self, program: Program, findings: Findings) -> None:
        for site in sites(program, *_SEND_METHODS):
            if not any(_SENDERS.match(name) for name in program.canonical(site.callee)):
                continue
            path = next(name for name in program.canonical(site.callee) if _SENDERS.match(name))
            if path.count(".") != 1 and not path.startswith(_SAGA_STEPS):
                continue
            message = self._message(program, site)
            if message:
                self._publish(findings, site, message, "masstransit")

    def _message(self, program: Program, site: Site) -> str:
        """The type of what is sent: a type argument, or the class of the first argument that has one."""
        given = types_of(site)
        if given:
            return type_name(given[0])
        if site.method == "GetResponse" and site.callee.item is not None:
            item = site.callee.item
            return item.definition.name if item.definition is not None else item.path.removesuffix("()")
        for argument in site.expr[2]:
            name = _class_of(program, argument, site.at)
            if name:
                return name
        return ""

    def _publish(self, findings: Findings, site: Site, topic: str, framework: str, confidence: float = CERTAIN) -> None:
        if (id(site.expr), topic) in self.noted:
            return
        self.noted.add((id(site.expr), topic))
        findings.add(
            "publish", topic, site.file, site.expr[4], scope=site.at.scope, end_line=site.outer.end_line, confidence=confidence,
            framework=framework,
        )  # fmt: skip

    # -- CAP and Dapr -----------------------------------------------------------------------------------------

    def _cap(self, program: Program, findings: Findings) -> None:
        for site in sites(program, "Publish", "PublishAsync", "PublishDelay", "PublishDelayAsync", "PublishEventAsync"):
            names = program.canonical(site.callee)
            if any(name.startswith("ICapPublisher") for name in names):
                position = 1 if "Delay" in site.method else 0
                topic = program.text(site.argument("name", position), site.at)
            elif any(name.startswith("DaprClient") for name in names):
                topic = program.text(site.argument("topicName", 1), site.at)
            else:
                continue
            self._topic(findings, site, topic, "cap")
        for definition in csharp_classes(program):
            for method in methods_of(program, definition):
                for item in attributes(method):
                    if item.name in ("CapSubscribe", "Topic", "KafkaSubscribe", "RabbitSubscribe"):
                        expr = item.argument("name", 1 if item.name == "Topic" and len(item.args) > 1 else 0)
                        topic = program.text(expr, method.outside)
                        if topic:
                            findings.add(
                                "consume", topic, method.file, item.line, scope=method.scope.parent, handler=method,
                                end_line=method.scope.end_line, framework="dapr" if item.name == "Topic" else "cap",
                            )  # fmt: skip

    def _topic(self, findings: Findings, site: Site, topic: str | None, framework: str) -> None:
        if topic and not topic.startswith("{"):
            self._publish(findings, site, topic, framework)
        else:
            findings.diagnose(site.file.path, site.line, "topic.dynamic", "The topic of this message is not constant.")

    # -- buses of the tree ------------------------------------------------------------------------------------

    def _buses(self, program: Program, findings: Findings) -> None:
        """A bus that the tree defines itself: a method that publishes takes the base class of all events."""
        events = self._event_bases(program)
        if not events:
            return
        for site in sites(program, *self._publishers(program, events)):
            method = site.callee.definition
            if site.callee.kind != FUNCTION_VALUE or method is None or site.callee.path:
                continue
            position = self._event_parameter(program, method, events)
            if position is None:
                continue
            argument = site.expr[2][position] if position < len(site.expr[2]) else None
            if argument is None or any(expr == id(site.expr) for expr, _ in self.noted):
                continue
            for definition in _possible(program, argument, site.at):
                if definition.key in events or "abstract" in definition.file.extra["kinds"].get(definition.index, ""):
                    continue
                if any(base.key in events for base in program.inference.members.order(definition)[0]):
                    self._publish(findings, site, definition.name, "event bus")
        self._once(findings)
        self._subscriptions(program, findings, events)

    @staticmethod
    def _event_bases(program: Program) -> set[tuple[str, int]]:
        """Classes and interfaces that a method called like publishing takes, on a class called like a bus."""
        found: set[tuple[str, int]] = set()
        for definition in csharp_classes(program):
            if not _BUS_NAME.search(definition.name):
                continue
            for method in methods_of(program, definition):
                if not _BUS_PUBLISH.match(method.name):
                    continue
                for param in method.scope.params[:2]:
                    target = _taken(program, method, param.annotation)
                    if target is not None and _EVENT_NAME.search(target.name) and _is_base(program, target):
                        found.add(target.key)
        return found

    def _publishers(self, program: Program, events: set[tuple[str, int]]) -> list[str]:
        names = {
            scope.name
            for file in program.project.files.values()
            if file.language == LANGUAGE
            for scope in file.scopes
            if scope.kind == "function" and scope.params and _BUS_PUBLISH.match(scope.name)
        }
        return sorted(names)

    @staticmethod
    def _event_parameter(program: Program, method: Definition, events: set[tuple[str, int]]) -> int | None:
        generics = method.file.extra.get("generics", {}).get(method.index, ())
        skip = 1 if method.index in method.file.extra.get("extensions", ()) else 0
        for position, param in enumerate(method.scope.params[skip : skip + 3]):
            target = _taken(program, method, param.annotation)
            if target is not None and target.key in events:
                return position
            if param.annotation is not None and type_name(param.annotation) in generics:
                owner = program.project.enclosing_class(method.file, method.index)
                if owner is not None and _BUS_NAME.search(owner.name):
                    return position
        return None

    def _once(self, findings: Findings) -> None:
        """An event that a function first stores and then publishes is published once: at the call that says so."""
        groups: dict[tuple[str, int, str], list[int]] = defaultdict(list)
        for position, item in enumerate(findings.found):
            if item.kind == "publish" and item.detail.get("framework") == "event bus":
                groups[item.file.path, item.scope, item.name].append(position)
        gone: set[int] = set()
        for positions in groups.values():
            if len(positions) < 2:
                continue
            texts = {p: findings.found[p].file for p in positions}
            saying = [p for p in positions if self._says_publish(texts[p].calls, findings.found[p].line)]
            if saying and len(saying) < len(positions):
                gone.update(set(positions) - set(saying))
        if gone:
            findings.found[:] = [item for position, item in enumerate(findings.found) if position not in gone]

    @staticmethod
    def _says_publish(calls: list, line: int) -> bool:  # type: ignore[type-arg]
        return any(
            call.line == line and method_of(call.expr).startswith(("Publish", "Send", "Dispatch")) for call in calls
        )

    def _subscriptions(self, program: Program, findings: Findings, events: set[tuple[str, int]]) -> None:
        """`bus.Subscribe<OrderStarted, OrderStartedHandler>()`; handlers that nobody registers consume where they stand."""
        consumed: set[tuple[str, int]] = set()
        for site in sites(program, *self._subscribers(program)):
            given = types_of(site)
            event = type_named(program.inference, given[0], site.at) if given else None
            if event is None or not any(base.key in events for base in program.inference.members.order(event)[0]):
                continue
            handler_class = type_named(program.inference, given[1], site.at) if len(given) > 1 else None
            handler = _handler_of(program, handler_class, "", event.name) if handler_class is not None else None
            if handler_class is not None:
                consumed.add(handler_class.key)
            findings.add(
                "consume", event.name, site.file, site.line, scope=site.at.scope, handler=handler, framework="event bus",
            )  # fmt: skip
        if consumed:
            return
        for definition in csharp_classes(program):
            if definition.key in consumed or not is_concrete(definition):
                continue
            for base, arguments, at in bases(program, definition):
                if (
                    "Handler" not in base
                    or not arguments
                    or "Domain" in base
                    or "Notification" in base
                    or "Request" in base
                ):
                    continue
                event = type_named(program.inference, arguments[0], at)
                if event is None or not any(item.key in events for item in program.inference.members.order(event)[0]):
                    continue
                handler = _handler_of(program, definition, "", event.name)
                if handler is not None and handler.file is definition.file:
                    findings.add(
                        "consume", event.name, handler.file, handler.scope.line, scope=handler.scope.parent, handler=handler,
                        end_line=handler.scope.end_line, confidence=LIKELY, framework="event bus",
                    )  # fmt: skip

    @staticmethod
    def _subscribers(program: Program) -> list[str]:
        names = {
            scope.name
            for file in program.project.files.values()
            if file.language == LANGUAGE
            for scope in file.scopes
            if scope.kind == "function" and _BUS_SUBSCRIBE.match(scope.name)
        }
        return sorted(names | {"Subscribe", "AddSubscription"})

    # -- brokers ----------------------------------------------------------------------------------------------

    def _brokers(self, program: Program, findings: Findings) -> None:
        self._rabbit(program, findings)
        self._kafka(program, findings)
        self._service_bus(program, findings)
        for site in sites(program, "PublishAsync", "Publish", "SubscribeAsync", "Subscribe"):
            if any(
                name.startswith(("ISubscriber()", "IConnectionMultiplexer().GetSubscriber()", "ConnectionMultiplexer"))
                for name in program.canonical(site.callee)
            ):
                topic = program.text(site.argument("channel", 0), site.at)
                if topic and site.method.startswith("Publish"):
                    self._publish(findings, site, topic, "redis")
                elif topic:
                    self._consume(program, findings, site, topic, "redis")
        for site in sites(program, "SendMessageAsync", "SendMessage", "ReceiveMessageAsync"):
            if any(
                name.startswith(("IAmazonSQS", "AmazonSQSClient", "QueueClient"))
                for name in program.canonical(site.callee)
            ):
                first = site.expr[2][0] if site.expr[2] else None
                queue = program.text(first, site.at) if first is not None and first[0] != CALL else None
                if first is not None and first[0] == CALL:
                    queue = program.text(dict(first[3]).get("QueueUrl"), site.at)
                if (
                    queue
                    and site.method.startswith("Send")
                    and not any("QueueClient" in n for n in program.canonical(site.callee))
                ):
                    self._publish(findings, site, queue, "sqs")
                elif queue and site.method.startswith("Receive"):
                    self._consume(program, findings, site, queue, "sqs")

    def _consume(self, program: Program, findings: Findings, site: Site, topic: str, framework: str) -> None:
        handlers = []
        for argument in site.expr[2]:
            function = program.function(argument, site.at) if argument[0] in (FUNCTION, NAME) else None
            if function is not None:
                handlers.append(function)
        owner = program.project.owner(site.file, site.at.scope)
        if not handlers and owner is not None:
            handlers = [owner]
        findings.add(
            "consume", topic, site.file, site.line, scope=site.at.scope, handlers=handlers, end_line=site.outer.end_line,
            framework=framework,
        )  # fmt: skip

    def _rabbit(self, program: Program, findings: Findings) -> None:
        for site in sites(program, "BasicPublish", "BasicPublishAsync"):
            exchange = program.text(site.argument("exchange", 0), site.at)
            key = _only_text(program, site.argument("routingKey", 1), site.at)
            self._topic(findings, site, None if key is None else key or exchange, "rabbitmq")
        for site in sites(program, "BasicConsume", "BasicConsumeAsync", "BasicGet", "BasicGetAsync"):
            queue = program.text(site.argument("queue", 0), site.at)
            if queue:
                self._consume(program, findings, site, queue, "rabbitmq")
            else:
                findings.diagnose(site.file.path, site.line, "topic.dynamic", "The queue that is read is not constant.")

    def _kafka(self, program: Program, findings: Findings) -> None:
        for site in sites(program, "ProduceAsync", "Produce"):
            if any(name.startswith(("IProducer()", "ProducerBuilder")) for name in program.canonical(site.callee)):
                first = site.argument("topic", 0)
                if first is not None and first[0] == CALL and method_of(first) == "TopicPartition" and first[2]:
                    first = first[2][0]
                self._topic(findings, site, program.text(first, site.at), "kafka")
        for site in sites(program, "Subscribe", "Assign"):
            if any(name.startswith(("IConsumer()", "ConsumerBuilder")) for name in program.canonical(site.callee)):
                for expr, at in items_of(
                    program.inference, site.argument("topic", 0) or site.argument("topics", 0), site.at
                ):
                    topic = program.text(expr, at)
                    if topic:
                        self._consume(program, findings, site, topic, "kafka")
                    else:
                        findings.diagnose(
                            site.file.path, site.line, "topic.dynamic", "The topic that is read is not constant."
                        )

    def _service_bus(self, program: Program, findings: Findings) -> None:
        for site in sites(program, "SendMessageAsync", "SendMessagesAsync", "SendAsync", "ScheduleMessageAsync"):
            callee = site.callee
            if callee.kind != EXTERNAL or "ServiceBus" not in callee.path and "CreateSender" not in callee.path:
                if not callee.path.startswith(
                    ("ITopicClient", "IQueueClient", "TopicClient", "QueueClient", "EventHubProducerClient")
                ):
                    continue
            inner = receiver(site.expr)
            self._topic(findings, site, self._made_for(program, inner, site.at), "servicebus")
        for site in sites(program, "CreateProcessor", "CreateReceiver", "CreateSessionProcessor"):
            if site.callee.kind == EXTERNAL and "ServiceBus" in site.callee.path:
                topic = program.text(site.expr[2][0], site.at) if site.expr[2] else None
                if topic:
                    self._consume(program, findings, site, topic, "servicebus")

    @staticmethod
    def _made_for(program: Program, expr: Expr | None, at: At) -> str | None:
        """The queue or topic that a sender was created for, by the variable that holds it."""
        for _ in range(4):
            if expr is None:
                return None
            if expr[0] == CALL:
                return program.text(expr[2][0], at) if expr[2] else None
            if expr[0] != NAME:
                return None
            binding = program.inference.binding(expr, at)
            found = None
            name = expr[1].rpartition(".")[2]
            for assign in at.file.assigns:
                if (
                    assign.target.rpartition(".")[2] == name
                    and assign.value is not None
                    and assign.value[0] in (CALL, NAME)
                ):
                    if assign.value != expr:
                        found = assign
                        break
            if found is None or binding is None and found is None:
                return None
            expr, at = found.value, At(at.file, found.scope)
        return None

    # -- Azure Functions --------------------------------------------------------------------------------------

    def _triggers(self, program: Program, findings: Findings) -> None:
        """`[HttpTrigger("get", Route = "orders/{id}")]`, `[ServiceBusTrigger("orders")]`, `[TimerTrigger("0 */5 * * * *")]`."""
        for path in program.project.paths(LANGUAGE):
            file = program.project.files[path]
            for index, expr, line in file.extra.get("triggers", ()):
                self._triggered(program, findings, program.project.definition(file, index), expr, line)

    def _triggered(self, program: Program, findings: Findings, method: Definition, expr: Expr, line: int) -> None:
        kind, named = method_of(expr), dict(expr[3])
        texts = [program.text(argument, method.inside) for argument in expr[2]]
        first = next((text for text in texts if text), None)
        stated = next((a for a in attributes(method) if a.name in ("Function", "FunctionName")), None)
        function = (
            program.folded(stated.argument("name", 0), method.outside) if stated is not None else ""
        ) or method.name
        place: dict[str, Any] = {
            "scope": method.scope.parent, "handler": method, "end_line": method.scope.end_line, "framework": "azure functions",
        }  # fmt: skip
        if kind == "HttpTrigger":
            given = named.get("Route", (NUM, None))
            route = program.text(given, method.inside) if given != (NUM, None) else None
            for verb in [text.upper() for text in texts if text and text.isalpha()] or ["ANY"]:
                findings.route(verb, path_of(joined("api", route or function)), method.file, line, **place)
        elif kind == "TimerTrigger":
            findings.add("schedule", f"{function} ({first})" if first else function, method.file, line, **place)
        elif first and kind in _MESSAGE_TRIGGERS:
            topic = texts[1] if kind == "KafkaTrigger" and len(texts) > 1 and texts[1] else first
            findings.add("consume", topic.strip("%"), method.file, line, **place)


def _only_text(program: Program, expr: Expr | None, at: At) -> str | None:
    """A constant text; None for one of several that a function chooses from."""
    if expr is not None and expr[0] == CALL:
        callee = program.inference.callee(expr, at)
        if callee.definition is not None and any(item[0] == "b" for item in callee.definition.scope.returns):
            return None
    return program.text(expr, at)


def _taken(program: Program, method: Definition, annotation: Expr | None) -> Definition | None:
    """The class that a parameter takes; of a type parameter, the one that it must be."""
    if annotation is None:
        return None
    constraints = method.file.extra.get("constraints", {})
    for index in (method.index, method.scope.parent):
        bound = constraints.get(index, {}).get(type_name(annotation))
        if bound is not None:
            return type_named(program.inference, bound, method.inside)
    return type_named(program.inference, annotation, method.inside)


def _own_types(program: Program) -> set[str]:
    """Names of the tree's own generic interfaces: an `IConsumer<T>` of one's own is no library's."""
    return program.project.state(
        "messages.own", lambda: {d.name for d in csharp_classes(program) if d.index in d.file.extra.get("generics", {})}
    )


def _is_base(program: Program, definition: Definition) -> bool:
    """Whether other classes derive from a class."""
    table: set[tuple[str, int]] = program.project.state("messages.bases", lambda: _all_bases(program))
    return definition.key in table


def _all_bases(program: Program) -> set[tuple[str, int]]:
    return {
        base.key for definition in csharp_classes(program) if definition.scope.bases
        for base in program.inference.members.order(definition)[0][1:]
    }  # fmt: skip


def _handler_of(program: Program, definition: Definition, name: str, message: str) -> Definition | None:
    """The method of a handler that takes a message."""
    found = [
        method for method in methods_of(program, definition, inherited=True)
        if method.name == name or not name and method.name in _HANDLE
    ]  # fmt: skip
    for method in found:
        for param in method.scope.params[:1]:
            annotation = param.annotation
            while annotation is not None and annotation[0] == "i" and type_name(annotation) != message:
                annotation = annotation[2][1][0] if annotation[2][1] else None
            if type_name(annotation) == message:
                return method
    return found[0] if found else None


def _possible(program: Program, expr: Expr, at: At, depth: int = 0) -> list[Definition]:
    """Classes that an expression may be an instance of: of both branches, of all that a variable is set to."""
    if depth > 4:
        return []
    if expr[0] == "b" and expr[1] in ("?", "or"):
        found = [*_possible(program, expr[2], at, depth + 1), *_possible(program, expr[3], at, depth + 1)]
        return list(dict.fromkeys(found))
    if expr[0] == NAME and "." not in expr[1]:
        values = [
            entry.value for entry in program.project.names(at.file, at.scope).get(expr[1], ())
            if isinstance(entry, Assign) and entry.value is not None and entry.value != expr
        ]  # fmt: skip
        if values and any(value[0] in (CALL, "b") for value in values):
            found = [item for value in values for item in _possible(program, value, at, depth + 1)]
            return list(dict.fromkeys(found))
    value = program.value(expr, at)
    return [value.definition] if value.kind == INSTANCE and not value.path and value.definition is not None else []


def _class_of(program: Program, expr: Expr, at: At, depth: int = 0) -> str:
    """The name of the class that an expression is an instance of, or that an inline function gives an instance of."""
    if depth > 3 or expr[0] in (STR, TEMPLATE, NUM):
        return ""
    value: Value = program.value(expr, at)
    if value.kind == MANY and value.item is not None:
        value = value.item
    if value.kind == LITERAL:
        return ""
    if value.kind == INSTANCE and not value.path and value.definition is not None:
        return value.definition.name
    if (
        expr[0] == CALL
        and expr[1][0] == NAME
        and expr[1][1][:1].isupper()
        and value.kind == EXTERNAL
        and value.path == f"{expr[1][1]}()"
    ):
        return str(expr[1][1]).rpartition(".")[2]
    if value.kind == FUNCTION_VALUE and value.definition is not None and expr[0] == FUNCTION:
        for returned in value.definition.scope.returns:
            if returned[0] == CALL and method_of(returned) == "Init" and returned[3]:
                return type_name(returned[3][0][1][1][0]) if returned[3][0][0] == "<>" else ""
            found = _class_of(program, returned, value.definition.inside, depth + 1)
            if found:
                return found
    return ""


framework = DotnetMessages()
