"""What every answer tells the browser to keep others from doing."""

import gzip
import json
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tokens.services import create_token
from emotions.captures import recording
from emotions.models import Capture
from tests import pictures
from tests.emotions.api.calls import note

ADDRESSES = ["/", "/nothing/", "/api/v1/today/", "/accounts/login/", "/healthz"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_keeps_others_out(client: Client, address: str) -> None:
    response = client.get(address)
    assert "camera=(self)" in response["Permissions-Policy"]
    assert "microphone=()" in response["Permissions-Policy"]
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert "default-src 'self'" in response["Content-Security-Policy"]


def test_only_pages_that_read_pictures_may_compile_web_assembly(owner_client: Client) -> None:
    policies = {
        path: owner_client.get(path)["Content-Security-Policy"]
        for path in ("/capture/", "/live/", "/today/", "/words/", "/settings/", "/offline/")
    }
    policies |= {
        path: Client().get(path)["Content-Security-Policy"]
        for path in ("/", "/model/", "/privacy/", "/accounts/signup/")
    }
    may = [path for path, policy in policies.items() if "'wasm-unsafe-eval'" in policy]
    assert may == ["/capture/", "/live/", "/"]
    assert "script-src 'self' 'wasm-unsafe-eval';" in f"{policies['/live/']};"
    assert not any("'unsafe-eval'" in policy for policy in policies.values())


@pytest.mark.parametrize("what", ["photo", "thumbnail", "why.jpg"])
def test_nothing_inside_a_picture_runs(owner: User, owner_client: Client, what: str) -> None:
    capture = recording.record_capture(
        owner=owner, photo=pictures.astronaut_jpeg(), source=Capture.Source.UPLOAD
    )
    response = owner_client.get(f"/captures/{capture.uuid}/{what}")
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Content-Disposition"] == 'inline; filename="picture.jpg"'
    assert response["Cache-Control"] == "private, no-cache"


@pytest.mark.django_db
def test_nobody_goes_back_to_a_page_of_somebody_who_left(
    client: Client, owner_client: Client
) -> None:
    for path in ("/today/", "/history/", "/settings/", "/accounts/password/change/", "/"):
        assert "no-store" in owner_client.get(path, follow=True)["Cache-Control"], path
    assert "Cache-Control" not in client.get("/")
    assert owner_client.get("/api/v1/today/")["Cache-Control"] == "private, no-cache"


@pytest.mark.django_db
def test_pages_are_compressed_and_the_rest_is_left_alone(owner_client: Client) -> None:
    wish = {"accept-encoding": "gzip"}
    assert owner_client.get("/history/", headers=wish)["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in owner_client.get("/api/v1/captures/", headers=wish)
    assert "Content-Encoding" not in owner_client.get("/history/")


@pytest.fixture
def script(owner: User) -> APIClient:
    """A script that takes compressed answers."""
    _, secret = create_token(person=owner, name="script", scope="write", days=1)
    headers = {"Authorization": f"Bearer {secret}", "Accept-Encoding": "gzip"}
    return APIClient(headers=headers)


def test_apps_get_json_compressed_and_may_use_its_tag(script: APIClient) -> None:
    capture = note(script, mood=4, note="A quiet day. " * 50)
    assert "Content-Encoding" not in capture
    address = capture["Location"]
    read = script.get(address)
    assert read["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in read["Vary"]
    assert json.loads(gzip.decompress(read.content)) == capture.json()
    assert len(read.content) < len(capture.content) / 2
    assert read["ETag"] == f"W/{capture['ETag']}"
    known = script.get(address, headers={"If-None-Match": read["ETag"]})
    assert (known.status_code, known.content) == (304, b"")
    seen = {"If-Match": read["ETag"]}
    changed: Any = script.patch(address, {"mood": 5}, format="json", headers=seen)
    assert changed.status_code == 200


def test_nothing_is_compressed_that_others_could_make_a_browser_ask_for(
    owner_api: APIClient, script: APIClient
) -> None:
    note(owner_api, mood=4, note="A quiet day. " * 50)
    address = "/api/v1/captures/"
    assert script.get(address)["Content-Encoding"] == "gzip"
    by_cookie = owner_api.get(address, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in by_cookie
    secret = {"name": "long " * 10, "scope": "read"}
    made = owner_api.post("/api/v1/tokens/", secret, format="json")
    assert "Content-Encoding" not in made
