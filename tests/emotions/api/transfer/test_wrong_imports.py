"""What is not as it should be is told with its place, and never more comes in than it says."""

import io
import json
import os
import stat
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from rest_framework.test import APIClient

from emotions.models import Capture
from emotions.transfer.tasks import RETRY_AFTER
from ml.emotions import EMOTIONS
from tests import pictures
from tests.emotions.api.calls import assert_problem
from tests.emotions.api.transfer.histories import (
    FACE,
    LOOK,
    MOMENT,
    PHOTO,
    UUID,
    assert_refused,
    brought_in,
    packed,
    send,
    stored_files,
)
from tests.jobs import pass_time, run_jobs

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("nonsense", "Expected one capture"),
        ("[" * 5000, "Expected one capture"),
        ('{"mood": NaN}', "Expected one capture"),
        (f'{{"note": "{os.urandom(2**20).hex()}"}}', "Expected one capture"),
        ([MOMENT], "expected one capture"),
        ({"uuid": UUID}, "'source' is a required property"),
        ({**MOMENT, "uuid": f"{UUID}\n"}, "uuid: expected a UUID"),
        ({**MOMENT, "uuid": 7}, "uuid: expected a UUID"),
        ({**MOMENT, "mood": 6}, "mood: expected a number from 1 to 5"),
        ({**MOMENT, "mood": True}, "mood: expected a number from 1 to 5"),
        ({**MOMENT, "mood": "4"}, "mood: expected a number from 1 to 5"),
        ({**MOMENT, "felt": "great"}, "felt: expected one of the seven emotions"),
        ({**MOMENT, "mood": None}, "Expected a feeling, a mood or a note"),
        ({**MOMENT, "note": "x" * 2001}, "note: expected a text of at most 2000 letters"),
        ({**MOMENT, "note": "\0"}, "plain text"),
        ({**MOMENT, "note": "\ud800"}, "Expected one capture"),
        ({**MOMENT, "tags": ["x" * 41]}, "tags: 0: expected a word of at most 40 letters"),
        ({**MOMENT, "tags": [str(n) for n in range(21)]}, "tags: expected at most 20 words"),
        ({**MOMENT, "taken_at": "yesterday"}, "date and time such as"),
        ({**MOMENT, "taken_at": "2026-03-14T08:30:00"}, "with its offset"),
        ({**MOMENT, "taken_at": "0001-01-01T00:00:00+23:00"}, "since 1900"),
        ({**MOMENT, "taken_at": "9000-01-01T00:00:00+00:00"}, "not in the future"),
        ({**MOMENT, "time_zone": "Mars/Olympus"}, "time_zone: expected an IANA name"),
        ({**MOMENT, "source": "elsewhere"}, "source: expected one of upload"),
        ({**LOOK, "read_on": "elsewhere"}, "read_on: expected one of device, server"),
        ({**LOOK, "detections": [FACE, FACE]}, "at most one face that is me"),
        ({**LOOK, "detections": [{**FACE, "confidence": 2}]}, "confidence: expected a number from"),
        ({**LOOK, "detections": [{**FACE, "box": [0, 0, 0, 9]}]}, "a width and a height"),
        ({**LOOK, "detections": [{**FACE, "box": [0, 0, 9, 2**40]}]}, "box: 3: expected pixels"),
        (
            {**LOOK, "detections": [{**FACE, "probabilities": dict.fromkeys(EMOTIONS, 0.5)}]},
            "sum to 1",
        ),
        ({**LOOK, "photo": "../../etc/passwd"}, "photo: expected a picture of its own"),
        (PHOTO, "photo: expected a picture of its own"),
    ],
)
def test_a_wrong_entry_is_told_with_its_place_and_stops_no_other(
    owner_api: APIClient, wrong: Any, reason: str
) -> None:
    assert_refused(brought_in(owner_api, packed(wrong)), reason)
    assert not Capture.objects.exists()
    right = {**MOMENT, "uuid": str(uuid.uuid4())}
    told = brought_in(owner_api, packed(wrong, right))
    assert (told["new"], told["refused"]) == (1, 1)


@pytest.mark.parametrize(
    ("photo", "reason"),
    [
        (lambda: b"I am not a photo.", "expected a whole JPEG"),
        (lambda: pictures.astronaut_jpeg()[:9000], "expected a whole JPEG"),
        (lambda: pictures.huge_png(10_000, 6_000), "at most 15 MB and 25 megapixels"),
        (lambda: pictures.encoded(pictures.no_face()), "width × height"),
    ],
)
def test_a_picture_that_lies_refuses_its_entry_and_leaves_no_file(
    owner_api: APIClient, media: Path, photo: Callable[[], bytes], reason: str
) -> None:
    right = {**MOMENT, "uuid": str(uuid.uuid4())}
    told = brought_in(owner_api, packed(PHOTO, right, photo=photo()))
    assert (told["new"], told["refused"]) == (1, 1)
    assert reason in told["refusals"][0]["reason"]
    assert stored_files(media) == []


def test_pictures_are_made_anew_and_carry_nothing_along(owner_api: APIClient, media: Path) -> None:
    photo = pictures.with_metadata(pictures.astronaut(), "SECRET")
    assert brought_in(owner_api, packed(PHOTO, photo=photo))["new"] == 1
    assert len(stored_files(media)) == 2
    assert not any(b"SECRET" in path.read_bytes() for path in stored_files(media))
    assert not any(UUID in str(path) for path in stored_files(media))


def test_what_fails_half_way_leaves_neither_row_nor_file(owner_api: APIClient, media: Path) -> None:
    archive = packed(PHOTO, photo=pictures.astronaut_jpeg())
    with (
        patch(
            "emotions.captures.storing.Detection.objects.bulk_create",
            side_effect=RuntimeError("on purpose"),
        ),
        pytest.raises(RuntimeError, match="on purpose"),
    ):
        brought_in(owner_api, archive)
    assert not Capture.objects.exists()
    assert stored_files(media) == []
    pass_time(RETRY_AFTER)
    run_jobs()
    assert Capture.objects.count() == 1, "it is tried again"


def with_entry(name: str, data: bytes, **fields: Any) -> bytes:
    buffer = io.BytesIO(packed(MOMENT))
    info = zipfile.ZipInfo(name)
    for field, value in fields.items():
        setattr(info, field, value)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(info, data, compress_type=zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (lambda: b"", "empty"),
        (lambda: b"nonsense", "Expected the zip archive"),
        (lambda: b"\x89PNG\r\n\x1a\n\xff\xfe", "Expected the zip archive"),
        (lambda: packed(MOMENT)[:-40], "incomplete or damaged"),
        (lambda: packed(MOMENT).replace(b"PK\1\2", b"PK\1\3"), "incomplete or damaged"),
        (lambda: with_entry("../out", b"x"), "leads out of the archive"),
        (lambda: with_entry("bomb.json", bytes(2**24)), "packed like a bomb"),
        (lambda: with_entry("link", b"/etc", external_attr=stat.S_IFLNK << 16), "is a link"),
        (lambda: packed(MOMENT).replace(b"captures.json", b"captures.j50n"), "no captures.json"),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused_whole(
    owner_api: APIClient, file: Callable[[], bytes], reason: str
) -> None:
    refused = send(owner_api, file())
    assert_problem(refused, 400, "invalid")
    assert reason in refused.json()["errors"]["file"][0]
    assert not Capture.objects.exists()
    assert brought_in(owner_api, packed(MOMENT))["new"] == 1


def test_a_file_that_is_too_large_is_told_the_limit(owner_api: APIClient) -> None:
    with patch("emotions.transfer.readers.formats.MAX_IMPORT_BYTES", 100):
        refused = send(owner_api, packed(MOMENT))
    assert_problem(refused, 400, "invalid")
    assert "larger than" in refused.json()["errors"]["file"][0]


def test_a_damaged_archive_gives_what_stands_before_the_damage(owner_api: APIClient) -> None:
    buffer = io.BytesIO()
    moments = [{**MOMENT, "uuid": str(uuid.uuid4()), "note": "x" * 1000} for _ in range(20)]
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("captures.json", "[\n" + ",\n".join(map(json.dumps, moments)) + "\n]\n")
    data = bytearray(buffer.getvalue())
    data[data.rindex(b"xxx")] ^= 1
    told = brought_in(owner_api, bytes(data))
    assert told["refused"] == 1
    assert "damaged" in told["refusals"][0]["reason"]
    assert 0 < told["new"] == Capture.objects.count()


def test_only_the_first_hundred_refusals_are_told(owner_api: APIClient) -> None:
    told = brought_in(owner_api, packed(*["nonsense"] * 120))
    assert (told["refused"], len(told["refusals"])) == (120, 100)
