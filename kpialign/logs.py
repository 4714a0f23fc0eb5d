"""Shape the log: one line an event, readable here, JSON where machines collect it."""

import logging
import re
from typing import Any

import structlog
from structlog.dev import plain_traceback
from structlog.typing import EventDict

TALKATIVE = (
    "celery.beat",
    "celery.worker.strategy",
    "celery.worker.request",
    "celery.app.trace",
)
PROBES = {"/healthz", "/readyz"}

# The link of an invitation; a token of the API that somebody wrote into an address.
SECRET = re.compile(r"(/welcome/|kpa_)[^/\s'\"&]+")


def hide_secrets(_logger: object, _name: str, event: EventDict) -> EventDict:
    """Keep what lets somebody in out of the log: whoever reads it could use it."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = SECRET.sub(r"\1...", value)
    return event


def leave_out_refusals(_logger: object, _name: str, event: EventDict) -> EventDict:
    """Drop the trace of a refused request: a page that one may not open is no fault of ours."""
    if event.get("logger") == "django.request" and event.get("level") == "warning":
        event.pop("exc_info", None)
    return event


def is_no_probe(record: logging.LogRecord) -> bool:
    """Say whether a line is about anything but a probe, which asks again every few seconds."""
    return getattr(getattr(record, "request", None), "path", "") not in PROBES


SHARED: tuple[Any, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso"),
)
KEPT = (hide_secrets, leave_out_refusals)


def rendering(*, as_json: bool) -> list[Any]:
    """Give the last steps of a line: to one JSON object, or to text without colours."""
    if as_json:
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain_traceback)]


def log_settings(*, level: str, as_json: bool) -> dict[str, Any]:
    """Configure structlog, and give Django's LOGGING that renders every logger the same way."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": SHARED,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *KEPT,
            *rendering(as_json=as_json),
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"structured": formatter},
        "filters": {"probes": {"()": lambda: is_no_probe}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "structured",
                "filters": ["probes"],
            },
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own handlers would print its warnings a second time.
            "django": {"level": level, "handlers": [], "propagate": True},
            # A tick every few seconds would fill the log with lines that tell nothing.
            **{name: {"level": "WARNING"} for name in TALKATIVE},
        },
    }
