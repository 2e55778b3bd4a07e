"""JSON representation of what an answer rests on."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


class ExplanationSerializer(serializers.Serializer[Any]):
    """Which part of the face the network looked at."""

    emotion = serializers.CharField(help_text=_("The emotion that was detected."))
    part = serializers.CharField(
        help_text=_("brows, eyes or mouth; empty where no single one matters; others may be added.")
    )
    drop = serializers.FloatField(
        help_text=_("By how much the emotion's share falls with the most important area covered.")
    )
    description = serializers.CharField(help_text=_("A sentence, for people; may change."))
    picture = serializers.URLField(help_text=_("URL of the face with these areas coloured."))
