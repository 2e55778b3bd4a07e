"""The profile and consents of the person, and the deletion of their account."""

from dataclasses import asdict
from http import HTTPStatus

from allauth.core import ratelimit
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ValidationError

from accounts.consents import CURRENT_VERSIONS, give_consent, withdraw_consent
from accounts.models import Consent, User
from accounts.services import delete_account, save_language, save_time_zone, set_new_device_letters
from emotions.api.base import PersonalView, person_of, require_recent, validated_body
from emotions.api.parsers import StrictJSONParser
from emotions.api.permissions import require_session
from emotions.api.profile.choices import consents_of, settings_of
from emotions.api.profile.schema import (
    CHANGE_PROFILE,
    DELETE_ACCOUNT,
    DELETE_PROFILE,
    GIVE_CONSENT,
    PROFILE,
    WITHDRAW_CONSENT,
)
from emotions.api.profile.serializers import (
    AccountDeletionSerializer,
    DeleteAccountSerializer,
    GiveConsentSerializer,
    ProfileChangesSerializer,
    ProfileSerializer,
)
from emotions.contributions.selectors import count_contributions
from emotions.models import Capture
from emotions.preferences.services import set_preferences
from emotions.quotas.usage import usage_of

RETRY_AFTER = 60  # seconds


def profile_response(person: User) -> Response:
    profile = {
        "email": person.email,
        "joined_at": person.date_joined,
        **settings_of(person),
        "consents": consents_of(person),
        "contributions": count_contributions(owner=person),
        "quotas": {
            name: {"used": used, "limit": settings.QUOTAS[name]}
            for name, used in asdict(usage_of(owner=person)).items()
        },
    }
    return Response(ProfileSerializer(profile).data)


class ProfileView(PersonalView):
    """The person who is signed in."""

    parser_classes = [StrictJSONParser]

    @extend_schema(**PROFILE)
    def get(self, request: Request) -> Response:
        """Return profile, settings and consents."""
        return profile_response(person_of(request))

    @extend_schema(**CHANGE_PROFILE)
    def patch(self, request: Request) -> Response:
        """Change settings."""
        person, values = person_of(request), validated_body(ProfileChangesSerializer, request)
        if (wanted := values["new_device_letters"]) is not None:
            if not wanted:
                require_session(request)
                require_recent(request)
            set_new_device_letters(person=person, wanted=wanted)
        if "time_zone" in values:
            save_time_zone(person=person, name=values["time_zone"])
        if "language" in values:
            save_language(person=person, code=values["language"])
        set_preferences(
            owner=person,
            kept=Capture.Kept(values["kept"]) if "kept" in values else None,
            read_on=Capture.ReadOn(values["read_on"]) if "read_on" in values else None,
            keep_others=values["keep_others"],
            pictures_kept_for=values.get("pictures_kept_for"),
            show_streak=values["show_streak"],
        )
        return profile_response(person)

    @extend_schema(**DELETE_PROFILE)
    def delete(self, request: Request) -> Response:
        """Delete the account with everything that belongs to it."""
        return deletion_response(request, DeleteAccountSerializer)


class AccountDeletionView(PersonalView):
    """The end of the account."""

    parser_classes = [StrictJSONParser]

    @extend_schema(**DELETE_ACCOUNT)
    def post(self, request: Request) -> Response:
        """Delete the account with everything that belongs to it."""
        return deletion_response(request, AccountDeletionSerializer)


def deletion_response(request: Request, serializer: type[DeleteAccountSerializer]) -> Response:
    """Delete the account of a person who has proved that it is them."""
    person = person_of(request)
    password = validated_body(serializer, request).get("password")
    if person.has_usable_password():
        require_password(request, password)
    else:
        require_recent(request)
    delete_account(person=person)
    return Response(status=HTTPStatus.NO_CONTENT)


def require_password(request: Request, password: str | None) -> None:
    """Let only requests go on that have the person's password.

    Raises:
        Throttled: too many wrong ones were tried.
        ValidationError: it is wrong or missing.
    """
    if password is None:
        raise ValidationError({"password": [_("This field is required.")]})
    person = person_of(request)
    # Shared with the password page, so that guessing in both places gains nothing.
    if not ratelimit.consume(request._request, action="reauthenticate", user=person):
        raise Throttled(wait=RETRY_AFTER)
    if not person.check_password(password):
        raise ValidationError({"password": [_("That isn't your password.")]})


class ConsentView(PersonalView):
    """Consent to one kind of use, always to the current text."""

    parser_classes = [StrictJSONParser]

    @extend_schema(**GIVE_CONSENT)
    def put(self, request: Request, kind: str) -> Response:
        """Give consent to the text that the person has read."""
        version = validated_body(GiveConsentSerializer, request)["version"]
        current = CURRENT_VERSIONS[Consent.Kind(kind)]
        if version != current:
            raise ValidationError(
                {"version": [_("The current text is %(version)s.") % {"version": current}]}
            )
        give_consent(person=person_of(request), kind=Consent.Kind(kind))
        return profile_response(person_of(request))

    @extend_schema(**WITHDRAW_CONSENT)
    def delete(self, request: Request, kind: str) -> Response:
        """Withdraw consent."""
        withdraw_consent(person=person_of(request), kind=Consent.Kind(kind))
        return profile_response(person_of(request))
