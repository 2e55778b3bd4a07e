"""The address that open pages ask whether the diary has changed."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Session, User
from emotions.offline.headers import diary_key
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db
LATEST = "/offline/latest/"


@pytest.fixture
def client(owner: User) -> Client:
    browser = signed_in(Client(), owner)
    browser.get("/today/")  # which notes the device
    return browser


def etag_on_page(page: str) -> str:
    """Return what a page says that it shows, as the scripts on it ask for something newer."""
    diary, latest = (
        page.split(f'{name}="', 1)[1].split('"', 1)[0] for name in ("data-diary", "data-latest")
    )
    return f'"{diary}.{latest}"'


def ask(client: Client, etag: str) -> int:
    return client.get(LATEST, headers={"If-None-Match": etag}).status_code


def test_a_page_hears_of_a_change_once(client: Client, owner: User) -> None:
    etag = etag_on_page(client.get("/today/").content.decode())
    assert ask(client, etag) == 304
    client.post("/words/", {"felt": "sad", "taken_at": "2026-03-14T08:30"})
    changed = client.get(LATEST, headers={"If-None-Match": etag})
    owner.refresh_from_db()
    assert changed.json() == {"diary": diary_key(owner), "latest": owner.sequence}
    assert "no-store" in changed["Cache-Control"]
    assert etag_on_page(client.get("/today/").content.decode()) == changed["ETag"] != etag
    assert ask(client, changed["ETag"]) == 304


def test_numbers_above_a_thousand_are_written_as_digits(client: Client, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(sequence=1_234_567, language="de")
    assert etag_on_page(client.get("/today/").content.decode()).endswith('.1234567"')


def test_the_number_of_another_diary_is_news(client: Client, owner: User, other: User) -> None:
    assert owner.sequence == other.sequence
    etag = f'"{diary_key(other)}.{other.sequence}"'
    assert ask(client, etag) == 200
    assert client.get(LATEST).json()["diary"] == diary_key(owner)
    assert ask(signed_in(Client(), other), etag) == 304


def test_nobody_gets_401(client: Client, owner: User) -> None:
    assert ask(Client(), f'"{diary_key(owner)}.{owner.sequence}"') == 401
    Session.objects.filter(person=owner).delete()
    assert ask(client, f'"{diary_key(owner)}.{owner.sequence}"') == 401


def test_asking_reads_the_session_and_its_person_only(
    client: Client, owner: User, django_assert_num_queries: Any
) -> None:
    etag = f'"{diary_key(owner)}.{owner.sequence}"'
    with django_assert_num_queries(2):
        assert ask(client, etag) == 304


def test_a_page_that_is_left_open_does_not_keep_its_session_alive(owner: User) -> None:
    client = signed_in(Client(), owner)  # not seen yet today
    soon = timezone.now() + timedelta(hours=1)
    Session.objects.filter(person=owner).update(expire_date=soon)
    etag = f'"{diary_key(owner)}.{owner.sequence}"'
    assert ask(client, etag) == 304
    assert client.get(LATEST).status_code == 200
    assert Session.objects.get(person=owner).expire_date == soon
    client.get("/today/")
    assert Session.objects.get(person=owner).expire_date > soon


def test_asking_counts_as_a_page_does(client: Client, owner: User, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "page": (1, 60)}
    client.get(LATEST)
    client.get(LATEST)  # a minute may have begun in between
    assert ask(client, f'"{diary_key(owner)}.{owner.sequence}"') == 429
