"""The forms of preferences."""

from collections.abc import Iterator
from typing import Any, Self

from django import forms
from django.forms.boundfield import BoundWidget
from django.utils.translation import gettext_lazy as _

from common.widgets import ColourInput
from emotions.models import Capture, Feeling, Preferences

LIGHT_COLOURS = {
    Feeling.ANGRY: "#993727",
    Feeling.DISGUST: "#64892c",
    Feeling.FEAR: "#5e3f9c",
    Feeling.HAPPY: "#e3b02c",
    Feeling.NEUTRAL: "#8f7b71",
    Feeling.SAD: "#347ec7",
    Feeling.SURPRISE: "#a64888",
}
"""The site's own colours on a light page, as in `tokens.css`; a test compares the two."""


READ_HERE = "device"


class KeepingForm(forms.Form):
    """Where photos to come are read, what is kept of them, and for how long.

    One choice says both where and what: of a photo that is never sent, nothing but numbers is kept.
    """

    WAYS = (
        (
            Capture.Kept.PHOTO,
            _("Save the whole photo"),
            _("It's sent to our server, and read and saved there."),
        ),
        (
            Capture.Kept.CROP,
            _("Save only my face"),
            _("The photo is sent and read. All but your face is discarded."),
        ),
        (
            READ_HERE,
            _("Numbers only, read on this device"),
            _("Photos never leave your device. Only the readings are sent and saved."),
        ),
        (
            Capture.Kept.NOTHING,
            _("Numbers only, read on our server"),
            _("The photo is sent, read and discarded immediately."),
        ),
    )

    kept = forms.ChoiceField(
        label=_("New photos"),
        choices=[(way, name) for way, name, _meaning in WAYS],
        widget=forms.RadioSelect,
    )
    keep_others = forms.BooleanField(
        label=_("Don't blur other people in my photos"),
        required=False,
    )
    pictures_kept_for = forms.TypedChoiceField(
        label=_("Keep pictures for"),
        coerce=lambda days: Preferences.KeptFor(int(days)),
        choices=Preferences.KeptFor.choices,
        help_text=_(
            "After that, only the readings are kept. Pictures that are already older are "
            "deleted immediately."
        ),
    )

    @classmethod
    def of(cls, preferences: Preferences) -> Self:
        """Return the form filled from a person's preferences."""
        reads_here = preferences.read_on == Preferences.ReadOn.DEVICE
        return cls(
            initial={
                "kept": READ_HERE if reads_here else preferences.kept,
                "keep_others": preferences.keep_others,
                "pictures_kept_for": preferences.pictures_kept_for,
            }
        )

    def ways(self) -> Iterator[tuple[BoundWidget, str]]:
        """Return the button of each way, with what it means."""
        for button, (_way, _name, meaning) in zip(self["kept"], self.WAYS, strict=True):
            yield button, str(meaning)

    def read_on(self) -> Preferences.ReadOn:
        """Return where photos to come are read."""
        reads_here = self.cleaned_data["kept"] == READ_HERE
        return Preferences.ReadOn.DEVICE if reads_here else Preferences.ReadOn.SERVER

    def kept_of_photos(self) -> Capture.Kept:
        """Return how much of photos to come is kept."""
        kept = self.cleaned_data["kept"]
        return Capture.Kept.NOTHING if kept == READ_HERE else Capture.Kept(kept)


class AppearanceForm(forms.Form):
    theme = forms.ChoiceField(
        label=_("Pages are"),
        choices=Preferences.Theme.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    show_streak = forms.BooleanField(
        label=_("Show how many days in a row I've added a moment"),
        required=False,
        help_text=_("On Today, from three days on."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        """Create the form, with a field for the colour of each emotion."""
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
        """Return the form filled from a person's preferences."""
        colours = {name: LIGHT_COLOURS[Feeling(name)] for name in Feeling.values}
        return cls(
            initial={
                "theme": preferences.theme,
                "show_streak": preferences.show_streak,
                **colours,
                **preferences.colours,
            }
        )

    def colours(self) -> dict[Feeling, str]:
        """Return the colours that differ from the site's own."""
        chosen = {feeling: self.cleaned_data[feeling.value] for feeling in Feeling}
        return {
            feeling: colour
            for feeling, colour in chosen.items()
            if colour and colour != LIGHT_COLOURS[feeling]
        }
