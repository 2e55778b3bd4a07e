"""Descriptions of the person's own record."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiRequest, OpenApiResponse

from accounts.models import Consent
from emotions.api.account.profile_serializers import (
    DeleteAccountSerializer,
    GiveConsentSerializer,
    ProfileChangesSerializer,
    ProfileSerializer,
)
from emotions.api.openapi import answers
from emotions.api.schema_shared import answered
from emotions.api.transfer.serializers import ImportedSerializer, ImportSerializer

ME = {
    "email": "ada@example.org",
    "joined_at": "2026-03-01T10:00:00Z",
    "time_zone": "Europe/Lisbon",
    "language": "en",
    "pictures_kept_for": 0,
    "kept": "photo",
    "keep_others": False,
    "consents": [
        {"kind": "use", "version": "2026-11", "given_at": "2026-03-01T10:01:00Z"},
        {"kind": "improve", "version": "2026-11", "given_at": None},
    ],
    "contributions": 0,
}
BODY_PROBLEMS = (
    "invalid",
    "parse_error",
    "bad_request",
    "permission_denied",
    "unsupported_media_type",
)
KIND = OpenApiParameter(
    "kind",
    str,
    OpenApiParameter.PATH,
    enum=Consent.Kind.values,
    description=_("use: photos of my face may be read. improve: they may help the network."),
)


def body(serializer: Any, value: dict[str, Any], name: str) -> dict[str, OpenApiRequest]:
    """Describe a JSON body with its one example."""
    return {
        "application/json": OpenApiRequest(
            serializer, examples=[OpenApiExample(name, value=value, request_only=True)]
        )
    }


PROFILE: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "me_retrieve",
    "summary": _("Read your profile"),
    "description": _("Who is signed in, with settings and consents."),
    "responses": {200: answered(ProfileSerializer, _("You."), ME, "you"), **answers()},
}

CHANGE_PROFILE: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "me_update",
    "summary": _("Change your settings"),
    "description": _("Sets the zone and how much of photos to come is kept."),
    "request": body(ProfileChangesSerializer, {"kept": "crop"}, "keep only my face"),
    "responses": {
        200: answered(ProfileSerializer, _("You."), ME, "you"),
        **answers(*BODY_PROBLEMS),
    },
}

DELETE_ACCOUNT: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "me_delete",
    "summary": _("Delete your account"),
    "description": _(
        "Removes captures, photos, sessions and tokens at once and for ever. Needs your password, "
        "and a sign-in: access tokens cannot do it."
    ),
    "request": body(DeleteAccountSerializer, {"password": "a quiet paper diary"}, "for sure"),
    "responses": {
        204: OpenApiResponse(description=_("Nothing is left.")),
        **answers(*BODY_PROBLEMS),
    },
}

GIVE_CONSENT: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "consent_give",
    "summary": _("Give consent"),
    "description": _(
        "Show the person the text first and send the version that they have read. That of use is "
        "at /consent/, that of improve at /helping/: from then on their own face, as a grey square "
        "without a name, may be used for training wherever they say what they felt."
    ),
    "request": body(GiveConsentSerializer, {"version": "2026-11"}, "the current text"),
    "parameters": [KIND],
    "responses": {
        200: answered(ProfileSerializer, _("You."), ME, "you"),
        **answers(*BODY_PROBLEMS, "not_found"),
    },
}

WITHDRAW_CONSENT: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "consent_withdraw",
    "summary": _("Withdraw consent"),
    "description": _(
        "use: from now on no photo is read; what is recorded stays until it is deleted. improve: "
        "the faces are taken back from the storage and from every file made for training; what a "
        "network has learned stays."
    ),
    "parameters": [KIND],
    "responses": {
        200: answered(ProfileSerializer, _("You."), ME, "you"),
        **answers("permission_denied", "not_found"),
    },
}

EXPORT: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "export",
    "summary": _("Take everything with you"),
    "description": _(
        "A zip archive with index.html to read, profile.json, captures.json, captures.csv and "
        "your pictures, made while it is sent."
    ),
    "responses": {
        (200, "application/zip"): OpenApiResponse(
            OpenApiTypes.BINARY, description=_("The archive.")
        ),
        **answers(),
    },
}

IMPORT: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "import",
    "summary": _("Bring a history in"),
    "description": _(
        "Takes in an archive that export/ made, here or elsewhere, or Daylio's table. What is "
        "there already is left alone, also in the trash, so the same file may be sent again; an "
        "entry that is not as expected is told with its place and stops none of the others. "
        "Pictures need consent. White space comes while it is read, then the answer."
    ),
    "request": {
        "multipart/form-data": OpenApiRequest(
            ImportSerializer,
            encoding={"file": {"contentType": "application/zip, text/csv"}},
        )
    },
    "responses": {
        200: answered(
            ImportedSerializer,
            _("What became of the entries."),
            {
                "new": 212,
                "already_there": 30,
                "deleted": 1,
                "refused": 1,
                "refusals": [
                    {
                        "place": "captures.json, line 45",
                        "reason": "mood: expected a number from 1 to 5, or null.",
                    }
                ],
                "complete": True,
            },
            "most of it is new",
        ),
        **answers(*BODY_PROBLEMS, "consent_required", "too_large", "busy"),
    },
}
