"""Trends, tags, the network's card, frames, the profile, the archive and the way out."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.consents import has_consent, withdraw_consent
from accounts.models import Consent, User
from emotions.captures import selectors
from emotions.insights import trends
from emotions.insights.trends import Span
from emotions.models import Capture, Detection
from ml.registry import NoModelError, active_version
from tests import factories, pictures, uploads
from tests.emotions.api.calls import CAPTURES, TODAY, assert_problem, create, note
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
PATTERNS = "/api/v1/patterns/"
TRENDS, DETECT, ME = "/api/v1/trends/", "/api/v1/detect/", "/api/v1/me/"
START = datetime(2026, 3, 13, 12, tzinfo=UTC)  # a Friday


FRIDAY_ON: list[dict[str, Any]] = [
    {"looks": "happy"},
    {"looks": {"sad": 0.5, "fear": 0.5}, "mood": 5},
    {"looks": {"angry": 0.6, "happy": 0.4}},
    {"felt": "fear"},
    {"note": "Nothing about a mood."},
]


def some_days(owner: User) -> None:
    for days, fields in enumerate(FRIDAY_ON):
        factories.capture(owner=owner, taken_at=START + timedelta(days=days), **fields)
        factories.capture(owner=owner, taken_at=START + timedelta(days=days), felt="neutral")


@pytest.mark.parametrize(("by", "lengths"), [("day", [1] * 7), ("week", [3, 4]), ("month", [7])])
def test_trends_follow_the_same_rule_as_days(
    owner: User, other: User, by: str, lengths: list[int]
) -> None:
    some_days(owner)
    some_days(other)
    first, last = START.date(), START.date() + timedelta(days=6)
    periods = trends.load_periods(owner=owner, by=Span(by), first=first, last=last)
    assert [(period.last - period.first).days + 1 for period in periods] == lengths
    for period in periods:
        days = [
            selectors.day(owner=owner, on=period.first + timedelta(days=n))
            for n in range((period.last - period.first).days + 1)
        ]
        moods = [(day.mood.valence, day.mood.captures) for day in days if day.mood]
        said = sum(count for _, count in moods)
        assert period.captures == sum(len(day.captures) for day in days)
        assert period.computed_from == said
        if said:
            mean = sum(valence * count for valence, count in moods) / said
            assert period.valence == pytest.approx(mean)
        else:
            assert period.valence is None
            assert period.sentiment is None


def test_trends_take_one_query_however_many_captures(
    owner: User, django_assert_num_queries: Any
) -> None:
    some_days(owner)
    with django_assert_num_queries(1):
        trends.load_periods(
            owner=owner, by=Span.DAY, first=START.date(), last=START.date() + timedelta(days=99)
        )


def test_trends_are_told_without_gaps(owner: User, owner_api: APIClient) -> None:
    some_days(owner)
    told = owner_api.get(TRENDS, {"first": "2026-03-12", "last": "2026-03-14"}).json()
    assert told["by"] == "day"
    assert [period["first"] for period in told["periods"]] == [
        "2026-03-12",
        "2026-03-13",
        "2026-03-14",
    ]
    empty, friday, _ = told["periods"]
    assert (empty["captures"], empty["valence"], empty["sentiment"]) == (0, None, None)
    assert (friday["captures"], friday["valence"], friday["sentiment"]) == (2, 0.5, "positive")
    assert friday["emotions"]["happy"] == friday["emotions"]["neutral"] == 1
    assert len(owner_api.get(TRENDS).json()["periods"]) == 30


def test_patterns_tell_what_the_pages_chart(owner: User, other: User, owner_api: APIClient) -> None:
    some_days(owner)
    some_days(other)
    told = owner_api.get(PATTERNS, {"first": "2026-03-13", "last": "2026-03-14"}).json()
    assert told["days"] == [
        {"date": "2026-03-13", "moments": 2, "valence": 0.5, "dominant": "neutral"},
        {"date": "2026-03-14", "moments": 2, "valence": 0.5, "dominant": "neutral"},
    ]
    assert [(hour["weekday"], hour["hour"]) for hour in told["hours"]] == [(4, 12), (5, 12)]
    assert told["emotions"]["neutral"] == 2
    assert told["tags"] == told["networks"] == []
    assert sum(told["felt"].values()) == sum(told["detected"].values()) == 0
    assert owner_api.get(PATTERNS, {"first": "2024-01-01"}).json()["errors"]["first"]


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"by": "year"}, "by"),
        ({"first": "2026-03-14", "last": "2026-03-13"}, "first"),
        ({"first": "2024-01-01", "last": "2026-03-13"}, "first"),
        ({"first": "2000-01-01", "last": "2026-03-13", "by": "month"}, "first"),
        ({"first": "x"}, "first"),
        ({"time_zone": "x"}, "time_zone"),
    ],
)
def test_wrong_spans_are_named(owner_api: APIClient, query: dict[str, str], wrong: str) -> None:
    refused = owner_api.get(TRENDS, query)
    assert_problem(refused, 400, "invalid")
    assert set(refused.json()["errors"]) == {wrong}


def test_the_card_of_the_network_that_answers_is_told(owner_api: APIClient) -> None:
    told = owner_api.get("/api/v1/model/").json()
    assert told["name"] == active_version().name
    assert told["card"] == active_version().card


def frames(*photos: bytes) -> dict[str, Any]:
    return {"photos": [SimpleUploadedFile("x.jpg", photo) for photo in photos]}


def test_frames_are_read_and_nothing_is_kept(owner_api: APIClient) -> None:
    answer = owner_api.post(
        DETECT, frames(pictures.astronaut_jpeg(), uploads.landscape_jpeg(), b"nonsense")
    )
    assert answer.status_code == 200
    assert answer.json()["model_version"] == active_version().name
    portrait, landscape, nonsense = answer.json()["photos"]
    (face,) = portrait["faces"]
    assert (face["emotion"], portrait["width"], portrait["problem"]) == ("happy", 512, None)
    stored = create(owner_api, pictures.astronaut_jpeg()).json()["detections"][0]
    assert {name: stored[name] for name in face} == face
    assert (landscape["faces"], landscape["problem"]) == ([], None)
    assert (nonsense["width"], nonsense["problem"]["code"]) == (None, "unsupported_type")
    assert Capture.objects.count() == 1


def test_frames_need_consent_a_network_and_one_at_a_time(
    owner: User, owner_api: APIClient, other_api: APIClient
) -> None:
    photo = pictures.astronaut_jpeg()
    assert_problem(APIClient().post(DETECT, frames(photo)), 401, "not_authenticated")
    assert_problem(owner_api.post(DETECT, {}), 400, "invalid")
    assert_problem(owner_api.post(DETECT, frames(*[photo] * 9)), 400, "invalid")
    cache.add(f"detect:{owner.pk}", 1)
    busy = owner_api.post(DETECT, frames(photo))
    assert_problem(busy, 429, "busy")
    assert busy["Retry-After"] == "1"
    assert other_api.post(DETECT, frames(photo)).status_code == 200
    cache.clear()
    with patch("emotions.api.detection.views.registry.serving", side_effect=NoModelError):
        unable = owner_api.post(DETECT, frames(photo))
    assert_problem(unable, 503, "no_model")
    assert unable["Retry-After"]
    assert owner_api.post(DETECT, frames(photo)).status_code == 200, "no lock is left behind"
    withdraw_consent(person=owner, kind=Consent.Kind.USE)
    assert_problem(owner_api.post(DETECT, frames(photo)), 403, "consent_required")


def test_a_person_reads_and_changes_their_settings(owner: User, owner_api: APIClient) -> None:
    told = owner_api.get(ME).json()
    assert (told["email"], told["time_zone"], told["kept"]) == (owner.email, "UTC", "photo")
    changed = owner_api.patch(ME, {"time_zone": "Asia/Tokyo", "kept": "nothing"}, format="json")
    assert changed.json() == {**told, "time_zone": "Asia/Tokyo", "kept": "nothing"}
    assert owner_api.get(TODAY).json()["time_zone"] == "Asia/Tokyo"
    assert create(owner_api, pictures.astronaut_jpeg()).json()["photo"] is None
    for name, value in {"time_zone": "Mars/Olympus", "kept": "all"}.items():
        refused = owner_api.patch(ME, {name: value}, format="json")
        assert_problem(refused, 400, "invalid")
        assert set(refused.json()["errors"]) == {name}


def test_consent_is_given_to_the_current_text_and_withdrawn(
    owner: User, owner_api: APIClient
) -> None:
    url = f"{ME}consents/use/"
    withdrawn = owner_api.delete(url).json()["consents"][0]
    assert (withdrawn["kind"], withdrawn["given_at"]) == ("use", None)
    assert_problem(create(owner_api, pictures.astronaut_jpeg()), 403, "consent_required")
    assert_problem(owner_api.put(url, {"version": "old"}, format="json"), 400, "invalid")
    given = owner_api.put(url, {"version": withdrawn["version"]}, format="json")
    assert given.json()["consents"][0]["given_at"]
    assert has_consent(person=owner, kind=Consent.Kind.USE)
    assert_problem(owner_api.delete(f"{ME}consents/other/"), 404, "not_found")


def test_the_archive_holds_everything_and_no_formula(
    owner: User, owner_api: APIClient, other_api: APIClient
) -> None:
    made = create(owner_api, pictures.astronaut_jpeg(), note="=1+1", tags=["@home"]).json()
    note(owner_api, mood=2, taken_at="2026-03-14T08:30:00+01:00")
    gone = note(owner_api, mood=1, note="Deleted.")
    owner_api.delete(gone["Location"])
    note(other_api, mood=1, note="Of somebody else.")

    answer: Any = owner_api.get("/api/v1/export/")
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert packed.testzip() is None
    pictures_kept = {f"pictures/{made['uuid']}-{name}.jpg" for name in ("photo", "crop")}
    assert set(packed.namelist()) == {
        "index.html",
        "profile.json",
        "captures.json",
        "captures.csv",
        *pictures_kept,
    }
    assert json.loads(packed.read("profile.json"))["email"] == owner.email
    first, second = json.loads(packed.read("captures.json"))
    assert (first["mood"], second["note"], second["tags"]) == (2, "=1+1", ["@home"])
    assert second["detections"][0]["emotion"] == "happy"
    assert packed.read(second["photo"]).startswith(b"\xff\xd8")
    rows = list(csv.DictReader(io.StringIO(packed.read("captures.csv").decode())))
    assert [row["mood"] for row in rows] == ["2", ""]
    assert (rows[1]["note"], rows[1]["tags"], rows[1]["detected"]) == ("'=1+1", "'@home", "happy")
    assert_problem(APIClient().get("/api/v1/export/"), 401, "not_authenticated")


def test_an_archive_of_nothing_is_whole_too(owner_api: APIClient) -> None:
    answer: Any = owner_api.get("/api/v1/export/")
    packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert json.loads(packed.read("captures.json")) == []


def test_the_password_cannot_be_guessed_by_deleting(owner: User, owner_api: APIClient) -> None:
    statuses = {
        owner_api.delete(ME, {"password": f"guess {n}"}, format="json").status_code
        for n in range(12)
    }
    assert statuses == {400, 429}
    refused = owner_api.delete(ME, {"password": PASSWORD}, format="json")
    assert_problem(refused, 429, "throttled")
    assert refused["Retry-After"] == "60"
    assert User.objects.filter(pk=owner.pk).exists()


def test_an_account_is_deleted_with_everything_by_its_password_alone(
    owner: User, owner_api: APIClient, other_api: APIClient
) -> None:
    create(owner_api, pictures.astronaut_jpeg())
    theirs = note(other_api, mood=1)
    refused = owner_api.delete(ME, {"password": "guess"}, format="json")
    assert_problem(refused, 400, "invalid")
    assert owner_api.delete(ME, {"password": PASSWORD}, format="json").status_code == 204
    assert not User.objects.filter(pk=owner.pk).exists()
    assert not Detection.objects.exists()
    assert_problem(owner_api.get(CAPTURES), 401, "not_authenticated")
    assert other_api.get(theirs["Location"]).status_code == 200
