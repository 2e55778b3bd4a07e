"""JSON representations of changes and of batches of captures."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from emotions.api.captures.serializers import CaptureSerializer, NewCaptureSerializer
from emotions.api.fields import (
    StrictBooleanField,
    StrictCharField,
    StrictIntegerField,
    StrictJSONField,
    StrictUUIDField,
)
from emotions.models import Capture

NULLABLE_CAPTURE = {"oneOf": [{"$ref": "#/components/schemas/Capture"}, {"type": "null"}]}
DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 200
MAX_BATCH_SIZE = 20


class ChangesQuerySerializer(serializers.Serializer[Any]):
    """From where on changes are wanted, and how many at once."""

    cursor = StrictCharField(
        required=False,
        max_length=64,
        help_text=_("The cursor of the answer before; leave it out to begin at the beginning."),
    )
    page_size = StrictIntegerField(
        required=False,
        default=DEFAULT_PAGE_SIZE,
        min_value=1,
        help_text=_("Changes at once, 100 if not said; more than 200 count as 200."),
    )


class ChangeSerializer(serializers.Serializer[Capture]):
    """The latest change of one capture."""

    sequence = StrictIntegerField(help_text=_("Orders the changes."))
    uuid = StrictUUIDField()
    deleted = serializers.SerializerMethodField(
        help_text=_("Deleted: forget it. It comes again if it is restored.")
    )
    capture = serializers.SerializerMethodField(
        help_text=_("The capture as it is now; null where it is deleted.")
    )

    def get_deleted(self, capture: Capture) -> bool:
        """Tell whether the capture is deleted."""
        return capture.deleted_at is not None

    @extend_schema_field(NULLABLE_CAPTURE)
    def get_capture(self, capture: Capture) -> dict[str, Any] | None:
        """Return the capture."""
        if capture.deleted_at:
            return None
        return dict(CaptureSerializer(capture, context=self.context).data)


class ChangesSerializer(serializers.Serializer[Any]):
    """A portion of changes."""

    changes = ChangeSerializer(many=True)
    also_changed = serializers.ListField(
        child=serializers.CharField(),
        help_text=_(
            "Resources to read again, because they changed since the cursor: tags; others may come."
        ),
    )
    cursor = StrictCharField(help_text=_("Ask with it the next time."))
    more = StrictBooleanField(help_text=_("There is more: ask again at once."))


class WaitingSerializer(NewCaptureSerializer):
    """A capture that waited; its photo is the file part that it names."""

    photo = StrictCharField(  # type: ignore[assignment]  # another field of that name
        required=False,
        max_length=100,
        help_text=_("The name of the file part; without one, felt, mood or note is needed."),
    )
    uuid = StrictUUIDField(help_text=_("Made by the client."))


class BatchSerializer(serializers.Serializer[Any]):
    """Captures that waited for the line to return."""

    captures = StrictJSONField(
        help_text=_("A JSON list of at most 20 captures; each may name a file part as its photo.")
    )

    def validate_captures(self, waiting: Any) -> list[Any]:
        """Expect a list that is not too long."""
        if not isinstance(waiting, list) or not 0 < len(waiting) <= MAX_BATCH_SIZE:
            raise serializers.ValidationError(
                _("Expected a list of 1 to %(most)d captures.") % {"most": MAX_BATCH_SIZE}
            )
        return waiting


class OutcomeSerializer(serializers.Serializer[Any]):
    """What became of one capture."""

    uuid = StrictCharField(allow_null=True, help_text=_("As it was sent."))
    status = StrictIntegerField(help_text=_("As if it had been sent alone."))
    capture = CaptureSerializer(allow_null=True)
    problem = serializers.DictField(
        allow_null=True, help_text=_("The problem that it would have been answered alone.")
    )


class OutcomesSerializer(serializers.Serializer[Any]):
    """What became of each, in the order in which they were sent."""

    outcomes = OutcomeSerializer(many=True)
