"""OpenAPI descriptions of the endpoints for access tokens."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse

from emotions.api.idempotency import KEY_HEADER
from emotions.api.openapi import problem_responses
from emotions.api.schema_shared import (
    ETAG,
    JSON_BODY_PROBLEMS,
    NOT_MODIFIED,
    example_response,
    id_parameter,
    json_request,
    response_examples,
)
from emotions.api.tokens.serializers import MadeTokenSerializer, NewTokenSerializer, TokenSerializer

TOKEN = {
    "id": 3,
    "name": "backup script",
    "prefix": "emo_Zx81bQ",
    "scope": "read",
    "may_export": False,
    "created_at": "2026-03-01T10:00:00Z",
    "last_used_at": "2026-03-14T08:30:00Z",
    "expires_at": "2027-03-01T10:00:00Z",
}


MADE = {
    **TOKEN,
    "last_used_at": None,
    "token": "emo_Zx81bQ0TnM2cVwEXAMPLE7aLr5uYhPq3sKd9fGjWo1i",
}


WHICH_TOKEN = id_parameter(_("The id of the token."), 3)


TOKENS: dict[str, Any] = {
    "tags": ["tokens"],
    "operation_id": "tokens_list",
    "summary": _("List access tokens"),
    "description": _("Your access tokens, newest first, without their secrets."),
    "parameters": [ETAG],
    "responses": {
        200: OpenApiResponse(
            TokenSerializer(many=True),
            description=_("Your tokens."),
            examples=response_examples(TOKEN, "a token"),
        ),
        304: NOT_MODIFIED,
        **problem_responses(),
    },
}


CREATE_TOKEN: dict[str, Any] = {
    "tags": ["tokens"],
    "operation_id": "tokens_create",
    "summary": _("Create an access token"),
    "description": _(
        "For a script that acts on your behalf, with the header Authorization: Bearer. Only "
        "this response contains the secret. Requires a session that has reauthenticated "
        "recently; access tokens can't create tokens."
    ),
    "request": json_request(NewTokenSerializer, {"name": "backup script"}, "to read for a year"),
    "responses": {
        201: example_response(MadeTokenSerializer, _("Created."), MADE, "a new token"),
        **problem_responses(*JSON_BODY_PROBLEMS, "reauthentication_required"),
    },
}


REVOKE_TOKEN: dict[str, Any] = {
    "tags": ["tokens"],
    "operation_id": "tokens_revoke",
    "summary": _("Revoke an access token"),
    "description": _(
        "The token stops working immediately. Requires a session that has reauthenticated "
        "recently; access tokens can't revoke tokens."
    ),
    "parameters": [WHICH_TOKEN, KEY_HEADER],
    "responses": {
        204: OpenApiResponse(description=_("Revoked.")),
        **problem_responses(
            "invalid", "permission_denied", "reauthentication_required", "not_found", "conflict"
        ),
    },
}
