"""Administrators read who came into accounts and what they did themselves, and change neither."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.models import SecurityEvent, User
from accounts.tokens.services import create_token
from tests.conftest import signed_in
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
EVENTS, ACTS = "/admin/accounts/securityevent/", "/admin/admin/logentry/"


@pytest.fixture
def chief() -> Client:
    return signed_in(Client(), User.objects.create_superuser("chief@example.org", PASSWORD))


def test_administrators_read_events_without_the_names_that_people_give(
    owner: User, chief: Client
) -> None:
    create_token(person=owner, name="about my sad evenings", scope="read")
    event = SecurityEvent.objects.get()
    for path in (EVENTS, f"{EVENTS}{event.pk}/change/", f"{EVENTS}?kind__exact=token_made"):
        page = chief.get(path)
        assert page.status_code == 200
        text = page.content.decode()
        assert owner.email in text
        assert "Access token created" in text
        assert "sad evenings" not in text


def test_administrators_read_what_administrators_did(owner: User, chief: Client) -> None:
    changed = {"email": owner.email, "is_active": ""}
    assert chief.post(f"/admin/accounts/user/{owner.pk}/change/", changed).status_code == 302
    act = LogEntry.objects.get()
    for path in (ACTS, f"{ACTS}{act.pk}/change/"):
        text = chief.get(path).content.decode()
        assert "chief@example.org" in text
        assert owner.email in text


@pytest.mark.parametrize("path", [EVENTS, ACTS])
def test_nobody_changes_or_removes_what_happened(owner: User, chief: Client, path: str) -> None:
    chief.post(f"/admin/accounts/user/{owner.pk}/change/", {"email": owner.email})
    SecurityEvent.objects.create(person=owner, kind=SecurityEvent.Kind.SIGN_IN)
    newest = SecurityEvent.objects if path == EVENTS else LogEntry.objects
    number = newest.latest("pk").pk
    assert chief.get(f"{path}add/").status_code == 403
    assert chief.post(f"{path}{number}/change/", {}).status_code == 403
    assert chief.post(f"{path}{number}/delete/", {"post": "yes"}).status_code == 403
    assert chief.get(f"{path}?person__captures__mood=1&user__captures__mood=1").status_code == 400
    assert signed_in(Client(), owner).get(path).status_code in {302, 403}
