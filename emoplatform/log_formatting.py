"""How lines are logged: one JSON object each, without what is people's own."""

import logging
import re
from typing import Any

from pythonjsonlogger.json import JsonFormatter

SECRET_PATHS = re.compile(
    r"^(/accounts/password/reset/key/|/accounts/confirm-email/|/reminders/stop/)[^/]+"
)
EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(\.[\w-]+)+")
DETAIL = re.compile(r"^(DETAIL|CONTEXT|QUERY):.*\n?", re.MULTILINE)
"""Where PostgreSQL quotes the values of a row that it refuses."""
OMITTED_ATTRIBUTES = ("request", "response", "server_time")
"""Objects that Django hands to its log; a request's text has the query in it."""


def redact(text: str) -> str:
    """Return a text without e-mail addresses and quoted values."""
    return EMAIL.sub("…", DETAIL.sub("", text))


class RedactingJsonFormatter(JsonFormatter):
    """Formats what happened, and keeps to itself whom it happened to."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a line; the record stays as it is for others."""
        told = logging.makeLogRecord(record.__dict__)
        for name in OMITTED_ATTRIBUTES:
            told.__dict__.pop(name, None)
        if isinstance(told.args, tuple):
            told.args = tuple(without_keys(part) for part in told.args)
        return redact(super().format(told))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's own name
        """Return the traceback without values that a database quotes."""
        return redact(str(super().formatException(ei)))


def without_keys(part: object) -> object:
    """Return a part of a message; a path without the key that it has."""
    return redact_path(part) if isinstance(part, str) else part


def redact_path(path: str) -> str:
    """Return a path without the key of a link that we have sent somebody."""
    return SECRET_PATHS.sub(r"\1…", path)
