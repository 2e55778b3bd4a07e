"""How bodies of requests are read."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework import parsers
from rest_framework.exceptions import ParseError

from common.json_documents import InvalidJsonError, parse_json


class StrictJSONParser(parsers.JSONParser):
    """Reads I-JSON, of the size that Django allows for what it holds in memory."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the value of a body.

        Raises:
            ParseError: it is not I-JSON.
            RequestDataTooBig: it is too large.
        """
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        content = stream.read(limit + 1)
        if len(content) > limit:
            raise RequestDataTooBig
        try:
            return parse_json(content)
        except InvalidJsonError as error:
            raise ParseError(str(error)) from error
