"""Endpoints of reminders and push subscriptions."""

from http import HTTPStatus

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from emotions.api.base import PersonalView, person_of, validated_body
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


class RemindersView(PersonalView):
    """All reminders of the person."""

    parser_classes = [StrictJSONParser]

    @extend_schema(**schema.REMINDERS)
    def get(self, request: Request) -> Response:
        """List them."""
        reminders = selectors.reminders(owner=person_of(request))
        return Response(ReminderSerializer(reminders, many=True).data)

    @extend_schema(**schema.ADD_REMINDER)
    def post(self, request: Request) -> Response:
        """Add one."""
        values = validated_body(NewReminderSerializer, request)

        def change() -> int:
            return add_reminder(owner=person_of(request), **values).pk

        made = own_reminder(
            request, int(once(request, "add reminder", sorted(values.items()), change=change))
        )
        return Response(ReminderSerializer(made).data, status=HTTPStatus.CREATED)


class ReminderView(PersonalView):
    """One reminder of the person."""

    parser_classes = [StrictJSONParser]

    @extend_schema(**schema.CHANGE_REMINDER)
    def patch(self, request: Request, id: int) -> Response:  # noqa: A002 - named by the address
        """Change it."""
        values = validated_body(ReminderChangesSerializer, request)

        def change() -> int:
            changes = ReminderChanges(**values)  # type: ignore[typeddict-item]
            return change_reminder(reminder=own_reminder(request, id), changes=changes).pk

        once(request, "change reminder", id, sorted(values.items()), change=change)
        return Response(ReminderSerializer(own_reminder(request, id)).data)

    @extend_schema(**schema.REMOVE_REMINDER)
    def delete(self, request: Request, id: int) -> Response:  # noqa: A002
        """Remove it."""

        def change() -> int:
            remove_reminder(reminder=own_reminder(request, id))
            return id

        once(request, "remove reminder", id, change=change)
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
        subscriptions = selectors.push_subscriptions(owner=person_of(request))
        remove_subscription(subscription=get_object_or_404(subscriptions, pk=id))
        return Response(status=HTTPStatus.NO_CONTENT)
