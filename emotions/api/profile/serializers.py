"""JSON representations of the profile and consents."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import Consent
from emotions.api.etags import ContentEtagSerializer
from emotions.api.fields import StrictBooleanField, StrictCharField, TimeZoneField
from emotions.api.unknown_fields import StrictSerializer
from emotions.models import Capture, Preferences

ZONE = _("Determines which day a moment belongs to unless the app says otherwise.")
KEPT = _("How much of a photo is saved unless the app says otherwise.")
READ_ON = _("Whether photos are read by the person's own devices, which then send none.")
KEEP_OTHERS = _("Whether other people stay unblurred unless the app says otherwise.")
KEPT_FOR = _("Days after which only the numbers of a photo stay; 0 is for ever.")
STREAK = _("Whether Today tells how many days in a row have a moment.")


class ConsentSerializer(ContentEtagSerializer):
    """One kind of consent, to the current text."""

    kind = serializers.ChoiceField(Consent.Kind.choices, help_text=_("What is consented to."))
    version = StrictCharField(
        help_text=_("Version of the current text, which /api/v1/consents/ returns.")
    )
    given_at = serializers.DateTimeField(
        allow_null=True, help_text=_("Null if it wasn't given, or only to an earlier text.")
    )


class QuotaSerializer(serializers.Serializer[Any]):
    """What you use of what one person may use; what is over the limit is refused."""

    used = serializers.IntegerField(help_text=_("What you use of it."))
    limit = serializers.IntegerField(help_text=_("What you may use of it."))


class QuotasSerializer(serializers.Serializer[Any]):
    """What you use of what one person may use here; days begin at midnight UTC."""

    picture_bytes = QuotaSerializer(
        help_text=_(
            "All your pictures, including those in the trash. Above the limit: storage_full."
        )
    )
    moments = QuotaSerializer(help_text=_("Added today. Above the limit: too_many_moments."))
    imported_moments = QuotaSerializer(help_text=_("Imported today."))
    tags = QuotaSerializer(help_text=_("Distinct tags. Above the limit: too_many_tags."))


class SettingsSerializer(ContentEtagSerializer):
    """What a person has chosen."""

    time_zone = TimeZoneField(help_text=ZONE)
    language = serializers.ChoiceField(
        [("", ""), *settings.LANGUAGES],
        help_text=_("Language of pages and emails; empty until the first sign-in in a browser."),
    )
    kept = serializers.ChoiceField(
        Capture.Kept.choices,
        help_text=KEPT,
    )
    read_on = serializers.ChoiceField(
        Preferences.ReadOn.choices,
        help_text=READ_ON,
    )
    keep_others = StrictBooleanField(help_text=KEEP_OTHERS)
    pictures_kept_for = serializers.ChoiceField(
        Preferences.KeptFor.choices,
        help_text=KEPT_FOR,
    )
    show_streak = StrictBooleanField(help_text=STREAK)
    new_device_letters = StrictBooleanField(
        help_text=_("Whether you get an email when someone signs in on a new device.")
    )


class ProfileSerializer(SettingsSerializer):
    """The person who is signed in."""

    email = serializers.EmailField(help_text=_("The address to sign in with."))
    joined_at = serializers.DateTimeField(help_text=_("When you signed up."))
    consents = ConsentSerializer(many=True, help_text=_("Each kind of consent."))
    contributions = serializers.IntegerField(
        help_text=_("The number of your moments that help improve the network.")
    )
    quotas = QuotasSerializer(help_text=_("What you use, and may use."))

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Return the profile with the entity tag of the settings alone, which change by PATCH."""
        represented = super().to_representation(instance)
        return {**represented, "etag": SettingsSerializer(instance).data["etag"]}


class ProfileChangesSerializer(serializers.Serializer[Any]):
    """What to change; what is not sent stays as it is."""

    time_zone = TimeZoneField(required=False, help_text=ZONE)
    language = serializers.ChoiceField(
        settings.LANGUAGES, required=False, help_text=_("Language of pages and emails.")
    )
    kept = serializers.ChoiceField(Capture.Kept.choices, required=False, help_text=KEPT)
    read_on = serializers.ChoiceField(Preferences.ReadOn.choices, required=False, help_text=READ_ON)
    keep_others = StrictBooleanField(
        required=False, allow_null=True, default=None, help_text=KEEP_OTHERS
    )
    pictures_kept_for = serializers.ChoiceField(
        Preferences.KeptFor.choices, required=False, help_text=KEPT_FOR
    )
    show_streak = StrictBooleanField(
        required=False, allow_null=True, default=None, help_text=STREAK
    )
    new_device_letters = StrictBooleanField(
        required=False,
        allow_null=True,
        default=None,
        help_text=_("Turning it off requires a session that has reauthenticated recently."),
    )


class GiveConsentSerializer(serializers.Serializer[Any]):
    """Which text the person has read."""

    version = StrictCharField(max_length=16, help_text=_("Of the text that the person has read."))


class DeleteAccountSerializer(serializers.Serializer[Any]):
    """Proof that it is the person who asks."""

    password = StrictCharField(
        trim_whitespace=False,
        max_length=1000,
        required=False,
        help_text=_(
            "Required if the account has a password; otherwise reauthenticate with a passkey "
            "or a code."
        ),
    )


class AccountDeletionSerializer(StrictSerializer, DeleteAccountSerializer):
    """The same proof, with nothing else beside it."""
