"""The forms of the pages."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from emotions.models import Capture, Feeling
from emotions.photo_errors import message

PHOTO_SOURCES = [Capture.Source.UPLOAD, Capture.Source.CAMERA]
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


class HistoryFilter(forms.Form):
    """Which captures of the history to show."""

    feeling = forms.ChoiceField(
        label=_("Emotion"), required=False, choices=[("", _("All")), *Feeling.choices]
    )
    first = forms.DateField(label=_("From"), required=False, widget=DateInput)
    last = forms.DateField(label=_("To"), required=False, widget=DateInput)

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
        return {name: value for name, value in self.cleaned_data.items() if value}


class CaptureForm(forms.Form):
    """One photo; what is inside it is checked by `ml.images`, not by its name."""

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

    def refuse(self, code: str) -> None:
        """Say why the photo could not be read, by the code of an `ImageError`."""
        self.add_error("photo", message(code))
