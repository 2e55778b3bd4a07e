"""What every answer tells the browser to keep others from doing."""

import pytest
from django.test import Client

from accounts.models import User
from emotions.captures import recording
from emotions.models import Capture
from tests import pictures

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
        for path in ("/capture/", "/live/", "/", "/today/", "/words/", "/settings/", "/offline/")
    }
    may = [path for path, policy in policies.items() if "'wasm-unsafe-eval'" in policy]
    assert may == ["/capture/", "/live/"]
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
