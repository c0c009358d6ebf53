"""Structured logs with ids only: never a name, a number of a patient, a note or a parameter."""

import re
import sys
from collections.abc import MutableMapping
from pathlib import Path
from traceback import walk_tb
from typing import Any

import structlog

from .environment import BASE_DIR, env

_KEY_IN_ADDRESS = re.compile(r"/answer/[^/\s\"']+")
_WORDS_OF_SIGN_ON = re.compile(r"(/sign-on/[^?\s\"']*)\?[^\s\"']+")
_MOST_CAUSES = 5


def hide_keys(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take the keys of providers' links out of every line, and what a sign-on says in an address.

    Whoever reads a log must not hold a key, nor learn a name from it.
    """
    for field, value in event.items():
        if isinstance(value, str) and ("/answer/" in value or "/sign-on/" in value):
            event[field] = _WORDS_OF_SIGN_ON.sub(r"\1?(words)", _KEY_IN_ADDRESS.sub("/answer/(key)", value))
    return event


def plain_failures(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Say of an exception its class and the places in our code, never its text: a database names the values it refused.

    Celery writes the text into the line itself; its line becomes a plain one.
    """
    error, given = _error(event.pop("exc_info", None)), event.pop("exception", None)
    event.pop("stack_info", None)
    error = error or (given if isinstance(given, BaseException) else None)
    if error is None:
        return event
    event["failure"] = _told(error)
    if getattr(event.get("_record"), "name", "").startswith("celery"):
        event["event"] = "task.failed"
    return event


def _error(given: Any) -> BaseException | None:
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return given[1] if isinstance(given[1], BaseException) else None
    return sys.exc_info()[1] if given else None


def _told(error: BaseException) -> list[str]:
    """The exception and what caused it, each as class and place."""
    told: list[str] = []
    each: BaseException | None = error
    while each is not None and len(told) < _MOST_CAUSES:
        told.append(f"{type(each).__module__}.{type(each).__qualname__}{_place(each)}")
        each = each.__cause__ or each.__context__
    return told


def _place(error: BaseException) -> str:
    frames = [(Path(frame.f_code.co_filename), line) for frame, line in walk_tb(error.__traceback__)]
    ours = [(path, line) for path, line in frames if path.is_relative_to(BASE_DIR) and "site-packages" not in path.parts]
    if not ours and not frames:
        return ""
    path, line = (ours or frames)[-1]
    return f" at {path.relative_to(BASE_DIR) if ours else path.name}:{line}"


# A request's id is ours: what a client writes into its headers does not reach the log.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = DJANGO_STRUCTLOG_TRUST_UPSTREAM_CORRELATION_ID = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                plain_failures,
                hide_keys,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
            "foreign_pre_chain": [structlog.stdlib.add_log_level, structlog.processors.TimeStamper(fmt="iso")],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "INFO")},
    # Repeats what a refused answer of a sign-on says, which can be a name; our own line says why it was refused.
    "loggers": {"allauth.socialaccount.providers.saml.views": {"level": "CRITICAL"}},
}

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_log_level,
        plain_failures,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
