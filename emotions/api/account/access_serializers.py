"""How devices and access tokens look as JSON."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.devices import LONGEST_NAME
from accounts.models import AccessToken
from accounts.services import DEFAULT_TOKEN_DAYS, LONGEST_TOKEN_DAYS
from emotions.api.fields import TextField, WholeField, YesNoField


class DeviceSerializer(serializers.Serializer[Any]):
    """One sign-in, in a browser or an app."""

    id = WholeField()
    name = TextField()
    address = serializers.IPAddressField(help_text=_("The IP address that it was seen at last."))
    signed_in_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField(help_text=_("Its first request of its last day."))
    is_current = YesNoField(help_text=_("Whether it is the device that asks."))


class RenameDeviceSerializer(serializers.Serializer[Any]):
    """What to call a device."""

    name = TextField(max_length=LONGEST_NAME, allow_blank=True)


class TokenSerializer(serializers.ModelSerializer[AccessToken]):
    """One access token without its secret."""

    class Meta:
        model = AccessToken
        fields = ["id", "name", "prefix", "scope", "created_at", "last_used_at", "expires_at"]
        read_only_fields = fields


class MadeTokenSerializer(TokenSerializer):
    """A token that has just been made, with its secret."""

    token = TextField(help_text=_("The secret. Keep it: it is never told again."))

    class Meta(TokenSerializer.Meta):
        fields = [*TokenSerializer.Meta.fields, "token"]
        read_only_fields = fields


class NewTokenSerializer(serializers.Serializer[Any]):
    """What a token shall be."""

    name = TextField(max_length=80, help_text=_("What it is for, in your words."))
    scope = serializers.ChoiceField(AccessToken.Scope.choices, default=AccessToken.Scope.READ)
    days = WholeField(
        min_value=1,
        max_value=LONGEST_TOKEN_DAYS,
        default=DEFAULT_TOKEN_DAYS,
        help_text=_("How long it lasts."),
    )
