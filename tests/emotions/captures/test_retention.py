"""Pictures go when their person wants them gone; what they showed stays as numbers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from emotions.captures import recording, retention, trash
from emotions.captures.recording import SelfReport
from emotions.models import Capture, Preferences
from emotions.preferences.services import set_preferences
from tests import factories, pictures

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MONTH = Preferences.KeptFor.MONTH


def recorded(owner: User, *, days_ago: int) -> Capture:
    capture = recording.record_capture(
        owner=owner, photo=pictures.astronaut_jpeg(), source=Capture.Source.UPLOAD
    )
    Capture.objects.filter(pk=capture.pk).update(created_at=NOW - timedelta(days=days_ago))
    return capture


def files(media: Path) -> int:
    return sum(file.is_file() for file in media.rglob("*"))


@pytest.mark.django_db(transaction=True)
def test_pictures_that_are_too_old_go_and_their_numbers_stay(owner: User, media: Path) -> None:
    old, new = recorded(owner, days_ago=31), recorded(owner, days_ago=29)
    set_preferences(owner=owner, pictures_kept_for=MONTH)
    before, sequence = files(media), owner.sequence
    assert retention.forget_old_pictures(now=NOW) == 1
    assert retention.forget_old_pictures(now=NOW) == 0
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.kept, old.photo.name, old.crop.name) == (Capture.Kept.NOTHING, "", "")
    assert old.detections.get().emotion == "happy"
    assert old.sequence > sequence, "other devices learn of it"
    assert new.kept == Capture.Kept.PHOTO
    assert files(media) == before / 2


def test_nothing_goes_where_nobody_asked_for_it(owner: User, other: User) -> None:
    recorded(owner, days_ago=4000)
    set_preferences(owner=other, pictures_kept_for=MONTH)
    assert retention.forget_old_pictures(now=NOW) == 0


def test_a_job_looks_at_its_own_person_only(owner: User, other: User) -> None:
    for person in (owner, other):
        set_preferences(owner=person, pictures_kept_for=MONTH)
        recorded(person, days_ago=31)
    assert retention.forget_old_pictures(owner=owner, now=NOW) == 1
    assert Capture.objects.of(other).get().kept == Capture.Kept.PHOTO


def test_words_and_the_trash_are_left_alone(owner: User) -> None:
    set_preferences(owner=owner, pictures_kept_for=MONTH)
    recording.record_capture(
        owner=owner, source=Capture.Source.MANUAL, self_report=SelfReport(note="words")
    )
    deleted = recorded(owner, days_ago=31)
    trash.delete_capture(capture=deleted)
    Capture.objects.update(created_at=NOW - timedelta(days=31))
    retention.forget_old_pictures(now=NOW)
    assert Capture.objects.get(pk=deleted.pk).photo
    assert Capture.objects.of(owner).get().note == "words"


@pytest.mark.django_db(transaction=True)
def test_a_job_waits_for_each_photo_and_one_runs_when_the_wish_is_made(owner: User) -> None:
    set_preferences(owner=owner, pictures_kept_for=MONTH)
    recorded(owner, days_ago=0)
    path = "emotions.captures.tasks.forget_old_pictures"
    at_once, later = DBTaskResult.objects.filter(task_path=path).order_by("enqueued_at")
    assert at_once.run_after > NOW + timedelta(days=10_000), "as the queue says: no hour is set"
    assert (later.run_after - later.enqueued_at).days == 30
    assert [job.args_kwargs["args"] for job in (at_once, later)] == [[owner.pk], [owner.pk]]


def test_the_page_and_the_api_set_it(owner: User) -> None:
    client = Client()
    client.force_login(owner)
    said = {"kept": "photo", "pictures_kept_for": "91"}
    assert client.post("/keeping/", said).status_code == 302
    assert client.get("/api/v1/me/").json()["pictures_kept_for"] == 91
    profile, json = "/api/v1/me/", "application/json"
    assert client.patch(profile, {"pictures_kept_for": 0}, json).status_code == 200
    assert Preferences.objects.get().pictures_kept_for == 0
    assert client.patch(profile, {"pictures_kept_for": 7}, json).status_code == 400
    assert client.post("/keeping/", said | {"pictures_kept_for": "7"}).status_code == 422


def test_the_command_says_how_many(owner: User, capsys: pytest.CaptureFixture[str]) -> None:
    set_preferences(owner=owner, pictures_kept_for=MONTH)
    capture = recorded(owner, days_ago=0)
    Capture.objects.filter(pk=capture.pk).update(created_at=NOW - timedelta(days=400))
    call_command("forget_old_pictures")
    assert capsys.readouterr().out == "1 moments keep their numbers only.\n"


def test_people_who_leave_take_their_wish_along(owner: User) -> None:
    set_preferences(owner=owner, pictures_kept_for=MONTH)
    factories.capture(owner=owner)
    owner.delete()
    assert retention.forget_old_pictures(now=NOW) == 0
