"""JSON representation of what a site is and allows."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


class LanguageSerializer(serializers.Serializer[Any]):
    """A language of texts and emails."""

    code = serializers.CharField(help_text=_("As Accept-Language names it."))
    name = serializers.CharField(help_text=_("In the language itself."))


class FeaturesSerializer(serializers.Serializer[Any]):
    """What a site offers; others may be added."""

    push = serializers.BooleanField(help_text=_("Whether reminders can come as notifications."))
    email_verification = serializers.BooleanField(
        help_text=_("Whether an email address has to be confirmed before the first sign-in.")
    )


class RateSerializer(serializers.Serializer[Any]):
    """How many requests are let in within a fixed window."""

    requests = serializers.IntegerField(help_text=_("Requests in a window."))
    seconds = serializers.IntegerField(help_text=_("Length of the window."))


class RatesSerializer(serializers.Serializer[Any]):
    """Rates by the name that RateLimit gives them."""

    person = RateSerializer(help_text=_("All requests of a person or access token."))
    capture = RateSerializer(help_text=_("Those that record captures."))
    detect = RateSerializer(help_text=_("Those that read frames."))
    chart = RateSerializer(help_text=_("Those that compute charts or export."))
    address = RateSerializer(help_text=_("Requests from an address that aren't signed in."))


class LimitsSerializer(serializers.Serializer[Any]):
    """The sizes and numbers above which requests are refused."""

    request_bytes = serializers.IntegerField(help_text=_("A request other than an import."))
    import_bytes = serializers.IntegerField(help_text=_("A file to import."))
    photo_bytes = serializers.IntegerField(help_text=_("A photo. Above: too_large."))
    photo_pixels = serializers.IntegerField(help_text=_("A photo. Above: too_many_pixels."))
    photo_side = serializers.IntegerField(
        help_text=_("Pixels along a photo's longer side. Above: side_too_long.")
    )
    read_side = serializers.IntegerField(
        help_text=_("Pixels along the longer side that are read: larger photos gain nothing.")
    )
    frames = serializers.IntegerField(help_text=_("Pictures in a request to detect."))
    batch = serializers.IntegerField(help_text=_("Captures in a batch."))
    page_size = serializers.IntegerField(help_text=_("Captures or changes a page."))
    note_length = serializers.IntegerField(help_text=_("Characters of a note."))
    tags = serializers.IntegerField(help_text=_("Tags of a capture."))
    tag_length = serializers.IntegerField(help_text=_("Characters of a tag."))
    reminders = serializers.IntegerField(help_text=_("Reminders of a person."))
    rates = RatesSerializer(help_text=_("How often you may ask."))


class ServerSerializer(serializers.Serializer[Any]):
    """What a site is and allows."""

    name = serializers.CharField(help_text=_("The name of the software."))
    version = serializers.CharField(help_text=_("The version of the API, as in its changelog."))
    sign_up = serializers.CharField(
        help_text=_("Who may sign up: open, invitation or closed; others may be added.")
    )
    languages = LanguageSerializer(many=True, help_text=_("The languages of the site."))
    consents = serializers.DictField(
        child=serializers.CharField(),
        help_text=_("The current version of each consent text, by kind."),
    )
    features = FeaturesSerializer(help_text=_("What the site offers."))
    limits = LimitsSerializer(help_text=_("What the site refuses."))
