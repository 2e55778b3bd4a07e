"""JSON representations of model versions and their model cards."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ml.inference.card import Card
from ml.inference.preprocessing import describe_preprocessing
from ml.models import ModelVersion
from ml.registry.history import ServedVersion
from ml.registry.published import PublishedFile, published_files, published_pack

NAME = _("The name of the network.")
SHA256 = _("Of the network's file; its identity.")
CREATED = _("When the network was trained.")


class ModelFileSerializer(serializers.Serializer[PublishedFile]):
    """A file under an address that holds its checksum."""

    name = serializers.CharField(
        help_text=_("network, detector or conformance; others may be added.")
    )
    url = serializers.SerializerMethodField(
        help_text=_("Needs no account; what is there never changes.")
    )
    sha256 = serializers.CharField(help_text=_("Of the content; use no file that doesn't match."))
    size = serializers.IntegerField(min_value=0, help_text=_("In bytes."))
    media_type = serializers.CharField(help_text=_("Its media type."))

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, file: PublishedFile) -> str:
        """Return its address."""
        address = reverse("emotions:model_file", args=[file.sha256])
        url: str = self.context["request"].build_absolute_uri(address)
        return url


class GreyWeightsSerializer(serializers.Serializer[Any]):
    """By how much each colour counts."""

    red = serializers.FloatField(help_text=_("The share of red."))
    green = serializers.FloatField(help_text=_("The share of green."))
    blue = serializers.FloatField(help_text=_("The share of blue."))


class PreprocessingSerializer(serializers.Serializer[Any]):
    """What happens to a photo before the network reads a face in it."""

    input_side = serializers.IntegerField(help_text=_("Of the network's square input, in pixels."))
    face_margin = serializers.FloatField(
        help_text=_("Added on each side of the box before it is read, as a share of the box.")
    )
    grey_weights = GreyWeightsSerializer(help_text=_("How colours become grey."))
    detector_side = serializers.IntegerField(
        help_text=_("Of the detector's square input, in pixels.")
    )
    box_scale = serializers.FloatField(help_text=_("Side of the box by that of the detector's."))
    box_rise = serializers.FloatField(
        help_text=_("Towards the top of the head, as a share of the detector's side.")
    )
    roll_margin = serializers.FloatField(
        help_text=_("Added on each side of the box before its eyes are found, as a share of it.")
    )
    steps = serializers.ListField(
        child=serializers.CharField(), help_text=_("In their order, for people, in English.")
    )


class ModelSerializer(serializers.Serializer[ModelVersion]):
    """The network that reads photos now, by its own figures, and all it takes to run it."""

    name = serializers.CharField(help_text=NAME)
    sha256 = serializers.CharField(help_text=SHA256)
    created_at = serializers.DateTimeField(help_text=CREATED)
    emotions = serializers.ListField(
        source="card.emotions",
        child=serializers.CharField(),
        help_text=_("In the order of the network's probabilities."),
    )
    shown = serializers.CharField(
        source="card.shown", help_text=_("The name of the network's output that people see.")
    )
    unsure_below = serializers.FloatField(
        source="card.unsure_below",
        help_text=_("A face whose highest probability is lower counts as unsure."),
    )
    set_mass = serializers.SerializerMethodField(
        help_text=_(
            "How much the probabilities of the emotions in `set` of an unsure face sum to at "
            "least, if two or three can."
        )
    )
    preprocessing = serializers.SerializerMethodField(
        help_text=_("What happens to a photo before the network reads it.")
    )
    files = serializers.SerializerMethodField(help_text=_("What a device needs to read faces."))
    conformance = serializers.SerializerMethodField(
        help_text=_(
            "A zip of pictures, and in expected.json what reading them has to give, by which a "
            "reader of your own can be checked; null if there is none."
        )
    )
    card = serializers.DictField(help_text=_("Every figure measured when the version was created."))

    def get_set_mass(self, version: ModelVersion) -> float:
        """Return the sum from which a set is complete."""
        return Card.from_facts(version.card).set_mass

    @extend_schema_field(PreprocessingSerializer)
    def get_preprocessing(self, version: ModelVersion) -> dict[str, Any]:
        """Return the way from a photo to the network's input."""
        return describe_preprocessing(Card.from_facts(version.card))

    @extend_schema_field(ModelFileSerializer(many=True))
    def get_files(self, version: ModelVersion) -> list[dict[str, Any]]:
        """Return the network's file and the detector's."""
        files: Any = list(published_files(version))  # the framework's types know no lists
        return list(ModelFileSerializer(files, many=True, context=self.context).data)

    @extend_schema_field(ModelFileSerializer(allow_null=True))
    def get_conformance(self, version: ModelVersion) -> dict[str, Any] | None:
        """Return the pictures by which other readers prove themselves."""
        pack = published_pack(version)
        return None if pack is None else dict(ModelFileSerializer(pack, context=self.context).data)


class AnsweringSerializer(serializers.Serializer[Any]):
    """A time in which a network answered."""

    since = serializers.DateTimeField(help_text=_("From when on."))
    until = serializers.DateTimeField(
        allow_null=True, help_text=_("null while it is still active.")
    )


class AnsweredModelSerializer(serializers.Serializer[ServedVersion]):
    """A network that answers or did, by its own figures."""

    name = serializers.CharField(source="version.name", help_text=NAME)
    sha256 = serializers.CharField(source="version.sha256", help_text=SHA256)
    created_at = serializers.DateTimeField(source="version.created_at", help_text=CREATED)
    looks = serializers.IntegerField(
        source="version.looks",
        min_value=0,
        help_text=_("How many times its test figures have been looked at."),
    )
    answered = AnsweringSerializer(source="periods", many=True, help_text=_("The latest first."))
    card = serializers.DictField(
        source="version.card", help_text=_("Every figure measured when the version was created.")
    )
