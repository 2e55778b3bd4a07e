"""JSON representations of an import and its result."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from emotions.api.fields import (
    StrictBooleanField,
    StrictCharField,
    StrictIntegerField,
    TimeZoneField,
)
from emotions.models import Import
from emotions.transfer.readers import parse_mood_values


@extend_schema_field({"type": "string", "format": "binary"})
class HistoryFileField(serializers.FileField):
    """An uploaded file, whose format is recognised by its content."""


class ImportSerializer(serializers.Serializer[Any]):
    """A file with a history in it."""

    file = HistoryFileField(
        allow_empty_file=True,
        help_text=_("An archive of export/, or the CSV file that Daylio exports; at most 1 GB."),
    )
    time_zone = TimeZoneField(
        required=False,
        help_text=_("For times without an offset, such as Daylio's; by default, the profile's."),
    )
    moods = StrictCharField(
        default="",
        allow_blank=True,
        max_length=1000,
        help_text=_("Values from 1 to 5 for custom moods in Daylio: great 5, tired 2"),
    )

    def validate_moods(self, text: str) -> dict[str, int]:
        """Return the numbers by the names of moods."""
        try:
            return parse_mood_values(text)
        except ValueError as error:
            raise serializers.ValidationError(
                _("Say a name and a number from 1 to 5 each, such as: great 5, tired 2")
            ) from error


class RefusedSerializer(serializers.Serializer[Any]):
    """An entry that was not imported."""

    place = StrictCharField(help_text=_("Its position in the file."))
    reason = StrictCharField(help_text=_("What was expected, for people; may change."))


class ImportedSerializer(serializers.Serializer[Any]):
    """The outcome of an import."""

    new = StrictIntegerField(help_text=_("The number of imported moments."))
    already_there = StrictIntegerField(
        help_text=_("The number of existing moments, left unchanged.")
    )
    deleted = StrictIntegerField(
        help_text=_("The number of moments left in the trash or permanently deleted.")
    )
    refused = StrictIntegerField(help_text=_("The number of invalid entries."))
    refusals = RefusedSerializer(many=True, help_text=_("The first 100 invalid entries."))
    complete = StrictBooleanField(
        help_text=_(
            "False if the import continues in the background, reached the daily limit of imported "
            "moments, or failed; send the file again later to find out."
        )
    )


class ImportJobSerializer(ImportedSerializer):
    """A file that was sent, and what became of its entries so far."""

    uuid = serializers.UUIDField(help_text=_("Identifies the import in URLs."))
    state = serializers.ChoiceField(
        choices=Import.State.choices,
        help_text=_("The worker is busy with it while reading, waiting, running or undoing."),
    )
    created_at = serializers.DateTimeField(help_text=_("When it was uploaded."))
    finished_at = serializers.DateTimeField(
        allow_null=True, help_text=_("When the worker finished; null before.")
    )
    time_zone = TimeZoneField(help_text=_("For times without an offset."))
    position = StrictIntegerField(help_text=_("The number of entries read so far."))
    undone = StrictIntegerField(help_text=_("The number of moments removed by undoing."))
    trashed = StrictIntegerField(
        help_text=_(
            "The number of moments changed since the import, which undoing moved to the trash if "
            "they still existed."
        )
    )
    undo_until = serializers.DateTimeField(
        allow_null=True, help_text=_("Until when the import can be undone; null if it cannot.")
    )
    error = StrictCharField(
        help_text=_("Why it failed, as text for people that may change; otherwise empty.")
    )
