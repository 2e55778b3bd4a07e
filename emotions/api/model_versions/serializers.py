"""JSON representations of model versions and their model cards."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from ml.models import ModelVersion
from ml.registry.history import ServedVersion


class ModelSerializer(serializers.ModelSerializer[ModelVersion]):
    """The network that reads photos now, by its own figures."""

    card = serializers.DictField(
        read_only=True, help_text=_("Every figure measured when the version was created.")
    )

    class Meta:
        model = ModelVersion
        fields = ("name", "sha256", "created_at", "card")
        read_only_fields = fields


class AnsweringSerializer(serializers.Serializer[Any]):
    """A time in which a network answered."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField(
        allow_null=True, help_text=_("null while it is still active.")
    )


class AnsweredModelSerializer(serializers.Serializer[ServedVersion]):
    """A network that answers or did, by its own figures."""

    name = serializers.CharField(source="version.name")
    sha256 = serializers.CharField(source="version.sha256")
    created_at = serializers.DateTimeField(source="version.created_at")
    looks = serializers.IntegerField(
        source="version.looks",
        min_value=0,
        help_text=_("How many times its test figures have been looked at."),
    )
    answered = AnsweringSerializer(source="periods", many=True, help_text=_("The latest first."))
    card = serializers.DictField(
        source="version.card", help_text=_("Every figure measured when the version was created.")
    )
