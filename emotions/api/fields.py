"""Serializer fields and OpenAPI schemas of the values that several resources share."""

from datetime import datetime
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from common.json_documents import InvalidJsonError, parse_json
from common.time_zones import KNOWN_ZONES
from emotions.captures.moods import Sentiment
from emotions.models.limits import EARLIEST_MOMENT, MAX_CLOCK_SKEW
from ml.emotions import EMOTIONS

SHARE = _("The share of this emotion, from 0 to 1.")
BOX = {
    "type": "object",
    "description": _("Where the face is, in pixels of the upright picture."),
    "properties": {
        "x": {"type": "integer", "description": _("Its left edge.")},
        "y": {"type": "integer", "description": _("Its upper edge.")},
        "width": {"type": "integer", "description": _("In pixels.")},
        "height": {"type": "integer", "description": _("In pixels.")},
    },
    "required": ["x", "y", "width", "height"],
}
PROBABILITIES = {
    "type": "object",
    "description": _("The seven shares by emotion; they sum to 1."),
    "properties": {
        str(emotion): {"type": "number", "minimum": 0, "maximum": 1, "description": SHARE}
        for emotion in EMOTIONS
    },
    "required": [str(emotion) for emotion in EMOTIONS],
}

UNSURE = _("Too close to call: show the emotions in `set`.")
SET = _(
    "The emotions to show, most likely first: one, or two or three if unsure. It's meant to "
    "include what people see nine times in ten; `photos.sets` on the model card gives how "
    "often it did."
)

NULLABLE_EMOTION = {"anyOf": [{"$ref": "#/components/schemas/Emotion"}, {"type": "null"}]}
NULLABLE_SENTIMENT = {
    "anyOf": [
        {"type": "string", "enum": [str(sentiment) for sentiment in Sentiment]},
        {"type": "null"},
    ]
}


def by_emotion(shares: tuple[float, ...]) -> dict[str, float]:
    """Return seven probabilities by emotion, rounded to six decimals."""
    return {str(emotion): round(share, 6) for emotion, share in zip(EMOTIONS, shares, strict=True)}


class StrictTypeMixin(serializers.Field[Any, Any, Any, Any]):
    """Makes a field accept only values of its own type in JSON.

    DRF would take `"1"` for an integer and `1` for a text. In forms, where every value is text, its
    own conversion still applies.

    Attributes:
        types: the Python types that a JSON value may have.
    """

    types: ClassVar[tuple[type, ...]] = (str,)
    default_error_messages: ClassVar = {"wrong_type": _("This isn't of the expected type.")}

    def run_validation(self, data: Any = empty) -> Any:
        is_form = isinstance(getattr(self.root, "initial_data", None), QueryDict)
        has_type = isinstance(data, self.types) and isinstance(data, bool) == (bool in self.types)
        if not is_form and data is not empty and data is not None and not has_type:
            self.fail("wrong_type")
        return super().run_validation(data)


class StrictCharField(StrictTypeMixin, serializers.CharField):
    """A CharField that takes only strings."""


class StrictBooleanField(StrictTypeMixin, serializers.BooleanField):
    types = (bool,)


class StrictIntegerField(StrictTypeMixin, serializers.IntegerField):
    types = (int,)


class StrictFloatField(StrictTypeMixin, serializers.FloatField):
    types = (int, float)


class StrictUUIDField(StrictTypeMixin, serializers.UUIDField):
    """A UUIDField that takes only strings."""


class StrictJSONField(serializers.JSONField):
    """A JSON document in a field of a form."""

    def to_internal_value(self, data: Any) -> Any:
        """Return its value, which is I-JSON."""
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            return parse_json(data.encode())
        except InvalidJsonError as error:
            raise serializers.ValidationError(str(error)) from error


class PastDateTimeField(serializers.DateTimeField):
    """A date and time with an offset from UTC, neither before 1900 nor in the future."""

    default_error_messages: ClassVar = {
        "no_offset": _("Include the offset from UTC, such as 2026-03-14T09:30:00+09:00."),
        "too_early": _("This is before 1900."),
        "in_the_future": _("This is in the future."),
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        """Refuse a naive value instead of assuming a time zone."""
        if timezone.is_naive(value):
            self.fail("no_offset")
        return value

    def to_internal_value(self, value: Any) -> datetime:
        moment: datetime = super().to_internal_value(value)
        if moment < EARLIEST_MOMENT:
            self.fail("too_early")
        if moment > timezone.now() + MAX_CLOCK_SKEW:
            self.fail("in_the_future")
        return moment


@extend_schema_field({"type": "string", "examples": ["Europe/Lisbon"]})
class TimeZoneField(StrictCharField):
    """The IANA name of a time zone."""

    default_error_messages: ClassVar = {
        "unknown": _("This isn't the IANA name of a time zone, such as Europe/Lisbon.")
    }

    def to_internal_value(self, data: Any) -> str:
        name: str = super().to_internal_value(data)
        if name not in KNOWN_ZONES:
            self.fail("unknown")
        return name


@extend_schema_field({"type": "string", "format": "binary"})
class PhotoField(serializers.FileField):
    """An uploaded picture, whose content is validated where it is decoded."""


@extend_schema_field(NULLABLE_EMOTION)
class EmotionField(serializers.ReadOnlyField):
    """One of the seven emotions, or null."""


@extend_schema_field(NULLABLE_SENTIMENT)
class SentimentField(serializers.ReadOnlyField):
    """The direction of a mood, or null."""


@extend_schema_field(NULLABLE_EMOTION)
class FeltField(serializers.ChoiceField):
    """One of the seven emotions, or null to take it back."""
