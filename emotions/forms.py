"""The forms of the pages."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from emotions.photo_errors import message


class ConsentForm(forms.Form):
    """A yes that has to be given on purpose."""

    agree = forms.BooleanField(
        label=_("I am at least 16 and I agree that my photos are read this way."),
        error_messages={"required": _("Without your consent no photo is read.")},
    )


class CaptureForm(forms.Form):
    """One photo; what is inside it is checked by `ml.images`, not by its name."""

    photo = forms.FileField(
        label=_("Your photo"),
        allow_empty_file=True,
        error_messages={"required": _("Choose a photo first.")},
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    client_uuid = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def refuse(self, code: str) -> None:
        """Say why the photo could not be read, by the code of an `ImageError`."""
        self.add_error("photo", message(code))
