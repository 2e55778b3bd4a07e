"""OpenAPI descriptions of the endpoints for devices."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse

from emotions.api.devices.serializers import DeviceSerializer, RenameDeviceSerializer
from emotions.api.idempotency import KEY_HEADER
from emotions.api.openapi import problem_responses
from emotions.api.schema_shared import (
    ETAG,
    IF_MATCH,
    JSON_BODY_PROBLEMS,
    NOT_MODIFIED,
    example_response,
    id_parameter,
    json_request,
    response_examples,
)

DEVICE = {
    "id": 12,
    "name": "Ada's phone",
    "address": "203.0.113.7",
    "signed_in_at": "2026-03-01T10:00:00Z",
    "last_seen_at": "2026-03-14T08:30:00Z",
    "is_current": True,
    "etag": '"c5b20f6e8d1749a3b7f4e09a2d6c8135"',
}


WHICH_DEVICE = id_parameter(_("The id of the device."), 12)

DEVICES: dict[str, Any] = {
    "tags": ["devices"],
    "operation_id": "devices_list",
    "summary": _("List devices"),
    "description": _(
        "Where you're signed in, in browsers and apps: this device first, then the most "
        "recently seen. A device takes its name from X-Device-Name, which its app sends when "
        "signing in, otherwise from its browser."
    ),
    "parameters": [ETAG],
    "responses": {
        200: OpenApiResponse(
            DeviceSerializer(many=True),
            description=_("Your devices."),
            examples=response_examples(DEVICE, "a phone"),
        ),
        304: NOT_MODIFIED,
        **problem_responses(),
    },
}

RENAME_DEVICE: dict[str, Any] = {
    "tags": ["devices"],
    "operation_id": "devices_rename",
    "summary": _("Rename a device"),
    "description": _(
        "Gives a device a name of your own; an empty name restores the browser's. Requires a "
        "session; access tokens can't do this."
    ),
    "request": json_request(RenameDeviceSerializer, {"name": "Ada's phone"}, "a name"),
    "parameters": [WHICH_DEVICE, IF_MATCH, KEY_HEADER, ETAG],
    "responses": {
        200: example_response(DeviceSerializer, _("Renamed."), DEVICE, "renamed"),
        **problem_responses(*JSON_BODY_PROBLEMS, "not_found", "conflict", "precondition_failed"),
    },
}

SIGN_OUT_DEVICE: dict[str, Any] = {
    "tags": ["devices"],
    "operation_id": "devices_sign_out",
    "summary": _("Sign a device out"),
    "description": _(
        "Its session token or cookie stops working. Requires a session that has "
        "reauthenticated recently, unless a device signs itself out; access tokens can't do "
        "this."
    ),
    "parameters": [WHICH_DEVICE, KEY_HEADER],
    "responses": {
        204: OpenApiResponse(description=_("Signed out.")),
        **problem_responses(
            "invalid", "permission_denied", "reauthentication_required", "not_found", "conflict"
        ),
    },
}
