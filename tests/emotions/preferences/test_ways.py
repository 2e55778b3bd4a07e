"""Capture leads to the way that was used last on a device, and the viewfinder opens by itself."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from emotions.models import Capture
from tests import pictures
from tests.conftest import signed_in
from tests.emotions.api.readings.test_readings import reading
from tests.uploads import upload

pytestmark = pytest.mark.django_db


def capture_leads_to(client: Client) -> str:
    page = client.get(reverse("emotions:today")).content.decode()
    [path] = re.findall(r'class="place place--main"\s+href="([^"]+)"', page)
    return str(path)


def viewfinder_opens(client: Client) -> bool:
    return "data-first" in client.get(reverse("emotions:capture")).content.decode()


def write(client: Client, url: str) -> None:
    assert client.post(url, {"felt": "sad", "taken_at": "2026-03-14T23:30"}).status_code == 302


def test_the_viewfinder_comes_first(owner_client: Client) -> None:
    assert capture_leads_to(owner_client) == "/capture/"
    assert viewfinder_opens(owner_client)


@pytest.mark.parametrize(
    ("source", "path", "opens"),
    [
        (Capture.Source.CAMERA, "/capture/", True),
        (Capture.Source.UPLOAD, "/capture/", False),
        (Capture.Source.LIVE, "/live/", False),
    ],
)
def test_the_way_of_the_last_photo_opens_next_time(
    owner_client: Client, source: str, path: str, opens: bool
) -> None:
    upload(owner_client, pictures.astronaut_jpeg(), source=source)
    assert capture_leads_to(owner_client) == path
    assert viewfinder_opens(owner_client) == opens


@pytest.mark.parametrize(("source", "path"), [("live", "/live/"), ("camera", "/capture/")])
def test_the_way_of_the_last_reading_of_this_device_opens_next_time(
    owner: User, owner_client: Client, source: str, path: str
) -> None:
    write(owner_client, reverse("emotions:words"))
    read = reading(source=source)
    sent = owner_client.post("/api/v1/captures/readings/", read, "application/json")
    assert sent.status_code == 201
    assert capture_leads_to(owner_client) == path
    assert capture_leads_to(signed_in(Client(), owner)) == "/capture/"


def test_words_open_next_time_on_this_device_alone(owner: User, owner_client: Client) -> None:
    write(owner_client, reverse("emotions:words"))
    assert capture_leads_to(owner_client) == "/words/"
    assert capture_leads_to(signed_in(Client(), owner)) == "/capture/"


def test_filling_an_earlier_day_is_no_way_to_come_back_to(owner_client: Client) -> None:
    write(owner_client, reverse("emotions:words_on", args=[date(2026, 3, 14)]))
    assert capture_leads_to(owner_client) == "/capture/"
