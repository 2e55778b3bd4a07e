"""OpenAPI descriptions of the endpoints of tags."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse

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
)
from emotions.api.tags.serializers import (
    TagChangesSerializer,
    TagMergeSerializer,
    TagSerializer,
    TagsQuerySerializer,
)

TAG = {
    "id": 12,
    "name": "outside",
    "colour": "green",
    "sign": "🌿",
    "uses": 12,
    "sequence": 44,
    "etag": '"44"',
}
WHICH_TAG = id_parameter(_("The id of the tag."), 12)

TAGS: dict[str, Any] = {
    "tags": ["tags"],
    "operation_id": "tags_list",
    "summary": _("List tags"),
    "description": _(
        "Your 2,000 most used tags, each with its number of captures. Tags are made by captures "
        "that name them. `also_changed` in the sync feed says when to read this again."
    ),
    "parameters": [TagsQuerySerializer, ETAG],
    "responses": {
        200: example_response(TagSerializer(many=True), _("The tags."), TAG, "a tag"),
        304: NOT_MODIFIED,
        **problem_responses("invalid"),
    },
}

READ_TAG: dict[str, Any] = {
    "tags": ["tags"],
    "operation_id": "tags_retrieve",
    "summary": _("Get a tag"),
    "description": _("Includes the number of captures with the tag."),
    "parameters": [WHICH_TAG, ETAG],
    "responses": {
        200: example_response(TagSerializer, _("The tag."), TAG, "a tag"),
        304: NOT_MODIFIED,
        **problem_responses("not_found"),
    },
}

CHANGE_TAG: dict[str, Any] = {
    "tags": ["tags"],
    "operation_id": "tags_update",
    "summary": _("Rename or mark a tag"),
    "description": _(
        "Fields that you leave out keep their values. Renaming a tag counts as a change of "
        "every capture that has it, so they appear in the sync feed. If another of your tags "
        "has the name, the response is the problem tag_exists, whose member existing is that "
        "tag's id: merge the two instead."
    ),
    "parameters": [WHICH_TAG, IF_MATCH, KEY_HEADER, ETAG],
    "request": json_request(
        TagChangesSerializer, {"name": "outside", "colour": "green", "sign": "🌿"}, "all of it"
    ),
    "responses": {
        200: example_response(TagSerializer, _("Changed."), TAG, "the tag as it is now"),
        **problem_responses(
            *JSON_BODY_PROBLEMS, "not_found", "conflict", "tag_exists", "precondition_failed"
        ),
    },
}

DELETE_TAG: dict[str, Any] = {
    "tags": ["tags"],
    "operation_id": "tags_delete",
    "summary": _("Delete a tag"),
    "description": _("Removes the tag from every capture that has it; the captures stay."),
    "parameters": [WHICH_TAG, IF_MATCH, KEY_HEADER],
    "responses": {
        204: OpenApiResponse(description=_("Deleted.")),
        **problem_responses(
            "invalid", "permission_denied", "not_found", "conflict", "precondition_failed"
        ),
    },
}

MERGE_TAG: dict[str, Any] = {
    "tags": ["tags"],
    "operation_id": "tags_merge",
    "summary": _("Merge two tags"),
    "description": _(
        "Replaces the tag with the other one on every capture. The other tag keeps its name, "
        "colour and symbol; this one is deleted."
    ),
    "parameters": [WHICH_TAG, IF_MATCH, KEY_HEADER, ETAG],
    "request": json_request(TagMergeSerializer, {"into": 7}, "into another one"),
    "responses": {
        200: example_response(
            TagSerializer, _("Merged."), {**TAG, "id": 7, "uses": 31}, "the tag that stays"
        ),
        **problem_responses(*JSON_BODY_PROBLEMS, "not_found", "conflict", "precondition_failed"),
    },
}
