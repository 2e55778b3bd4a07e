"""Endpoints of reminders and push subscriptions."""

from http import HTTPStatus
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from emotions.api.base import PersonalView, person_of, validated_body
from emotions.api.etags import (
    conditional_response,
    document_response,
    expected_tag,
    require_match,
)
from emotions.api.idempotency import once
from emotions.api.parsers import StrictJSONParser
from emotions.api.reminders import schema
from emotions.api.reminders.serializers import (
    NewPushSubscriptionSerializer,
    NewReminderSerializer,
    PushSerializer,
    PushSubscriptionSerializer,
    ReminderChangesSerializer,
    ReminderSerializer,
)
from emotions.models import Reminder
from emotions.reminders import selectors, web_push
from emotions.reminders.services import (
    ReminderChanges,
    add_reminder,
    add_subscription,
    change_reminder,
    remove_reminder,
    remove_subscription,
)


def own_reminder(request: Request, number: int) -> Reminder:
    """Return a reminder of the signed-in person.

    Raises:
        Http404: there is none, or it belongs to somebody else.
    """
    return get_object_or_404(selectors.reminders(owner=person_of(request)), pk=number)


def represent(reminder: Reminder) -> dict[str, Any]:
    """Return a reminder with its entity tag."""
    return dict(ReminderSerializer(reminder).data)


def own_current(request: Request, number: int) -> Reminder:
    """Return a reminder of the signed-in person, in the version that the request insists on.

    Raises:
        Http404: there is none, or it belongs to somebody else.
        StaleError: it is another version by now.
    """
    reminder = own_reminder(request, number)
    require_match(request, represent(reminder)["etag"])
    return reminder


def reminder_response(
    request: Request, number: int, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    """Answer with a reminder as it is now."""
    reminder = represent(own_reminder(request, number))
    return Response(reminder, status=status, headers={"ETag": reminder["etag"]})


class RemindersView(PersonalView):
    """All reminders of the person."""

    parser_classes = [StrictJSONParser]

    @extend_schema(**schema.REMINDERS)
    def get(self, request: Request) -> HttpResponseBase:
        """List them."""
        reminders = selectors.reminders(owner=person_of(request))
        return document_response(request, ReminderSerializer(reminders, many=True).data)

    @extend_schema(**schema.ADD_REMINDER)
    def post(self, request: Request) -> Response:
        """Add one."""
        values = validated_body(NewReminderSerializer, request)

        def change() -> int:
            return add_reminder(owner=person_of(request), **values).pk

        made = once(request, "add reminder", sorted(values.items()), change=change)
        return reminder_response(request, int(made), HTTPStatus.CREATED)


class ReminderView(PersonalView):
    """One reminder of the person."""

    parser_classes = [StrictJSONParser]

    @extend_schema(**schema.READ_REMINDER)
    def get(self, request: Request, id: int) -> HttpResponseBase:  # noqa: A002 - named by the address
        """Read it."""
        reminder = represent(own_reminder(request, id))
        return conditional_response(request, reminder["etag"], lambda: reminder)

    @extend_schema(**schema.CHANGE_REMINDER)
    def patch(self, request: Request, id: int) -> Response:  # noqa: A002
        """Change it."""
        values = validated_body(ReminderChangesSerializer, request)

        def change() -> int:
            changes = ReminderChanges(**values)  # type: ignore[typeddict-item]
            return change_reminder(reminder=own_current(request, id), changes=changes).pk

        said = ("change reminder", id, sorted(values.items()), expected_tag(request))
        once(request, *said, change=change)
        return reminder_response(request, id)

    @extend_schema(**schema.REMOVE_REMINDER)
    def delete(self, request: Request, id: int) -> Response:  # noqa: A002
        """Remove it."""

        def change() -> int:
            remove_reminder(reminder=own_current(request, id))
            return id

        once(request, "remove reminder", id, expected_tag(request), change=change)
        return Response(status=HTTPStatus.NO_CONTENT)


class PushSubscriptionsView(PersonalView):
    """All browsers and apps of the person that take notifications."""

    parser_classes = [StrictJSONParser]

    @extend_schema(**schema.PUSH)
    def get(self, request: Request) -> Response:
        """List them, with the key to subscribe with."""
        subscriptions = selectors.push_subscriptions(owner=person_of(request))
        payload = {"public_key": web_push.public_key(), "subscriptions": subscriptions}
        return Response(PushSerializer(payload).data)

    @extend_schema(**schema.ADD_SUBSCRIPTION)
    def post(self, request: Request) -> Response:
        """Add one."""
        values = validated_body(NewPushSubscriptionSerializer, request)
        made = add_subscription(owner=person_of(request), **values)
        return Response(PushSubscriptionSerializer(made).data, status=HTTPStatus.CREATED)


class PushSubscriptionView(PersonalView):
    """One browser or app of the person that takes notifications."""

    @extend_schema(**schema.REMOVE_SUBSCRIPTION)
    def delete(self, request: Request, id: int) -> Response:  # noqa: A002
        """Send nothing more to it."""

        def change() -> int:
            subscriptions = selectors.push_subscriptions(owner=person_of(request))
            remove_subscription(subscription=get_object_or_404(subscriptions, pk=id))
            return id

        once(request, "remove push subscription", id, change=change)
        return Response(status=HTTPStatus.NO_CONTENT)
