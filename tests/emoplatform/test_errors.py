"""Every error is a friendly page for people and a problem with a stable code for programs."""

from collections.abc import Iterator
from typing import Any, NoReturn
from unittest.mock import patch

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import path
from pytest_django import Settings
from rest_framework.test import APIClient

from emoplatform import request_limits, urls


def refuse(_: HttpRequest) -> NoReturn:
    raise PermissionDenied


urlpatterns = [path("refused/", refuse), path("api/refused/", refuse), *urls.urlpatterns]
handler403 = urls.handler403


def assert_page(response: Any, status: int, words: str) -> None:
    assert response.status_code == status
    assert response["Content-Type"].startswith("text/html")
    assert f"<h1>{words}</h1>" in response.text
    assert "Go to the home page" in response.text


def assert_problem(response: Any, status: int, code: str) -> None:
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert (problem["status"], problem["code"]) == (status, code)


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("me.jpg", bytes(2000), content_type="image/jpeg")


@pytest.fixture
def _small_requests() -> Iterator[None]:
    with patch.object(request_limits, "MAX_REQUEST_BYTES", 1000):
        yield


@pytest.mark.urls(__name__)
@pytest.mark.django_db
def test_403_for_people_and_programs(client: Client) -> None:
    assert_page(client.get("/refused/"), 403, "You can't open this page")
    assert_problem(client.get("/api/refused/"), 403, "permission_denied")


def test_403_for_people_whose_form_is_stale(owner_client: Client) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = owner_client.cookies
    response = browser.post("/consent/", {"agree": "on"})
    assert_page(response, 403, "You can't open this page")


def test_404_for_people_and_programs(client: Client) -> None:
    assert_page(client.get("/nothing/"), 404, "Page not found")
    assert_problem(client.get("/api/v1/nothing/"), 404, "not_found")


@pytest.mark.usefixtures("_small_requests")
def test_413_for_people(owner_client: Client) -> None:
    response = owner_client.post("/capture/", {"photo": photo()})
    assert_page(response, 413, "That's too large to send")
    assert 'class="places"' in response.text, "the page knows who is signed in"


@pytest.mark.usefixtures("_small_requests")
def test_413_for_programs(owner_api: APIClient) -> None:
    response = owner_api.post("/api/v1/captures/", {"photo": photo()})
    assert_problem(response, 413, "too_large")


@pytest.mark.usefixtures("_small_requests")
def test_413_before_the_body_is_read(client: Client) -> None:
    with patch("django.core.handlers.wsgi.LimitedStream.read", side_effect=AssertionError):
        assert client.post("/accounts/login/", {"login": "x" * 2000}).status_code == 413


def test_413_when_fields_are_too_large_for_memory(client: Client, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    response = client.post("/accounts/login/", {"login": "x" * 200})
    assert_page(response, 413, "That's too large to send")


@pytest.mark.django_db
def test_429_for_people_who_keep_guessing_passwords(client: Client) -> None:
    tries = {"login": "owner@example.org", "password": "wrong"}
    answers = [client.post("/accounts/login/", tries) for _ in range(40)]
    assert answers[0].status_code == 200
    assert_page(answers[-1], 429, "Too many requests")


def test_500_for_people_and_programs_without_a_database() -> None:
    # Without a database mark each query fails: the session cannot be loaded.
    browser = Client(raise_request_exception=False)
    browser.cookies["sessionid"] = "0123456789abcdef0123456789abcdef"
    assert_page(browser.get("/today/"), 500, "Something went wrong on our side")
    assert_problem(browser.get("/api/v1/today/"), 500, "server_error")


def test_500_needs_no_request() -> None:
    assert "Something went wrong on our side" in render_to_string("500.html")
