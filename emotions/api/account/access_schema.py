"""Descriptions of the ways into an account: devices and access tokens."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from emotions.api.account.access_serializers import (
    DeviceSerializer,
    MadeTokenSerializer,
    NewTokenSerializer,
    RenameDeviceSerializer,
    TokenSerializer,
)
from emotions.api.account.profile_schema import BODY_PROBLEMS, body
from emotions.api.openapi import answers
from emotions.api.schema_shared import answered, example

DEVICE = {
    "id": 12,
    "name": "Ada's phone",
    "address": "203.0.113.7",
    "signed_in_at": "2026-03-01T10:00:00Z",
    "last_seen_at": "2026-03-14T08:30:00Z",
    "is_current": True,
}
TOKEN = {
    "id": 3,
    "name": "backup script",
    "prefix": "emo_Zx81bQ",
    "scope": "read",
    "created_at": "2026-03-01T10:00:00Z",
    "last_used_at": "2026-03-14T08:30:00Z",
    "expires_at": "2027-03-01T10:00:00Z",
}
MADE = {
    **TOKEN,
    "last_used_at": None,
    "token": "emo_Zx81bQ0TnM2cVwEXAMPLE7aLr5uYhPq3sKd9fGjWo1i",
}


class AccessTokenScheme(OpenApiAuthenticationExtension):
    """Describes the access token of a script."""

    target_class = "emotions.api.authentication.AccessTokenAuthentication"
    name = "accessToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the scheme."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": gettext(
                "An access token, made on the settings page or at /api/v1/tokens/."
            ),
        }


def which(told: Any, value: int) -> OpenApiParameter:
    """Describe the number in an address."""
    return OpenApiParameter(
        "id",
        int,
        OpenApiParameter.PATH,
        description=told,
        examples=[OpenApiExample("number", value=value)],
    )


WHICH_DEVICE = which(_("The id of the device."), 12)
WHICH_TOKEN = which(_("The id of the token."), 3)

DEVICES: dict[str, Any] = {
    "tags": ["devices"],
    "operation_id": "devices_list",
    "summary": _("List devices"),
    "description": _(
        "Where you are signed in, in browsers and apps: this device first, then those seen last. "
        "A device is named by X-Device-Name, which its app sends when signing in, otherwise by its "
        "browser."
    ),
    "responses": {
        200: OpenApiResponse(
            DeviceSerializer(many=True),
            description=_("Your devices."),
            examples=example(DEVICE, "a phone"),
        ),
        **answers(),
    },
}

RENAME_DEVICE: dict[str, Any] = {
    "tags": ["devices"],
    "operation_id": "devices_rename",
    "summary": _("Rename a device"),
    "description": _(
        "Calls a device as you do; an empty name gives it the name of its browser again. Needs a "
        "sign-in: access tokens cannot do it."
    ),
    "request": body(RenameDeviceSerializer, {"name": "Ada's phone"}, "a name"),
    "parameters": [WHICH_DEVICE],
    "responses": {
        200: answered(DeviceSerializer, _("Renamed."), DEVICE, "renamed"),
        **answers(*BODY_PROBLEMS, "not_found"),
    },
}

SIGN_OUT_DEVICE: dict[str, Any] = {
    "tags": ["devices"],
    "operation_id": "devices_sign_out",
    "summary": _("Sign a device out"),
    "description": _(
        "Its session token or cookie opens nothing from now on. Needs a sign-in: access tokens "
        "cannot do it."
    ),
    "parameters": [WHICH_DEVICE],
    "responses": {
        204: OpenApiResponse(description=_("Signed out.")),
        **answers("permission_denied", "not_found"),
    },
}

TOKENS: dict[str, Any] = {
    "tags": ["tokens"],
    "operation_id": "tokens_list",
    "summary": _("List access tokens"),
    "description": _("Your access tokens, newest first, without their secrets."),
    "responses": {
        200: OpenApiResponse(
            TokenSerializer(many=True),
            description=_("Your tokens."),
            examples=example(TOKEN, "a token"),
        ),
        **answers(),
    },
}

CREATE_TOKEN: dict[str, Any] = {
    "tags": ["tokens"],
    "operation_id": "tokens_create",
    "summary": _("Make an access token"),
    "description": _(
        "For a script that acts for you, by the header Authorization: Bearer. The answer is the "
        "only one that ever tells the token. Needs a sign-in: access tokens cannot do it."
    ),
    "request": body(NewTokenSerializer, {"name": "backup script"}, "to read for a year"),
    "responses": {
        201: answered(MadeTokenSerializer, _("Made."), MADE, "a new token"),
        **answers(*BODY_PROBLEMS),
    },
}

REVOKE_TOKEN: dict[str, Any] = {
    "tags": ["tokens"],
    "operation_id": "tokens_revoke",
    "summary": _("Revoke an access token"),
    "description": _("It opens nothing from now on. Needs a sign-in: access tokens cannot do it."),
    "parameters": [WHICH_TOKEN],
    "responses": {
        204: OpenApiResponse(description=_("Revoked.")),
        **answers("permission_denied", "not_found"),
    },
}
