"""Forms of the settings page."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import AccessToken, User
from accounts.tokens.services import DEFAULT_TOKEN_DAYS
from common.time_zones import find_zone


class LanguageAndTimeForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=80,
        widget=forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off"}),
        help_text=_("Type a city to find it. Used when your browser doesn't report a time zone."),
    )

    def clean_time_zone(self) -> str:
        """Return the name of the time zone that was typed in."""
        text = self.cleaned_data["time_zone"]
        zone = find_zone(text)
        if zone is None:
            raise forms.ValidationError(
                _("We don't know “%(text)s”. Choose a region and city, such as Europe/Berlin."),
                params={"text": text},
            )
        return zone


class NewDevicesForm(forms.Form):
    new_device_letters = forms.BooleanField(
        label=_("Email me when someone signs in on a new device"), required=False
    )


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scope = forms.ChoiceField(
        label=_("Permissions"),
        choices=AccessToken.Scope.choices,
        initial=AccessToken.Scope.READ,
    )
    may_export = forms.BooleanField(
        label=_("Can export everything"),
        required=False,
        help_text=_("For backups. The archive includes photos and the security log."),
    )
    days = forms.TypedChoiceField(
        label=_("Expires after"),
        coerce=int,
        choices=[
            (30, _("30 days")),
            (90, _("90 days")),
            (DEFAULT_TOKEN_DAYS, _("a year")),
        ],
        initial=DEFAULT_TOKEN_DAYS,
    )


class DeleteAccountForm(forms.Form):
    """Asks for the password before an account is deleted, of who has one."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *, person: User, data: dict[str, str] | None = None) -> None:
        super().__init__(data)
        self.person = person
        if not person.has_usable_password():
            del self.fields["password"]

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self.person.check_password(password):
            raise forms.ValidationError(_("That isn't your password. Nothing was deleted."))
        return password
