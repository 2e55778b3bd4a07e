"""OpenAPI descriptions of the endpoints for reminders and push subscriptions."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse

from emotions.api.idempotency import KEY_HEADER
from emotions.api.openapi import problem_responses
from emotions.api.reminders.serializers import (
    NewPushSubscriptionSerializer,
    NewReminderSerializer,
    PushSerializer,
    PushSubscriptionSerializer,
    ReminderChangesSerializer,
    ReminderSerializer,
)
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

REMINDER = {
    "id": 5,
    "at": "20:00",
    "days": [1, 2, 3, 4, 5],
    "way": "email",
    "paused": False,
    "etag": '"2f0a2ec1f1c3a07b4f1d1b0f6f3a9c57"',
}
ENDPOINT = "https://push.example.net/wpush/v2/gAAAAABpExample"
SUBSCRIPTION = {"id": 8, "endpoint": ENDPOINT, "created_at": "2026-03-14T08:30:00Z"}
KEY = "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM"
OF_BROWSER = {
    "endpoint": ENDPOINT,
    "p256dh": KEY,
    "auth": "tBHItJI5svbpez7KI4CCXg",
}


WHICH_REMINDER = id_parameter(_("The id of the reminder."), 5)
WHICH_SUBSCRIPTION = id_parameter(_("The id of the subscription."), 8)

REMINDERS: dict[str, Any] = {
    "tags": ["reminders"],
    "operation_id": "reminders_list",
    "summary": _("List reminders"),
    "description": _("Your reminders by time of day, including paused ones."),
    "parameters": [ETAG],
    "responses": {
        200: OpenApiResponse(
            ReminderSerializer(many=True),
            description=_("Your reminders."),
            examples=response_examples(REMINDER, "on weekdays"),
        ),
        304: NOT_MODIFIED,
        **problem_responses(),
    },
}

ADD_REMINDER: dict[str, Any] = {
    "tags": ["reminders"],
    "operation_id": "reminders_create",
    "summary": _("Add a reminder"),
    "description": _(
        "Sent once on each of the chosen days, in the time zone of your profile, unless you "
        "recorded a moment in the three hours before. At most 20 reminders."
    ),
    "request": json_request(
        NewReminderSerializer, {"at": "20:00", "days": [1, 2, 3, 4, 5]}, "weekdays"
    ),
    "parameters": [KEY_HEADER, ETAG],
    "responses": {
        201: example_response(ReminderSerializer, _("Added."), REMINDER, "on weekdays"),
        **problem_responses(
            *JSON_BODY_PROBLEMS, "not_found", "conflict", "push_not_offered", "too_many_reminders"
        ),
    },
}

READ_REMINDER: dict[str, Any] = {
    "tags": ["reminders"],
    "operation_id": "reminders_retrieve",
    "summary": _("Get a reminder"),
    "description": _("As in the list; read it again when a change was answered with 412."),
    "parameters": [WHICH_REMINDER, ETAG],
    "responses": {
        200: example_response(ReminderSerializer, _("The reminder."), REMINDER, "on weekdays"),
        304: NOT_MODIFIED,
        **problem_responses("not_found"),
    },
}

CHANGE_REMINDER: dict[str, Any] = {
    "tags": ["reminders"],
    "operation_id": "reminders_update",
    "summary": _("Change a reminder"),
    "description": _(
        "Fields that you leave out keep their values. If the time has passed today, it applies "
        "from tomorrow."
    ),
    "request": json_request(ReminderChangesSerializer, {"paused": True}, "pause it"),
    "parameters": [WHICH_REMINDER, IF_MATCH, KEY_HEADER, ETAG],
    "responses": {
        200: example_response(
            ReminderSerializer, _("Changed."), {**REMINDER, "paused": True}, "now paused"
        ),
        **problem_responses(
            *JSON_BODY_PROBLEMS, "not_found", "conflict", "push_not_offered", "precondition_failed"
        ),
    },
}

REMOVE_REMINDER: dict[str, Any] = {
    "tags": ["reminders"],
    "operation_id": "reminders_delete",
    "summary": _("Remove a reminder"),
    "description": _("The reminder is never sent again."),
    "parameters": [WHICH_REMINDER, IF_MATCH, KEY_HEADER],
    "responses": {
        204: OpenApiResponse(description=_("Removed.")),
        **problem_responses(
            "invalid", "permission_denied", "not_found", "conflict", "precondition_failed"
        ),
    },
}

PUSH: dict[str, Any] = {
    "tags": ["reminders"],
    "operation_id": "push_subscriptions_list",
    "summary": _("List push subscriptions"),
    "description": _(
        "Your browsers and apps with notifications on, newest first, and the key to subscribe "
        "with (applicationServerKey, RFC 8292)."
    ),
    "responses": {
        200: example_response(
            PushSerializer,
            _("Key and subscriptions."),
            {"public_key": KEY, "subscriptions": [SUBSCRIPTION]},
            "one browser",
        ),
        **problem_responses(),
    },
}

ADD_SUBSCRIPTION: dict[str, Any] = {
    "tags": ["reminders"],
    "operation_id": "push_subscriptions_create",
    "summary": _("Subscribe to notifications"),
    "description": _(
        "Sends your push reminders to this browser or app as well. Subscribing the same "
        "endpoint again replaces the earlier subscription, whoever made it. With more than 10, "
        "the oldest is removed."
    ),
    "request": json_request(NewPushSubscriptionSerializer, OF_BROWSER, "as a browser makes it"),
    "responses": {
        201: example_response(PushSubscriptionSerializer, _("Added."), SUBSCRIPTION, "a browser"),
        **problem_responses(*JSON_BODY_PROBLEMS, "push_not_offered"),
    },
}

REMOVE_SUBSCRIPTION: dict[str, Any] = {
    "tags": ["reminders"],
    "operation_id": "push_subscriptions_delete",
    "summary": _("Unsubscribe from notifications"),
    "description": _("Nothing is sent to this browser or app any more."),
    "parameters": [WHICH_SUBSCRIPTION, KEY_HEADER],
    "responses": {
        204: OpenApiResponse(description=_("Removed.")),
        **problem_responses("invalid", "permission_denied", "not_found", "conflict"),
    },
}
