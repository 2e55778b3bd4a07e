"""What went out comes in again: equal, once, and never more than it says."""

import io
import json
import os
import stat
import tracemalloc
import uuid
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from rest_framework.test import APIClient

from accounts.consents import withdraw_consent
from accounts.models import Consent, User
from emotions.captures import editing
from emotions.captures.editing import Changes
from emotions.captures.errors import EmptyCaptureError, ImportUnderWayError
from emotions.insights import patterns
from emotions.models import Capture, Detection
from emotions.transfer import importing
from emotions.transfer.importing import ImportReport
from emotions.transfer.readers import Entry, open_history
from ml.emotions import EMOTIONS
from ml.inference.card import ModelFileError
from ml.models import ModelVersion
from ml.registry import active_version, promote
from tests import factories, pictures, uploads
from tests.emotions.api.calls import CAPTURES, assert_problem, create, note

pytestmark = pytest.mark.django_db
EXPORT, IMPORT = "/api/v1/export/", "/api/v1/me/import/"
NOTHING = {
    "new": 0,
    "already_there": 0,
    "deleted": 0,
    "refused": 0,
    "refusals": [],
    "complete": True,
}
UUID = "3f2b8c1e-5a94-4d1b-9a5e-0c7d1f6f2a10"
MOMENT = {
    "uuid": UUID,
    "source": "manual",
    "taken_at": "2026-03-14T08:30:00+00:00",
    "time_zone": "Europe/Lisbon",
    "mood": 4,
}
FACE = {
    "role": "answer",
    "model_version": "of-another-site-7",
    "box": [171, 62, 108, 108],
    "probabilities": {str(emotion): float(emotion == "happy") for emotion in EMOTIONS},
    "emotion": "happy",
    "confidence": 1.0,
    "unsure": False,
    "is_me": True,
}
LOOK = {**MOMENT, "source": "upload", "kept": "nothing", "mood": None, "detections": [FACE]}
PHOTO = {
    **LOOK,
    "kept": "photo",
    "width": 512,
    "height": 512,
    "photo": f"pictures/{UUID}-photo.jpg",
}


def exported(client: APIClient) -> bytes:
    answer: Any = client.get(EXPORT)
    return b"".join(answer.streaming_content)


def send(client: APIClient, data: bytes, **fields: str) -> Any:
    return client.post(IMPORT, {"file": SimpleUploadedFile("x", data), **fields})


def brought_in(client: APIClient, data: bytes, **fields: str) -> dict[str, Any]:
    answer = send(client, data, **fields)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/json"
    told: dict[str, Any] = json.loads(b"".join(answer.streaming_content))
    return told


def content(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def entries(archive: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(content(archive)["captures.json"])
    return found


def packed(*entries: Any, folder: str = "", **files: bytes) -> bytes:
    """Return an archive as the export makes it, with these entries and pictures."""
    buffer = io.BytesIO()
    lines = ",\n".join(one if isinstance(one, str) else json.dumps(one) for one in entries)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{folder}captures.json", f"[\n{lines}\n]\n")
        for field, data in files.items():
            archive.writestr(f"{folder}pictures/{UUID}-{field}.jpg", data)
    return buffer.getvalue()


def assert_refused(told: dict[str, Any], reason: str) -> None:
    assert (told["new"], told["refused"]) == (0, 1)
    assert reason in told["refusals"][0]["reason"]
    assert told["refusals"][0]["place"] == "captures.json, line 2"


def stored_files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


# --- The same again ---------------------------------------------------------------------------


def test_a_history_is_the_same_in_another_account(
    owner: User, other: User, owner_api: APIClient, other_api: APIClient, other_client: Client
) -> None:
    create(owner_api, uploads.crowd_jpeg(), note="=1+1", tags=["@home", "river"], felt="sad")
    create(
        owner_api,
        pictures.with_exif_date("2026:03:01 10:00:00"),
        kept="crop",
        time_zone="Asia/Tokyo",
    )
    note(owner_api, mood=2, note="Zeile\n„zwei“ 🙂", taken_at="2026-03-14T08:30:00+01:00")
    factories.capture(owner=owner, looks="fear", time_zone="Asia/Tokyo", kept="nothing")
    archive = exported(owner_api)

    assert brought_in(other_api, archive) == {**NOTHING, "new": 4}
    again = exported(other_api)
    assert entries(again) == entries(archive)
    before, after = content(archive), content(again)
    assert set(before) == set(after)
    shown = [name for name in before if name.endswith(".jpg")]
    assert len(shown) == 3
    for name in shown:
        one, other_one = (
            np.asarray(Image.open(io.BytesIO(files[name])), np.float32) for files in (before, after)
        )
        assert one.shape == other_one.shape
        assert abs(one - other_one).mean() < 2
    assert before["captures.csv"] == after["captures.csv"]

    with_photo = Capture.objects.get(owner=other, kept="photo", source="api")
    assert with_photo.thumbnail
    assert with_photo.others_blurred
    assert other_client.get(f"/captures/{with_photo.uuid}/").status_code == 200
    assert {face.model_version for face in Detection.objects.all()} == {active_version()}
    assert brought_in(other_api, archive) == {**NOTHING, "already_there": 4}
    assert Capture.objects.filter(owner=other).count() == 4


def test_what_was_deleted_stays_deleted(owner_api: APIClient) -> None:
    gone = [note(owner_api, mood=mood) for mood in (1, 2)]
    note(owner_api, mood=3, note="Before.")
    archive = exported(owner_api)
    owner_api.delete(gone[0]["Location"])
    owner_api.delete(f"{gone[1]['Location']}?forever=true")
    (left,) = owner_api.get(CAPTURES).json()["results"]
    owner_api.patch(f"{CAPTURES}{left['uuid']}/", {"note": "Since."}, format="json")
    assert brought_in(owner_api, archive) == {**NOTHING, "already_there": 1, "deleted": 2}
    (still,) = owner_api.get(CAPTURES).json()["results"]
    assert still["note"] == "Since."


def test_an_archive_that_was_packed_again_has_a_folder_around_it(owner_api: APIClient) -> None:
    photo = pictures.encoded(pictures.astronaut())
    assert brought_in(owner_api, packed(PHOTO, folder="emoplatform/", photo=photo))["new"] == 1
    assert Capture.objects.get().photo


def test_an_empty_history_is_whole_too(owner_api: APIClient, other_api: APIClient) -> None:
    assert brought_in(other_api, exported(owner_api)) == NOTHING


def test_other_devices_learn_of_what_came_in(owner_api: APIClient) -> None:
    brought_in(owner_api, packed(MOMENT))
    (change,) = owner_api.get("/api/v1/changes/").json()["changes"]
    assert change["capture"]["mood"] == 4
    assert owner_api.get("/api/v1/me/").json()["time_zone"] == "UTC", "nobody moved"


def test_a_picture_that_was_gone_when_it_went_out_is_gone(owner_api: APIClient) -> None:
    assert brought_in(owner_api, packed(PHOTO, photo=b""))["new"] == 1
    assert not Capture.objects.get().photo


# --- Versions of the network ------------------------------------------------------------------


def test_a_version_that_is_not_here_is_kept_by_its_name_and_never_answers(
    owner: User, owner_api: APIClient
) -> None:
    other_face = {**FACE, "role": "rescore", "model_version": "of-another-site-8"}
    archive = packed({**LOOK, "detections": [FACE, other_face]})
    assert brought_in(owner_api, archive)["new"] == 1
    versions = [face["model_version"] for face in entries(exported(owner_api))[0]["detections"]]
    assert versions == ["of-another-site-7", "of-another-site-8"]
    told = owner_api.get(f"{CAPTURES}{UUID}/").json()["detections"]
    assert [face["model_version"] for face in told] == versions
    day = date(2026, 3, 14)
    assert patterns.load_moments(owner=owner, first=day, last=day).versions == ["of-another-site-7"]
    elsewhere = ModelVersion.objects.exclude(pk=active_version().pk).get()
    with pytest.raises(ModelFileError, match="has no file"):
        promote(elsewhere, by="somebody", reason="why not", force=True)


def test_the_administration_shows_it_without_a_way_to_promote_it(owner_api: APIClient) -> None:
    brought_in(owner_api, packed(LOOK))
    elsewhere = ModelVersion.objects.exclude(pk=active_version().pk).get()
    administrator = factories.person("admin@example.org", is_staff=True, is_superuser=True)
    browser = Client()
    browser.force_login(
        administrator, backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    page = browser.get(f"/admin/ml/modelversion/{elsewhere.pk}/change/")
    assert page.status_code == 200
    assert "/promote/" not in page.text


# --- Whose it is ------------------------------------------------------------------------------


def test_a_history_goes_to_whoever_sends_it_alone(
    owner: User, other: User, owner_api: APIClient, other_api: APIClient
) -> None:
    brought_in(owner_api, packed(MOMENT))
    assert other_api.get(f"{CAPTURES}{UUID}/").status_code == 404
    brought_in(other_api, packed({**MOMENT, "note": "Mine."}))
    assert Capture.objects.get(owner=owner).note == ""
    assert Capture.objects.get(owner=other).note == "Mine."
    assert_problem(send(APIClient(), packed(MOMENT)), 401, "not_authenticated")


def test_pictures_and_faces_need_consent_and_words_do_not(
    owner: User, owner_api: APIClient
) -> None:
    withdraw_consent(person=owner, kind=Consent.Kind.USE)
    photo = pictures.astronaut_jpeg()
    assert_problem(send(owner_api, packed(PHOTO, photo=photo)), 403, "consent_required")
    refused = brought_in(owner_api, packed(LOOK))
    assert (refused["new"], refused["refused"]) == (0, 1)
    assert "consent" in refused["refusals"][0]["reason"]
    assert not Capture.objects.exists()
    assert brought_in(owner_api, packed(MOMENT))["new"] == 1


# --- What is not as it should be --------------------------------------------------------------


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
        ({**MOMENT, "note": "\ud800"}, "plain text"),
        ({**MOMENT, "tags": ["x" * 41]}, "tags: 0: expected a word of at most 40 letters"),
        ({**MOMENT, "tags": [str(n) for n in range(21)]}, "tags: expected at most 20 words"),
        ({**MOMENT, "taken_at": "yesterday"}, "date and time such as"),
        ({**MOMENT, "taken_at": "2026-03-14T08:30:00"}, "with its offset"),
        ({**MOMENT, "taken_at": "0001-01-01T00:00:00+23:00"}, "since 1900"),
        ({**MOMENT, "taken_at": "9000-01-01T00:00:00+00:00"}, "not in the future"),
        ({**MOMENT, "time_zone": "Mars/Olympus"}, "time_zone: expected an IANA name"),
        ({**MOMENT, "source": "elsewhere"}, "source: expected one of upload"),
        ({**LOOK, "detections": [FACE, FACE]}, "at most one face that is me"),
        ({**LOOK, "detections": [{**FACE, "confidence": 2}]}, "confidence: expected a number from"),
        ({**LOOK, "detections": [{**FACE, "box": [0, 0, 0, 9]}]}, "a width and a height"),
        ({**LOOK, "detections": [{**FACE, "box": [0, 0, 9, 2**40]}]}, "box: 3: expected pixels"),
        (
            {**LOOK, "detections": [{**FACE, "probabilities": dict.fromkeys(EMOTIONS, 0.5)}]},
            "sum to 1",
        ),
        ({**LOOK, "photo": "../../etc/passwd"}, "photo: expected its own picture"),
        (PHOTO, "photo: expected its own picture"),
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
        patch("emotions.captures.storing.set_tags", side_effect=RuntimeError("on purpose")),
        pytest.raises(RuntimeError, match="on purpose"),
    ):
        brought_in(owner_api, archive)
    assert not Capture.objects.exists()
    assert stored_files(media) == []
    assert brought_in(owner_api, archive)["new"] == 1, "nothing is under way any more"


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
        (lambda: packed(MOMENT)[:-40], "cut off or damaged"),
        (lambda: packed(MOMENT).replace(b"PK\1\2", b"PK\1\3"), "cut off or damaged"),
        (lambda: with_entry("../out", b"x"), "leads out of the archive"),
        (lambda: with_entry("bomb.json", bytes(2**24)), "packed like a bomb"),
        (lambda: with_entry("link", b"/etc", external_attr=stat.S_IFLNK << 16), "is a link"),
        (lambda: packed(MOMENT).replace(b"captures.json", b"c4ptures.json"), "no captures.json"),
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


# --- How long, and how many at once -----------------------------------------------------------


def test_one_history_at_a_time_is_brought_in(owner: User, owner_api: APIClient) -> None:
    under_way = send(owner_api, packed(MOMENT))
    busy = send(owner_api, packed(MOMENT))
    assert_problem(busy, 429, "busy")
    assert busy["Retry-After"] == "30"
    assert json.loads(b"".join(under_way.streaming_content))["new"] == 1
    assert brought_in(owner_api, packed(MOMENT)) == {**NOTHING, "already_there": 1}


def test_who_goes_away_meanwhile_can_begin_again(owner: User) -> None:
    def begun() -> Iterator[ImportReport]:
        archive = io.BytesIO(packed(MOMENT))
        return importing.import_history(
            owner=owner, file=archive, size=1, time_zone="UTC", moods={}
        )

    first = begun()
    with pytest.raises(ImportUnderWayError):
        begun()
    del first
    assert [report.new for report in begun()] == [1, 1]


def test_what_takes_too_long_goes_on_when_it_is_sent_again(owner_api: APIClient) -> None:
    archive = packed(*({**MOMENT, "uuid": str(uuid.uuid4())} for _ in range(3)))
    with patch("emotions.transfer.importing.TIME_LIMIT", -1):
        assert brought_in(owner_api, archive) == {**NOTHING, "complete": False}
    assert brought_in(owner_api, archive) == {**NOTHING, "new": 3}


def test_a_long_history_never_is_in_memory_at_once() -> None:
    moments = ({**MOMENT, "uuid": str(uuid.uuid4()), "note": "x" * 2000} for _ in range(4000))
    data = packed(*moments)
    tracemalloc.start()
    try:
        history = open_history(io.BytesIO(data), size=1, time_zone="UTC", moods={})
        read = sum(isinstance(entry, Entry) for entry in history.entries())
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert read == 4000
    assert most < 2**21, "of 8 MB"


def test_something_is_sent_while_it_is_read(owner_api: APIClient) -> None:
    archive = packed(*({**MOMENT, "uuid": str(uuid.uuid4())} for _ in range(3)))
    with patch("common.streaming.KEEPALIVE_INTERVAL", 0):
        response = send(owner_api, archive)
        parts = list(response.streaming_content)
    assert parts[0] == b"\n"
    assert response["X-Accel-Buffering"] == "no", "so that nginx passes it on"
    assert json.loads(b"".join(parts))["new"] == 3


def test_entries_are_read_one_after_the_other(owner: User) -> None:
    archive = io.BytesIO(packed(*({**MOMENT, "uuid": str(uuid.uuid4())} for _ in range(3))))
    reports = importing.import_history(owner=owner, file=archive, size=1, time_zone="UTC", moods={})
    for number in (1, 2, 3):
        next(reports)
        assert Capture.objects.count() == number


# --- Daylio -----------------------------------------------------------------------------------

HEADER = "full_date,date,weekday,time,mood,activities,note_title,note"


def daylio(*rows: str, header: str = HEADER) -> bytes:
    return "\r\n".join(["\ufeff" + header, *rows, ""]).encode()


def test_a_table_of_daylio_becomes_moments_once(
    owner: User, owner_api: APIClient, other_api: APIClient
) -> None:
    table = daylio(
        '2023-05-14,May 14,Sunday,14:30,rad,"work | Rain | rain","A title","Two\nlines, ""q"""',
        '2023-05-14,May 14,Sunday,2:05 pm,Awful,"","",""',
        '2023-07-01,July 1,Saturday,12:10\u202fAM,meh,"","",""',
        f'2023-07-02,July 2,Sunday,08:00,good,"{" | ".join(f"t{n}" for n in range(22))}","",""',
    )
    assert brought_in(owner_api, table, time_zone="Europe/Lisbon") == {**NOTHING, "new": 4}
    found = list(Capture.objects.order_by("taken_at"))
    assert [capture.mood for capture in found] == [1, 5, 3, 4]
    assert [capture.source for capture in found] == ["import"] * 4
    assert found[0].taken_at == datetime(2023, 5, 14, 13, 5, tzinfo=UTC)
    assert found[1].taken_at == datetime(2023, 5, 14, 13, 30, tzinfo=UTC)
    assert found[1].note == 'A title\nTwo\nlines, "q"'
    assert sorted(tag.name.casefold() for tag in found[1].tags.all()) == ["rain", "work"]
    assert str(found[2].local_date) == "2023-07-01"
    assert found[3].tags.count() == 20
    assert found[3].note == "t20, t21", "what no tag can be is not lost"
    assert brought_in(owner_api, table) == {**NOTHING, "already_there": 4}
    assert brought_in(other_api, table) == {**NOTHING, "new": 4}


def test_moods_of_ones_own_need_a_number(owner_api: APIClient) -> None:
    table = daylio('2023-05-14,,,14:30,so so,"","",""', '2023-05-15,,,14:30,good,"","",""')
    told = brought_in(owner_api, table)
    assert (told["new"], told["refused"]) == (1, 1)
    assert told["refusals"] == [
        {
            "place": "line 2",
            "reason": "The mood “so so” has no number yet: say which of 1 to 5 it is.",
        }
    ]
    told = brought_in(owner_api, table, moods="So So 3, great 5")
    assert (told["new"], told["already_there"]) == (1, 1)
    for wrong in ("great", "great 6", "5"):
        refused = send(owner_api, table, moods=wrong)
        assert_problem(refused, 400, "invalid")
        assert set(refused.json()["errors"]) == {"moods"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("14.5.2023,,,14:30,good,,,", "Expected a full_date such as"),
        ("2023-05-14,,,25:30,good,,,", "Expected a full_date such as"),
        ("2123-05-14,,,12:30,good,,,", "not in the future"),
        ("2023-05-14", "Expected a full_date such as"),
        (f"2023-05-14,,,12:30,good,,,{'x' * 2001}", "at most 2000 letters"),
        (f"2023-05-14,,,12:30,good,,,{'x' * 200_000}", "128 kB"),
    ],
)
def test_a_wrong_row_is_told_with_its_line(owner_api: APIClient, row: str, reason: str) -> None:
    told = brought_in(owner_api, daylio(row, '2023-05-15,,,14:30,good,"","",""'))
    assert (told["new"], told["refused"]) == (1, 1)
    assert told["refusals"][0]["place"] == "line 2"
    assert reason in told["refusals"][0]["reason"]


@pytest.mark.parametrize(
    "table",
    [
        daylio("2023-05-14,good", header="date,mood"),
        daylio('2023-05-14,,,14:30,good,"","",""').decode().encode("utf-16"),
        HEADER.encode() + b"\r\n2023-05-14,,,14:30,good,,,caf\xe9\r\n",
    ],
)
def test_another_table_is_refused_whole(owner_api: APIClient, table: bytes) -> None:
    refused = send(owner_api, table)
    assert_problem(refused, 400, "invalid")
    assert "full_date, time, mood, activities, note" in refused.json()["errors"]["file"][0]


def test_a_moment_of_daylio_is_one_in_words(owner_api: APIClient, owner_client: Client) -> None:
    brought_in(owner_api, daylio('2023-05-14,,,14:30,good,"","",""'))
    assert "No face found" not in owner_client.get("/days/2023-05-14/").text
    capture = Capture.objects.get()
    with pytest.raises(EmptyCaptureError):
        editing.edit_capture(capture=capture, changes=Changes(mood=None))
