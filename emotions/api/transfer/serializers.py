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
    """A whole file; what it is, is told by what is in it."""


class ImportSerializer(serializers.Serializer[Any]):
    """A file with a history in it."""

    file = HistoryFileField(
        allow_empty_file=True,
        help_text=_("An archive of export/, or the CSV file that Daylio exports; at most 1 GB."),
    )
    time_zone = TimeZoneField(
        required=False,
        help_text=_("Of times that do not say theirs, as Daylio's; else the profile's."),
    )
    moods = StrictCharField(
        default="",
        allow_blank=True,
        max_length=1000,
        help_text=_("Numbers from 1 to 5 for moods of one's own in Daylio: great 5, tired 2"),
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
    """An entry that was not brought in."""

    place = StrictCharField(help_text=_("Where it stands in the file."))
    reason = StrictCharField(help_text=_("What was expected, for people; may change."))


class ImportedSerializer(serializers.Serializer[Any]):
    """What became of the entries of a file."""

    new = StrictIntegerField(help_text=_("Brought in."))
    already_there = StrictIntegerField(help_text=_("Left as they are."))
    deleted = StrictIntegerField(help_text=_("In the trash or deleted for ever, and left so."))
    refused = StrictIntegerField(help_text=_("Not as expected."))
    refusals = RefusedSerializer(many=True, help_text=_("The first 100 of those."))
    complete = StrictBooleanField(
        help_text=_(
            "False where it took too long and goes on without you, where the day's imported "
            "moments are used up, or where it failed: send the file again later to see."
        )
    )


class ImportJobSerializer(ImportedSerializer):
    """A file that was sent, and what became of its entries so far."""

    uuid = serializers.UUIDField(help_text=_("Names it in addresses."))
    state = serializers.ChoiceField(
        choices=Import.State.choices,
        help_text=_("While it is waiting, running or undoing, the worker has to do with it."),
    )
    created_at = serializers.DateTimeField(help_text=_("When it came."))
    finished_at = serializers.DateTimeField(
        allow_null=True, help_text=_("When the worker was done with it, or null.")
    )
    time_zone = TimeZoneField(help_text=_("Of times that do not say theirs."))
    position = StrictIntegerField(help_text=_("How many entries were read so far."))
    undone = StrictIntegerField(help_text=_("How many moments were removed again."))
    trashed = StrictIntegerField(
        help_text=_("How many had changed since, and went to the trash if they were still there.")
    )
    undo_until = serializers.DateTimeField(
        allow_null=True, help_text=_("Until when it can be undone; null where it cannot.")
    )
    error = StrictCharField(help_text=_("Why it failed, for people; may change; else empty."))
