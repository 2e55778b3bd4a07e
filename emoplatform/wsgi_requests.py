"""Requests as the WSGI server hands them over, read more strictly than Django does."""

from contextlib import suppress
from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest
from django.core.handlers.wsgi import LimitedStream, WSGIHandler, WSGIRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.http import parse_header_parameters

CHUNK_BYTES = 2**16


class CompleteStream(LimitedStream):
    """A body that has to be as long as its headers announce.

    A client that goes away in the middle of a form would otherwise have sent a shorter one, and
    half a note would be saved.
    """

    def __init__(self, stream: Any, length: int) -> None:
        super().__init__(stream, length)
        self.missing = length

    def read(self, size: int | None = -1, /) -> bytes:
        """Read like any stream.

        Raises:
            BadRequest: the body ends early.
        """
        data: bytes = super().read(size)
        self.missing -= len(data)
        wants_all = size is None or size < 0
        if self.missing and (wants_all or (size and not data)):
            raise BadRequest("The body ended before its length.")
        return data

    def readline(self, size: int | None = -1, /) -> bytes:
        """Read a line like any stream.

        Raises:
            BadRequest: the body ends early.
        """
        line: bytes = super().readline(size)
        self.missing -= len(line)
        if self.missing and not line and size != 0:
            raise BadRequest("The body ended before its length.")
        return line


class StrictRequest(WSGIRequest):
    """A request with a complete body, whose texts are in UTF-8 whatever its client says.

    Django decodes with any codec of Python's that is named as the charset, and fails before any
    middleware where that is `rot13`.
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        super().__init__(environ)
        length: int = self._stream.limit
        self._stream: Any = CompleteStream(environ["wsgi.input"], length)

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        kind, parameters = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        self.content_type, self.content_params = kind, parameters

    def discard_rest(self) -> None:
        """Read what is left of the body, as far as it comes."""
        with suppress(BadRequest, OSError):
            while self._stream.read(CHUNK_BYTES):
                pass


class StrictHandler(WSGIHandler):
    """Serves such requests, and reads to its end what it refused before.

    A proxy that is still sending when the connection closes answers 502 instead of passing the
    refusal on.
    """

    request_class = StrictRequest

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        response = super().get_response(request)
        if response.status_code >= HTTPStatus.BAD_REQUEST and isinstance(request, StrictRequest):
            request.discard_rest()
        return response
