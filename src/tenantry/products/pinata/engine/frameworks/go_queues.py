"""Messages in Go: Kafka (kafka-go, sarama, confluent), RabbitMQ, NATS, Watermill, Asynq, SQS/SNS, Pub/Sub, Redis."""

from tenantry.products.pinata.engine.facts import CALL, LIST, NAME, Expr, spine
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.go_common import given, handler_of, last, origins, receiver
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import At, Definition

_KAFKA_GO, _SARAMA, _CONFLUENT = (
    "github.com/segmentio/kafka-go.",
    ("github.com/IBM/sarama.", "github.com/Shopify/sarama."),
    "github.com/confluentinc/confluent-kafka-go",
)
_AMQP = ("github.com/rabbitmq/amqp091-go.", "github.com/streadway/amqp.")
_NATS = "github.com/nats-io/"
_WATERMILL = "github.com/ThreeDotsLabs/watermill"
# Beginnings of canonical names → methods → position of the topic.
_PUBLISHED: tuple[tuple[tuple[str, ...], dict[str, int]], ...] = (
    (
        (_NATS,),
        {"Publish": 0, "PublishMsg": 0, "Request": 0, "PublishAsync": 0, "PublishRequest": 0, "RequestWithContext": 1},
    ),
    ((_WATERMILL,), {"Publish": 0}),
    (("github.com/redis/go-redis.", "github.com/go-redis/redis."), {"Publish": 1}),
)
_CONSUMED: tuple[tuple[tuple[str, ...], dict[str, int]], ...] = (
    (
        (_NATS,),
        {
            "Subscribe": 0,
            "QueueSubscribe": 0,
            "SubscribeSync": 0,
            "ChanSubscribe": 0,
            "QueueSubscribeSync": 0,
            "PullSubscribe": 0,
        },
    ),
    ((_WATERMILL,), {"Subscribe": 1, "AddNoPublisherHandler": 1, "AddHandler": 1, "AddConsumerHandler": 1}),
    (("github.com/redis/go-redis.", "github.com/go-redis/redis."), {"Subscribe": 1, "PSubscribe": 1}),
    (_SARAMA, {"ConsumePartition": 0}),
    (("github.com/hibiken/asynq.ServeMux()", "github.com/hibiken/asynq.NewServeMux()"), {"HandleFunc": 0, "Handle": 0}),
    ((_CONFLUENT,), {"Subscribe": 0, "SubscribeTopics": 0}),
)
_NAMED = (
    "Publish",
    "PublishMsg",
    "Request",
    "PublishAsync",
    "PublishRequest",
    "RequestWithContext",
    "PublishWithContext",
    "PublishWithDeferredConfirmWithContext",
)


class GoQueues:
    name = "go queues"
    packages: tuple[str, ...] = ()
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        if not any(file.language == "go" for file in program.project.files.values()):
            return
        for site in program.methods(*_NAMED):
            if site.file.language == "go":
                self._published(program, findings, site)
        for names, positions in _CONSUMED:
            for site in program.methods(*positions):
                if site.file.language == "go" and any(
                    name.startswith(names) for name in program.canonical(site.callee)
                ):
                    self._consumed(program, findings, site, positions[site.method])
        self._kafka(program, findings)
        self._consumers(program, findings)
        self._others(program, findings)

    def _published(self, program: Program, findings: Findings, site: Site) -> None:
        names, args = program.canonical(site.callee), site.expr[2]
        if any(name.startswith(_AMQP) for name in names):
            offset = 0 if site.method == "Publish" else 1  # (ctx,) exchange, key, …
            if len(args) > offset + 1:
                exchange, key = program.folded(args[offset], site.at), program.folded(args[offset + 1], site.at)
                self._publish(
                    findings,
                    site,
                    key if key and not (key.startswith("{") and exchange) else exchange or key,
                    "rabbitmq",
                )
            return
        for beginnings, positions in _PUBLISHED:
            if (
                site.method in positions
                and any(name.startswith(beginnings) for name in names)
                and len(args) > positions[site.method]
            ):
                expr = args[positions[site.method]]
                subject = given(expr, "Subject") if expr[0] == CALL else None
                self._publish(
                    findings,
                    site,
                    program.folded(subject or expr, site.at),
                    beginnings[0].rpartition("/")[2].strip("."),
                )
                return

    def _consumed(self, program: Program, findings: Findings, site: Site, position: int) -> None:
        if len(site.expr[2]) <= position:
            return
        handler = next(
            (
                found
                for item in reversed(site.expr[2][position + 1 :])
                if (found := handler_of(program, item, site.at)) is not None
            ),
            None,
        )
        for topic in self._topics(program, site.expr[2][position], site.at):
            self._consume(program, findings, site, topic, handler)

    def _topics(self, program: Program, expr: Expr, at: At) -> list[str]:
        if expr[0] == LIST:
            return [topic for item in expr[1] for topic in self._topics(program, item, at)]
        value = program.value(expr, at)
        if value.expr is not None and value.expr[0] == LIST and value.at is not None:
            return self._topics(program, value.expr, value.at)
        found = program.folded(expr, at)
        return [found] if found else []

    # -- Kafka ------------------------------------------------------------------------------------------------

    def _kafka(self, program: Program, findings: Findings) -> None:
        for site in program.methods("WriteMessages"):
            if site.file.language == "go" and any(
                name.startswith(_KAFKA_GO) for name in program.canonical(site.callee)
            ):
                topic = next(
                    (
                        found
                        for item in site.expr[2]
                        if (found := self._field(program, item, site.at, site.line, "Topic"))
                    ),
                    None,
                )
                self._publish(findings, site, topic or self._made_with(program, site, "Topic"), "kafka")
        for site in program.methods("ReadMessage", "FetchMessage"):
            if site.file.language == "go" and any(
                name.startswith(_KAFKA_GO) for name in program.canonical(site.callee)
            ):
                topic = self._made_with(program, site, "Topic") or self._made_with(program, site, "GroupTopics")
                self._consume(program, findings, site, topic or "{topic}", None)
        for site in program.methods("SendMessage", "SendMessages", "Produce"):
            names = program.canonical(site.callee)
            if (
                site.file.language == "go"
                and site.expr[2]
                and any(name.startswith((*_SARAMA, _CONFLUENT)) for name in names)
            ):
                topic = self._field(program, site.expr[2][0], site.at, site.line, "Topic")
                self._publish(findings, site, topic, "kafka")

    def _consumers(self, program: Program, findings: Findings) -> None:
        """Consumer groups of sarama, and queues of RabbitMQ."""
        for site in program.methods("Consume"):
            names = program.canonical(site.callee)
            if site.file.language != "go" or not site.expr[2]:
                continue
            if any(name.startswith(_SARAMA) for name in names) and len(site.expr[2]) > 2:
                owner = program.value(site.expr[2][2], site.at)
                handler = (
                    program.inference.members.method(owner.definition, "ConsumeClaim")
                    if owner.definition is not None and not owner.path
                    else None
                )
                for topic in self._topics(program, site.expr[2][1], site.at):
                    self._consume(program, findings, site, topic, handler)
            elif any(name.startswith(_AMQP) for name in names):
                queue = site.expr[2][0]
                name = program.folded(queue, site.at)
                if queue[0] == NAME and queue[1].endswith(".Name"):  # q, err := ch.QueueDeclare("orders", …)
                    for origin in origins(program, queue[1].rpartition(".")[0], site.at, site.line):
                        if origin.expr[0] == CALL and last(origin.expr) == "QueueDeclare" and origin.expr[2]:
                            name = program.folded(origin.expr[2][0], origin.at) or name
                self._consume(program, findings, site, name or "{queue}", None)

    def _field(self, program: Program, expr: Expr, at: At, line: int, field: str, depth: int = 0) -> str | None:
        """A field of a literal, or of the variable that holds one: the topic of a message."""
        if depth > 3:
            return None
        if expr[0] == CALL:
            value = given(expr, field)
            if value is None and given(expr, "TopicPartition") is not None:
                return self._field(program, given(expr, "TopicPartition") or expr, at, line, field, depth + 1)
            return program.folded(value, at) if value is not None else None
        if expr[0] == LIST and expr[1]:
            return self._field(program, expr[1][0], at, line, field, depth + 1)
        if expr[0] == NAME:
            for origin in origins(program, expr[1], at, line):
                found = self._field(program, origin.expr, origin.at, origin.line, field, depth + 1)
                if found:
                    return found
        return None

    def _made_with(self, program: Program, site: Site, field: str) -> str | None:
        """What the writer or reader that a method is called on was configured with."""
        expr = receiver(site.expr)
        at, line = site.at, site.line
        for _ in range(4):
            if expr is None:
                return None
            if expr[0] == CALL:
                for call in spine(expr):
                    for item in (call, *call[2]):
                        value = given(item, field)
                        if value is not None:
                            found = self._topics(program, value, at)
                            return found[0] if found else None
                return None
            found_at = origins(program, expr[1], at, line) if expr[0] == NAME else []
            if not found_at:
                return None
            expr, at, line = found_at[0]
        return None

    # -- others -----------------------------------------------------------------------------------------------

    def _others(self, program: Program, findings: Findings) -> None:
        for method, field, via in (
            ("SendMessage", "QueueUrl", "sqs"),
            ("Publish", "TopicArn", "sns"),
            ("ReceiveMessage", "QueueUrl", "sqs"),
            ("XAdd", "Stream", "redis"),
            ("XReadGroup", "Streams", "redis"),
        ):
            for site in program.methods(method):
                aws = any("aws-sdk-go" in name or "go-redis" in name for name in program.canonical(site.callee))
                if site.file.language != "go" or not aws:
                    continue
                topic = next(
                    (
                        found
                        for item in site.expr[2]
                        if (found := self._field(program, item, site.at, site.line, field))
                    ),
                    None,
                )
                value = next((given(item, field) for item in site.expr[2] if given(item, field) is not None), None)
                if topic is None and value is not None:
                    topic = next(iter(self._topics(program, value, site.at)), None)
                if method in ("ReceiveMessage", "XReadGroup"):
                    self._consume(program, findings, site, topic or "{queue}", None)
                else:
                    self._publish(findings, site, topic, via)
        for site in program.methods("Enqueue", "EnqueueContext"):
            if (
                site.file.language == "go"
                and site.expr[2]
                and any("hibiken/asynq" in name for name in program.canonical(site.callee))
            ):
                for item in site.expr[2][:2]:
                    call = (
                        item
                        if item[0] == CALL
                        else next(
                            (o.expr for o in origins(program, item[1], site.at, site.line) if o.expr[0] == CALL), None
                        )
                        if item[0] == NAME
                        else None
                    )
                    if call is not None and last(call) == "NewTask" and call[2]:
                        self._publish(findings, site, program.folded(call[2][0], site.at), "asynq")

    def _publish(self, findings: Findings, site: Site, topic: str | None, via: str) -> None:
        if topic is None:
            findings.diagnose(site.file.path, site.line, "topic.dynamic", "Where this message goes is not constant.")
            return
        findings.add(
            "publish",
            topic,
            site.file,
            site.line,
            scope=site.at.scope,
            end_line=site.outer.end_line,
            framework=self.name,
            via=via,
            confidence=LIKELY if topic.startswith("{") else CERTAIN,
        )

    def _consume(
        self, program: Program, findings: Findings, site: Site, topic: str, handler: Definition | None
    ) -> None:
        owner = handler or program.project.owner(site.file, site.at.scope)
        findings.add(
            "consume",
            topic,
            site.file,
            site.line,
            scope=site.at.scope,
            handler=owner,
            end_line=site.outer.end_line,
            framework=self.name,
            confidence=LIKELY if topic.startswith("{") else CERTAIN,
        )


framework = GoQueues()
