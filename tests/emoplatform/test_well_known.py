"""What other programs look for below /.well-known/."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings


def test_who_found_a_weakness_learns_whom_to_tell(client: Client, settings: Settings) -> None:
    settings.SECURITY_CONTACT = "mailto:security@example.org"
    answer = client.get("/.well-known/security.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    expires = datetime.fromisoformat(fields.pop("Expires"))
    assert timedelta(days=28) < expires - timezone.now() <= timedelta(days=30)
    assert fields == {
        "Contact": "mailto:security@example.org",
        "Preferred-Languages": "en, de",
        "Canonical": f"{settings.SITE_URL}/.well-known/security.txt",
    }


@pytest.mark.django_db
def test_password_managers_find_where_a_password_is_changed(
    client: Client, owner_client: Client
) -> None:
    address = "/.well-known/change-password"
    assert client.get(address)["Location"] == "/accounts/password/change/"
    assert owner_client.get(address, follow=True).status_code == 200
    # By this one they tell whether the site answers 200 to everything.
    nowhere = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200"
    assert client.get(nowhere).status_code == 404
