"""The forms of tags."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from emotions.models import Tag
from emotions.models.limits import MAX_SIGN_LENGTH, MAX_TAG_LENGTH
from emotions.tags.services import TagChanges
from emotions.tags.signs import validate_sign


class TagSearch(forms.Form):
    words = forms.CharField(label=_("Find a tag"), required=False, max_length=MAX_TAG_LENGTH)


class TagForm(forms.Form):
    """A tag, with the sequence number that it had when the form was opened."""

    version = forms.IntegerField(min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("Name"),
        max_length=MAX_TAG_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    sign = forms.CharField(
        label=_("Sign"),
        required=False,
        help_text=_("One emoji or letter to show before the name."),
        validators=[validate_sign],
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": MAX_SIGN_LENGTH}),
    )
    colour = forms.ChoiceField(
        label=_("Colour"),
        required=False,
        choices=[("", _("none")), *Tag.Colour.choices],
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None, *, tag: Tag) -> None:
        super().__init__(
            data,
            initial={
                "version": tag.sequence,
                "name": tag.name,
                "sign": tag.sign,
                "colour": tag.colour,
            },
        )

    def clean_name(self) -> str:
        """Return the name on one line, as moments' forms read it."""
        return " ".join(self.cleaned_data["name"].split())

    def changes(self) -> TagChanges:
        values = self.cleaned_data
        return TagChanges(name=values["name"], colour=values["colour"], sign=values["sign"])


class VersionForm(forms.Form):
    """Which state of a tag a button was shown with."""

    version = forms.IntegerField(min_value=0, max_value=2**63 - 1)
