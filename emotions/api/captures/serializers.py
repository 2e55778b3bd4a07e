"""JSON representations of captures, and the input that creates, changes and filters them."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.utils.html import parse_html_list

from common.line_breaks import single_line_breaks
from emotions.api.etags import EtagField
from emotions.api.fields import (
    BOX,
    PROBABILITIES,
    SET,
    UNSURE,
    EmotionField,
    FeltField,
    PastDateTimeField,
    PhotoField,
    StrictBooleanField,
    StrictCharField,
    StrictFloatField,
    StrictIntegerField,
    StrictUUIDField,
    TimeZoneField,
    by_emotion,
)
from emotions.api.unknown_fields import StrictSerializer
from emotions.captures.recording import SelfReport
from emotions.captures.turning import QUARTERS
from emotions.models import Capture, Detection, Feeling
from emotions.models.limits import MAX_NOTE_LENGTH, MAX_TAG_LENGTH, MAX_TAGS
from emotions.pictures.errors import LIMITS
from emotions.pictures.responses import VERSION_PARAMETER, picture_version

PHOTO_SOURCES = [
    (source.value, source.label)
    for source in Capture.Source
    if source not in Capture.PHOTOLESS_SOURCES
]
"""What an app may say of where a photo comes from."""


class DetectionSerializer(serializers.ModelSerializer[Detection]):
    """One face: where it is and what was read from it."""

    box = serializers.SerializerMethodField(help_text=_("In pixels of the upright photo."))
    probabilities = serializers.SerializerMethodField()
    set = serializers.ListField(
        source="answer_set",
        child=serializers.ChoiceField(Feeling.choices),
        read_only=True,
        help_text=SET,
    )
    made_by = StrictCharField(
        read_only=True,
        help_text=_("server, or device if the person's own read it; others may be added."),
    )
    model_version = StrictCharField(
        source="version_name", read_only=True, help_text=_("The network that read it.")
    )

    class Meta:
        model = Detection
        fields: ClassVar = [
            "id",
            "role",
            "box",
            "roll",
            "probabilities",
            "emotion",
            "confidence",
            "unsure",
            "set",
            "is_me",
            "made_by",
            "model_version",
        ]
        read_only_fields = fields
        extra_kwargs: ClassVar = {
            "id": {"help_text": _("Identifies the face, for use as `me`.")},
            "role": {"help_text": _("answer for the original reading; others may be added.")},
            "roll": {
                "help_text": _(
                    "Degrees by which the head tilts clockwise, -180 to 180; null if unknown."
                )
            },
            "confidence": {"help_text": _("The share of the emotion, from 0 to 1.")},
            "unsure": {"help_text": UNSURE},
            "is_me": {"help_text": _("Whether this is the person's own face.")},
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

    detections = DetectionSerializer(
        many=True, read_only=True, help_text=_("The faces, and what was read from them.")
    )
    photo = serializers.HyperlinkedIdentityField(
        "api:capture-photo",
        lookup_field="uuid",
        allow_null=True,
        help_text=_("URL of the photo; null if it isn't saved."),
    )
    crop = serializers.HyperlinkedIdentityField(
        "api:capture-crop",
        lookup_field="uuid",
        allow_null=True,
        help_text=_("URL of the face crop; null if it isn't saved."),
    )
    thumbnail = serializers.HyperlinkedIdentityField(
        "api:capture-thumbnail",
        lookup_field="uuid",
        allow_null=True,
        help_text=_("URL of the thumbnail; null if none is saved."),
    )

    felt = EmotionField(help_text=_("What you say you felt."))
    etag = EtagField()
    tags: Any = serializers.ListField(
        source="tag_names",
        child=StrictCharField(),
        read_only=True,
        help_text=_("Your own words, in alphabetical order."),
    )

    class Meta:
        model = Capture
        fields: ClassVar = [
            "uuid",
            "source",
            "taken_at",
            "time_zone",
            "local_date",
            "kept",
            "others_blurred",
            "photo",
            "crop",
            "thumbnail",
            "width",
            "height",
            "note",
            "tags",
            "felt",
            "mood",
            "sequence",
            "etag",
            "created_at",
            "deleted_at",
            "detections",
        ]
        read_only_fields = fields
        extra_kwargs: ClassVar = {
            "source": {"help_text": _("How the capture was recorded.")},
            "taken_at": {"help_text": _("The moment, in UTC.")},
            "kept": {"help_text": _("How much of the photo is saved.")},
            "others_blurred": {"help_text": _("Whether others in the saved photo are blurred.")},
            "note": {"help_text": _("What you wrote; often empty.")},
            "mood": {"help_text": _("Your rating, from 1 (bad) to 5 (good).")},
            "created_at": {"help_text": _("When the server recorded it.")},
            "sequence": {"help_text": _("Increases with each change; the basis of the ETag.")},
            "deleted_at": {"help_text": _("When it was moved to the trash; null if it wasn't.")},
        }

    def to_representation(self, instance: Capture) -> dict[str, Any]:
        """Give each picture an address that changes with it, and none where none is kept."""
        represented = super().to_representation(instance)
        pictures = {
            "photo": instance.photo,
            "crop": instance.crop,
            "thumbnail": instance.small_picture,
        }
        for name, picture in pictures.items():
            version = picture_version(picture) if picture else None
            represented[name] = (
                f"{represented[name]}?{VERSION_PARAMETER}={version}" if version else None
            )
        return represented


class TagsField(serializers.ListField):
    """A few words of the person's own.

    In a form each has a part of its own, named `tags`, `tags[]` or `tags[0]`, `tags[1]` …, as
    clients differ; an empty part is none.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(
            child=StrictCharField(max_length=MAX_TAG_LENGTH), max_length=MAX_TAGS, **options
        )

    def get_value(self, dictionary: Mapping[str, Any]) -> Any:
        """Return what was sent."""
        if not isinstance(dictionary, QueryDict):
            return super().get_value(dictionary)
        name = str(self.field_name)
        numbered: Sequence[Any] = parse_html_list(dictionary, prefix=name, default=[]) or []
        parts = [*dictionary.getlist(name), *dictionary.getlist(f"{name}[]"), *numbered]
        return [part for part in parts if part] if parts else empty


class NoteField(StrictCharField):
    """A note, in which a line break counts once."""

    def to_internal_value(self, data: Any) -> str:
        """Return the text with line breaks as they are stored."""
        return single_line_breaks(super().to_internal_value(data))


class SelfReportSerializer(serializers.Serializer[Any]):
    """What a person says of a moment."""

    felt = FeltField(
        Feeling.choices,
        required=False,
        allow_null=True,
        help_text=_("What you felt, whatever you looked like."),
    )
    mood = StrictIntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=5,
        help_text=_("From 1 (bad) to 5 (good)."),
    )
    note = NoteField(
        required=False,
        allow_blank=True,
        max_length=MAX_NOTE_LENGTH,
        help_text=_("Your own words about it."),
    )
    tags = TagsField(
        required=False,
        help_text=_(
            "Your own words for what was going on; new ones are created. A comma is part of "
            "the tag."
        ),
    )


class NewMomentSerializer(SelfReportSerializer):
    """What a client sends to record a moment of any kind."""

    uuid = StrictUUIDField(
        required=False, help_text=_("Generated by the client; sending it again changes nothing.")
    )
    taken_at = PastDateTimeField(
        required=False,
        help_text=_("With its offset from UTC; now, where it is not said. Not in the future."),
    )
    time_zone = TimeZoneField(
        required=False,
        help_text=_("IANA name of the time zone at that moment; by default, the profile's."),
    )


class NewCaptureSerializer(NewMomentSerializer):
    """What a client sends to record a moment with a photo, or in words, as it could before."""

    photo = PhotoField(
        required=False,
        allow_empty_file=True,
        help_text=format_lazy(
            _(
                "A JPEG, PNG or WebP photo of at most {megabytes} MB, {megapixels} megapixels and "
                "{side} pixels a side; {read_side} of them are read. "
                "Without one, felt, mood or note is needed."
            ),
            **LIMITS,
        ),
    )
    source = serializers.ChoiceField(  # type: ignore[assignment]  # a field
        PHOTO_SOURCES,
        default=Capture.Source.API.value,
        help_text=_("How the photo was taken."),
    )
    kept = serializers.ChoiceField(
        Capture.Kept.choices,
        required=False,
        help_text=_("How much of the photo to save; by default, as set in the profile."),
    )
    keep_others = StrictBooleanField(
        required=False,
        allow_null=True,
        default=None,
        help_text=_("Don't blur other people; by default, as set in the profile."),
    )
    keep_without_face = StrictBooleanField(
        default=False, help_text=_("Record the photo even if no face is found.")
    )
    turn = serializers.ChoiceField(
        [0, *QUARTERS],
        default=0,
        help_text=_(
            "Degrees to turn the photo clockwise, after its EXIF orientation has been applied."
        ),
    )
    me_x = StrictFloatField(
        required=False,
        min_value=0,
        max_value=1,
        help_text=_(
            "With me_y, a point in the person's own face, as a fraction of the turned photo's "
            "width."
        ),
    )
    me_y = StrictFloatField(
        required=False, min_value=0, max_value=1, help_text=_("As a fraction of the height.")
    )

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """Expect a point whole or not at all."""
        for one, other in (("me_x", "me_y"), ("me_y", "me_x")):
            if one in values and other not in values:
                raise serializers.ValidationError({other: [_("A point needs both coordinates.")]})
        return values


class WordsSerializer(StrictSerializer, NewMomentSerializer):
    """What a client sends to record a moment in words: felt, mood or note is needed."""


def self_report_of(values: Mapping[str, Any]) -> SelfReport:
    """Return what a person says of a moment, from checked values."""
    felt = values.get("felt")
    return SelfReport(
        felt=Feeling(felt) if felt else None,
        mood=values.get("mood"),
        note=values.get("note", ""),
        tags=tuple(values.get("tags", ())),
    )


class EditSerializer(SelfReportSerializer):
    """What to change; what is not sent stays as it is."""

    me = StrictIntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=2**63 - 1,
        help_text=_("The id of the detection that is the person's own face; null for none."),
    )
    kept = serializers.ChoiceField(
        Capture.Kept.choices,
        required=False,
        help_text=_("Save less of the photo from now on; the rest is deleted immediately."),
    )
    taken_at = PastDateTimeField(required=False, help_text=_("With its offset from UTC."))
    time_zone = TimeZoneField(
        required=False, help_text=_("IANA name of the time zone at that moment.")
    )


class TurnSerializer(serializers.Serializer[Any]):
    """By how much to turn the pictures of a capture."""

    degrees = serializers.ChoiceField(QUARTERS, help_text=_("Clockwise."))
