"""The profile and consents of the person, and the deletion of their account."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from allauth.core import ratelimit
from django.conf import settings
from django.http.response import HttpResponseBase
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
from emotions.api.etags import content_etag, document_response, expected_tag, require_match
from emotions.api.idempotency import once
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
    ConsentSerializer,
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


def profile_of(request: Request) -> dict[str, Any]:
    """Return the profile of the signed-in person as it is now."""
    person = person_of(request)
    person.refresh_from_db()
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
    return dict(ProfileSerializer(profile).data)


class ProfileView(PersonalView):
    """The person who is signed in."""

    parser_classes = [StrictJSONParser]

    @extend_schema(**PROFILE)
    def get(self, request: Request) -> HttpResponseBase:
        """Return profile, settings and consents."""
        return document_response(request, profile_of(request))

    @extend_schema(**CHANGE_PROFILE)
    def patch(self, request: Request) -> Response:
        """Change settings."""
        values = validated_body(ProfileChangesSerializer, request)

        def change() -> int:
            profile = profile_of(request)
            require_match(request, profile["etag"], content_etag(profile))
            change_settings(request, values)
            return person_of(request).pk

        said = ("change settings", sorted(values.items()), expected_tag(request))
        once(request, *said, change=change)
        profile = profile_of(request)
        return Response(profile, headers={"ETag": content_etag(profile)})

    @extend_schema(**DELETE_PROFILE)
    def delete(self, request: Request) -> Response:
        """Delete the account with everything that belongs to it."""
        return deletion_response(request, DeleteAccountSerializer)


def change_settings(request: Request, values: Mapping[str, Any]) -> None:
    """Change what is named, if the request may."""
    person = person_of(request)
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

        def give(person: User) -> None:
            current = CURRENT_VERSIONS[Consent.Kind(kind)]
            if version != current:
                raise ValidationError(
                    {"version": [_("The current text is %(version)s.") % {"version": current}]}
                )
            give_consent(person=person, kind=Consent.Kind(kind))

        return change_consent(request, kind, "give consent", version, change=give)

    @extend_schema(**WITHDRAW_CONSENT)
    def delete(self, request: Request, kind: str) -> Response:
        """Withdraw consent."""

        def withdraw(person: User) -> None:
            withdraw_consent(person=person, kind=Consent.Kind(kind))

        return change_consent(request, kind, "withdraw consent", change=withdraw)


def change_consent(
    request: Request, kind: str, *said: object, change: Callable[[User], None]
) -> Response:
    """Change one kind of consent, and answer with the profile and the consent's entity tag."""

    def change_current() -> str:
        require_match(request, consent_etag(person_of(request), kind))
        change(person_of(request))
        return kind

    once(request, *said, kind, expected_tag(request), change=change_current)
    tag = consent_etag(person_of(request), kind)
    return Response(profile_of(request), headers={"ETag": tag})


def consent_etag(person: User, kind: str) -> str:
    """Return the entity tag of one kind of consent."""
    consents = ConsentSerializer(consents_of(person), many=True).data
    return next(one["etag"] for one in consents if one["kind"] == kind)
