"""JSON representations of reminders and push subscriptions."""

from datetime import time
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from emotions.api.etags import ContentEtagSerializer
from emotions.api.fields import StrictBooleanField, StrictCharField, StrictIntegerField
from emotions.models import PushSubscription, Reminder

HOUR = _("In the time zone of the profile.")
WEEKDAYS = _("Weekdays, 1 is Monday and 7 Sunday.")
WAY = _("How it comes.")
PAUSED = _("Whether it is silent for now.")


@extend_schema_field(
    {"type": "string", "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9]$", "examples": ["20:00"]}
)
class HourMinuteField(StrictCharField):
    """An hour and minute by the clock on the wall, such as 20:00."""

    default_error_messages: ClassVar = {
        "no_hour": _("This isn't a time from 00:00 to 23:59, such as 20:00.")
    }

    def to_internal_value(self, data: Any) -> time:
        """Return the hour."""
        text: str = super().to_internal_value(data)
        hour, _colon, minute = text.partition(":")
        if not (text.isascii() and len(hour) == len(minute) == 2 and (hour + minute).isdigit()):  # noqa: PLR2004
            self.fail("no_hour")
        try:
            return time(int(hour), int(minute))
        except ValueError:
            self.fail("no_hour")

    def to_representation(self, value: time) -> str:
        """Return the hour as it is sent."""
        return value.strftime("%H:%M")


class WeekdaysField(serializers.ListField):
    """Weekdays by their numbers, Monday is 1; each counts once."""

    child = StrictIntegerField(min_value=1, max_value=7)

    def to_representation(self, data: Any) -> list[int]:
        """Return the numbers in order."""
        return [int(number) for number in data]


class ReminderSerializer(ContentEtagSerializer, serializers.ModelSerializer[Reminder]):
    """One reminder."""

    at = HourMinuteField(help_text=HOUR)
    days = WeekdaysField(help_text=WEEKDAYS)

    class Meta:
        model = Reminder
        fields = ["id", "at", "days", "way", "paused", "etag"]
        read_only_fields = fields
        extra_kwargs: ClassVar = {
            "id": {"help_text": _("Identifies the reminder in addresses.")},
            "way": {"help_text": WAY},
            "paused": {"help_text": PAUSED},
        }


class ReminderChangesSerializer(serializers.Serializer[Any]):
    """What of a reminder shall be otherwise; what is left out stays."""

    at = HourMinuteField(required=False, help_text=HOUR)
    days = WeekdaysField(
        required=False,
        min_length=1,
        max_length=7,
        help_text=WEEKDAYS,
    )
    way = serializers.ChoiceField(Reminder.Way.choices, required=False, help_text=WAY)
    paused = StrictBooleanField(required=False, help_text=PAUSED)

    def validate_way(self, value: str) -> Reminder.Way:
        """Return the way."""
        return Reminder.Way(value)


class NewReminderSerializer(ReminderChangesSerializer):
    """A reminder to add; by default it comes every day, by email."""

    at = HourMinuteField(help_text=HOUR)


class PushSubscriptionSerializer(serializers.ModelSerializer[PushSubscription]):
    """A browser or an app that takes notifications."""

    class Meta:
        model = PushSubscription
        fields = ["id", "endpoint", "created_at"]
        read_only_fields = fields
        extra_kwargs: ClassVar = {
            "id": {"help_text": _("Identifies the subscription in addresses.")},
            "created_at": {"help_text": _("When it was made.")},
        }


class NewPushSubscriptionSerializer(serializers.Serializer[Any]):
    """What a browser or a push service made, as RFC 8291 has it."""

    endpoint = StrictCharField(max_length=1000, help_text=_("The https URL of its push service."))
    p256dh = StrictCharField(max_length=100, help_text=_("Its P-256 public key, as base64url."))
    auth = StrictCharField(max_length=100, help_text=_("Its 16-byte auth secret, as base64url."))


class PushSerializer(serializers.Serializer[Any]):
    """What is needed to take notifications, and who does."""

    public_key = StrictCharField(
        allow_null=True,
        help_text=_(
            "The key to subscribe with, as base64url; null if the site doesn't send notifications."
        ),
    )
    subscriptions = PushSubscriptionSerializer(
        many=True, help_text=_("Your browsers and apps that take notifications.")
    )
