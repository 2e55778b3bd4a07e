"""The forms of the pages."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from emotions.captures.editing import Changes
from emotions.captures.recording import Said
from emotions.insights.trends import Span
from emotions.insights.wording import MOODS
from emotions.models import Capture, Feeling, Preferences, Reminder
from emotions.pictures.errors import message
from emotions.reminders.services import ReminderChanges
from emotions.transfer.readers import moods_in

PHOTO_SOURCES = [Capture.Source.UPLOAD, Capture.Source.CAMERA, Capture.Source.LIVE]
"""The ways in which the capture page takes photos."""


class DateInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ConsentForm(forms.Form):
    """A yes that has to be given on purpose."""

    agree = forms.BooleanField(
        label=_("I am at least 16 and I agree that my photos are read this way."),
        error_messages={"required": _("Without your consent no photo is read.")},
    )


class HelpForm(forms.Form):
    """Another yes on purpose, which nobody needs to give."""

    agree = forms.BooleanField(
        label=_("My face, cut out small, may be used to train the network from now on."),
        error_messages={"required": _("Nothing has changed: tick the box if you want to help.")},
    )


LIGHT_COLOURS = {
    Feeling.ANGRY: "#993727",
    Feeling.DISGUST: "#64892c",
    Feeling.FEAR: "#5e3f9c",
    Feeling.HAPPY: "#e3b02c",
    Feeling.NEUTRAL: "#8f7b71",
    Feeling.SAD: "#347ec7",
    Feeling.SURPRISE: "#a64888",
}
"""Our own colours on a light page, as `tokens.css` has them; a test holds the two together."""
USUAL_SPAN = timedelta(days=29)
LONGEST_SPANS = {
    Span.DAY: timedelta(days=366),
    Span.WEEK: timedelta(days=7 * 366),
    Span.MONTH: timedelta(days=20 * 366),
}
"""What can be drawn so that it can be read."""
MOST_TAGS = 20
LONGEST_TAG = 40


class TagsField(forms.CharField):
    """A few words, separated by commas."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"list": "known-tags", "autocomplete": "off"})
        super().__init__(
            label=_("Tags"),
            required=False,
            help_text=_("Your own words, with commas between them: work, rain, piano"),
            widget=widget,
            **options,
        )

    def prepare_value(self, value: Any) -> Any:
        """Return what stands in the field."""
        return value if value is None or isinstance(value, str) else ", ".join(value)

    def clean(self, value: Any) -> list[str]:
        """Return the words, each once."""
        words = [word.strip() for word in super().clean(value).split(",")]
        tags = list(dict.fromkeys(word for word in words if word))
        if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in tags):
            raise forms.ValidationError(
                _("At most %(most)d tags of %(longest)d letters each."),
                params={"most": MOST_TAGS, "longest": LONGEST_TAG},
            )
        return tags


class SaidForm(forms.Form):
    """What a person says of a moment."""

    felt = forms.ChoiceField(
        label=_("What did you feel?"),
        required=False,
        choices=[("", _("I would rather not say")), *Feeling.choices],
        widget=forms.RadioSelect,
    )
    mood = forms.TypedChoiceField(
        label=_("How good was it?"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("I would rather not say")), *MOODS],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    tags = TagsField()

    def clean_felt(self) -> Feeling | None:
        """Return what was felt, if anything was said."""
        return Feeling(felt) if (felt := self.cleaned_data["felt"]) else None


class EditForm(SaidForm):
    """Changes to one moment; a field that is not sent stays as it is."""

    me = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    kept = forms.ChoiceField(
        label=_("What is kept of the photo"), required=False, choices=Capture.Kept.choices
    )

    @classmethod
    def of(cls, capture: Capture) -> Self:
        """Return the form filled with what a capture says."""
        return cls(
            initial={
                "felt": capture.felt or "",
                "mood": str(capture.mood or ""),
                "note": capture.note,
                "tags": sorted(tag.name for tag in capture.tags.all()),
                "kept": capture.kept,
            }
        )

    def changes(self) -> Changes:
        """Return the fields that were sent."""
        return Changes(
            **{  # type: ignore[typeddict-item]  # the names are those of the form
                name: value for name, value in self.cleaned_data.items() if name in self.data
            }
        )


class WordsForm(SaidForm):
    """A moment without a photo."""

    taken_at = forms.DateTimeField(
        label=_("When"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    field_order = ("felt", "mood", "note", "tags", "taken_at")

    def __init__(self, data: Any = None, *, zone: str) -> None:
        """Take in what was sent, and the zone in which the moment was lived, by its IANA name."""
        self.zone = ZoneInfo(zone)
        now = timezone.localtime(timezone=self.zone).replace(tzinfo=None)
        super().__init__(data, initial={"taken_at": now})

    def clean_taken_at(self) -> datetime:
        """Return the moment, which the browser names by the clock on the wall."""
        moment: datetime = self.cleaned_data["taken_at"].replace(tzinfo=self.zone)
        if moment > timezone.now() + timedelta(minutes=5):
            raise forms.ValidationError(_("That moment is still to come."))
        return moment

    def clean(self) -> dict[str, Any]:
        """Expect something to be said."""
        values: dict[str, Any] = super().clean() or {}
        if not (values.get("felt") or values.get("mood") or values.get("note")):
            raise forms.ValidationError(_("Say what you felt, how good it was, or leave a note."))
        return values

    def said(self) -> Said:
        """Return what was said."""
        values = self.cleaned_data
        return Said(
            felt=values["felt"],
            mood=values["mood"],
            note=values["note"],
            tags=tuple(values["tags"]),
        )


class KeepingForm(forms.Form):
    """What is kept of photos to come."""

    kept = forms.ChoiceField(
        label=_("Of a photo of me, keep"), choices=Capture.Kept.choices, widget=forms.RadioSelect
    )
    keep_others = forms.BooleanField(
        label=_("Leave other people in my photos recognisable. Otherwise they are blurred."),
        required=False,
    )
    pictures_kept_for = forms.TypedChoiceField(
        label=_("Keep pictures for"),
        coerce=lambda days: Preferences.KeptFor(int(days)),
        choices=Preferences.KeptFor.choices,
        help_text=_("Then only their numbers stay. Pictures that are older than that go at once."),
    )


class TimeInput(forms.TimeInput):
    """The browser's own clock."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class ReminderForm(forms.Form):
    """When and how to be asked."""

    at = forms.TimeField(label=_("At"), widget=TimeInput, initial=time(20))
    days = forms.TypedMultipleChoiceField(
        label=_("On"),
        choices=Reminder.Day.choices,
        coerce=int,
        initial=Reminder.Day.values,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one day.")},
    )
    way = forms.TypedChoiceField(
        label=_("How"),
        choices=Reminder.Way.choices,
        coerce=Reminder.Way,
        initial=Reminder.Way.EMAIL,
        widget=forms.RadioSelect,
    )
    paused = forms.BooleanField(label=_("Paused: it does not come."), required=False)

    @classmethod
    def of(cls, reminder: Reminder) -> Self:
        """Return the form filled with what a reminder says."""
        days = list(reminder.days)
        return cls(
            initial={
                "at": reminder.at,
                "days": days,
                "way": reminder.way,
                "paused": reminder.paused,
            }
        )

    def said(self) -> ReminderChanges:
        """Return what a valid form says."""
        values = self.cleaned_data
        return ReminderChanges(
            at=values["at"], days=values["days"], way=values["way"], paused=values["paused"]
        )


class ColourInput(forms.TextInput):
    """The browser's own colours to choose from."""

    input_type = "color"


class AppearanceForm(forms.Form):
    """How pages look."""

    theme = forms.ChoiceField(
        label=_("Pages are"),
        choices=Preferences.Theme.choices,
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        """Add a colour an emotion."""
        super().__init__(*args, **options)
        for feeling in Feeling:
            self.fields[feeling.value] = forms.RegexField(
                r"^#[0-9a-f]{6}$",
                label=feeling.label,
                required=False,
                widget=ColourInput,
                error_messages={"invalid": _("Choose a colour such as #1d6460.")},
            )

    @classmethod
    def of(cls, preferences: Preferences) -> Self:
        """Return the form filled with what a person wants."""
        colours = {name: LIGHT_COLOURS[Feeling(name)] for name in Feeling.values}
        return cls(initial={"theme": preferences.theme, **colours, **preferences.colours})

    def colours(self) -> dict[Feeling, str]:
        """Return the colours that are not ours."""
        chosen = {feeling: self.cleaned_data[feeling.value] for feeling in Feeling}
        return {
            feeling: colour
            for feeling, colour in chosen.items()
            if colour and colour != LIGHT_COLOURS[feeling]
        }


class HistoryFilter(forms.Form):
    """Which captures of the history to show."""

    feeling = forms.ChoiceField(
        label=_("Emotion"), required=False, choices=[("", _("All")), *Feeling.choices]
    )
    first = forms.DateField(label=_("From"), required=False, widget=DateInput)
    last = forms.DateField(label=_("To"), required=False, widget=DateInput)
    tag = forms.ChoiceField(label=_("Tag"), required=False)
    source = forms.ChoiceField(
        label=_("Taken by"), required=False, choices=[("", _("Any way")), *Capture.Source.choices]
    )
    words = forms.CharField(label=_("Words in notes"), required=False, max_length=200)

    def __init__(self, *args: Any, tags: list[str], **options: Any) -> None:
        """Take in the person's own tags."""
        super().__init__(*args, **options)
        choices = [("", _("Any")), *((tag, tag) for tag in tags)]
        self.fields["tag"] = forms.ChoiceField(label=_("Tag"), required=False, choices=choices)

    def clean(self) -> dict[str, Any]:
        """Refuse a span that ends before it begins."""
        values: dict[str, Any] = super().clean() or {}
        first, last = values.get("first"), values.get("last")
        if first and last and last < first:
            self.add_error("last", _("Choose a day that is not before the first one."))
        return values

    def selection(self) -> dict[str, Any]:
        """Return the valid filters that are set, as `selectors.history` takes them."""
        if not self.is_valid():
            return {}
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        if "source" in chosen:
            chosen["source"] = Capture.Source(chosen["source"])
        return chosen


class ImportForm(forms.Form):
    """A file with a history in it; what is inside it is checked by `emotions.transfer.readers`."""

    file = forms.FileField(
        label=_("Your file"),
        allow_empty_file=True,
        error_messages={"required": _("Choose a file first.")},
        widget=forms.FileInput(attrs={"accept": ".zip,.csv"}),
        help_text=_("The archive that you downloaded here, or the CSV file that Daylio exports."),
    )
    moods = forms.CharField(
        label=_("Moods that you named yourself"),
        required=False,
        max_length=1000,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Only for Daylio, with a number from 1 to 5 each: great 5, tired 2"),
    )

    def clean_moods(self) -> dict[str, int]:
        """Return the numbers of moods by their names."""
        try:
            return moods_in(self.cleaned_data["moods"])
        except ValueError as error:
            raise forms.ValidationError(
                _("Say a name and a number from 1 to 5 each, such as: great 5, tired 2")
            ) from error


class TrendsForm(forms.Form):
    """Which days charts show, and how they are cut."""

    by = forms.ChoiceField(
        label=_("By"),
        required=False,
        choices=[
            (Span.DAY.value, _("day")),
            (Span.WEEK.value, _("week")),
            (Span.MONTH.value, _("month")),
        ],
    )
    first = forms.DateField(label=_("From"), required=False, widget=DateInput)
    last = forms.DateField(label=_("To"), required=False, widget=DateInput)
    read_by = forms.ChoiceField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, today: date, versions: Sequence[str] = ()) -> None:
        """Take in what was asked for.

        Args:
            today: the day that it is for the person.
            versions: names of those that read kept photos again.
        """
        self.today = today
        super().__init__(data)
        self.fields["read_by"].choices = [(name, name) for name in versions]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse spans that end before they begin or have too many portions to draw."""
        values: dict[str, Any] = super().clean() or {}
        last = values.get("last") or self.today
        first = values.get("first") or max(date.min + USUAL_SPAN, last) - USUAL_SPAN
        by = Span(values.get("by") or Span.DAY)
        longest = LONGEST_SPANS[by]
        if "first" in values and not timedelta(0) <= last - first < longest:
            self.add_error(
                "first",
                forms.ValidationError(
                    _("Choose from 1 to %(days)d days up to the last one."),
                    params={"days": longest.days},
                ),
            )
        return {**values, "by": by, "first": first, "last": last}

    def span(self) -> tuple[Span, date, date]:
        """Return how to cut, the first and the last day; the usual ones where they are wrong."""
        if not self.is_valid():
            return Span.DAY, self.today - USUAL_SPAN, self.today
        values = self.cleaned_data
        return values["by"], values["first"], values["last"]

    def read_by_version(self) -> str:
        """Return the name of the version whose reading counts; nothing for what was answered."""
        return str(self.cleaned_data["read_by"]) if self.is_valid() else ""


class CaptureForm(forms.Form):
    """One photo; what is inside it is checked by `common.imaging.images`, not by its name."""

    photo = forms.FileField(
        label=_("Your photo"),
        allow_empty_file=True,
        error_messages={"required": _("Choose a photo first.")},
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
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

    me_x = forms.FloatField(min_value=0, max_value=1, required=False, widget=forms.HiddenInput)
    me_y = forms.FloatField(min_value=0, max_value=1, required=False, widget=forms.HiddenInput)

    def me(self) -> tuple[float, float] | None:
        """Return the point that the person tapped, if they did."""
        x, y = self.cleaned_data["me_x"], self.cleaned_data["me_y"]
        return None if x is None or y is None else (x, y)

    def refuse(self, code: str) -> None:
        """Say why the photo could not be read, by the code of an `ImageError`."""
        self.add_error("photo", message(code))
