"""Logging as JSON lines, without personal data."""

import logging
import re
from typing import Any

from pythonjsonlogger.json import JsonFormatter

SECRET_PATHS = re.compile(
    r"^(/accounts/password/reset/key/|/accounts/confirm-email/|/reminders/stop/|/settings/not-me/)"
    r"[^/]+"
)
EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(\.[\w-]+)+")
DETAIL = re.compile(r"^(DETAIL|CONTEXT|QUERY):.*\n?", re.MULTILINE)
"""Lines in which PostgreSQL quotes the values of a row that it rejects."""
OMITTED_ATTRIBUTES = ("request", "response", "server_time")
"""Attributes that Django adds to log records; the text of a request contains its query."""


def redact(text: str) -> str:
    """Return a text without e-mail addresses and values quoted by the database."""
    return EMAIL.sub("…", DETAIL.sub("", text))


class RedactingJsonFormatter(JsonFormatter):
    """Formats log records as JSON, with personal data and secrets removed."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a copy of the record, since other handlers get the same object."""
        redacted = logging.makeLogRecord(record.__dict__)
        for name in OMITTED_ATTRIBUTES:
            redacted.__dict__.pop(name, None)
        if isinstance(redacted.args, tuple):
            redacted.args = tuple(
                redact_path(arg) if isinstance(arg, str) else arg for arg in redacted.args
            )
        return redact(super().format(redacted))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's own name
        return redact(str(super().formatException(ei)))


def redact_path(path: str) -> str:
    """Return a URL path without the secret of a link that was sent by e-mail."""
    return SECRET_PATHS.sub(r"\1…", path)


def config(*, plain: bool) -> dict[str, Any]:
    """Return Django's setting: JSON lines, or plain ones for reading in a terminal."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": "emoplatform.log_formatting.RedactingJsonFormatter",
                "format": "%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s",
            },
            "plain": {"format": "%(levelname)s %(name)s %(message)s"},
        },
        "filters": {"request_id": {"()": "emoplatform.request_ids.RequestIdFilter"}},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "plain" if plain else "json",
                "filters": ["request_id"],
            }
        },
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
            "fido2": {"level": "WARNING"},  # it names passkeys
        },
    }
