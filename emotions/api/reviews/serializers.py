"""JSON representations of a week or month in review, and of agreement with what was detected."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from emotions.api.fields import TimeZoneField
from emotions.api.insights.serializers import COUNTS_SCHEMA, PeriodSerializer, counted
from emotions.api.tags.serializers import TagSerializer
from emotions.insights.baseline import SelfAgreement
from emotions.insights.trends import Span
from emotions.models.limits import validate_day


class ReviewQuerySerializer(serializers.Serializer[Any]):
    """Which week or month is wanted."""

    by = serializers.ChoiceField(
        [(span.value, span.value) for span in (Span.WEEK, Span.MONTH)],
        default=Span.MONTH.value,
        help_text=_("A week, from Monday, or a month."),
    )
    on = serializers.DateField(
        required=False,
        validators=[validate_day],
        help_text=_("Any local day in it; by default, today."),
    )
    time_zone = TimeZoneField(
        required=False,
        help_text=_("IANA name of the time zone that determines today; by default, the profile's."),
    )


class ReviewedNoteSerializer(serializers.Serializer[Any]):
    """A moment with a note."""

    uuid = serializers.UUIDField(help_text=_("Identifies the capture."))
    local_date = serializers.DateField(help_text=_("Its local day."))
    taken_at = serializers.DateTimeField(help_text=_("The moment, in UTC."))
    note = serializers.CharField(help_text=_("What you wrote."))


class ReviewSerializer(serializers.Serializer[Any]):
    """A week or a month in review."""

    by = serializers.CharField(help_text=_("week or month; others may be added."))
    summary = serializers.CharField(help_text=_("A sentence about it, for people; may change."))
    comparison = serializers.CharField(
        help_text=_("A sentence that compares it with the one before, for people; may be empty.")
    )
    whole = PeriodSerializer(help_text=_("All its days together."))
    before = PeriodSerializer(help_text=_("The week or month before."))
    periods = PeriodSerializer(many=True, help_text=_("Each of its days."))
    tags = TagSerializer(many=True, help_text=_("The 50 tags used most in it."))
    notes = ReviewedNoteSerializer(
        many=True, help_text=_("The first ten notes of each day, in order.")
    )
    more_notes = serializers.IntegerField(help_text=_("The number of notes that aren't in notes."))


class EmotionAgreementSerializer(serializers.Serializer[SelfAgreement]):
    """How often you felt what your face looked like, where it looked like one emotion."""

    detected = serializers.CharField(help_text=_("What your face looked like."))
    answers = serializers.IntegerField(
        source="total", help_text=_("How often you said what you felt then.")
    )
    agreed = serializers.IntegerField(help_text=_("How often it was what was detected."))
    felt = serializers.SerializerMethodField(help_text=_("What you felt then."))

    @extend_schema_field(COUNTS_SCHEMA)
    def get_felt(self, agreement: SelfAgreement) -> dict[str, int]:
        """Return how often each emotion was felt."""
        return counted(agreement.felt)


class AgreementSerializer(serializers.Serializer[Any]):
    """How often you felt what was detected."""

    answers = serializers.IntegerField(help_text=_("Moments of which both are known."))
    agreed = serializers.IntegerField(help_text=_("Those of them in which both are the same."))
    emotions = EmotionAgreementSerializer(many=True, help_text=_("By what was detected."))
