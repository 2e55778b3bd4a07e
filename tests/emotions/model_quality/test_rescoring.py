"""Rescoring adds to each kept photo what another version reads, once in any number of runs."""

from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.test import Client
from rest_framework.test import APIClient

from accounts.consents import withdraw_consent
from accounts.models import Consent, User
from emotions.captures import editing, purging, recording, selectors, trash
from emotions.insights import patterns, trends
from emotions.insights.trends import Span
from emotions.insights.wording import MIN_ENTRIES
from emotions.model_quality import rescoring
from emotions.models import Capture, Detection
from ml import registry
from ml.models import ModelVersion
from ml.registry import active
from tests import factories, pictures, uploads
from tests.emotions.api.calls import assert_problem
from tests.ml import versions

pytestmark = pytest.mark.django_db
MARCH: dict[str, Any] = {"first": date(2026, 3, 1), "last": date(2026, 3, 31)}


@pytest.fixture
def newer() -> ModelVersion:
    active.reset()
    return registry.register(versions.files("newer"), made_by="ada")


def record(owner: User, **fields: Any) -> Capture:
    values = {"photo": pictures.astronaut_jpeg(), "source": Capture.Source.UPLOAD, **fields}
    return recording.record_capture(owner=owner, **values)


def rescore(**options: Any) -> str:
    output = StringIO()
    values = {"model": "newer", "per_second": 1000, **options}
    call_command("rescore_captures", stdout=output, stderr=output, **values)
    return output.getvalue()


def rescored() -> list[Detection]:
    return list(Detection.objects.filter(role=Detection.Role.RESCORE).order_by("pk"))


@pytest.mark.parametrize("kept", [Capture.Kept.PHOTO, Capture.Kept.CROP])
def test_a_kept_face_is_rescored_and_the_answer_stays(
    owner: User, newer: ModelVersion, kept: Capture.Kept
) -> None:
    capture = record(owner, kept=kept)
    before, face = Detection.objects.values().get(), Detection.objects.get()
    assert rescore() == "1 captures rescored with newer, 0 skipped.\n"
    assert Detection.objects.filter(role=Detection.Role.ANSWER).values().get() == before
    (read,) = rescored()
    assert (read.capture, read.model_version, read.is_me) == (capture, newer, True)
    assert read.box == face.box
    near = 0.02 if kept == Capture.Kept.PHOTO else 0.4  # the crop was encoded smaller once more
    assert read.probabilities == pytest.approx(face.probabilities, abs=near)


def test_running_it_again_does_the_rest_and_nothing_twice(owner: User, newer: ModelVersion) -> None:
    record(owner)
    rescore()
    later = record(owner)
    assert rescore().startswith("1 captures")
    assert rescore().startswith("0 captures")
    assert [read.capture for read in rescored()][-1] == later
    assert len(rescored()) == 2
    twice = rescored()[0]
    twice.pk = None
    with pytest.raises(IntegrityError):
        twice.save(force_insert=True)


def test_a_run_that_is_stopped_tells_how_to_go_on(
    owner: User, newer: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(owner)
    record(owner)

    def stop(seconds: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("emotions.management.commands.rescore_captures.time.sleep", stop)
        with pytest.raises(CommandError, match="after 1 of 2 captures; the same command goes on"):
            rescore()
    assert rescore().startswith("1 captures")


def test_it_keeps_to_its_pace(
    owner: User, newer: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(owner)
    pauses: list[float] = []
    monkeypatch.setattr("emotions.management.commands.rescore_captures.time.sleep", pauses.append)
    rescore(per_second=0.01)
    assert 0 < 100 - pauses[0] < 20
    for wrong in ("0", "-1", "nan", "fast"):
        with pytest.raises(CommandError, match="expected a number above 0"):
            call_command("rescore_captures", "--model", "newer", "--per-second", wrong)


def test_what_cannot_be_read_is_told_and_the_others_are_read(
    owner: User, newer: ModelVersion
) -> None:
    gone, broken, fine = record(owner), record(owner), record(owner)
    default_storage.delete(str(gone.photo.name))
    with default_storage.open(str(broken.photo.name), "wb") as file:
        file.write(b"no photo")
    output = rescore()
    assert f"{gone}: its photo cannot be read; skipped." in output
    assert f"{broken}: its photo cannot be read; skipped." in output
    assert "1 captures rescored with newer, 2 skipped." in output
    assert [read.capture for read in rescored()] == [fine]


def test_only_what_may_be_read_is(owner: User, other: User, newer: ModelVersion) -> None:
    record(owner, kept=Capture.Kept.NOTHING)
    record(owner, photo=uploads.landscape_jpeg(), keep_without_face=True)
    trash.delete_capture(capture=record(owner))
    record(other)
    withdraw_consent(person=other, kind=Consent.Kind.USE)
    assert rescore().startswith("0 captures rescored with newer, 0 skipped")


def test_captures_that_the_version_answered_itself_are_left_alone(
    owner: User, newer: ModelVersion
) -> None:
    record(owner)
    assert rescore(model=registry.active_version().name).startswith("0 captures")


def test_a_version_that_is_not_here_is_refused(newer: ModelVersion) -> None:
    with pytest.raises(CommandError, match="newer, received nobody"):
        rescore(model="nobody")
    with pytest.raises(CommandError, match="has no file"):
        rescore(model=registry.placeholder_version().name)


def test_apps_learn_of_it(owner: User, owner_api: APIClient, newer: ModelVersion) -> None:
    capture = record(owner)
    rescore()
    (changed,) = selectors.changes(owner=owner, after=capture.sequence, limit=9)
    body = owner_api.get(f"/api/v1/captures/{changed.uuid}/").json()
    assert [one["role"] for one in body["detections"]] == ["answer", "rescore"]


def test_a_face_that_was_pointed_out_later_is_read_too(owner: User, newer: ModelVersion) -> None:
    capture = record(owner, photo=uploads.crowd_jpeg(), keep_others=True)
    rescore()
    first, another = Detection.objects.filter(role=Detection.Role.ANSWER).order_by("-is_me")[:2]
    editing.edit_capture(capture=capture, changes={"me": another.pk})
    assert rescore().startswith("1 captures")
    mine = Detection.objects.get(role=Detection.Role.RESCORE, is_me=True)
    assert mine.box == another.box
    editing.edit_capture(capture=capture, changes={"me": first.pk})
    assert rescore().startswith("0 captures")
    assert Detection.objects.get(role=Detection.Role.RESCORE, is_me=True).box == first.box


def test_a_capture_that_is_deleted_meanwhile_gets_nothing(
    owner: User, newer: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = record(owner)
    found = selectors.get_capture(owner=owner, uuid=capture.uuid)
    purging.purge_capture(capture=capture)
    monkeypatch.setattr(
        "emotions.model_quality.rescoring.load_face",
        lambda *_: (pictures.astronaut(), found.detections.all()[0].box),
    )
    assert rescoring.rescore(capture=found, version=newer) is None
    assert not Detection.objects.exists()


def some_rescored(owner: User, newer: ModelVersion) -> None:
    """Make three moments: read again, only answered, and felt."""
    first, _second, third = (
        factories.capture(
            owner=owner, looks="happy", taken_at=datetime(2026, 3, day, 9, tzinfo=UTC)
        )
        for day in (2, 3, 4)
    )
    for capture in (first, third):
        factories.detection(
            capture=capture, looks="sad", role=Detection.Role.RESCORE, model_version=newer
        )
    third.felt = "neutral"
    third.save()


def test_trends_go_by_either(owner: User, newer: ModelVersion) -> None:
    some_rescored(owner, newer)
    answered, read = (
        trends.load_periods(owner=owner, by=Span.MONTH, read_by=name, **MARCH)[0]
        for name in ("", "newer")
    )
    assert (answered.captures, read.captures) == (3, 3)
    assert +answered.feelings == {"happy": 2, "neutral": 1}
    assert +read.feelings == {"happy": 1, "sad": 1, "neutral": 1}
    assert answered.valence != read.valence
    moments = patterns.load_moments(owner=owner, read_by="newer", **MARCH)
    assert [str(one) for one in moments.detected] == ["sad", "happy", "sad"]
    assert moments.versions == ["newer", registry.active_version().name, "newer"]
    assert moments.valences.mean() == pytest.approx(read.valence)


def test_a_reading_that_came_from_another_site_counts_by_its_name(owner: User) -> None:
    capture = factories.capture(
        owner=owner, looks="happy", taken_at=datetime(2026, 3, 2, tzinfo=UTC)
    )
    factories.detection(
        capture=capture,
        looks="fear",
        role=Detection.Role.RESCORE,
        model_version=registry.placeholder_version(),
        version_elsewhere="theirs",
    )
    assert selectors.rescoring_versions(owner=owner) == ["theirs"]
    (period,) = trends.load_periods(owner=owner, by=Span.MONTH, read_by="theirs", **MARCH)
    assert +period.feelings == {"fear": 1}


SPAN = "by=day&first=2026-03-01&last=2026-03-31"


def test_the_page_offers_both(owner: User, owner_client: Client, newer: ModelVersion) -> None:
    for _ in range(MIN_ENTRIES):
        factories.capture(owner=owner, looks="happy", taken_at=datetime(2026, 3, 1, tzinfo=UTC))
    assert "As it was answered" not in owner_client.get(f"/trends/?{SPAN}").content.decode()
    some_rescored(owner, newer)
    page = owner_client.get(f"/trends/?{SPAN}&read_by=newer").content.decode()
    assert "As it was answered" in page
    assert "Read again by newer" in page
    assert "read_by=newer" in page.split('class="charts"')[1]
    answered, read = (
        owner_client.get(f"/trends/distribution.csv?{SPAN}{more}").content.decode()
        for more in ("", "&read_by=newer")
    )
    assert "Sad,0,0" in answered
    assert "Sad,1," in read


def test_the_page_of_another_person_knows_nothing_of_it(
    owner: User, other: User, other_client: Client, newer: ModelVersion
) -> None:
    some_rescored(owner, newer)
    factories.capture(owner=other, looks="happy", taken_at=datetime(2026, 3, 1, tzinfo=UTC))
    page = other_client.get(f"/trends/?{SPAN}&read_by=newer")
    assert page.status_code == 200
    assert "As it was answered" not in page.content.decode()


def test_the_api_offers_both(
    owner: User, owner_api: APIClient, other_api: APIClient, newer: ModelVersion
) -> None:
    some_rescored(owner, newer)
    span = {"first": "2026-03-01", "last": "2026-03-31"}
    body = owner_api.get("/api/v1/patterns/", span).json()
    assert (body["read_again"], body["emotions"]["sad"]) == (["newer"], 0)
    asked = {**span, "read_by": "newer"}
    assert owner_api.get("/api/v1/patterns/", asked).json()["emotions"]["sad"] == 1
    periods = owner_api.get("/api/v1/trends/", {**asked, "by": "month"}).json()["periods"]
    assert periods[0]["emotions"]["sad"] == 1
    for address in ("/api/v1/patterns/", "/api/v1/trends/"):
        assert_problem(other_api.get(address, asked), 400, "invalid")
        assert_problem(owner_api.get(address, {**span, "read_by": ""}), 400, "invalid")
        assert APIClient().get(address, asked).status_code == 401
