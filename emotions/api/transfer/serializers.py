"""JSON representations of an import and its result."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from emotions.api.fields import (
    FeltField,
    StrictBooleanField,
    StrictCharField,
    StrictIntegerField,
    TimeZoneField,
)
from emotions.models import Feeling, Import
from emotions.transfer.previewing import MAX_MOODS, empty_report
from emotions.transfer.readers import MAX_MOOD_NAME, DateOrder, parse_mood_values

DATE_ORDERS = [str(DateOrder.DAY_FIRST), str(DateOrder.MONTH_FIRST)]


@extend_schema_field({"type": "string", "format": "binary"})
class HistoryFileField(serializers.FileField):
    """An uploaded file, whose format is recognised by its content."""


class ImportFileSerializer(serializers.Serializer[Any]):
    """A file with a history in it."""

    file = HistoryFileField(
        allow_empty_file=True,
        help_text=_("An archive of export/, Daylio's CSV file or Pixels' JSON file; at most 1 GB."),
    )
    time_zone = TimeZoneField(
        required=False,
        help_text=_("For times without an offset, such as Daylio's; by default, the profile's."),
    )


class NewImportSerializer(ImportFileSerializer):
    """A file with a history in it, and values of its moods."""

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
                _("Give a name and a number from 1 to 5 for each, such as: great 5, tired 2")
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
    updated = StrictIntegerField(
        help_text=_("The number of existing moments that were updated from the file.")
    )
    reverted = StrictIntegerField(
        help_text=_("The number of updated moments that undoing restored.")
    )
    kept_until = serializers.DateTimeField(
        allow_null=True,
        help_text=_("While ready: when the file is deleted unless you confirm; otherwise null."),
    )


class PreviewedMomentSerializer(serializers.Serializer[Any]):
    """A moment as it would look."""

    taken_at = serializers.DateTimeField(
        default_timezone=None, help_text=_("When it was, with the local offset from UTC.")
    )
    time_zone = TimeZoneField(help_text=_("The time zone of the moment."))
    felt = FeltField(choices=Feeling.choices, allow_null=True, help_text=_("What was felt."))
    mood = StrictIntegerField(
        allow_null=True, min_value=1, max_value=5, help_text=_("The mood from 1 to 5.")
    )
    note = StrictCharField(help_text=_("The first 200 characters of the note."))
    tags = serializers.ListField(child=StrictCharField(), help_text=_("Its tags."))


class PreviewedChangeSerializer(serializers.Serializer[Any]):
    """A moment that says something else in the file."""

    before = PreviewedMomentSerializer(help_text=_("As stored."))
    after = PreviewedMomentSerializer(help_text=_("As it is in the file."))


class PreviewedMoodSerializer(serializers.Serializer[Any]):
    """The name of a mood in the file."""

    name = StrictCharField(help_text=_("As it is in the file."))
    count = StrictIntegerField(help_text=_("The number of captures with the tag."))
    value = StrictIntegerField(
        allow_null=True,
        min_value=1,
        max_value=5,
        help_text=_("Its value from 1 to 5; null if it is unknown, so its moments are left out."),
    )


class ImportPreviewSerializer(serializers.Serializer[Any]):
    """What is in a file, before any of it comes in."""

    format = StrictCharField(
        help_text=_("Known values: export, daylio, pixels. Other values may be added.")
    )
    encoding = StrictCharField(help_text=_("The guessed encoding of a table; otherwise empty."))
    separator = StrictCharField(help_text=_("What separates the cells of a table, or empty."))
    language = StrictCharField(
        help_text=_("ISO 639 code of the language of mood names, as guessed; otherwise empty.")
    )
    date_order = StrictCharField(
        help_text=_(
            "The order of the parts of dates, as guessed or chosen: year_first, day_first or "
            "month_first; empty where dates leave no choice."
        )
    )
    dates_are_certain = StrictBooleanField(
        help_text=_("False if every date in the file could be read in either order.")
    )
    pictures = StrictIntegerField(help_text=_("The number of pictures."))
    first = serializers.DateField(allow_null=True, help_text=_("The earliest day, or null."))
    last = serializers.DateField(allow_null=True, help_text=_("The latest day, or null."))
    new = StrictIntegerField(help_text=_("The number of moments that would be imported."))
    changed = StrictIntegerField(
        help_text=_("The number of existing moments that differ in the file.")
    )
    already_there = StrictIntegerField(help_text=_("The number of moments that exist already."))
    deleted = StrictIntegerField(
        help_text=_("The number of moments skipped because they were deleted here.")
    )
    refused = StrictIntegerField(help_text=_("The number of entries that cannot be imported."))
    moods = PreviewedMoodSerializer(
        many=True, help_text=_("The first 100 names of moods, each once, unknown ones first.")
    )
    entries = PreviewedMomentSerializer(many=True, help_text=_("The first five new moments."))
    changes = PreviewedChangeSerializer(many=True, help_text=_("The first five changed moments."))
    refusals = RefusedSerializer(
        many=True, help_text=_("The first 20 invalid entries, but for unknown moods.")
    )
    remarks = RefusedSerializer(
        many=True, help_text=_("The first 20 entries that would be shortened.")
    )


class ImportDetailSerializer(ImportJobSerializer):
    """One file that was sent, with its preview."""

    preview = serializers.SerializerMethodField(
        help_text=_("What is in the file while its state is ready; otherwise null.")
    )

    @extend_schema_field(ImportPreviewSerializer(allow_null=True))
    def get_preview(self, job: Import) -> dict[str, Any] | None:
        if job.state != Import.State.READY:
            return None
        return dict(ImportPreviewSerializer({**empty_report(), **(job.preview or {})}).data)


class ChoicesSerializer(serializers.Serializer[Any]):
    """How a file is to be read."""

    time_zone = TimeZoneField(required=False, help_text=_("For times without an offset."))
    date_order = serializers.ChoiceField(
        choices=DATE_ORDERS,
        required=False,
        help_text=_("Which part of a date comes first when the year doesn't."),
    )
    moods = serializers.DictField(
        child=StrictIntegerField(min_value=1, max_value=5, allow_null=True),
        default=dict,
        help_text=_("Values from 1 to 5 by name; null skips the moments with that mood."),
    )

    def validate_moods(self, moods: dict[str, int | None]) -> dict[str, int | None]:
        """Return them, unless they are more than a preview names."""
        if len(moods) > MAX_MOODS:
            raise serializers.ValidationError(
                _("Expected at most %(most)d names.") % {"most": MAX_MOODS}
            )
        if any(len(name) > MAX_MOOD_NAME for name in moods):
            raise serializers.ValidationError(
                _("Expected names of at most %(most)d letters.") % {"most": MAX_MOOD_NAME}
            )
        return moods


class ConfirmationSerializer(ChoicesSerializer):
    """How a file is to be read, and whether what is here is updated from it."""

    update = StrictBooleanField(  # type: ignore[assignment]  # a field
        default=True,
        help_text=_("Whether existing moments that have changed in the file are updated."),
    )
