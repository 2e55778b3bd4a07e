"""Apps read the security log of their person."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import SecurityEvent, User
from accounts.security_log import KEPT_FOR
from accounts.tokens.services import create_token
from tests.conftest import prove_identity
from tests.emotions.api.calls import assert_problem

pytestmark = pytest.mark.django_db
EVENTS, ME, TOKENS = "/api/v1/security-events/", "/api/v1/me/", "/api/v1/tokens/"


def test_a_person_reads_what_happened_to_their_account(
    owner: User, owner_api: APIClient, other_api: APIClient
) -> None:
    headers = {"User-Agent": "MoodApp/2 (Android 14)"}
    owner_api.post(TOKENS, {"name": "backup"}, format="json", headers=headers)
    SecurityEvent.objects.create(
        person=owner, kind=SecurityEvent.Kind.SIGN_IN, at=timezone.now() - KEPT_FOR
    )
    (told,) = owner_api.get(EVENTS).json()
    at = told.pop("at")
    assert at > str(timezone.now() - timedelta(minutes=5)).replace(" ", "T")
    assert told == {
        "id": told["id"],
        "kind": "token_made",
        "device": "MoodApp on Android",
        "address": "127.0.0.1",
        "about": "backup",
    }
    assert other_api.get(EVENTS).json() == []
    assert_problem(APIClient().get(EVENTS), 401, "not_authenticated")


def test_what_was_done_on_the_server_has_no_device(owner: User, owner_api: APIClient) -> None:
    create_token(person=owner, name="backup", scope="read")
    (told,) = owner_api.get(EVENTS).json()
    assert (told["device"], told["address"]) == ("", None)


def test_e_mails_about_devices_are_switched_off_by_who_confirms_who_they_are(
    owner: User, owner_api: APIClient
) -> None:
    assert owner_api.get(ME).json()["new_device_letters"] is True
    off, on = {"new_device_letters": False}, {"new_device_letters": True}
    _, secret = create_token(person=owner, name="script", scope="write")
    script = APIClient(headers={"Authorization": f"Bearer {secret}"})
    assert_problem(script.patch(ME, off, format="json"), 403, "permission_denied")
    assert owner_api.patch(ME, off, format="json").json()["new_device_letters"] is False
    assert owner_api.patch(ME, {"language": "en"}, format="json").json() == {
        **owner_api.get(ME).json(),
        "new_device_letters": False,
    }
    session = owner_api.session
    prove_identity(session, owner, ago=timedelta(days=1))
    session.save()
    assert owner_api.patch(ME, on, format="json").json()["new_device_letters"] is True
    assert_problem(owner_api.patch(ME, off, format="json"), 403, "reauthentication_required")
