"""JSON representations of devices."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.device_names import MAX_NAME_LENGTH
from emotions.api.etags import ContentEtagSerializer
from emotions.api.fields import StrictBooleanField, StrictCharField, StrictIntegerField


class DeviceSerializer(ContentEtagSerializer):
    """One sign-in, in a browser or an app."""

    id = StrictIntegerField(help_text=_("The id of the device."))
    name = StrictCharField(help_text=_("Your name for it, or its own."))
    address = serializers.IPAddressField(help_text=_("The IP address it was last seen at."))
    signed_in_at = serializers.DateTimeField(help_text=_("When you signed in."))
    last_seen_at = serializers.DateTimeField(
        help_text=_("The first request of the last day it was used.")
    )
    is_current = StrictBooleanField(help_text=_("Whether it's the device making the request."))


class RenameDeviceSerializer(serializers.Serializer[Any]):
    """What to call a device."""

    name = StrictCharField(
        max_length=MAX_NAME_LENGTH,
        allow_blank=True,
        help_text=_("A name of your own; empty for the device's."),
    )
