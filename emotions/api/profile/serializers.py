"""JSON representations of the profile and consents."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import Consent
from emotions.api.fields import StrictBooleanField, StrictCharField, TimeZoneField
from emotions.models import Capture, Preferences


class ConsentSerializer(serializers.Serializer[Any]):
    """One kind of consent, to the current text."""

    kind = serializers.ChoiceField(Consent.Kind.choices)
    version = StrictCharField(
        help_text=_("Of the current text, which is at /consent/, of improve at /helping/.")
    )
    given_at = serializers.DateTimeField(
        allow_null=True, help_text=_("Null where it was not given, or to an older text only.")
    )


class QuotaSerializer(serializers.Serializer[Any]):
    """What you use of what one person may use; what is over the limit is refused."""

    used = serializers.IntegerField()
    limit = serializers.IntegerField()


class QuotasSerializer(serializers.Serializer[Any]):
    """What you use of what one person may use here; days begin at midnight UTC."""

    picture_bytes = QuotaSerializer(
        help_text=_("Of all your pictures, those in the trash too. Beyond: storage_full.")
    )
    moments = QuotaSerializer(help_text=_("That came in today. Beyond: too_many_moments."))
    imported_moments = QuotaSerializer(help_text=_("That files brought in today."))
    tags = QuotaSerializer(help_text=_("Different ones. Beyond: too_many_tags."))


class ProfileSerializer(serializers.Serializer[Any]):
    """The person who is signed in."""

    email = serializers.EmailField()
    joined_at = serializers.DateTimeField()
    time_zone = TimeZoneField(
        help_text=_("Tells which day a moment belongs to where the app does not say.")
    )
    language = serializers.ChoiceField(
        [("", ""), *settings.LANGUAGES],
        help_text=_("Of pages and emails; empty until a first sign-in in a browser."),
    )
    kept = serializers.ChoiceField(
        Capture.Kept.choices, help_text=_("How much of a photo is kept where the app is silent.")
    )
    keep_others = StrictBooleanField(
        help_text=_("Whether other people in it stay recognisable where the app is silent.")
    )
    pictures_kept_for = serializers.ChoiceField(
        Preferences.KeptFor.choices,
        help_text=_("Days after which only the numbers of a photo stay; 0 is for ever."),
    )
    show_streak = StrictBooleanField(
        help_text=_("Whether Today tells how many days in a row have a moment.")
    )
    consents = ConsentSerializer(many=True)
    new_device_letters = StrictBooleanField(
        help_text=_("Whether emails tell of sign-ins on new devices.")
    )
    contributions = serializers.IntegerField(
        help_text=_("How many of your moments help to improve the network.")
    )
    quotas = QuotasSerializer()


class ProfileChangesSerializer(serializers.Serializer[Any]):
    """What to change; what is not sent stays as it is."""

    time_zone = TimeZoneField(required=False)
    language = serializers.ChoiceField(settings.LANGUAGES, required=False)
    kept = serializers.ChoiceField(Capture.Kept.choices, required=False)
    keep_others = StrictBooleanField(required=False, allow_null=True, default=None)
    pictures_kept_for = serializers.ChoiceField(Preferences.KeptFor.choices, required=False)
    show_streak = StrictBooleanField(required=False, allow_null=True, default=None)
    new_device_letters = StrictBooleanField(
        required=False,
        allow_null=True,
        default=None,
        help_text=_("To switch it off needs a sign-in that has just confirmed who it is."),
    )


class GiveConsentSerializer(serializers.Serializer[Any]):
    """Which text the person has read."""

    version = StrictCharField(max_length=16)


class DeleteAccountSerializer(serializers.Serializer[Any]):
    """Proof that it is the person who asks."""

    password = StrictCharField(
        trim_whitespace=False,
        max_length=1000,
        required=False,
        help_text=_("Of who has one; others confirm by a passkey or a code who they are."),
    )
