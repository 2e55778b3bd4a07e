"""JSON representations of frames to analyse and of the faces found in them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.drainage import set_override
from rest_framework import serializers

from emotions.api.fields import BOX, PROBABILITIES, SET, UNSURE, PhotoField
from emotions.models import Feeling

MAX_FRAMES = 8


class FramesSerializer(serializers.Serializer[Any]):
    """Pictures to read without keeping them."""

    photos = serializers.ListField(
        child=PhotoField(allow_empty_file=True),
        min_length=1,
        max_length=MAX_FRAMES,
        help_text=_("A longest side of 320 pixels is enough, and fastest."),
    )


class FaceSerializer(serializers.Serializer[Any]):
    """One face of a picture that is not kept; the largest comes first."""

    box = serializers.DictField(child=serializers.IntegerField())
    probabilities = serializers.DictField(child=serializers.FloatField())
    emotion = serializers.ChoiceField(
        Feeling.choices, help_text=_("The emotion with the highest share.")
    )
    confidence = serializers.FloatField(
        min_value=0, max_value=1, help_text=_("The share of the emotion, from 0 to 1.")
    )
    unsure = serializers.BooleanField(help_text=UNSURE)
    roll = serializers.IntegerField(
        min_value=-180,
        max_value=180,
        help_text=_("Degrees by which the head tilts clockwise."),
    )
    set = serializers.ListField(child=serializers.ChoiceField(Feeling.choices), help_text=SET)

    def get_fields(self) -> dict[str, Any]:
        """Describe boxes and shares as those of stored faces."""
        fields = super().get_fields()
        set_override(fields["box"], "field", BOX)
        set_override(fields["probabilities"], "field", PROBABILITIES)
        return fields


class FrameSerializer(serializers.Serializer[Any]):
    """What one picture shows."""

    width = serializers.IntegerField(
        allow_null=True, help_text=_("Of the upright picture; null if it couldn't be read.")
    )
    height = serializers.IntegerField(
        allow_null=True, help_text=_("Of the upright picture; null if it couldn't be read.")
    )
    faces = FaceSerializer(many=True, help_text=_("Every face that was found."))
    problem = serializers.DictField(
        allow_null=True, help_text=_("Why this picture couldn't be read; null if it could.")
    )


class FramesReadSerializer(serializers.Serializer[Any]):
    """What some pictures show, in the order in which they were sent."""

    model_version = serializers.CharField(help_text=_("The network that read them."))
    photos = FrameSerializer(many=True, help_text=_("One for each picture."))
