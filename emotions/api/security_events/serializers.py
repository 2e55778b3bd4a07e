"""JSON representations of the security log."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import SecurityEvent


class SecurityEventSerializer(serializers.ModelSerializer[SecurityEvent]):
    """Something that decided who gets into the account."""

    device = serializers.CharField(
        help_text=_("The device's name; empty for changes made on the server.")
    )
    address = serializers.IPAddressField(
        source="ip", allow_null=True, help_text=_("The IP address; null for the server.")
    )
    about = serializers.CharField(
        help_text=_("The address, token or device concerned; often empty.")
    )

    class Meta:
        model = SecurityEvent
        fields = ["id", "kind", "at", "device", "address", "about"]
        read_only_fields = fields
        extra_kwargs: ClassVar = {
            "id": {"help_text": _("Identifies the event.")},
            "kind": {"help_text": _("What happened.")},
            "at": {"help_text": _("When it happened.")},
        }
