"""Messages in Java: Kafka, RabbitMQ, JMS, SQS/SNS, Pulsar, Spring Cloud Stream, SmallRye, application events; by topic or event class."""

from tenantry.products.pinata.engine.configuration import configuration_of
from tenantry.products.pinata.engine.facts import ATTR, CALL, NAME, Expr, spine
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.annotations import (
    Annotation,
    annotations,
    annotations_of_field,
    folded,
    java_classes,
    methods_of,
    text,
    texts,
)
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import INSTANCE, At, Definition

_LISTENERS = {
    "org.springframework.kafka.annotation.KafkaListener": ("kafka", ("topics", "topicPattern", "topicPartitions")),
    "org.springframework.amqp.rabbit.annotation.RabbitListener": (
        "rabbitmq",
        ("queues", "queuesToDeclare", "bindings"),
    ),
    "org.springframework.jms.annotation.JmsListener": ("jms", ("destination",)),
    "io.awspring.cloud.sqs.annotation.SqsListener": ("sqs", ("value", "queueNames")),
    "io.awspring.cloud.messaging.listener.annotation.SqsListener": ("sqs", ("value", "queueNames")),
    "org.springframework.cloud.aws.messaging.listener.annotation.SqsListener": ("sqs", ("value",)),
    "org.springframework.pulsar.annotation.PulsarListener": ("pulsar", ("topics",)),
    "org.springframework.cloud.stream.annotation.StreamListener": ("stream", ("value", "target")),
    "org.apache.rocketmq.spring.annotation.RocketMQMessageListener": ("rocketmq", ("topic",)),
    "io.micronaut.configuration.kafka.annotation.Topic": ("kafka", ("value",)),
    "io.micronaut.rabbitmq.annotation.Queue": ("rabbitmq", ("value",)),
    "org.springframework.integration.annotation.ServiceActivator": ("integration", ("inputChannel",)),
    "org.eclipse.microprofile.reactive.messaging.Incoming": ("reactive", ("value",)),
    "io.dapr.Topic": ("dapr", ("name",)),
}
_EVENTS = frozenset(
    (
        "org.springframework.context.event.EventListener",
        "org.springframework.transaction.event.TransactionalEventListener",
        "org.springframework.modulith.events.ApplicationModuleListener",
        "org.axonframework.eventhandling.EventHandler",
        "org.axonframework.eventsourcing.EventSourcingHandler",
        "com.google.common.eventbus.Subscribe",
        "org.axonframework.commandhandling.CommandHandler",
        "org.axonframework.modelling.saga.SagaEventHandler",
    )
)
# Canonical beginning of the callee → methods → (what it is, position of the topic, position of a second part).
_SENDERS: dict[str, dict[str, tuple[str, int, int | None]]] = {
    "org.springframework.kafka.core.KafkaTemplate()": {"send": ("kafka", 0, None), "sendDefault": ("kafka", -1, None)},
    "org.springframework.kafka.core.KafkaOperations()": {"send": ("kafka", 0, None)},
    "org.springframework.kafka.core.reactive.ReactiveKafkaProducerTemplate()": {"send": ("kafka", 0, None)},
    "org.springframework.amqp.rabbit.core.RabbitTemplate()": dict.fromkeys(
        ("convertAndSend", "send", "convertSendAndReceive", "sendAndReceive"), ("rabbitmq", 0, 1)
    ),
    "org.springframework.amqp.core.AmqpTemplate()": dict.fromkeys(
        ("convertAndSend", "send", "convertSendAndReceive", "sendAndReceive"), ("rabbitmq", 0, 1)
    ),
    "org.springframework.amqp.rabbit.core.RabbitOperations()": dict.fromkeys(
        ("convertAndSend", "send"), ("rabbitmq", 0, 1)
    ),
    "org.springframework.jms.core.JmsTemplate()": dict.fromkeys(
        ("convertAndSend", "send", "sendAndReceive"), ("jms", 0, None)
    ),
    "org.springframework.jms.core.JmsMessagingTemplate()": dict.fromkeys(("convertAndSend", "send"), ("jms", 0, None)),
    "org.springframework.cloud.stream.function.StreamBridge()": {"send": ("stream", 0, None)},
    "io.awspring.cloud.sqs.operations.SqsTemplate()": dict.fromkeys(
        ("send", "sendAsync", "sendMany"), ("sqs", 0, None)
    ),
    "io.awspring.cloud.messaging.core.QueueMessagingTemplate()": dict.fromkeys(
        ("convertAndSend", "send"), ("sqs", 0, None)
    ),
    "io.awspring.cloud.sns.core.SnsTemplate()": dict.fromkeys(
        ("convertAndSend", "send", "sendNotification"), ("sns", 0, None)
    ),
    "org.springframework.pulsar.core.PulsarTemplate()": dict.fromkeys(("send", "sendAsync"), ("pulsar", 0, None)),
    "org.apache.rocketmq.spring.core.RocketMQTemplate()": dict.fromkeys(
        (
            "convertAndSend",
            "syncSend",
            "asyncSend",
            "sendOneWay",
            "send",
            "sendMessageInTransaction",
            "syncSendOrderly",
        ),
        ("rocketmq", 0, None),
    ),
    "org.springframework.messaging.simp.SimpMessagingTemplate()": dict.fromkeys(
        ("convertAndSend",), ("websocket", 0, None)
    ),
    "com.rabbitmq.client.Channel()": {"basicPublish": ("rabbitmq", 0, 1)},
}
_RECEIVERS = {
    "com.rabbitmq.client.Channel()": "basicConsume",
    "org.apache.kafka.clients.consumer.KafkaConsumer()": "subscribe",
    "org.apache.kafka.clients.consumer.Consumer()": "subscribe",
    "org.springframework.amqp.rabbit.core.RabbitTemplate()": "receiveAndConvert",
    "org.springframework.jms.core.JmsTemplate()": "receiveAndConvert",
}
_RECORDS = ("ProducerRecord", "SendMessageRequest", "PublishRequest")
_PUBLISHERS = (
    "org.springframework.context.ApplicationEventPublisher()",
    "org.springframework.context.ApplicationContext()",
    "com.google.common.eventbus.EventBus()",
    "org.axonframework.commandhandling.gateway.CommandGateway()",
    "org.axonframework.eventhandling.gateway.EventGateway()",
)
_DOMAIN = ("org.springframework.data.domain.AbstractAggregateRoot",)
_FUNCTIONAL = {"Consumer": "in", "Function": "in", "Supplier": "out"}


class SpringMessages:
    name = "spring messages"
    packages: tuple[str, ...] = ()
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        for owner in java_classes(program):
            on_class = annotations(program.inference, owner) if owner.scope.decorators else []
            listening = [item for item in on_class if item.name in _LISTENERS]
            for method in methods_of(program, owner):
                items = annotations(program.inference, method) if method.scope.decorators else []
                for item in items:
                    if item.name in _LISTENERS:
                        self._listener(program, findings, method, item)
                    elif item.name in _EVENTS:
                        self._event(program, findings, method, item)
                    elif item.name == "org.eclipse.microprofile.reactive.messaging.Outgoing":
                        self._outgoing(program, findings, method, item)
                if (
                    listening
                    and any(item.last in ("RabbitHandler", "KafkaHandler") for item in items)
                    or (listening and listening[0].last in ("RocketMQMessageListener",) and method.name == "onMessage")
                ):
                    for item in listening:
                        self._listener(program, findings, method, item)
                if any(item.name == "org.springframework.context.annotation.Bean" for item in items):
                    self._function(program, findings, method)
            if "org.springframework.context.ApplicationListener" in program.externals(owner):
                handler = program.inference.members.method(owner, "onApplicationEvent")
                if handler is not None and handler.scope.params:
                    self._event(
                        program,
                        findings,
                        handler,
                        Annotation("ApplicationListener", (NAME, ""), handler.outside, handler.scope.line),
                    )
        self._sent(program, findings)
        self._published(program, findings)

    # -- listeners --------------------------------------------------------------------------------------------

    def _listener(self, program: Program, findings: Findings, method: Definition, item: Annotation) -> None:
        via, elements = _LISTENERS[item.name]
        topics = [topic for element in elements for topic in self._topics(program, item.get(element), item.at)]
        if via in ("stream", "reactive"):
            topics = [
                self._bound(program, method.file.path, topic, "in" if via == "stream" else "incoming")
                for topic in topics
            ]
        if not topics:
            findings.diagnose(
                method.file.path,
                item.line,
                "topic.dynamic",
                f"What {method.scope.qualname} listens to is not constant.",
            )
        for topic in dict.fromkeys(topics):
            findings.add(
                "consume",
                topic,
                method.file,
                item.line,
                scope=method.scope.parent,
                handler=method,
                end_line=method.scope.end_line,
                framework=self.name,
                via=via,
            )

    def _topics(self, program: Program, expr: Expr | None, at: At) -> list[str]:
        """Texts, `@Queue("x")`, `@QueueBinding(value = @Queue("x"), …)`, `@TopicPartition(topic = "x")`."""
        if expr is None:
            return []
        if expr[0] == "l":
            return [topic for item in expr[1] for topic in self._topics(program, item, at)]
        if expr[0] == CALL:
            item = Annotation("", expr, at, 0)
            inner = item.get("value", "name", "topic")
            if inner is not None:
                return self._topics(program, inner, at)
            return []
        found = texts(program, expr, at)
        if found:
            return [_unwrapped(topic) for topic in found]
        one = folded(program, expr, at)
        return [_unwrapped(one)] if one else []

    @staticmethod
    def _bound(program: Program, path: str, name: str, way: str) -> str:
        """The destination of a binding, by the service's settings."""
        settings = configuration_of(program.project)
        if way in ("incoming", "outgoing"):
            return (
                settings.get(path, f"mp.messaging.{way}.{name}.topic")
                or settings.get(path, f"mp.messaging.{way}.{name}.address")
                or name
            )
        for key in (name, f"{name}-{way}-0"):
            found = settings.get(path, f"spring.cloud.stream.bindings.{key}.destination")
            if found:
                return found
        return name

    def _function(self, program: Program, findings: Findings, method: Definition) -> None:
        """A bean of type Consumer, Function or Supplier that Spring Cloud Stream binds."""
        annotation = method.scope.annotation
        kind = (
            annotation[1][1].rpartition(".")[2]
            if annotation is not None and annotation[0] == "i" and annotation[1][0] == NAME
            else ""
        )
        way = _FUNCTIONAL.get(kind)
        if way is None:
            return
        settings = configuration_of(program.project)
        named = [
            w
            for w in ("in", "out")
            if settings.get(method.file.path, f"spring.cloud.stream.bindings.{method.name}-{w}-0.destination")
        ]
        for bound in named:
            topic = self._bound(program, method.file.path, method.name, bound)
            if bound == "in":
                findings.add(
                    "consume",
                    topic,
                    method.file,
                    method.scope.line,
                    scope=method.scope.parent,
                    handler=method,
                    framework=self.name,
                    via="stream",
                )
            else:
                findings.add(
                    "publish",
                    topic,
                    method.file,
                    method.scope.line,
                    scope=method.index,
                    framework=self.name,
                    via="stream",
                )

    def _event(self, program: Program, findings: Findings, method: Definition, item: Annotation) -> None:
        classes = item.get("value", "classes")
        kinds = _class_names(classes)
        if not kinds and method.scope.params:
            annotation = method.scope.params[0].annotation
            if annotation is not None and annotation[0] == "i" and annotation[2][0] == "l" and annotation[2][1]:
                annotation = annotation[2][1][0]
            kinds = _class_names(annotation)
        for kind in kinds:
            if (
                kind.startswith(("Application", "Context"))
                and kind.endswith("Event")
                and kind not in ("ApplicationEvent",)
            ):
                continue  # the framework's own life
            findings.add(
                "consume",
                kind,
                method.file,
                item.line,
                scope=method.scope.parent,
                handler=method,
                end_line=method.scope.end_line,
                framework=self.name,
                via="event",
            )

    def _outgoing(self, program: Program, findings: Findings, method: Definition, item: Annotation) -> None:
        name = text(program, item.get("value"), item.at)
        if name:
            topic = self._bound(program, method.file.path, name, "outgoing")
            findings.add(
                "publish", topic, method.file, item.line, scope=method.index, framework=self.name, via="reactive"
            )

    # -- senders ----------------------------------------------------------------------------------------------

    def _sent(self, program: Program, findings: Findings) -> None:
        methods = {method for table in _SENDERS.values() for method in table}
        for site in program.methods(*sorted(methods)):
            if site.file.language != "java":
                continue
            for name in program.canonical(site.callee):
                holder, _, last = name.rpartition(".")
                found = _SENDERS.get(holder, {}).get(last)
                if found is not None:
                    self._send(program, findings, site, *found)
                    break
                if last == "send" and holder.startswith(
                    (
                        "org.apache.kafka.clients.producer.",
                        "org.eclipse.microprofile.reactive.messaging.Emitter",
                        "reactor.kafka.sender.",
                    )
                ):
                    self._producer(program, findings, site, holder)
                    break
        for prefix, method in _RECEIVERS.items():
            for site in program.calls(f"{prefix}.{method}"):
                for topic in self._listed(program, site.expr[2][0] if site.expr[2] else None, site.at):
                    findings.add(
                        "consume",
                        topic,
                        site.file,
                        site.line,
                        scope=site.at.scope,
                        handler=program.project.owner(site.file, site.at.scope),
                        framework=self.name,
                    )
        for method, via, element in (("sendMessage", "sqs", "queueUrl"), ("publish", "sns", "topicArn")):
            for site in program.methods(method):
                if site.file.language == "java" and any(
                    name.startswith(("software.amazon.awssdk.services.", "com.amazonaws.services."))
                    for name in program.canonical(site.callee)
                ):
                    self._aws(program, findings, site, via, element)

    def _listed(self, program: Program, expr: Expr | None, at: At) -> list[str]:
        if expr is not None and expr[0] == CALL and expr[2]:
            return [topic for item in expr[2] for topic in self._listed(program, item, at)]
        found = folded(program, expr, at) if expr is not None else None
        return [found] if found else []

    def _send(
        self, program: Program, findings: Findings, site: Site, via: str, position: int, second: int | None
    ) -> None:
        args = site.expr[2]
        topic: str | None = None
        if args and args[0][0] == CALL or (args and len(args) == 1):
            topic = self._of_record(program, args[0], site.at, 0)
        if topic is None and args and 0 <= position < len(args) and (len(args) > 1 or via in ("stream",)):
            topic = self._topic(program, args[position], site.at)
            # exchange, routing key, message: the key says where it goes; a fanout exchange has none
            if second is not None and len(args) > 2 and second < len(args):
                key = self._topic(program, args[second], site.at)
                holes = key is not None and key.startswith("{") and topic is not None and not topic.startswith("{")
                topic = key if key and not holes else topic
        if topic is None and via == "kafka":
            topic = configuration_of(program.project).get(site.file.path, "spring.kafka.template.default-topic")
        if topic is None:
            findings.diagnose(site.file.path, site.line, "topic.dynamic", "Where this message goes is not constant.")
            return
        if via == "stream":
            topic = self._bound(program, site.file.path, topic, "out")
        self._publish(findings, site, topic, via)

    @staticmethod
    def _topic(program: Program, expr: Expr, at: At) -> str | None:
        found = folded(program, expr, at)
        return _unwrapped(found) if found is not None else None

    def _producer(self, program: Program, findings: Findings, site: Site, holder: str) -> None:
        if not site.expr[2]:
            return
        if "Emitter" in holder:
            channel = self._channel(program, site)
            if channel:
                self._publish(findings, site, self._bound(program, site.file.path, channel, "outgoing"), "reactive")
            return
        topic = self._of_record(program, site.expr[2][0], site.at, 0)
        if topic is None:
            findings.diagnose(site.file.path, site.line, "topic.dynamic", "Where this message goes is not constant.")
        else:
            self._publish(findings, site, topic, "kafka")

    @staticmethod
    def _channel(program: Program, site: Site) -> str:
        """The channel of the emitter that a message is sent by: `@Channel("x") Emitter<…> emitter`."""
        inside = program.project.enclosing_class(site.file, site.at.scope)
        callee = site.expr[1]
        name = callee[1].rpartition(".")[0].removeprefix("self.") if callee[0] == NAME else ""
        for assign in site.file.assigns if inside is not None else ():
            if inside is not None and assign.scope == inside.index and assign.target == name:
                for item in annotations_of_field(program.inference, assign.value, inside.inside):
                    if item.last == "Channel":
                        return text(program, item.get("value"), item.at) or ""
        return ""

    def _of_record(self, program: Program, expr: Expr, at: At, depth: int) -> str | None:
        """The topic of `new ProducerRecord<>("orders", …)`, of a message with a topic header, or of the variable that holds one."""
        if depth > 3:
            return None
        if expr[0] == CALL:
            for call in spine(expr):
                if call[1][0] == NAME and call[1][1] in _RECORDS and call[2]:
                    return self._topic(program, call[2][0], at)
                if call[1][0] == ATTR and call[1][2] in ("setHeader", "topic") and call[2]:
                    if call[1][2] == "topic":
                        return self._topic(program, call[2][0], at)
                    if len(call[2]) > 1 and call[2][0][0] == NAME and call[2][0][1].endswith("TOPIC"):
                        return self._topic(program, call[2][1], at)
            return None
        if expr[0] == NAME and "." not in expr[1]:
            scope = at.scope
            while scope > 0:
                for entry in program.project.names(at.file, scope).get(expr[1], ()):
                    value = getattr(entry, "value", None)
                    if value is not None and value[0] == CALL:
                        found = self._of_record(program, value, At(at.file, scope), depth + 1)
                        if found is not None:
                            return found
                scope = at.file.scopes[scope].parent
        return None

    def _aws(self, program: Program, findings: Findings, site: Site, via: str, element: str) -> None:
        wanted = ("queueUrl", "withQueueUrl") if via == "sqs" else ("topicArn", "withTopicArn")
        calls = [call for argument in site.expr[2] for call in spine(argument)]
        for argument in site.expr[2]:  # builder -> builder.queueUrl(url)
            inner = (
                program.project.inline(site.file, argument[1]) if argument[0] == "f" and len(argument) == 2 else None
            )
            calls += [
                call for returned in (inner.scope.returns if inner is not None else ()) for call in spine(returned)
            ]
        for call in calls:
            if (
                call[1][0] == ATTR
                and call[1][2] in wanted
                and call[2]
                or call[1][0] == NAME
                and call[1][1].rpartition(".")[2] in wanted
                and call[2]
            ):
                self._publish(findings, site, folded(program, call[2][0], site.at) or "{queue}", via)
                return

    # -- events -----------------------------------------------------------------------------------------------

    def _published(self, program: Program, findings: Findings) -> None:
        for site in program.methods("publishEvent", "post", "registerEvent", "send", "sendAndWait", "publish"):
            if site.file.language != "java" or not site.expr[2]:
                continue
            names = program.canonical(site.callee)
            aggregate = site.method == "registerEvent" and any(name.startswith(_DOMAIN) for name in names)
            if not aggregate and not any(name.startswith(_PUBLISHERS) and name.count("()") == 1 for name in names):
                continue
            argument = site.expr[2][0]
            value = program.value(argument, site.at)
            name = ""
            if value.kind == INSTANCE and value.definition is not None and not value.path:
                name = value.definition.name
            elif argument[0] == CALL and argument[1][0] == NAME and argument[1][1].rpartition(".")[2][:1].isupper():
                name = argument[1][1].rpartition(".")[2]
            if name:
                self._publish(findings, site, name, "event")

    def _publish(self, findings: Findings, site: Site, topic: str, via: str) -> None:
        confidence = LIKELY if topic.startswith("{") else CERTAIN
        findings.add(
            "publish",
            topic,
            site.file,
            site.line,
            scope=site.at.scope,
            end_line=site.outer.end_line,
            confidence=confidence,
            framework=self.name,
            via=via,
        )


def _unwrapped(topic: str) -> str:
    """`#{orders}` and `#{queue.name}` name a bean."""
    return (
        topic[2:-1].removesuffix(".name").removesuffix(".getName()")
        if topic.startswith("#{") and topic.endswith("}")
        else topic
    )


def _class_names(expr: Expr | None) -> list[str]:
    if expr is None:
        return []
    if expr[0] == "l":
        return [name for item in expr[1] for name in _class_names(item)]
    return [expr[1].rpartition(".")[2]] if expr[0] == NAME and expr[1] else []


framework = SpringMessages()
