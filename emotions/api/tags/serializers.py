"""JSON representations of tags."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from emotions.api.etags import EtagField
from emotions.api.fields import StrictBooleanField, StrictCharField, StrictIntegerField
from emotions.models import Tag
from emotions.models.limits import MAX_SIGN_LENGTH, MAX_TAG_LENGTH
from emotions.tags.signs import validate_sign


class TagSerializer(serializers.Serializer[Any]):
    """A word of the person's own, from a `UsedTag`."""

    id = serializers.IntegerField(source="tag.pk", help_text=_("Identifies the tag in URLs."))
    name = serializers.CharField(help_text=_("The word."))
    colour = serializers.CharField(
        source="tag.colour",
        help_text=_("A colour of the palette, or empty. Other values may be added."),
    )
    sign = serializers.CharField(
        source="tag.sign", help_text=_("One emoji or letter shown before the name, or empty.")
    )
    uses = serializers.IntegerField(
        min_value=0, help_text=_("The number of captures with this tag.")
    )
    sequence = serializers.IntegerField(
        source="tag.sequence",
        min_value=0,
        help_text=_("Increases with each change of the tag itself; the basis of the ETag."),
    )
    etag = EtagField(source="tag")


class PlainTagSerializer(serializers.ModelSerializer[Tag]):
    """A word of the person's own, without the number of captures, which apps count themselves."""

    colour = serializers.CharField(
        help_text=_("A colour of the palette, or empty. Other values may be added.")
    )
    etag = EtagField()

    class Meta:
        model = Tag
        fields: ClassVar = ["id", "name", "colour", "sign", "sequence", "etag"]
        read_only_fields = fields
        extra_kwargs: ClassVar = {
            "id": {"help_text": _("Identifies the tag in URLs.")},
            "name": {"help_text": _("The word.")},
        }


class TagsQuerySerializer(serializers.Serializer[Any]):
    """Which tags are wanted."""

    unused = StrictBooleanField(
        default=False, help_text=_("Includes tags that no capture uses any more.")
    )


class TagChangesSerializer(serializers.Serializer[Any]):
    """What to change; what is not sent stays as it is."""

    name = StrictCharField(required=False, max_length=MAX_TAG_LENGTH, help_text=_("Another word."))
    colour = serializers.ChoiceField(
        Tag.Colour.choices,
        required=False,
        allow_blank=True,
        help_text=_("A colour of the palette; empty for none."),
    )
    sign = StrictCharField(
        required=False,
        allow_blank=True,
        max_length=MAX_SIGN_LENGTH,
        validators=[validate_sign],
        help_text=_("One emoji or letter; empty for none."),
    )


class TagMergeSerializer(serializers.Serializer[Any]):
    """Which tag stays."""

    into = StrictIntegerField(
        min_value=1, max_value=2**63 - 1, help_text=_("The id of the tag to merge into.")
    )
