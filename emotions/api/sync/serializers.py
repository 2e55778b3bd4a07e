"""JSON representations of changes and of batches of captures."""

from itertools import chain
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from emotions.api.captures.filters import DeleteQuerySerializer
from emotions.api.captures.serializers import (
    CaptureSerializer,
    EditSerializer,
    NewCaptureSerializer,
)
from emotions.api.fields import (
    PhotoField,
    StrictBooleanField,
    StrictCharField,
    StrictIntegerField,
    StrictJSONField,
    StrictUUIDField,
)
from emotions.api.idempotency import MAX_KEY_LENGTH, is_valid_key
from emotions.api.openapi import ProblemSerializer
from emotions.api.profile.serializers import ConsentSerializer, SettingsSerializer
from emotions.api.readings.serializers import (
    DeviceDetectionSerializer,
    PictureSizeSerializer,
    ReadingSerializer,
)
from emotions.api.reminders.serializers import ReminderSerializer
from emotions.api.sync.resources import CAPTURES, KINDS
from emotions.api.tags.serializers import PlainTagSerializer
from emotions.api.unknown_fields import StrictSerializer

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 200
MAX_BATCH_SIZE = 20


class ChangesQuerySerializer(serializers.Serializer[Any]):
    """From where on changes are wanted, and how many at once."""

    cursor = StrictCharField(
        required=False,
        max_length=200,
        help_text=_(
            "The cursor of the previous response; leave it out to start from the beginning."
        ),
    )
    page_size = StrictIntegerField(
        required=False,
        default=DEFAULT_PAGE_SIZE,
        min_value=1,
        max_value=2**63 - 1,
        help_text=_("Changes per page: 100 by default, at most 200."),
    )

    kinds = serializers.MultipleChoiceField(
        choices=[CAPTURES, *KINDS],
        required=False,
        help_text=_(
            "What your app keeps a copy of, each kind in a parameter of its own; captures alone "
            "by default. A cursor is good for the kinds it was made for, or fewer."
        ),
    )


class ChangeSerializer(serializers.Serializer[Any]):
    """The latest change of one capture."""

    sequence = StrictIntegerField(help_text=_("The position in the order of changes."))
    uuid = StrictUUIDField(help_text=_("Identifies the capture."))
    deleted = StrictBooleanField(
        help_text=_("Deleted: remove your copy. The capture appears again if it's restored.")
    )
    capture = CaptureSerializer(
        allow_null=True, help_text=_("The current capture; null if it was deleted.")
    )


class ResourceChangeSerializer(serializers.Serializer[Any]):
    """The latest change of one resource other than a capture."""

    kind = serializers.CharField(
        help_text=_("tag, reminder, settings or consent: the member that holds it.")
    )
    id = serializers.CharField(
        help_text=_("Tells those of one kind apart; of a consent its kind, of settings me."),
    )
    sequence = StrictIntegerField(help_text=_("The position in the order of changes."))
    deleted = StrictBooleanField(help_text=_("Deleted: remove your copy."))
    tag = PlainTagSerializer(allow_null=True, help_text=_("The tag, where kind is tag."))
    reminder = ReminderSerializer(
        allow_null=True, help_text=_("The reminder, where kind is reminder.")
    )
    settings = SettingsSerializer(
        allow_null=True, help_text=_("The settings, where kind is settings.")
    )
    consent = ConsentSerializer(allow_null=True, help_text=_("The consent, where kind is consent."))


class ChangesPageSerializer(serializers.Serializer[Any]):
    """A portion of changes."""

    changes = ChangeSerializer(many=True, help_text=_("Changes of captures, the earliest first."))
    resources = serializers.SerializerMethodField(
        help_text=_("Changes of other kinds than captures, if you asked for any.")
    )
    also_changed = serializers.ListField(
        child=serializers.CharField(),
        help_text=_(
            "Resources to read again because they changed since the cursor: tags; other values "
            "may be added."
        ),
    )
    cursor = StrictCharField(help_text=_("Send it with the next request."))
    more = StrictBooleanField(help_text=_("There is more: request the next page right away."))

    @extend_schema_field(ResourceChangeSerializer(many=True))
    def get_resources(self, answer: dict[str, Any]) -> list[dict[str, Any]]:
        """Return what is represented already, since it has been compared as such."""
        resources: list[dict[str, Any]] = answer["resources"]
        return resources


class ActionSerializer(serializers.Serializer[Any]):
    """One entry of a batch: what is to be done to which capture."""

    uuid = StrictUUIDField(
        help_text=_("The capture's; of a new one, the UUID that the client generated.")
    )
    action = serializers.ChoiceField(
        ["create", "edit", "delete", "restore"],
        default="create",
        help_text=_("What to do: create, edit, delete or restore the capture."),
    )
    key = StrictCharField(
        required=False,
        max_length=MAX_KEY_LENGTH,
        help_text=_("As the header Idempotency-Key: repeated, it returns the same outcome."),
    )

    def validate_key(self, key: str) -> str:
        """Expect what a header could hold."""
        if not is_valid_key(key):
            raise serializers.ValidationError(_("Use printable ASCII characters only."))
        return key


class ChangingSerializer(ActionSerializer, StrictSerializer):
    """An entry for a capture that is there."""

    if_match = StrictCharField(
        required=False,
        max_length=40,
        help_text=_(
            "As the header If-Match: the etag you last read. Not used by the action create."
        ),
    )


class CreatingSerializer(ActionSerializer, NewCaptureSerializer):
    """A capture to record; its photo is the file part that it names."""

    photo = StrictCharField(  # type: ignore[assignment]  # another field of that name
        required=False,
        max_length=100,
        help_text=_("The name of the file part; without one, felt, mood or note is needed."),
    )


class ReadingEntrySerializer(ActionSerializer, ReadingSerializer):
    """A capture to record that a device has read, as to captures/readings/."""


class EditingSerializer(ChangingSerializer, EditSerializer):
    """What to change of a capture."""


class DeletingSerializer(ChangingSerializer, DeleteQuerySerializer):
    """A capture to delete."""


ENTRIES: dict[str, type[ActionSerializer]] = {
    "create": CreatingSerializer,
    "edit": EditingSerializer,
    "delete": DeletingSerializer,
    "restore": ChangingSerializer,
}
"""What an entry says, by its action."""


def entry_type(sent: Any) -> type[ActionSerializer]:
    """Return what an entry says; an action that is none is refused with other invalid fields."""
    said = sent if isinstance(sent, dict) else {}
    action = str(said.get("action", "create"))
    if action == "create" and "detections" in said:
        return ReadingEntrySerializer
    return ENTRIES.get(action, ActionSerializer)


class EntrySerializer(DeletingSerializer, EditingSerializer, CreatingSerializer):
    """An entry of a batch, with the fields of all actions; each reads those of its own."""

    model_sha256 = StrictCharField(
        required=False, help_text=_("With detections: the network that read it.")
    )
    picture = PictureSizeSerializer(
        required=False, help_text=_("With detections: the size of what was read.")
    )
    detections = serializers.ListField(
        child=DeviceDetectionSerializer(),
        required=False,
        help_text=_(
            "What the device has read itself, as for captures/readings/; not with a photo."
        ),
    )

    def get_fields(self) -> dict[str, Any]:
        """Return the fields without defaults, which generated clients send with any action."""
        fields = super().get_fields()
        for field in fields.values():
            field.default = empty
        return fields


@extend_schema_field(EntrySerializer(many=True))
class EntriesField(serializers.Field[Any, Any, Any, Any]):
    """Entries as JSON in a form: a list in one part, or one or more in each of several parts."""

    def get_value(self, dictionary: Any) -> Any:
        """Return the texts of all parts of that name."""
        # A request without a body has no form.
        name = str(self.field_name)
        texts = dictionary.getlist(name) if isinstance(dictionary, QueryDict) else []
        return texts or empty

    def to_internal_value(self, data: Any) -> list[Any]:
        """Return the entries, not checked yet."""
        parts = [StrictJSONField().to_internal_value(part) for part in data]
        lists = [[part] if isinstance(part, dict) else part for part in parts]
        lengths = [len(part) if isinstance(part, list) else 0 for part in lists]
        if not (all(lengths) and sum(lengths) <= MAX_BATCH_SIZE):
            raise serializers.ValidationError(
                _("Expected a list of 1 to %(most)d captures.") % {"most": MAX_BATCH_SIZE}
            )
        return list(chain.from_iterable(lists))


class BatchSerializer(serializers.Serializer[Any]):
    """What was done without a connection."""

    captures = EntriesField(
        help_text=_("A JSON list of at most 20 captures; each may name a file part as its photo.")
    )
    photos = serializers.ListField(
        child=PhotoField(allow_empty_file=True),
        required=False,
        help_text=_("Files that captures name as their photo, by their file names."),
    )


class OutcomeSerializer(serializers.Serializer[Any]):
    """What became of one entry."""

    uuid = StrictCharField(allow_null=True, help_text=_("As sent."))
    key = StrictCharField(allow_null=True, help_text=_("As sent; null if there was none."))
    status = StrictIntegerField(help_text=_("The status it would have had on its own."))
    capture = CaptureSerializer(
        allow_null=True, help_text=_("The current capture; null if it was deleted or refused.")
    )
    problem = ProblemSerializer(
        allow_null=True, help_text=_("The problem it would have returned on its own.")
    )


class BatchOutcomesSerializer(serializers.Serializer[Any]):
    """What became of each, in the order in which they were sent."""

    outcomes = OutcomeSerializer(many=True, help_text=_("One for each entry."))
