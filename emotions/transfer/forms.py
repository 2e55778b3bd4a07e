"""The form that imports a history."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.time_zones import KNOWN_ZONES
from emotions.transfer.readers import parse_mood_values


class ImportForm(forms.Form):
    """A file with a history in it. Its content is validated by `emotions.transfer.readers`."""

    file = forms.FileField(
        label=_("Your file"),
        allow_empty_file=True,
        error_messages={"required": _("Choose a file first.")},
        widget=forms.FileInput(attrs={"accept": ".zip,.csv"}),
        help_text=_("The archive that you downloaded here, or the CSV file that Daylio exports."),
    )
    time_zone = forms.ChoiceField(
        label=_("Where you were"),
        required=False,
        choices=[(name, name.replace("_", " ")) for name in sorted(KNOWN_ZONES)],
        help_text=_("Only for Daylio, which doesn’t say in which time zone its moments were."),
    )
    moods = forms.CharField(
        label=_("Moods that you named yourself"),
        required=False,
        max_length=1000,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Only for Daylio, with a number from 1 to 5 each: great 5, tired 2"),
    )

    def clean_moods(self) -> dict[str, int]:
        try:
            return parse_mood_values(self.cleaned_data["moods"])
        except ValueError as error:
            raise forms.ValidationError(
                _("Say a name and a number from 1 to 5 each, such as: great 5, tired 2")
            ) from error
