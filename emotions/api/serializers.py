"""How records look as JSON."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.zones import KNOWN_ZONES
from emotions.models import Capture, Detection
from ml.emotions import EMOTIONS


class DetectionSerializer(serializers.ModelSerializer[Detection]):
    """One face: where it is and what was read from it."""

    box = serializers.SerializerMethodField()
    probabilities = serializers.SerializerMethodField()
    model_version = serializers.CharField(source="model_version.name")

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

    def get_box(self, detection: Detection) -> dict[str, int]:
        """Return the face's box in pixels of the photo."""
        return {name: getattr(detection, name) for name in ("x", "y", "width", "height")}

    def get_probabilities(self, detection: Detection) -> dict[str, float]:
        """Return the seven probabilities by emotion."""
        return {
            str(emotion): round(share, 6)
            for emotion, share in zip(EMOTIONS, detection.probabilities, strict=True)
        }


class CaptureSerializer(serializers.ModelSerializer[Capture]):
    """One capture as its owner reads it."""

    detections = DetectionSerializer(many=True)
    photo = serializers.HyperlinkedIdentityField("api:capture-photo", lookup_field="uuid")
    thumbnail = serializers.HyperlinkedIdentityField("api:capture-thumbnail", lookup_field="uuid")

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

    def to_representation(self, instance: Capture) -> dict[str, Any]:
        """Name no picture where none is kept."""
        missing = {name: None for name in ("photo", "thumbnail") if not getattr(instance, name)}
        return super().to_representation(instance) | missing


class NewCaptureSerializer(serializers.Serializer[Any]):
    """What a client sends to record a capture."""

    photo = serializers.FileField(
        allow_empty_file=True, help_text=_("A JPEG, PNG or WebP photo of at most 15 MB.")
    )
    uuid = serializers.UUIDField(
        required=False, help_text=_("Made by the client; the same one again changes nothing.")
    )
    taken_at = serializers.DateTimeField(required=False)
    time_zone = serializers.ChoiceField(
        choices=sorted(KNOWN_ZONES), required=False, help_text=_("IANA name of the zone.")
    )
    keep_without_face = serializers.BooleanField(default=False)


class TodayQuerySerializer(serializers.Serializer[Any]):
    """In which zone "today" is meant."""

    time_zone = serializers.ChoiceField(choices=sorted(KNOWN_ZONES), required=False)
