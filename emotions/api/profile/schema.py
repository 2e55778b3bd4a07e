"""OpenAPI descriptions of the endpoints for the profile and consents."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from accounts.consents import CURRENT_VERSIONS
from accounts.models import Consent
from emotions.api.idempotency import KEY_HEADER
from emotions.api.openapi import problem_responses
from emotions.api.profile.serializers import (
    AccountDeletionSerializer,
    GiveConsentSerializer,
    ProfileChangesSerializer,
    ProfileSerializer,
)
from emotions.api.schema_shared import (
    ETAG,
    IF_MATCH,
    JSON_BODY_PROBLEMS,
    NOT_MODIFIED,
    example_response,
    json_request,
)

ME = {
    "email": "ada@example.org",
    "joined_at": "2026-03-01T10:00:00Z",
    "time_zone": "Europe/Lisbon",
    "language": "en",
    "pictures_kept_for": 0,
    "kept": "photo",
    "read_on": "server",
    "keep_others": False,
    "show_streak": False,
    "consents": [
        {
            "kind": "use",
            "version": CURRENT_VERSIONS[Consent.Kind.USE],
            "given_at": "2026-03-01T10:01:00Z",
            "etag": '"6a1f2d0c9be84f5a8d3c7e21b05f9467"',
        },
        {
            "kind": "improve",
            "version": CURRENT_VERSIONS[Consent.Kind.IMPROVE],
            "given_at": None,
            "etag": '"d41c8a5e30f74b29a6b18c0e95d2f763"',
        },
    ],
    "new_device_letters": True,
    "etag": '"0b7e94c2d6a1483fb5e0d8c72f3a6190"',
    "contributions": 0,
    "quotas": {
        "picture_bytes": {"used": 48_213_112, "limit": 2_147_483_648},
        "moments": {"used": 3, "limit": 500},
        "imported_moments": {"used": 0, "limit": 100_000},
        "tags": {"used": 41, "limit": 2000},
    },
}
KIND = OpenApiParameter(
    "kind",
    str,
    OpenApiParameter.PATH,
    enum=Consent.Kind.values,
    description=_("use: photos of my face may be read. improve: they may help the network."),
)

CONSENT_ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    description=_("The etag of this consent, as in consents."),
    response=[200],
)

PROFILE: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "me_retrieve",
    "summary": _("Get your profile"),
    "description": _("Your account with its settings, consents and usage."),
    "parameters": [ETAG],
    "responses": {
        200: example_response(ProfileSerializer, _("Your account."), ME, "you"),
        304: NOT_MODIFIED,
        **problem_responses(),
    },
}

CHANGE_PROFILE: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "me_update",
    "summary": _("Update your settings"),
    "description": _("Updates the time zone and how much of new photos is saved."),
    "request": json_request(ProfileChangesSerializer, {"kept": "crop"}, "keep only my face"),
    "parameters": [IF_MATCH, KEY_HEADER, ETAG],
    "responses": {
        200: example_response(ProfileSerializer, _("Your account."), ME, "you"),
        **problem_responses(
            *JSON_BODY_PROBLEMS, "reauthentication_required", "conflict", "precondition_failed"
        ),
    },
}

DELETE_ACCOUNT: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "me_deletion",
    "summary": _("Delete your account"),
    "description": _(
        "Deletes captures, photos, sessions and tokens immediately and permanently. Requires a "
        "session and your password, or, if you have none, a session that has just "
        "reauthenticated with a passkey or code; access tokens can't do this."
    ),
    "request": json_request(
        AccountDeletionSerializer, {"password": "a quiet paper diary"}, "for sure"
    ),
    "responses": {
        204: OpenApiResponse(description=_("Everything has been deleted.")),
        **problem_responses(*JSON_BODY_PROBLEMS, "reauthentication_required"),
    },
}

DELETE_PROFILE: dict[str, Any] = {
    **{name: part for name, part in DELETE_ACCOUNT.items() if name != "request"},
    "operation_id": "me_delete",
    "summary": _("Delete your account (deprecated)"),
    "deprecated": True,
    "description": _(
        "Takes the same body as me/deletion/, which clients made from this document can send. Use "
        "that instead."
    ),
}

GIVE_CONSENT: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "consent_give",
    "summary": _("Give consent"),
    "description": _(
        "Show the person the text from /api/v1/consents/ first and send the version they have "
        "read. With improve, their own face, as a grey square without a name, may from then on "
        "be used for training wherever they say what they felt. Requires a session; access "
        "tokens get permission_denied."
    ),
    "request": json_request(
        GiveConsentSerializer, {"version": CURRENT_VERSIONS[Consent.Kind.USE]}, "the current text"
    ),
    "parameters": [KIND, IF_MATCH, KEY_HEADER, CONSENT_ETAG],
    "responses": {
        200: example_response(ProfileSerializer, _("Your account."), ME, "you"),
        **problem_responses(*JSON_BODY_PROBLEMS, "not_found", "conflict", "precondition_failed"),
    },
}

WITHDRAW_CONSENT: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "consent_withdraw",
    "summary": _("Withdraw consent"),
    "description": _(
        "use: no more photos are read; what is recorded stays until it is deleted. improve: "
        "the faces are removed from storage and from every training file; what a network has "
        "already learned stays."
    ),
    "parameters": [KIND, IF_MATCH, KEY_HEADER, CONSENT_ETAG],
    "responses": {
        200: example_response(ProfileSerializer, _("Your account."), ME, "you"),
        **problem_responses(
            "invalid", "permission_denied", "not_found", "conflict", "precondition_failed"
        ),
    },
}
