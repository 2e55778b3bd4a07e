"""The page on which people take their data out and bring a history in."""

import io
import re
import zipfile
from html.parser import HTMLParser
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.consents import withdraw_consent
from accounts.models import Consent, User
from emoplatform import request_limits
from emotions.captures import recording, trash
from emotions.captures.recording import SelfReport
from emotions.models import Capture, Import
from tests import factories, pictures
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db
EXPORT, IMPORT = "/data/export/", "/data/import/"
TABLE = b'full_date,time,mood,activities,note\n2023-05-14,00:30,good,"a | b",""\n'


def archive_of(client: Client) -> zipfile.ZipFile:
    answer: Any = client.get(EXPORT)
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert "no-store" in answer["Cache-Control"]
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def status_of(client: Client, address: str, data: bytes) -> int:
    return client.post(address, {"file": SimpleUploadedFile("x.zip", data)}).status_code


def page_after(client: Client, data: bytes, **fields: str) -> str:
    """Send a file, bring it in as it is, and return what is told then."""
    sent = client.post(IMPORT, {"file": SimpleUploadedFile("x.zip", data), **fields})
    assert sent.status_code == 302
    run_jobs()
    assert "What is in your file" in client.get(sent["Location"]).text
    chosen = {"time_zone": Import.objects.latest("pk").time_zone}
    assert client.post(f"{sent['Location']}decide/", chosen).status_code == 302
    run_jobs()
    return client.get(sent["Location"]).text


class Looked(HTMLParser):
    """Notes what a page contains and refers to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.refers: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.refers |= {value or "" for name, value in attrs if name in {"src", "href"}}
        assert not any(name.startswith("on") for name, _ in attrs)


def test_the_archive_has_a_page_that_needs_nothing_else(
    owner: User, owner_client: Client, other: User
) -> None:
    mine = recording.record_capture(
        owner=owner,
        photo=pictures.astronaut_jpeg(),
        source=Capture.Source.UPLOAD,
        time_zone="Asia/Tokyo",
        self_report=SelfReport(
            note="<script>alert(1)</script>\nTwo.", tags=("<b>", "river"), mood=4
        ),
    )
    factories.capture(owner=owner, looks="sad", felt="fear", note="Earlier.")
    factories.capture(owner=other, note="Of somebody else.")
    with archive_of(owner_client) as packed:
        page = packed.read("index.html").decode()
        names = set(packed.namelist())
    looked = Looked(page)
    assert not {"script", "link", "iframe", "b"} & set(looked.tags)
    assert "url(" not in page
    assert "default-src &#x27;none&#x27;; style-src &#x27;sha256-" in page
    assert looked.refers == {f"pictures/{mine.uuid}-photo.jpg"} <= names
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert f"{mine.local_date:%Y}" in page
    assert re.search(
        r"Looks happy.*Mood: pleasant.*river.*Looks sad.*Felt afraid.*Earlier\.", page, re.S
    )
    assert "Of somebody else." not in page


def test_the_page_offers_the_ways_out_and_in(owner: User, owner_client: Client) -> None:
    assert "/data/" in owner_client.get("/settings/").text
    page = owner_client.get("/data/").text
    for address in (EXPORT, IMPORT, "/settings/delete-account/"):
        assert address in page
    assert "requires your consent" not in page
    withdraw_consent(person=owner, kind=Consent.Kind.USE)
    assert "requires your consent" in owner_client.get("/data/").text


def test_what_came_in_is_told(owner: User, owner_client: Client, other_client: Client) -> None:
    owner_client.cookies["time_zone"] = "Asia/Tokyo"
    factories.capture(owner=owner, mood=3)
    with archive_of(owner_client) as packed:
        archive = bytes(packed.fp.getvalue())  # type: ignore[union-attr]  # made of bytes
    gone = factories.capture(owner=owner, mood=1)
    with archive_of(owner_client) as packed:
        longer = bytes(packed.fp.getvalue())  # type: ignore[union-attr]  # made of bytes
    trash.delete_capture(capture=gone)

    page = page_after(other_client, archive)
    assert page.lstrip().startswith("<!DOCTYPE html>")
    assert "1 moment is new" in page
    page = page_after(owner_client, longer)
    assert "0 moments are new" in page
    assert "1 was already here" in page
    assert "1 was skipped because you had deleted it" in page
    page = page_after(owner_client, TABLE + b"2023-05-15,12:00,odd,,<i>\n")
    assert "1 moment is new" in page
    assert "Line 3" in page
    assert "The mood “odd” has no rating yet" in page
    assert str(Capture.objects.get(source="import").local_date) == "2023-05-14"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Choose a file first."),
        ({"file": b""}, "That file is empty."),
        ({"file": b"nonsense"}, "Expected the zip archive you downloaded from this site"),
        ({"file": b"PK\3\4 cut off"}, "incomplete or damaged"),
    ],
)
def test_a_wrong_file_is_answered_with_what_was_expected(
    owner_client: Client, sent: dict[str, Any], words: str
) -> None:
    if "file" in sent:
        sent = {**sent, "file": SimpleUploadedFile("x", sent["file"])}
    answer = owner_client.post(IMPORT, sent)
    assert answer.status_code == 422
    assert words in answer.text
    assert not Capture.objects.exists()


def test_pictures_need_consent_first(
    owner: User, owner_client: Client, other: User, other_client: Client
) -> None:
    recording.record_capture(
        owner=owner, photo=pictures.astronaut_jpeg(), source=Capture.Source.UPLOAD
    )
    with archive_of(owner_client) as packed:
        archive = bytes(packed.fp.getvalue())  # type: ignore[union-attr]  # made of bytes
    withdraw_consent(person=other, kind=Consent.Kind.USE)
    answer = other_client.post(IMPORT, {"file": SimpleUploadedFile("x.zip", archive)})
    assert answer.status_code == 422
    assert "your consent is needed first" in answer.text
    assert not Capture.objects.filter(owner=other).exists()


def test_nobody_gets_in_or_out() -> None:
    for answer in (Client().get("/data/"), Client().get(EXPORT), Client().post(IMPORT)):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")


def test_a_large_archive_may_be_sent_by_who_is_signed_in_alone(owner_client: Client) -> None:
    large = TABLE + b"2023-05-16,12:00,good,," + b"x" * 1500 + b"\n"
    with patch.object(request_limits, "MAX_REQUEST_BYTES", 1000):
        assert "2 moments are new" in page_after(owner_client, large)
        assert status_of(Client(), IMPORT, large) == 413
        assert status_of(owner_client, "/capture/", large) == 413
        with patch.object(request_limits, "MAX_ARCHIVE_REQUEST_BYTES", 1000):
            assert status_of(owner_client, IMPORT, large) == 413


def test_a_zone_is_chosen_for_times_that_do_not_say_theirs(owner_client: Client) -> None:
    owner_client.cookies["time_zone"] = "Asia/Tokyo"
    assert '<option value="Asia/Tokyo" selected>' in owner_client.get("/data/").text
    page_after(owner_client, TABLE, time_zone="America/New_York")
    assert Capture.objects.get().time_zone == "America/New_York"
    wrong = {"file": SimpleUploadedFile("x", TABLE), "time_zone": "Mars/Olympus"}
    assert owner_client.post(IMPORT, wrong).status_code == 422
