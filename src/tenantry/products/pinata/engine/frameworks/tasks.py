"""Work that is done later or again: Celery, RQ, Dramatiq, Huey, APScheduler, and message brokers (Kafka, RabbitMQ, SQS)."""

import re

from tenantry.products.pinata.engine.facts import ATTR, CALL, DICT, LIST, NAME, STR, Expr, dotted, keyword
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.resolve.inference import Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import EXTERNAL, FUNCTION, At, Definition

_TASK = re.compile(
    r"(?:celery\.)?shared_task\Z|celery\.(?:app\.)?(?:task|Celery\(\)\.task)\Z|.*Celery\(\)\.task\Z|dramatiq\.actor\Z"
    r"|huey\.\w*Huey\(\)\.task\Z|procrastinate\.\w*App\(\)\.task\Z|taskiq\.\w+\(\)\.task\Z|django\.tasks\.task\Z"
    r"|rq\.(?:decorators\.)?job\Z|django_rq\.job\Z|arq\.\w+\Z"
)
_PERIODIC = re.compile(
    r".*\.periodic_task\Z|.*Scheduler\(\)\.scheduled_job\Z|apscheduler\..*\.scheduled_job\Z|schedule\.repeat\Z"
    r"|fastapi_(?:utils|restful)\.tasks\.repeat_every\Z"
)
_SENDS = frozenset(
    "delay apply_async send send_with_options enqueue defer defer_async kiq schedule aenqueue s si delay_on_commit".split()
)
_SUBSCRIBERS = re.compile(r"(?:faststream\.|.*Broker\(\)\.)\w*subscriber\Z|.*\.subscriber\Z|faust\.App\(\)\.agent\Z")


class Tasks:
    name = "tasks"
    packages: tuple[str, ...] = (
        "celery", "dramatiq", "huey", "rq", "django_rq", "apscheduler", "procrastinate", "taskiq", "kafka", "aiokafka", "confluent_kafka",
        "pika", "aio_pika", "boto3", "faust", "faststream", "fastapi_utils", "schedule", "redis", "kombu",
    )  # fmt: skip
    results: dict[str, tuple[Result, ...]] = {}

    def find(self, program: Program, findings: Findings) -> None:
        tasks = self._tasks(program, findings)
        self._sent(program, findings, tasks)
        self._beat(program, findings, tasks)
        self._jobs(program, findings)
        self._brokers(program, findings)

    # -- tasks ------------------------------------------------------------------------------------------------

    def _tasks(self, program: Program, findings: Findings) -> dict[tuple[str, int], str]:
        """All task functions with their names; each consumes its own topic."""
        found: dict[tuple[str, int], str] = {}
        for function in program.project.functions():
            if function.file.language != "python":
                continue
            for expr, line in function.scope.decorators:
                callee = expr[1] if expr[0] == CALL else expr
                name = self._canonical(program, callee, function.outside)
                if not name:
                    continue
                if _TASK.match(name):
                    said = (
                        program.text(keyword(expr, "name") or keyword(expr, "actor_name"), function.outside)
                        if expr[0] == CALL
                        else None
                    )
                    topic = said or self._dotted_name(function)
                    found[function.key] = topic
                    findings.add(
                        "consume",
                        topic,
                        function.file,
                        line,
                        scope=function.scope.parent,
                        handler=function,
                        framework=name.partition(".")[0],
                    )
                elif _PERIODIC.match(name):
                    findings.add("schedule", f"{function.name}{self._every(program, expr, function.outside)}", function.file, line,
                                 scope=function.scope.parent, handler=function, framework=name.partition(".")[0])  # fmt: skip
                elif _SUBSCRIBERS.match(name) and expr[0] == CALL and expr[2]:
                    topic_text = program.folded(expr[2][0], function.outside)
                    if topic_text:
                        findings.add(
                            "consume",
                            topic_text,
                            function.file,
                            line,
                            scope=function.scope.parent,
                            handler=function,
                            framework="faststream",
                        )
        return found

    def _canonical(self, program: Program, callee: Expr, at: At) -> str:
        if callee[0] not in (NAME, ATTR):
            return ""
        value = program.value(callee, at)
        if value.kind == EXTERNAL:
            return value.path
        names = program.canonical(value)
        if names:
            return names[0]
        # `from project.celery import app` where the application could not be followed: the names are a strong convention
        text = dotted(callee)
        if not value.known and text in ("app.task", "celery.task", "celery_app.task"):
            return "celery.Celery().task"
        return ""

    @staticmethod
    def _dotted_name(function: Definition) -> str:
        module = function.file.path.removesuffix(".py").replace("/", ".").removesuffix(".__init__").removeprefix("src.")
        return f"{module}.{function.scope.qualname}"

    def _every(self, program: Program, expr: Expr, at: At) -> str:
        if expr[0] != CALL:
            return ""
        shown = [f"{key}={value[1]}" for key, value in expr[3] if value[0] in ("n", STR)]
        return f" ({', '.join(shown)})" if shown else ""

    def _sent(self, program: Program, findings: Findings, tasks: dict[tuple[str, int], str]) -> None:
        for site in program.methods(*sorted(_SENDS)):
            callee = site.callee
            if (
                callee.kind == FUNCTION
                and callee.definition is not None
                and callee.definition.key in tasks
                and callee.path.startswith(".")
            ):
                if site.method in ("s", "si") and not site.outermost:
                    continue
                findings.add(
                    "publish",
                    tasks[callee.definition.key],
                    site.file,
                    site.line,
                    scope=site.at.scope,
                    end_line=site.outer.end_line,
                    framework="tasks",
                )
            elif site.method == "enqueue" and site.expr[2]:
                target = program.value(site.expr[2][0], site.at)
                if target.kind == FUNCTION and target.definition is not None and not target.path:
                    topic = self._dotted_name(target.definition)
                    findings.add("publish", topic, site.file, site.line, scope=site.at.scope, framework="rq")
                    if target.definition.key not in tasks:
                        tasks[target.definition.key] = topic
                        findings.add(
                            "consume",
                            topic,
                            target.definition.file,
                            target.definition.scope.line,
                            handler=target.definition,
                            framework="rq",
                        )
        for site in program.methods("send_task", "signature"):
            name = program.text(site.argument("name", 0), site.at)
            if name and (site.method == "send_task" or name in tasks.values()):
                findings.add("publish", name, site.file, site.line, scope=site.at.scope, framework="celery")

    def _beat(self, program: Program, findings: Findings, tasks: dict[tuple[str, int], str]) -> None:
        """`beat_schedule = {"name": {"task": "a.b", "schedule": …}}` and `add_periodic_task`."""
        by_name = {name: key for key, name in tasks.items()}
        for path in program.project.paths("python"):
            file = program.project.files[path]
            for assign in file.assigns:
                if (
                    assign.target.rpartition(".")[2]
                    not in ("beat_schedule", "CELERY_BEAT_SCHEDULE", "CELERYBEAT_SCHEDULE")
                    or assign.value is None
                ):
                    continue
                if assign.value[0] != DICT:
                    continue
                for key, entry in assign.value[1]:
                    given = {k[1]: v for k, v in entry[1] if k[0] == STR} if entry[0] == DICT else {}
                    task = program.text(given.get("task"), At(file, assign.scope)) or ""
                    name = key[1] if key[0] == STR else task
                    known = (
                        next((by_name[t] for t in by_name if t == task or t.endswith("." + task)), None)
                        if task
                        else None
                    )
                    handler = program.project.definition(program.project.files[known[0]], known[1]) if known else None
                    findings.add(
                        "schedule",
                        str(name),
                        file,
                        _first_line(entry) or assign.line,
                        scope=assign.scope,
                        handler=handler,
                        framework="celery",
                        task=task,
                    )
        for site in program.methods("add_periodic_task"):
            target = site.expr[2][1] if len(site.expr[2]) > 1 else None
            base = target[1] if target is not None and target[0] == CALL else None
            value = program.value(base, site.at) if base is not None else None
            if value is not None and value.kind == FUNCTION and value.definition is not None:
                findings.add(
                    "schedule",
                    value.definition.name,
                    site.file,
                    site.line,
                    scope=site.at.scope,
                    handler=value.definition,
                    framework="celery",
                )

    def _jobs(self, program: Program, findings: Findings) -> None:
        """APScheduler's `add_job` and `schedule.every().day.do(job)`."""
        for site in program.methods("add_job"):
            function = program.function(site.argument("func", 0), site.at)
            if function is not None and ("Scheduler" in site.callee.path or site.callee.kind != EXTERNAL):
                confidence = CERTAIN if "Scheduler" in site.callee.path else LIKELY
                findings.add(
                    "schedule", function.name, site.file, site.line, scope=site.at.scope, handler=function,
                    framework="apscheduler", confidence=confidence,
                )  # fmt: skip
        for site in program.methods("do"):
            function = program.function(site.argument("job_func", 0), site.at)
            if function is not None and site.callee.path.startswith("schedule.every"):
                findings.add(
                    "schedule",
                    function.name,
                    site.file,
                    site.line,
                    scope=site.at.scope,
                    handler=function,
                    framework="schedule",
                )

    # -- brokers ----------------------------------------------------------------------------------------------

    def _brokers(self, program: Program, findings: Findings) -> None:
        producers = (
            "kafka.KafkaProducer().send",
            "aiokafka.AIOKafkaProducer().send",
            "aiokafka.AIOKafkaProducer().send_and_wait",
            "confluent_kafka.Producer().produce",
        )
        for site in program.calls(*producers):
            self._message(program, findings, "publish", site.argument("topic", 0), site, "kafka")
        for name in ("kafka.KafkaConsumer", "aiokafka.AIOKafkaConsumer"):
            for site in program.calls(name):
                for argument in site.expr[2]:
                    self._message(program, findings, "consume", argument, site, "kafka")
        for site in program.calls(
            "kafka.KafkaConsumer().subscribe",
            "aiokafka.AIOKafkaConsumer().subscribe",
            "confluent_kafka.Consumer().subscribe",
        ):
            listed = site.argument("topics", 0)
            for argument in (
                listed[1] if listed is not None and listed[0] == LIST else (listed,) if listed is not None else ()
            ):
                self._message(program, findings, "consume", argument, site, "kafka")
        for site in program.methods("basic_publish"):
            key = site.argument("routing_key", 1)
            text = program.folded(key, site.at) or program.folded(site.argument("exchange", 0), site.at)
            if text:
                findings.add("publish", text, site.file, site.line, scope=site.at.scope, framework="rabbitmq")
        for site in program.methods("basic_consume"):
            handler = program.function(site.argument("on_message_callback", 1), site.at)
            text = program.folded(site.argument("queue", 0), site.at)
            if text:
                findings.add(
                    "consume", text, site.file, site.line, scope=site.at.scope, handler=handler, framework="rabbitmq"
                )
        for site in program.methods("publish"):
            if any("redis" in name.lower() for name in program.canonical(site.callee)):
                self._message(program, findings, "publish", site.argument("channel", 0), site, "redis")

    def _message(
        self, program: Program, findings: Findings, kind: str, topic: Expr | None, site: Site, framework: str
    ) -> None:
        text = program.folded(topic, site.at) if topic is not None else None
        if not text:
            findings.diagnose(site.file.path, site.line, "topic.dynamic", "The topic of this message is not constant.")
            return
        owner = program.project.owner(site.file, site.at.scope)
        handler = owner if kind == "consume" else None
        findings.add(kind, text, site.file, site.line, scope=site.at.scope, handler=handler, framework=framework)


def _first_line(expr: Expr) -> int:
    """The line of the first call in an entry (`crontab(…)`): entries of a dict have no line of their own."""
    if expr[0] == CALL:
        return int(expr[4])
    if expr[0] == DICT:
        return next((line for _, value in expr[1] if (line := _first_line(value))), 0)
    return 0


framework = Tasks()
