"""What happened is logged with the id of its request, and nothing that is people's own."""

import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client
from django.utils.module_loading import import_string
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tokens.services import create_token
from emoplatform.log_formatting import RedactingJsonFormatter
from emoplatform.request_ids import RequestIdFilter
from emoplatform.settings import LOGGING
from emotions.captures import recording
from tests import pictures
from tests.conftest import signed_in
from tests.factories import PASSWORD
from tests.jobs import run_jobs

NOTE, TAG, GUESS = "rainpondwhisper", "quillfeather", "a-guess-of-somebody"
CAPTURES = "/api/v1/captures/"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What a production logs meanwhile."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    form = "%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s"
    handler.setFormatter(RedactingJsonFormatter(form))
    handler.addFilter(RequestIdFilter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


def test_production_logs_this_way() -> None:
    console: dict[str, Any] = LOGGING["handlers"]["console"]
    assert console["filters"] == ["request_id"]
    assert LOGGING["filters"]["request_id"]["()"] == "emoplatform.request_ids.RequestIdFilter"
    json_lines: dict[str, Any] = LOGGING["formatters"]["json"]
    assert import_string(json_lines["()"]) is RedactingJsonFormatter


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{NOTE}.jpg", pictures.astronaut_jpeg())


def live(owner: User) -> list[str]:
    """Do everything that carries something private, well and badly; return what is private."""
    page = Client(raise_request_exception=False)
    page.post("/accounts/login/", {"login": owner.email, "password": GUESS})
    page.post("/accounts/login/", {"login": "nobody@example.org", "password": GUESS})
    page.post("/accounts/password/reset/", {"email": owner.email})
    run_jobs()
    link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))
    assert link
    page.get(link[1], follow=True)
    page.get(link[1][:-5] + "wrong/", follow=True)
    page.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    session = page.session.session_key or ""
    page.post("/capture/upload/", {"photo": photo(), "kept": "photo"})
    fields = {"note": NOTE, "tags": TAG, "mood": "2", "felt": "disgust"}
    page.post("/words/", fields)
    page.get("/history/", {"words": NOTE, "tag": TAG})
    page.get(f"/nothing/?note={NOTE}")

    _, secret = create_token(person=owner, name=TAG, scope="write", days=1)
    app = APIClient(headers={"Authorization": f"Bearer {secret}"}, raise_request_exception=False)
    app.post(CAPTURES, {"photo": photo(), **fields})
    app.post(CAPTURES, {**fields, "felt": NOTE})
    app.post(CAPTURES, {"photo": SimpleUploadedFile(f"{NOTE}.jpg", NOTE.encode()), **fields})
    app.get(CAPTURES, {"words": NOTE})
    APIClient(headers={"Authorization": f"Bearer {secret}x"}).get(CAPTURES)
    quoted = IntegrityError(
        f"duplicate key value\nDETAIL:  Key (email, note)=({owner.email}, {NOTE}) exists.\n"
    )
    for error in (quoted, RuntimeError(f"{owner.email} is not expected here")):
        with patch.object(recording, "record_capture", side_effect=error):
            app.post(CAPTURES, {"photo": photo(), **fields})
            page.post("/words/", fields)
    key = link[1].strip("/").rpartition("/")[2]
    return [NOTE, TAG, GUESS, PASSWORD, owner.email, "nobody@", secret, session, key]


@pytest.mark.django_db
def test_nothing_private_is_logged(owner: User, lines: io.StringIO, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    private = live(owner)
    output = lines.getvalue()
    assert output.count("\n") > 8
    assert "capture recorded" in output
    assert "IntegrityError" in output
    assert "RuntimeError" in output
    assert {secret for secret in private if secret in output} == set()
    for line in output.splitlines():
        assert json.loads(line)["request_id"]


@pytest.mark.django_db
def test_an_answer_and_its_lines_have_the_same_id(owner: User, lines: io.StringIO) -> None:
    app = signed_in(APIClient(raise_request_exception=False), owner)
    named = app.get("/nothing/", headers={"X-Request-Id": "c0ffee00-of-the-router"})
    assert named["X-Request-Id"] == "c0ffee00-of-the-router"
    assert json.loads(lines.getvalue())["request_id"] == "c0ffee00-of-the-router"
    for odd in ("short", "x" * 201, "has spaces in it", 'quo"te-and-more', "line\nbreak-it"):
        given = app.get("/healthz", headers={"X-Request-Id": odd})["X-Request-Id"]
        assert re.fullmatch(r"[0-9a-f]{32}", given)


@pytest.mark.django_db
def test_a_person_can_name_the_request_that_failed(owner: User) -> None:
    app = signed_in(APIClient(raise_request_exception=False), owner)
    with patch("emotions.captures.selectors.history", side_effect=RuntimeError):
        response = app.get(CAPTURES)
        page = app.get("/history/?view=list")
    assert response.json()["request_id"] == response["X-Request-Id"]
    assert page["X-Request-Id"] in page.content.decode()
