"""The forms that record and edit captures."""

import csv
import hashlib
import json
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.imaging.images import ImageError
from common.line_breaks import single_line_breaks
from common.time_zones import wall_time_exists
from emotions.captures.editing import Changes
from emotions.captures.recording import SelfReport
from emotions.captures.wording import MOODS, QUARTER_TURNS
from emotions.models import Capture, Feeling
from emotions.models.limits import EARLIEST_MOMENT, MAX_NOTE_LENGTH, MAX_TAG_LENGTH, MAX_TAGS
from emotions.pictures.errors import error_message

QUOTE = '"'
REPORTED = ("felt", "mood", "note", "tags")
NOON = time(12)
FUTURE_TOLERANCE = timedelta(minutes=5)
PHOTO_SOURCES = [Capture.Source.UPLOAD, Capture.Source.CAMERA, Capture.Source.LIVE]
"""The ways in which the capture page takes photos."""


class ConsentForm(forms.Form):
    agree = forms.BooleanField(
        label=_("I'm at least 16, and I agree to my photos being read in this way."),
        error_messages={"required": _("We need your consent before we read a photo.")},
    )


class TagsInput(forms.TextInput):
    """A line for tags beside those that are ticked; all are sent under one name."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str | None:
        """Return all of them as one line, or None if none was sent."""
        return ", ".join(filter(None, data.getlist(name))) if name in data else None


class TagsField(forms.CharField):
    """Tags, separated by commas."""

    def __init__(self, **options: Any) -> None:
        super().__init__(label=_("Tags"), required=False, widget=TagsInput, **options)

    def prepare_value(self, value: Any) -> Any:
        """Return tags as text; those that hold a comma themselves stand in quotes."""
        return value if value is None or isinstance(value, str) else join_tags(value)

    def clean(self, value: Any) -> list[str]:
        """Return the tags, each once."""
        line = " ".join(super().clean(value).splitlines())
        words = [word.strip() for row in csv.reader([line], skipinitialspace=True) for word in row]
        tags = list(dict.fromkeys(word for word in words if word))
        if len(tags) > MAX_TAGS or any(len(tag) > MAX_TAG_LENGTH for tag in tags):
            raise forms.ValidationError(
                _("At most %(most)d tags of %(longest)d characters each."),
                params={"most": MAX_TAGS, "longest": MAX_TAG_LENGTH},
            )
        return tags


def join_tags(tags: Sequence[str]) -> str:
    """Return tags as `TagsField` reads them."""
    return ", ".join(
        f'"{tag.replace(QUOTE, QUOTE * 2)}"' if {",", QUOTE} & {*tag} else tag for tag in tags
    )


class NoteField(forms.CharField):
    """A note, in which a line break counts once."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Note"),
            required=False,
            max_length=MAX_NOTE_LENGTH,
            widget=forms.Textarea(attrs={"rows": 2}),
        )

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Let the page say what is too long: a browser with a limit cuts off what is pasted."""
        return {}

    def to_python(self, value: Any) -> str:
        """Return the text with line breaks as they are stored."""
        return single_line_breaks(super().to_python(value) or "")


class ClockField(forms.DateTimeField):
    """What the clocks show where a moment was lived; a naive date and time."""

    def __init__(self) -> None:
        super().__init__(
            label=_("When"),
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        )

    def to_python(self, value: Any) -> datetime | None:
        """Return the time whatever the clocks of the current zone did then."""
        with timezone.override(UTC):
            moment = super().to_python(value)
        return moment and moment.replace(tzinfo=None)


def lived_moment(clock: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment at which the clocks of a zone showed a time, the first one of two.

    Args:
        clock: naive, as browsers send it.

    Raises:
        ValidationError: they skipped it, or it is too long ago or still to come.
    """
    moment = clock.replace(tzinfo=zone)
    if moment < EARLIEST_MOMENT:
        raise forms.ValidationError(
            _("Choose a time in %(year)d or later."),
            params={"year": EARLIEST_MOMENT.year},
        )
    if moment > timezone.now() + FUTURE_TOLERANCE:
        raise forms.ValidationError(_("That time is in the future."))
    if not wall_time_exists(moment):
        raise forms.ValidationError(
            _("The clocks skipped %(time)s that day in %(zone)s. Choose an earlier or later time."),
            params={"time": f"{clock:%H:%M}", "zone": zone.key},
        )
    return moment


class SelfReportForm(forms.Form):
    """What a person reports of a moment."""

    felt = forms.ChoiceField(
        label=_("What did you feel?"), required=False, choices=[("", ""), *Feeling.choices]
    )
    mood = forms.TypedChoiceField(
        label=_("How pleasant was it?"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", ""), *MOODS],
    )
    note = NoteField()
    tags = TagsField()

    def clean_felt(self) -> Feeling | None:
        return Feeling(felt) if (felt := self.cleaned_data["felt"]) else None

    def chosen_tags(self) -> tuple[list[str], str]:
        """Return the tags that the form holds, and the line of those that it cannot read."""
        value = self["tags"].value()
        if not isinstance(value, str):
            return list(value or []), ""
        try:
            return self.fields["tags"].clean(value), ""
        except forms.ValidationError:
            return [], value


class EditForm(SelfReportForm):
    """Changes to one moment; a field that is not sent, or sent as it was, stays as it is.

    `opened_with` says what the fields held when the form was opened, as `state_of` puts it.
    `leaving` says that nobody can be asked any more, because the page is being left.
    """

    opened_with = forms.CharField(required=False, max_length=200)
    leaving = forms.BooleanField(required=False)
    me = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    kept = forms.ChoiceField(label=_("Saved"), required=False, choices=Capture.Kept.choices)

    @classmethod
    def of(cls, capture: Capture) -> Self:
        """Return the form filled from a capture."""
        return cls(
            initial={
                **reported(capture),
                "felt": capture.felt or "",
                "mood": str(capture.mood or ""),
                "kept": capture.kept,
            }
        )

    def overwrites(self, capture: Capture) -> list[str]:
        """Return the fields whose change would undo what was changed after the form was opened."""
        opened, now, mine = self.opened(), reported(capture), self.mine()
        return [
            name
            for name in self.changed()
            if opened.get(name, digest(now[name])) != digest(now[name]) and mine[name] != now[name]
        ]

    def opened(self) -> dict[str, str]:
        """Return the digest of what each field held when the form was opened, if that is known."""
        pairs = (part.partition("=") for part in self.cleaned_data["opened_with"].split())
        return {name: known for name, _, known in pairs}

    def state_after(self, capture: Capture) -> str:
        """Return what the form holds once its changes are saved, as it is told that again."""
        now = reported(capture)
        return join_digests(self.opened() | {name: digest(now[name]) for name in self.changed()})

    def mine(self) -> dict[str, Any]:
        """Return what is sent as `reported` returns what a capture says."""
        return self.cleaned_data | {"tags": sorted(self.cleaned_data["tags"])}

    def changed(self) -> list[str]:
        """Return which fields of a self-report it sends otherwise than they were."""
        opened, mine = self.opened(), self.mine()
        sent = [name for name in REPORTED if name in self.data]
        return [name for name in sent if digest(mine[name]) != opened.get(name)]

    def changes(self) -> Changes:
        """Return the fields to change."""
        names = [*self.changed(), *(name for name in ("me", "kept") if name in self.data)]
        return Changes(
            **{name: self.cleaned_data[name] for name in names}  # type: ignore[typeddict-item]
        )

    def joined_changes(self, capture: Capture) -> Changes:
        """Return the fields to change, with the words that were written elsewhere meanwhile."""
        changes, contested = self.changes(), self.overwrites(capture)
        if "note" in contested:
            changes["note"] = join_notes(capture.note, changes["note"])[:MAX_NOTE_LENGTH]
        if "tags" in contested:
            changes["tags"] = list({*reported(capture)["tags"], *changes["tags"]})
        return changes


def join_notes(earlier: str, later: str) -> str:
    """Return two notes as one, unless one holds the other already."""
    if earlier in later or later in earlier:
        return max(earlier, later, key=len)
    return f"{earlier}\n{later}"


def reported(capture: Capture) -> dict[str, Any]:
    """Return what a capture says, by the fields of its form."""
    return {
        "felt": capture.felt,
        "mood": capture.mood,
        "note": capture.note,
        "tags": capture.tag_names,
    }


def digest(value: Any) -> str:
    """Return a digest of what a field holds."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]


def state_of(capture: Capture) -> str:
    """Return what a capture says by now, as digests of its fields."""
    return join_digests({name: digest(value) for name, value in reported(capture).items()})


def join_digests(digests: dict[str, str]) -> str:
    """Return digests as `EditForm.opened` reads them."""
    return " ".join(f"{name}={known}" for name, known in digests.items())


class TimeForm(forms.Form):
    """When a moment was, by the clocks of the zone in which it was lived."""

    taken_at = ClockField()
    opened_with = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, capture: Capture) -> None:
        self.capture = capture
        self.zone = ZoneInfo(capture.time_zone)
        self.clock = capture.taken_at.astimezone(self.zone).replace(tzinfo=None)
        opened_with = capture.taken_at.isoformat()
        super().__init__(data, initial={"taken_at": self.clock, "opened_with": opened_with})

    def clean_taken_at(self) -> datetime:
        """Return the moment; one that is shown as before stays the same to the second."""
        clock: datetime = self.cleaned_data["taken_at"]
        if clock == self.clock.replace(second=0, microsecond=0):
            return self.capture.taken_at
        return lived_moment(clock, self.zone)

    def overwrites(self) -> bool:
        """Return whether the time was changed after the form was opened."""
        return self.cleaned_data["opened_with"] not in (None, self.capture.taken_at)


class TurnForm(forms.Form):
    """By how much to turn the pictures of a moment, as it was when the form was shown."""

    degrees = forms.TypedChoiceField(choices=QUARTER_TURNS, coerce=int)
    sequence = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class WordsForm(SelfReportForm):
    """A moment without a photo."""

    taken_at = ClockField()
    field_order = ("felt", "mood", "note", "tags", "taken_at")

    def __init__(self, data: Any = None, *, zone: str, on: date | None = None) -> None:
        """Create the form.

        Args:
            zone: the IANA name of the moment's time zone.
            on: the day of the moment, at noon until another time is chosen; else it is now.
        """
        self.zone = ZoneInfo(zone)
        taken_at = timezone.localtime(timezone=self.zone).replace(tzinfo=None)
        if on and on != taken_at.date():
            taken_at = datetime.combine(on, NOON)
        super().__init__(data, initial={"taken_at": taken_at})

    def clean_taken_at(self) -> datetime:
        """Return the moment, which browsers send as local time without a zone."""
        return lived_moment(self.cleaned_data["taken_at"], self.zone)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if not (values.get("felt") or values.get("mood") or values.get("note")):
            raise forms.ValidationError(
                _("Say what you felt, how pleasant it was, or leave a note.")
            )
        return values

    def self_report(self) -> SelfReport:
        values = self.cleaned_data
        return SelfReport(
            felt=values["felt"],
            mood=values["mood"],
            note=values["note"],
            tags=tuple(values["tags"]),
        )


class PhotosInput(forms.FileInput):
    """A field for one photo or several; each is read by a form of its own."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the photo of this form."""
        return files.get(name)


class CaptureForm(forms.Form):
    """One photo; what is inside it is checked by `common.imaging.images`, not by its name."""

    photo = forms.FileField(
        label=_("Your photo"),
        allow_empty_file=True,
        error_messages={"required": _("Choose a photo first.")},
        widget=PhotosInput(
            attrs={"accept": "image/jpeg,image/png,image/webp,image/avif", "multiple": True}
        ),
    )
    client_uuid = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    source = forms.TypedChoiceField(
        choices=[(source.value, source.label) for source in PHOTO_SOURCES],
        coerce=Capture.Source,
        empty_value=Capture.Source.UPLOAD,
        initial=Capture.Source.UPLOAD,
        required=False,
        widget=forms.HiddenInput,
    )

    turn = forms.TypedChoiceField(
        label=_("Turn the photo"),
        choices=[(0, _("As it is")), *QUARTER_TURNS],
        coerce=int,
        empty_value=None,
        initial=0,
        required=False,
    )
    me_x = forms.FloatField(min_value=0, max_value=1, required=False, widget=forms.HiddenInput)
    me_y = forms.FloatField(min_value=0, max_value=1, required=False, widget=forms.HiddenInput)

    def me(self) -> tuple[float, float] | None:
        """Return the point that the person tapped, as shares of width and height, if they did."""
        x, y = self.cleaned_data["me_x"], self.cleaned_data["me_y"]
        return None if x is None or y is None else (x, y)

    def refuse(self, error: ImageError) -> None:
        """Say why the photo cannot be read."""
        self.add_error("photo", error_message(error.code, error.found))
