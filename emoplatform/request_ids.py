"""One id for a request, on its answer and on every line that is logged of it."""

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
    """Takes the id that the proxy gave a request, as Heroku's router does, or makes one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Say the id on the answer, and let everything else know it."""
        told = request.headers.get(HEADER, "")
        current.set(told if VALID_ID.fullmatch(told) else uuid4().hex)
        response = self.get_response(request)
        response[HEADER] = current.get()
        return response


@receiver(request_finished)
def reset_current(**_: Any) -> None:
    """Let no later line have the id: Django logs refusals behind all middleware."""
    current.set("")


class RequestIdFilter(logging.Filter):
    """Notes the id of the request on each line; an empty one outside of any."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every line."""
        record.request_id = current.get()
        return True
