"""How records look as JSON."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.zones import KNOWN_ZONES
from emotions.models import Capture, Detection
from emotions.moods import Sentiment
from emotions.photo_errors import LIMITS
from emotions.selectors import Day
from ml.emotions import EMOTIONS

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
CLOCKS_MAY_BE_AHEAD = timedelta(days=1)

BOX = {
    "type": "object",
    "properties": {name: {"type": "integer"} for name in ("x", "y", "width", "height")},
    "required": ["x", "y", "width", "height"],
}
PROBABILITIES = {
    "type": "object",
    "description": "The seven shares by emotion; they sum to 1.",
    "properties": {
        str(emotion): {"type": "number", "minimum": 0, "maximum": 1} for emotion in EMOTIONS
    },
    "required": [str(emotion) for emotion in EMOTIONS],
}

NO_OR_EMOTION = {"oneOf": [{"$ref": "#/components/schemas/Emotion"}, {"type": "null"}]}
NO_OR_SENTIMENT = {
    "oneOf": [
        {"type": "string", "enum": [str(sentiment) for sentiment in Sentiment]},
        {"type": "null"},
    ]
}


def by_emotion(shares: tuple[float, ...]) -> dict[str, float]:
    """Return seven shares by the emotion's name."""
    return {str(emotion): round(share, 6) for emotion, share in zip(EMOTIONS, shares, strict=True)}


class MomentField(serializers.DateTimeField):
    """A moment that says its offset from UTC, not before 1900 and not in the future."""

    default_error_messages: ClassVar = {
        "no_offset": _("Say the offset from UTC, such as 2026-03-14T09:30:00+09:00."),
        "too_early": _("This is before 1900."),
        "in_the_future": _("This is in the future."),
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        """Return the moment, refused where it does not say its offset."""
        if timezone.is_naive(value):
            self.fail("no_offset")
        return value

    def to_internal_value(self, value: Any) -> datetime:
        """Return the moment that was sent."""
        moment: datetime = super().to_internal_value(value)
        if moment < EARLIEST:
            self.fail("too_early")
        if moment > timezone.now() + CLOCKS_MAY_BE_AHEAD:
            self.fail("in_the_future")
        return moment


@extend_schema_field({"type": "string", "examples": ["Europe/Lisbon"]})
class TimeZoneField(serializers.CharField):
    """The IANA name of a time zone."""

    default_error_messages: ClassVar = {
        "unknown": _("This is not the IANA name of a time zone, such as Europe/Lisbon.")
    }

    def to_internal_value(self, data: Any) -> str:
        """Return the name, refused where no such zone is known."""
        name: str = super().to_internal_value(data)
        if name not in KNOWN_ZONES:
            self.fail("unknown")
        return name


@extend_schema_field({"type": "string", "format": "binary"})
class PhotoField(serializers.FileField):
    """A whole picture file; whether it is one is told by what is in it."""


@extend_schema_field(NO_OR_EMOTION)
class EmotionField(serializers.ReadOnlyField):
    """One of the seven emotions, or null."""


@extend_schema_field(NO_OR_SENTIMENT)
class SentimentField(serializers.ReadOnlyField):
    """The direction of a mood, or null."""


class DetectionSerializer(serializers.ModelSerializer[Detection]):
    """One face: where it is and what was read from it."""

    box = serializers.SerializerMethodField(help_text=_("In pixels of the upright photo."))
    probabilities = serializers.SerializerMethodField()
    model_version = serializers.CharField(
        source="model_version.name", read_only=True, help_text=_("The network that read it.")
    )

    class Meta:
        model = Detection
        fields: ClassVar = [
            "role",
            "box",
            "probabilities",
            "emotion",
            "confidence",
            "unsure",
            "is_me",
            "model_version",
        ]
        read_only_fields = fields
        extra_kwargs: ClassVar = {
            "role": {"help_text": _("answer, unless a later network read the face again.")},
            "confidence": {"help_text": _("The share of the emotion, from 0 to 1.")},
            "unsure": {"help_text": _("Too close to call: say so, and show two.")},
            "is_me": {"help_text": _("This face counts as the person's own.")},
        }

    @extend_schema_field(BOX)
    def get_box(self, detection: Detection) -> dict[str, int]:
        """Return the face's box in pixels of the photo."""
        return {name: getattr(detection, name) for name in ("x", "y", "width", "height")}

    @extend_schema_field(PROBABILITIES)
    def get_probabilities(self, detection: Detection) -> dict[str, float]:
        """Return the seven probabilities by emotion."""
        return by_emotion(detection.probabilities)


class CaptureSerializer(serializers.ModelSerializer[Capture]):
    """One capture as its owner reads it."""

    detections = DetectionSerializer(many=True, read_only=True)
    photo = serializers.HyperlinkedIdentityField(
        "api:capture-photo",
        lookup_field="uuid",
        allow_null=True,
        help_text=_("Where the photo is; null where it is not kept."),
    )
    thumbnail = serializers.HyperlinkedIdentityField(
        "api:capture-thumbnail",
        lookup_field="uuid",
        allow_null=True,
        help_text=_("Where a small picture is; null where none is kept."),
    )

    felt = EmotionField(help_text=_("What the person says they felt."))

    class Meta:
        model = Capture
        fields: ClassVar = [
            "uuid",
            "source",
            "taken_at",
            "time_zone",
            "local_date",
            "photo",
            "thumbnail",
            "width",
            "height",
            "note",
            "felt",
            "mood",
            "sequence",
            "created_at",
            "detections",
        ]
        read_only_fields = fields
        extra_kwargs: ClassVar = {
            "source": {"help_text": _("How it was recorded.")},
            "taken_at": {"help_text": _("The moment, in UTC.")},
            "mood": {"help_text": _("What the person says, from 1 (bad) to 5 (good).")},
        }

    def to_representation(self, instance: Capture) -> dict[str, Any]:
        """Name no picture where none is kept."""
        missing = {name: None for name in ("photo", "thumbnail") if not getattr(instance, name)}
        return super().to_representation(instance) | missing


class NewCaptureSerializer(serializers.Serializer[Any]):
    """What a client sends to record a capture."""

    photo = PhotoField(
        allow_empty_file=True,
        help_text=format_lazy(
            _("A JPEG, PNG or WebP photo of at most {megabytes} MB and {megapixels} megapixels."),
            **LIMITS,
        ),
    )
    uuid = serializers.UUIDField(
        required=False, help_text=_("Made by the client; the same one again changes nothing.")
    )
    taken_at = MomentField(
        required=False,
        help_text=_("With its offset from UTC; now, where it is not said. Not in the future."),
    )
    time_zone = TimeZoneField(
        required=False,
        help_text=_("IANA name of the zone lived in at that moment; else the profile's."),
    )
    keep_without_face = serializers.BooleanField(
        default=False, help_text=_("Record the photo even where no face is found.")
    )


class PageQuerySerializer(serializers.Serializer[Any]):
    """How much of a list is wanted at once."""

    page_size = serializers.IntegerField(required=False, min_value=1)


class TodayQuerySerializer(serializers.Serializer[Any]):
    """In which zone "today" is meant."""

    time_zone = TimeZoneField(
        required=False,
        help_text=_("IANA name of the zone in which today is meant; else the profile's."),
    )


class TodaySerializer(serializers.Serializer[Day]):
    """The mood of a day; what says nothing yet is null."""

    date = serializers.DateField(read_only=True)
    time_zone = serializers.SerializerMethodField(help_text=_("The zone of that date."))
    captures = serializers.SerializerMethodField(help_text=_("All captures of the day."))
    computed_from = serializers.IntegerField(
        source="mood.captures",
        read_only=True,
        default=0,
        help_text=_("The captures among them that say something about a mood."),
    )
    dominant = EmotionField(
        source="mood.dominant",
        default=None,
        help_text=_("The emotion with the most weight; ties go to the latest capture."),
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
        return len(day.captures)

    @extend_schema_field({**PROBABILITIES, "type": ["object", "null"]})
    def get_probabilities(self, day: Day) -> dict[str, float] | None:
        """Return the seven shares by emotion."""
        return by_emotion(day.mood.probabilities) if day.mood and day.mood.probabilities else None
