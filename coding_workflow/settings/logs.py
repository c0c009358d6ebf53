"""Structured logs with ids only: never a name, a number of a patient, a note or a parameter."""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog

from .environment import env

_KEY_IN_ADDRESS = re.compile(r"/answer/[^/\s\"']+")


def hide_keys(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take the keys of providers' links out of every line: whoever reads a log must not hold one."""
    for field, value in event.items():
        if isinstance(value, str) and "/answer/" in value:
            event[field] = _KEY_IN_ADDRESS.sub("/answer/(key)", value)
    return event


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                hide_keys,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
            "foreign_pre_chain": [structlog.stdlib.add_log_level, structlog.processors.TimeStamper(fmt="iso")],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "INFO")},
}

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
