"""Building blocks for the OpenAPI descriptions of several resources."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiRequest, OpenApiResponse

SHARES = {
    "angry": 0.004,
    "disgust": 0.001,
    "fear": 0.012,
    "happy": 0.931,
    "neutral": 0.038,
    "sad": 0.006,
    "surprise": 0.008,
}


IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description=_("The etag you last read; 412 if it has changed since."),
    examples=[OpenApiExample("the state that was read", value='"44"')],
)
ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    description=_("The version of what is returned, for If-Match and If-None-Match."),
    response=[200, 201],
)
NOT_MODIFIED = OpenApiResponse(description=_("Your copy is current."))


def response_examples(value: Any, name: str) -> list[OpenApiExample]:
    return [OpenApiExample(name, value=value, response_only=True)]


def example_response(serializer: Any, description: Any, value: Any, name: str) -> OpenApiResponse:
    """Describe a response with its one example."""
    return OpenApiResponse(
        serializer, description=description, examples=response_examples(value, name)
    )


def id_parameter(description: Any, value: int) -> OpenApiParameter:
    """Describe the primary key in a path."""
    return OpenApiParameter(
        "id",
        int,
        OpenApiParameter.PATH,
        description=description,
        examples=[OpenApiExample("number", value=value)],
    )


JSON_BODY_PROBLEMS = (
    "invalid",
    "parse_error",
    "bad_request",
    "permission_denied",
    "unsupported_media_type",
)


def json_request(serializer: Any, value: dict[str, Any], name: str) -> dict[str, OpenApiRequest]:
    """Describe a JSON body with its one example."""
    return {
        "application/json": OpenApiRequest(
            serializer, examples=[OpenApiExample(name, value=value, request_only=True)]
        )
    }
