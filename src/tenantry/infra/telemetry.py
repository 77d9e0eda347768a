"""What is seen from outside: logs in which no secret stands, and figures for Prometheus."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Gauge, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from tenantry.core.settings import Settings

_SECRET_KEY = re.compile(
    r"pass(word|phrase)?$|secret|token|cookie|authorization|credential|private_key|api_key", re.IGNORECASE
)
_IN_URL = re.compile(r"(?<=://)[^/@\s:]+(:[^/@\s]*)?(?=@)")
_EMAIL = re.compile(r"(?<![\w.+-])([\w.+-])[\w.+-]*@([\w-]+\.[\w.-]+)")
_TOKEN = re.compile(r"(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*\d)[\w-]{32,}(?![\w-])")
"""What looks like a secret: long, of small and capital letters and digits. Ids and hashes have no capitals."""
_IPV4 = re.compile(r"(?<![\d.])(\d{1,3}\.\d{1,3}\.)\d{1,3}\.\d{1,3}(?![\d.])")
_IPV6 = re.compile(r"(?<![\w:.])([0-9a-f]{1,4}:[0-9a-f]{1,4}):[0-9a-f:]*:[0-9a-f:]*(?![\w:])", re.IGNORECASE)
_LOOPBACK = ("127.0.", "0.0.")
_JOB_BUCKETS = (0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 1800)
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The figures of one process; what a part counts about itself, it registers here."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.requests = Histogram(
            "tenantry_http_request_seconds",
            "How long requests took.",
            ("method", "operation", "status"),
            registry=self.registry,
            buckets=_BUCKETS,
        )
        self.jobs = Histogram(
            "tenantry_job_seconds",
            "How long attempts of jobs took, and how they ended.",
            ("job", "outcome"),
            registry=self.registry,
            buckets=_JOB_BUCKETS,
        )
        self.up = Gauge("tenantry_up", "Always 1; its labels tell what runs.", ("version",), registry=self.registry)


def masked(value: Any, key: str = "") -> Any:
    """The value as it may stand in a log: secrets gone, e-mail addresses down to their first letter and domain, addresses of
    machines down to their network."""
    if key and _SECRET_KEY.search(key):
        return "•••" if value else value
    match value:
        case str():
            return _masked_text(value)
        case dict():
            return {name: masked(inner, str(name)) for name, inner in value.items()}
        case list() | tuple():
            return [masked(inner) for inner in value]
        case _:
            return value


def _masked_text(text: str) -> str:
    text = _IN_URL.sub("•••", text)
    if "@" in text:
        text = _EMAIL.sub(r"\1•••@\2", text)
    if len(text) >= 32:
        text = _TOKEN.sub("•••", text)
    if "." in text:
        text = _IPV4.sub(lambda found: found[0] if found[1] in _LOOPBACK else f"{found[1]}•.•", text)
    return _IPV6.sub(r"\1:•", text) if text.count(":") > 2 else text


def _mask(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in list(event):
        if not key.startswith("_"):  # those are structlog's own
            event[key] = masked(event[key], key)
        if event[key] is None:
            del event[key]
    return event


def configure_logging(settings: Settings) -> None:
    """One form for all lines, ours and those of libraries: text on a terminal, JSON elsewhere."""
    json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso" if json else "%H:%M:%S", utc=json),
        structlog.stdlib.ExtraAdder(),
    ]
    last: list[structlog.typing.Processor] = (
        [structlog.processors.format_exc_info, _mask, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if json
        else [structlog.processors.format_exc_info, _mask, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared[:4],
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.TimeStamper(fmt="iso" if json else "%H:%M:%S", utc=json),
                *last,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for noisy in ("uvicorn.error", "uvicorn.access", "httpx", "procrastinate", "alembic", "asyncio"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
    for ours in ("uvicorn", "uvicorn.error"):
        logging.getLogger(ours).handlers[:] = []
        logging.getLogger(ours).propagate = True
