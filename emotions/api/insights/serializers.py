"""JSON representations of days, trends and patterns."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from emotions.api.fields import (
    PROBABILITIES,
    EmotionField,
    SentimentField,
    StrictCharField,
    TimeZoneField,
    by_emotion,
)
from emotions.captures import selectors
from emotions.captures.days import Day
from emotions.insights import patterns
from emotions.insights.trends import Period, Span
from emotions.models import Feeling
from emotions.models.limits import validate_day

MAX_SPAN = timedelta(days=3660)
MAX_SPAN_BY_DAY = timedelta(days=400)
DEFAULT_SPAN = timedelta(days=29)
COUNTS_SCHEMA = {
    "type": "object",
    "description": _(
        "The number of captures by emotion: as felt where the person said so, otherwise as "
        "detected."
    ),
    "properties": {
        feeling.value: {
            "type": "integer",
            "minimum": 0,
            "description": _("The number of captures with this emotion."),
        }
        for feeling in Feeling
    },
    "required": [feeling.value for feeling in Feeling],
}


class TodayQuerySerializer(serializers.Serializer[Any]):
    """In which zone "today" is meant."""

    time_zone = TimeZoneField(
        required=False,
        help_text=_("IANA name of the time zone that determines today; by default, the profile's."),
    )


class TodaySerializer(serializers.Serializer[Day]):
    """The mood of a day; what says nothing yet is null."""

    date = serializers.DateField(read_only=True, help_text=_("The local day."))
    time_zone = serializers.SerializerMethodField(help_text=_("The time zone of that date."))
    captures = serializers.SerializerMethodField(help_text=_("Every capture of the day."))
    computed_from = serializers.IntegerField(
        source="mood.captures",
        read_only=True,
        default=0,
        help_text=_("The number of those captures that show a mood."),
    )
    dominant = EmotionField(
        source="mood.dominant",
        default=None,
        help_text=_("The strongest emotion; the latest capture decides ties."),
    )
    sentiment = SentimentField(
        source="mood.sentiment",
        default=None,
        help_text=_("positive above a valence of 0.2, negative below -0.2, else neutral."),
    )
    valence = serializers.FloatField(
        source="mood.valence",
        read_only=True,
        allow_null=True,
        min_value=-1,
        max_value=1,
        help_text=_("From -1, unpleasant, to 1, pleasant: the mean over the captures."),
    )
    probabilities = serializers.SerializerMethodField(help_text=_("The mean over the captures."))

    def get_time_zone(self, day: Day) -> str:
        """Return the zone in which the day was looked up."""
        zone: str = self.context["time_zone"]
        return zone

    def get_captures(self, day: Day) -> int:
        """Return how many captures the day has."""
        return day.count

    @extend_schema_field({**PROBABILITIES, "type": ["object", "null"]})
    def get_probabilities(self, day: Day) -> dict[str, float] | None:
        """Return the seven shares by emotion."""
        return by_emotion(day.mood.probabilities) if day.mood and day.mood.probabilities else None


class SpanQuerySerializer(serializers.Serializer[Any]):
    """Which days are wanted."""

    first = serializers.DateField(
        required=False,
        validators=[validate_day],
        help_text=_("The first local day; by default, 29 days before the last one."),
    )
    last = serializers.DateField(
        required=False,
        validators=[validate_day],
        help_text=_("The last local day; by default, today."),
    )
    time_zone = TimeZoneField(
        required=False,
        help_text=_("IANA name of the time zone that determines today; by default, the profile's."),
    )

    read_by = StrictCharField(
        required=False,
        max_length=80,
        help_text=_(
            "Name of a network that rescored stored photos, to use its results; by default, the "
            "original ones."
        ),
    )

    def validate_read_by(self, name: str) -> str:
        """Return the name, refused where that network read nothing of the person again."""
        if name not in selectors.rescoring_versions(owner=self.context["person"]):
            raise serializers.ValidationError(_("That network hasn't rescored any of your photos."))
        return name

    def days(self, today: date, *, longest: timedelta = patterns.MAX_SPAN) -> tuple[date, date]:
        """Return the first and the last day.

        Raises:
            ValidationError: the days are in the wrong order or too many.
        """
        values = self.validated_data
        last = values.get("last", today)
        first = values.get("first") or last - DEFAULT_SPAN
        if not timedelta(0) <= last - first < longest:
            raise serializers.ValidationError(
                {
                    "first": [
                        _("Choose from 1 to %(days)d days up to the last one.")
                        % {"days": longest.days}
                    ]
                }
            )
        return first, last


class TrendsQuerySerializer(SpanQuerySerializer):
    """Which days are wanted, and in what portions."""

    by = serializers.ChoiceField(
        [(span.value, span.value) for span in Span],
        default=Span.DAY.value,
        help_text=_("The length of each period."),
    )

    def span(self, today: date) -> tuple[Span, date, date]:
        """Return the portions, the first and the last day.

        Raises:
            ValidationError: the days are in the wrong order or too many.
        """
        by = Span(self.validated_data["by"])
        longest = MAX_SPAN_BY_DAY if by is Span.DAY else MAX_SPAN
        return by, *self.days(today, longest=longest)


class PeriodSerializer(serializers.Serializer[Period]):
    """One day, week or month; what says nothing is null or 0."""

    first = serializers.DateField(help_text=_("Its first local day."))
    last = serializers.DateField(help_text=_("Its last local day."))
    captures = serializers.IntegerField(min_value=0, help_text=_("Every capture of these days."))
    computed_from = serializers.IntegerField(
        min_value=0, help_text=_("The number of those captures that show a mood.")
    )
    valence = serializers.FloatField(
        allow_null=True,
        min_value=-1,
        max_value=1,
        help_text=_("From -1, unpleasant, to 1, pleasant: the mean over the captures."),
    )
    sentiment = SentimentField(
        help_text=_("positive above a valence of 0.2, negative below -0.2, else neutral.")
    )
    emotions = serializers.SerializerMethodField()

    @extend_schema_field(COUNTS_SCHEMA)
    def get_emotions(self, period: Period) -> dict[str, int]:
        """Return the captures of each emotion."""
        return counted(period.feelings)


class TrendsSerializer(serializers.Serializer[Any]):
    """Moods over time, without gaps between the periods."""

    by = serializers.ChoiceField(
        [(span.value, span.value) for span in Span], help_text=_("The length of each period.")
    )
    periods = PeriodSerializer(many=True, help_text=_("The periods, the earliest first."))


class PixelSerializer(serializers.Serializer[Any]):
    """What some moments were like together."""

    moments = serializers.IntegerField(min_value=1, help_text=_("The number of moments."))
    valence = serializers.FloatField(
        allow_null=True, min_value=-1, max_value=1, help_text=_("The mean, from -1 to 1.")
    )
    dominant = EmotionField(help_text=_("The strongest emotion."))


class DayPixelSerializer(PixelSerializer):
    """What a day was like."""

    date = serializers.DateField(help_text=_("The local day."))


@extend_schema_serializer(deprecate_fields=["weekday"])
class HourPixelSerializer(PixelSerializer):
    """What an hour of the week was like."""

    weekday = serializers.IntegerField(
        min_value=0, max_value=6, help_text=_("Monday is 0. Deprecated: use iso_weekday.")
    )
    iso_weekday = serializers.IntegerField(
        min_value=1, max_value=7, help_text=_("Monday is 1, as in reminders.")
    )
    hour = serializers.IntegerField(
        min_value=0, max_value=23, help_text=_("In the local time of the moment.")
    )


class TagEffectSerializer(serializers.Serializer[Any]):
    """How moments with a tag differ from those without."""

    tag = serializers.CharField(help_text=_("The name of the tag."))
    moments = serializers.IntegerField(min_value=0, help_text=_("The number of moments with it."))
    difference = serializers.FloatField(
        allow_null=True,
        min_value=-2,
        max_value=2,
        help_text=_("Mean valence with the tag minus without it; null below ten moments."),
    )
    interval = serializers.ListField(
        child=serializers.FloatField(),
        min_length=2,
        max_length=2,
        allow_null=True,
        help_text=_("The 95% interval of the difference, bootstrapped over days."),
    )


class NetworkChangeSerializer(serializers.Serializer[Any]):
    """Since when another network answers."""

    date = serializers.DateField(help_text=_("The local day on which it began."))
    name = serializers.CharField(help_text=_("The name of the network."))


class PatternsSerializer(serializers.Serializer[Any]):
    """What some days say beside their course."""

    first = serializers.DateField(help_text=_("The first local day."))
    last = serializers.DateField(help_text=_("The last local day."))
    days = DayPixelSerializer(many=True, help_text=_("Days with moments."))
    hours = HourPixelSerializer(many=True, help_text=_("Hours of the week with moments."))
    tags = TagEffectSerializer(
        many=True, help_text=_("The tags used most, and how moods differ with them.")
    )
    networks = NetworkChangeSerializer(
        many=True, help_text=_("When another network began to answer in these days.")
    )
    read_again = serializers.ListField(
        child=serializers.CharField(),
        help_text=_("Networks that rescored stored photos, newest first, for read_by."),
    )
    emotions = serializers.SerializerMethodField()
    felt = serializers.SerializerMethodField()
    detected = serializers.SerializerMethodField()

    @extend_schema_field(COUNTS_SCHEMA)
    def get_emotions(self, payload: dict[str, Any]) -> dict[str, int]:
        """Return the moments of each emotion."""
        return counted(payload["emotions"])

    @extend_schema_field(COUNTS_SCHEMA)
    def get_felt(self, payload: dict[str, Any]) -> dict[str, int]:
        """Return what was felt, over the moments of which both are known."""
        return counted(payload["felt"])

    @extend_schema_field(COUNTS_SCHEMA)
    def get_detected(self, payload: dict[str, Any]) -> dict[str, int]:
        """Return what was detected, over the moments of which both are known."""
        return counted(payload["detected"])


def counted(counts: Counter[Feeling]) -> dict[str, int]:
    """Return counts of all seven emotions by their names."""
    return {feeling.value: counts[feeling] for feeling in Feeling}
