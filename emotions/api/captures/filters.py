"""The query parameters with which captures are listed and deleted."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from emotions.api.fields import StrictBooleanField, StrictCharField
from emotions.models import Capture, Feeling
from emotions.models.limits import MAX_TAG_LENGTH


class CaptureFilterSerializer(serializers.Serializer[Any]):
    """Which captures are wanted."""

    emotion = serializers.ChoiceField(
        Feeling.choices, required=False, help_text=_("What was felt; otherwise what was detected.")
    )
    first = serializers.DateField(required=False, help_text=_("This local day and later."))
    last = serializers.DateField(required=False, help_text=_("This local day and earlier."))
    tag = StrictCharField(
        required=False,
        allow_blank=True,
        max_length=MAX_TAG_LENGTH,
        help_text=_("One of your own words."),
    )
    source = serializers.ChoiceField(  # type: ignore[assignment]  # a field
        Capture.Source.choices, required=False, help_text=_("How the capture was recorded.")
    )
    words = StrictCharField(
        required=False, allow_blank=True, max_length=200, help_text=_("Text in the note.")
    )
    deleted = StrictBooleanField(
        required=False, default=False, help_text=_("Those in the trash, instead of the others.")
    )

    def selection(self) -> dict[str, Any]:
        """Return the filters as `selectors.history` takes them.

        Raises:
            ValidationError: one of them is not as expected.
        """
        self.is_valid(raise_exception=True)
        values = dict(self.validated_data)
        values["in_trash"] = values.pop("deleted")
        if "emotion" in values:
            values["feeling"] = Feeling(values.pop("emotion"))
        return values


class DeleteQuerySerializer(serializers.Serializer[Any]):
    """How a capture is deleted."""

    forever = StrictBooleanField(
        default=False, help_text=_("Delete it immediately instead of moving it to the trash.")
    )
