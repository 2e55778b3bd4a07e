"""JSON representations of access tokens."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import AccessToken
from accounts.tokens.services import DEFAULT_TOKEN_DAYS, MAX_TOKEN_DAYS
from emotions.api.fields import StrictBooleanField, StrictCharField, StrictIntegerField


class TokenSerializer(serializers.ModelSerializer[AccessToken]):
    """One access token without its secret."""

    class Meta:
        model = AccessToken
        fields = [
            "id",
            "name",
            "prefix",
            "scope",
            "may_export",
            "created_at",
            "last_used_at",
            "expires_at",
        ]
        read_only_fields = fields
        extra_kwargs: ClassVar = {
            "id": {"help_text": _("Identifies the token in addresses.")},
            "name": {"help_text": _("A name of your own for the token.")},
            "created_at": {"help_text": _("When it was created.")},
            "expires_at": {"help_text": _("Until when it is valid.")},
        }


class MadeTokenSerializer(TokenSerializer):
    """A token that has just been made, with its secret."""

    token = StrictCharField(help_text=_("The secret, returned only once: store it safely."))

    class Meta(TokenSerializer.Meta):
        fields = [*TokenSerializer.Meta.fields, "token"]
        read_only_fields = fields


class NewTokenSerializer(serializers.Serializer[Any]):
    """What a token shall be."""

    name = StrictCharField(max_length=80, help_text=_("A name of your own for the token."))
    scope = serializers.ChoiceField(AccessToken.Scope.choices, default=AccessToken.Scope.READ)
    may_export = StrictBooleanField(default=False, help_text=_("Whether it can use export/."))
    days = StrictIntegerField(
        min_value=1,
        max_value=MAX_TOKEN_DAYS,
        default=DEFAULT_TOKEN_DAYS,
        help_text=_("How long it is valid."),
    )
