"""One ID per request, sent with the response and logged with every record."""

import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

from django.core.signals import request_finished
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-Id"
VALID_ID = re.compile(r"[A-Za-z0-9-]{8,200}")
current: ContextVar[str] = ContextVar("request_id", default="")


class RequestIdMiddleware:
    """Takes the ID from the proxy, such as Heroku's router, or generates one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        current.set(given if VALID_ID.fullmatch(given) else uuid4().hex)
        response = self.get_response(request)
        response[HEADER] = current.get()
        return response


@receiver(request_finished)
def reset_current(**_: Any) -> None:
    """Reset the ID only now, since Django logs rejected requests outside of all middleware."""
    current.set("")


class RequestIdFilter(logging.Filter):
    """Adds the ID of the request to log records; it is empty outside of requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current.get()
        return True
