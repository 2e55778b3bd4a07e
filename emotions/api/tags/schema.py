"""OpenAPI descriptions of the endpoints of tags."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from emotions.api.openapi import problem_responses
from emotions.api.schema_shared import (
    JSON_BODY_PROBLEMS,
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

TAG = {"id": 12, "name": "outside", "colour": "green", "sign": "🌿", "uses": 12, "sequence": 44}
WHICH_TAG = id_parameter(_("The id of the tag."), 12)
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description=_("The ETag that you have read: 412 if the tag has changed since."),
    examples=[OpenApiExample("the state that was read", value='"44"')],
)
ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    description=_("Names this state of the tag, for If-Match."),
    response=[200],
)

TAGS: dict[str, Any] = {
    "tags": ["tags"],
    "operation_id": "tags_list",
    "summary": _("List tags"),
    "description": _(
        "Your 2,000 most used tags, each with its number of captures. Tags are made by captures "
        "that name them. `also_changed` in the sync feed says when to read this again."
    ),
    "parameters": [TagsQuerySerializer],
    "responses": {
        200: example_response(TagSerializer(many=True), _("The tags."), TAG, "a tag"),
        **problem_responses("invalid"),
    },
}

READ_TAG: dict[str, Any] = {
    "tags": ["tags"],
    "operation_id": "tags_retrieve",
    "summary": _("Read a tag"),
    "description": _("With the number of captures that have it."),
    "parameters": [WHICH_TAG, ETAG],
    "responses": {
        200: example_response(TagSerializer, _("The tag."), TAG, "a tag"),
        304: OpenApiResponse(description=_("You have it already.")),
        **problem_responses("not_found"),
    },
}

CHANGE_TAG: dict[str, Any] = {
    "tags": ["tags"],
    "operation_id": "tags_update",
    "summary": _("Rename or mark a tag"),
    "description": _(
        "What is left out stays. With another name, every capture that has the tag counts as "
        "changed and comes in the sync feed. A name that another tag of yours has is answered by "
        "the problem tag_exists, whose member existing is that tag's id: merge the two instead."
    ),
    "parameters": [WHICH_TAG, IF_MATCH, ETAG],
    "request": json_request(
        TagChangesSerializer, {"name": "outside", "colour": "green", "sign": "🌿"}, "all of it"
    ),
    "responses": {
        200: example_response(TagSerializer, _("Changed."), TAG, "the tag as it is now"),
        **problem_responses(*JSON_BODY_PROBLEMS, "not_found", "tag_exists", "precondition_failed"),
    },
}

DELETE_TAG: dict[str, Any] = {
    "tags": ["tags"],
    "operation_id": "tags_delete",
    "summary": _("Delete a tag"),
    "description": _("Every capture that has it loses it and stays otherwise as it is."),
    "parameters": [WHICH_TAG, IF_MATCH],
    "responses": {
        204: OpenApiResponse(description=_("Deleted.")),
        **problem_responses("permission_denied", "not_found", "precondition_failed"),
    },
}

MERGE_TAG: dict[str, Any] = {
    "tags": ["tags"],
    "operation_id": "tags_merge",
    "summary": _("Merge two tags"),
    "description": _(
        "Every capture that has the tag gets the other one instead, which keeps its name, colour "
        "and sign; the tag itself is gone then."
    ),
    "parameters": [WHICH_TAG, IF_MATCH, ETAG],
    "request": json_request(TagMergeSerializer, {"into": 7}, "into another one"),
    "responses": {
        200: example_response(
            TagSerializer, _("Merged."), {**TAG, "id": 7, "uses": 31}, "the tag that stays"
        ),
        **problem_responses(*JSON_BODY_PROBLEMS, "not_found", "precondition_failed"),
    },
}
