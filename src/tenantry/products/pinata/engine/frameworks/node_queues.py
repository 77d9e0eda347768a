"""Queues, topics and schedules of Node: BullMQ and Bull, KafkaJS, amqplib, NATS, MQTT, Redis channels, SQS and SNS, cron."""

import re

from tenantry.products.pinata.engine.facts import ATTR, CALL, DICT, NAME, STR, Expr
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.javascript import (
    canonical,
    decorators,
    is_javascript,
    items,
    javascript_classes,
    option,
)
from tenantry.products.pinata.engine.resolve import strings
from tenantry.products.pinata.engine.resolve.inference import Inference, Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import EXTERNAL, FUNCTION, At, Definition, Value

QUEUE = "bullmq.Queue()"
_QUEUES = ("bullmq.Queue", "bull", "bull.Queue", "bee-queue", "bullmq.FlowProducer")
_WORKERS = ("bullmq.Worker", "bullmq.QueueEvents")
_PROCESSORS = ("@nestjs/bullmq.Processor", "@nestjs/bull.Processor")
# Canonical beginning of a client, method, position of the topic.
_PUBLISHERS = (
    (re.compile(r"(?:amqplib|amqp-connection-manager|amqplib/callback_api)\b"), "sendToQueue", 0),
    (re.compile(r"nats\b"), "publish", 0), (re.compile(r"mqtt\b"), "publish", 0),
    (re.compile(r"(?:ioredis|redis)\b"), "publish", 0), (re.compile(r"(?:ioredis|redis)\b"), "xadd", 0),
    (re.compile(r"redis\b"), "xAdd", 0),
    (re.compile(r"(?:mqtt|nats)\b"), "publishAsync", 0),
)  # fmt: skip
_CONSUMERS = (
    (re.compile(r"(?:amqplib|amqp-connection-manager)\b"), "consume"), (re.compile(r"nats\b"), "subscribe"),
    (re.compile(r"mqtt\b"),
    "subscribe"), (re.compile(r"(?:ioredis|redis)\b"), "subscribe"), (re.compile(r"(?:ioredis|redis)\b"), "pSubscribe"),
    (re.compile(r"(?:ioredis|redis)\b"), "psubscribe"),
)  # fmt: skip
_COMMANDS = {
    "@aws-sdk/client-sqs.SendMessageCommand": ("publish", ("QueueUrl",)),
    "@aws-sdk/client-sqs.SendMessageBatchCommand": ("publish", ("QueueUrl",)),
    "@aws-sdk/client-sns.PublishCommand": ("publish", ("TopicArn",)),
    "@aws-sdk/client-sqs.ReceiveMessageCommand": ("consume", ("QueueUrl",)),
    "@aws-sdk/client-eventbridge.PutEventsCommand": ("publish", ("EventBusName",)),
}  # fmt: skip
_SCHEDULES = {
    "node-cron.schedule": (0, 1),
    "cron.CronJob": (0, 1),
    "node-schedule.scheduleJob": (0, 1),
    "cron.CronJob.from": (0, 1),
    "croner.Cron": (0, 1),
}


def queue(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`new Queue("mail")`: the queue's name stays with it."""
    if callee.kind != EXTERNAL or callee.path not in _QUEUES or not call[2]:
        return None
    name = strings.fold(inference, call[2][0], at)
    return Value(EXTERNAL, path=QUEUE, expr=(STR, name)) if name else None


def injected(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`@InjectQueue("mail") private queue: Queue`"""
    for expr in call[2]:
        if expr[0] == CALL and expr[2] and canonical(inference, expr, at).endswith(".InjectQueue"):
            name = strings.fold(inference, expr[2][0], at)
            return Value(EXTERNAL, path=QUEUE, expr=(STR, name)) if name else None
    return None


class NodeQueues:
    name = "node_queues"
    packages: tuple[str, ...] = (
        "bullmq", "bull", "bee-queue", "@nestjs/bullmq", "@nestjs/bull", "kafkajs", "amqplib", "amqp-connection-manager", "nats",
        "mqtt", "ioredis", "redis", "@aws-sdk/client-sqs", "@aws-sdk/client-sns", "@aws-sdk/client-eventbridge", "node-cron", "cron",
        "node-schedule", "croner", "amqplib/callback_api",
    )  # fmt: skip
    results: dict[str, tuple[Result, ...]] = {
        "Queue": (queue,),
        "bull": (queue,),
        "bee-queue": (queue,),
        "@": (injected,),
    }

    def find(self, program: Program, findings: Findings) -> None:
        self._bull(program, findings)
        self._kafka(program, findings)
        self._brokers(program, findings)
        self._commands(program, findings)
        self._scheduled(program, findings)

    def _add(
        self, findings: Findings, kind: str, name: str, site: Site, framework: str, handler: Definition | None = None
    ) -> None:
        findings.add(
            kind, name, site.file, site.line, scope=site.at.scope, end_line=site.outer.end_line, framework=framework,
            confidence=LIKELY if name.startswith("{") else CERTAIN, handler=handler,
        )  # fmt: skip

    # -- Bull -------------------------------------------------------------------------------------------------

    def _bull(self, program: Program, findings: Findings) -> None:
        for site in program.methods("add", "addBulk", "createJob", "process"):
            name = self._queue_name(program, site) if is_javascript(site.file) else None
            if name is None:
                continue
            if site.method == "process":
                self._add(findings, "consume", name, site, "bull", self._function(program, site.expr[2], site.at))
            else:
                self._add(findings, "publish", name, site, "bull")
        for site in program.calls(*_WORKERS[:1]):
            name = program.folded(site.argument("name", 0), site.at)
            if name:
                self._add(
                    findings, "consume", name, site, "bullmq", self._function(program, site.expr[2][1:2], site.at)
                )
        for definition in javascript_classes(program):
            for item in decorators(program.inference, definition) if definition.scope.decorators else ():
                if item.name in _PROCESSORS:
                    self._processor(program, findings, definition, item.args)

    def _queue_name(self, program: Program, site: Site) -> str | None:
        callee = site.callee
        if callee.expr is not None and callee.path.startswith(QUEUE):
            return str(callee.expr[1])
        if (
            callee.kind == EXTERNAL
            and callee.path.startswith(("bullmq.Queue()", "bull.Queue()"))
            and site.expr[1][0] == NAME
        ):
            inside = program.project.enclosing_class(site.file, site.at.scope)
            parts = site.expr[1][1].split(".")
            if (
                inside is not None and len(parts) == 3 and parts[0] == "self"
            ):  # typed field, told apart by its decorator
                for owner in program.inference.members.order(inside)[0]:
                    for at, assign in program.inference.members.attributes(owner).get(parts[1], ()):
                        if assign.value is not None and assign.value[0] == CALL:
                            found = injected(program.inference, callee, assign.value, at)
                            if found is not None and found.expr is not None:
                                return str(found.expr[1])
        return None

    def _processor(self, program: Program, findings: Findings, definition: Definition, args: tuple[Expr, ...]) -> None:
        if not args:
            return
        given = option(program.inference, args[0], definition.outside, "name")
        name = program.folded(*given) if given is not None else program.folded(args[0], definition.outside)
        if not name:
            return
        found: list[Definition] = []
        for index, scope in enumerate(definition.file.scopes):
            if scope.parent == definition.index and scope.kind == "function":
                method = program.project.definition(definition.file, index)
                if (
                    any(item.last == "Process" for item in decorators(program.inference, method))
                    or scope.name == "process"
                ):
                    found.append(method)
        for method in found:
            line = method.scope.decorators[0][1] if method.scope.decorators else method.scope.line
            findings.add(
                "consume", name, definition.file, line, scope=definition.index, handler=method,
                end_line=method.scope.end_line, framework="bull",
            )  # fmt: skip

    @staticmethod
    def _function(program: Program, arguments: tuple[Expr, ...], at: At) -> Definition | None:
        for argument in reversed(arguments):
            value = program.value(argument, at)
            if value.kind == FUNCTION and value.definition is not None:
                return value.definition
        return None

    # -- Kafka ------------------------------------------------------------------------------------------------

    def _kafka(self, program: Program, findings: Findings) -> None:
        for site in program.methods("send", "sendBatch", "subscribe"):
            if (
                not is_javascript(site.file)
                or not site.expr[2]
                or "kafkajs" not in site.callee.path
                and "kafka" not in site.callee.path.lower()
            ):
                continue
            topics: list[tuple[Expr, At]] = []
            if site.method == "sendBatch":
                listed = option(program.inference, site.expr[2][0], site.at, "topicMessages")
                for expr, at in items(program.inference, listed[0], listed[1]) if listed is not None else ():
                    given = option(program.inference, expr, at, "topic")
                    topics += [given] if given is not None else []
            else:
                given = option(program.inference, site.expr[2][0], site.at, "topic", "topics")
                topics = items(program.inference, given[0], given[1]) if given is not None else []
            handler = self._runner(program, site) if site.method == "subscribe" else None
            for expr, at in topics:
                name = program.folded(expr, at)
                if name:
                    self._add(
                        findings, "consume" if site.method == "subscribe" else "publish", name, site, "kafkajs", handler
                    )

    def _runner(self, program: Program, site: Site) -> Definition | None:
        """The function that `consumer.run({eachMessage})` is given, for the same consumer."""
        owner = site.expr[1][1].rpartition(".")[0] if site.expr[1][0] == NAME else ""
        for other in program.methods("run"):
            if other.file is site.file and other.expr[1] == (NAME, f"{owner}.run") and other.expr[2]:
                given = option(program.inference, other.expr[2][0], other.at, "eachMessage", "eachBatch")
                if given is not None:
                    return self._function(program, (given[0],), given[1])
        return None

    # -- other brokers ----------------------------------------------------------------------------------------

    def _brokers(self, program: Program, findings: Findings) -> None:
        amqp = program.project.imports("amqplib", "amqplib/callback_api", "amqp-connection-manager")
        for pattern, method, position in _PUBLISHERS:
            for site in program.methods(method):
                if not is_javascript(site.file) or position >= len(site.expr[2]):
                    continue
                if pattern.match(site.callee.path) or (method == "sendToQueue" and amqp):
                    name = program.folded(site.expr[2][position], site.at)
                    if name:
                        self._add(findings, "publish", name, site, self._library(site, "amqplib"))
        self._exchanges(program, findings, amqp)
        for pattern, method in _CONSUMERS:
            for site in program.methods(method):
                if not is_javascript(site.file) or not site.expr[2]:
                    continue
                if pattern.match(site.callee.path) or (method == "consume" and amqp and self._named_channel(site)):
                    handler = self._function(program, site.expr[2][1:], site.at)
                    for expr, at in items(program.inference, site.expr[2][0], site.at):
                        name = program.folded(expr, at)
                        if name:
                            self._add(findings, "consume", name, site, self._library(site, "amqplib"), handler)

    def _exchanges(self, program: Program, findings: Findings, amqp: bool) -> None:
        for site in program.methods("publish"):  # exchange, routing key
            if (
                is_javascript(site.file)
                and len(site.expr[2]) >= 3
                and amqp
                and (self._is_amqp(site) or self._named_channel(site))
            ):
                name = program.folded(site.expr[2][1], site.at) or program.folded(site.expr[2][0], site.at)
                if name:
                    self._add(findings, "publish", name, site, "amqplib")

    @staticmethod
    def _is_amqp(site: Site) -> bool:
        return site.callee.path.startswith("amqplib") or site.callee.path.startswith("amqp-connection")

    @staticmethod
    def _named_channel(site: Site) -> bool:
        callee = site.expr[1]
        owner = callee[1].rpartition(".")[0] if callee[0] == NAME else callee[2] if callee[0] == ATTR else ""
        return owner.rpartition(".")[2].lower().endswith(("channel", "ch", "channelwrapper"))

    @staticmethod
    def _library(site: Site, default: str) -> str:
        head = site.callee.path.partition(".")[0].partition("(")[0]
        return head if site.callee.kind == EXTERNAL and head else default

    def _commands(self, program: Program, findings: Findings) -> None:
        for command, (kind, keys) in _COMMANDS.items():
            for site in program.calls(command):
                given = (
                    option(program.inference, site.expr[2][0], site.at, *keys)
                    if site.expr[2] and site.expr[2][0][0] in (DICT, NAME)
                    else None
                )
                name = program.folded(*given) if given is not None else None
                if name:
                    self._add(findings, kind, re.split(r"[/:]", name)[-1], site, "aws")

    # -- schedules --------------------------------------------------------------------------------------------

    def _scheduled(self, program: Program, findings: Findings) -> None:
        for name, (when, what) in _SCHEDULES.items():
            for site in program.calls(name):
                if len(site.expr[2]) <= when:
                    continue
                rule_expr, at = site.expr[2][when], site.at
                function = self._function(program, site.expr[2][what:], site.at)
                if rule_expr[0] == DICT:
                    given = option(program.inference, rule_expr, at, "cronTime", "rule")
                    started = option(program.inference, rule_expr, at, "onTick")
                    function = self._function(program, (started[0],), started[1]) if started is not None else function
                    if given is None:
                        continue
                    rule_expr, at = given
                rule = program.folded(rule_expr, at)
                named = function is not None and not function.name.startswith("<") and "(" not in function.name
                label = f"{function.name} ({rule})" if named and function is not None and rule else rule
                if label:
                    self._add(findings, "schedule", label, site, name.partition(".")[0], function)


framework = NodeQueues()
