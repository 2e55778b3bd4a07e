"""People see what is in a file, and choose how it is read, before any of it comes in."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from emotions.captures import editing, purging
from emotions.captures.editing import Changes
from emotions.models import PREVIEW_KEPT_FOR, Capture, Import, ImportedMoment
from emotions.transfer import previewing, retention, running
from emotions.transfer.tasks import EXPIRE_AFTER, RETRY_AFTER
from tests.jobs import pass_time, run_jobs

pytestmark = pytest.mark.django_db
HEADER = "full_date,date,weekday,time,mood,activities,scales,note_title,note"
FIRST = (
    '2026-01-05,x,x,20:00,good,"work | rain",,,alpha',
    "2026-01-06,x,x,20:00,meh,work,,,beta",
    "2026-01-07,x,x,20:00,bad,,,,gamma",
)
SECOND = (
    '2026-01-05,x,x,20:00,good,"office | rain",,,alpha',
    "2026-01-06,x,x,20:00,meh,work,,,beta",
    '2026-01-07,x,x,20:00,bad,,,,"gamma, and a word more"',
    "2026-01-08,x,x,20:00,rad,,,,delta",
)


def send(client: Client, *rows: str, zone: str = "Europe/Berlin") -> str:
    """Send a table, and return the address of its page once it was looked through."""
    data = "\n".join([HEADER, *rows]).encode()
    sent = client.post(
        "/data/import/", {"file": SimpleUploadedFile("daylio.csv", data), "time_zone": zone}
    )
    assert sent.status_code == 302, sent.text
    run_jobs()
    return sent["Location"]


def decide(client: Client, page: str, **fields: Any) -> Any:
    decided = client.post(f"{page}decide/", {"time_zone": "Europe/Berlin", **fields})
    run_jobs()
    return decided


def bring_in(client: Client, *rows: str, **fields: Any) -> Import:
    decide(client, send(client, *rows), **fields)
    return Import.objects.latest("pk")


def undo(client: Client, job: Import) -> Import:
    client.post(f"/data/imports/{job.uuid}/undo/")
    run_jobs()
    job.refresh_from_db()
    assert job.state == "undone"
    return job


def notes() -> list[str]:
    kept = Capture.objects.filter(deleted_at=None).order_by("taken_at")
    return [capture.note for capture in kept]


def files(media: Path) -> list[Path]:
    return list(media.glob("imports/*"))


@pytest.mark.django_db(transaction=True)
def test_nothing_comes_in_before_a_word(owner_client: Client, media: Path) -> None:
    page = send(owner_client, *FIRST)
    text = owner_client.get(page).text
    assert "3 moments are new" in text
    assert "alpha" in text
    assert "UTF-8" in text
    assert "5 January 2026" in text
    assert not Capture.objects.exists()
    assert len(files(media)) == 1
    decide(owner_client, page)
    assert "3 moments are new" in owner_client.get(page).text
    assert notes() == ["alpha", "beta", "gamma"]
    assert files(media) == []


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_not_wanted_is_deleted(owner_client: Client, media: Path) -> None:
    page = send(owner_client, *FIRST)
    decide(owner_client, page, cancel="1")
    assert not Capture.objects.exists()
    assert files(media) == []
    assert "Nothing was imported from this file" in owner_client.get(page).text
    assert decide(owner_client, page)["Location"] == page
    assert not Capture.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_preview_expires_with_its_file(owner_client: Client, media: Path) -> None:
    page = send(owner_client, *FIRST)
    ready = Import.objects.filter(state="ready")
    ready.update(finished_at=timezone.now() - PREVIEW_KEPT_FOR + timedelta(minutes=1))
    retention.expire_previews()
    assert len(files(media)) == 1
    ready.update(finished_at=timezone.now() - PREVIEW_KEPT_FOR)
    pass_time(PREVIEW_KEPT_FOR + timedelta(days=1))
    run_jobs()
    assert files(media) == []
    assert "Nothing was imported from this file" in owner_client.get(page).text


@pytest.mark.django_db(transaction=True)
def test_another_file_takes_the_place_of_one_that_waits(owner_client: Client, media: Path) -> None:
    first = send(owner_client, *FIRST)
    second = send(owner_client, *SECOND)
    assert "Nothing was imported from this file" in owner_client.get(first).text
    assert "4 moments are new" in owner_client.get(second).text
    assert len(files(media)) == 1


def test_each_unknown_mood_is_asked_for_once(owner_client: Client) -> None:
    rows = [f'2026-01-{day:02},x,x,20:00,"meh, kind of",,,,' for day in range(1, 29)]
    page = send(owner_client, *rows, "2026-01-30,x,x,20:00,Gut,,,,", "2026-01-31,x,x,9:00,<b>,,,,")
    text = owner_client.get(page).text
    assert len(re.findall(r"<select name=\"mood_", text)) == 3
    assert "“meh, kind of”, 28 times" in text
    assert "&lt;b&gt;" in text
    assert "1 moment is new" in text
    assert "German" in text
    decide(owner_client, page, mood_0="3", mood_1="1", again="1")
    assert "30 moments are new" in owner_client.get(page).text
    decide(owner_client, page, mood_2="5")
    moods = sorted(capture.mood or 0 for capture in Capture.objects.all())
    assert moods in ([1, *[3] * 28, 4], [1, *[3] * 28, 5], [3] * 28 + [4, 5])
    assert len(moods) == 30


def test_a_mood_that_is_known_may_be_left_out(owner_client: Client) -> None:
    page = send(owner_client, *FIRST)
    decide(owner_client, page, mood_0="4", mood_1="")
    assert notes() == ["alpha", "gamma"]


def test_zone_and_order_of_dates_are_chosen(owner_client: Client) -> None:
    page = send(owner_client, "3/4/2026,x,x,20:00,good,,,,")
    assert "3 April 2026" in owner_client.get(page).text
    decide(owner_client, page, date_order="month_first", time_zone="Asia/Tokyo", again="1")
    assert "4 March 2026" in owner_client.get(page).text
    decide(owner_client, page, date_order="month_first", time_zone="Asia/Tokyo")
    capture = Capture.objects.get()
    assert (str(capture.local_date), capture.time_zone) == ("2026-03-04", "Asia/Tokyo")
    page = send(owner_client, "2026-03-05,x,x,20:00,good,,,,")
    assert 'name="date_order"' not in owner_client.get(page).text
    assert decide(owner_client, page, time_zone="Mars/Olympus").status_code == 422


def test_a_later_export_updates_what_it_knows(owner: User, owner_client: Client) -> None:
    bring_in(owner_client, *FIRST)
    page = send(owner_client, *SECOND)
    text = owner_client.get(page).text
    assert "1 moment is new" in text
    assert "2 have changed since they were imported" in text
    assert "1 is already here" in text
    assert "gamma, and a word more" in text
    decide(owner_client, page, update="on")
    told = owner_client.get(page).text
    assert "2 were already here and have been updated" in told
    assert notes() == ["alpha", "beta", "gamma, and a word more", "delta"]
    first = Capture.objects.of(owner).earliest("taken_at")
    assert {tag.name for tag in first.tags.all()} == {"office", "rain"}
    again = owner_client.get(send(owner_client, *SECOND)).text
    assert "4 are already here" in again
    assert "0 moments are new" in again


def test_changes_are_left_where_they_are_not_wanted(owner_client: Client) -> None:
    bring_in(owner_client, *FIRST)
    job = bring_in(owner_client, *SECOND)
    assert (job.new, job.updated, job.already_there) == (1, 0, 3)
    assert notes() == ["alpha", "beta", "gamma", "delta"]


def test_what_its_person_changed_here_is_not_updated(owner: User, owner_client: Client) -> None:
    bring_in(owner_client, *FIRST)
    mine = Capture.objects.of(owner).latest("taken_at")
    editing.edit_capture(capture=mine, changes=Changes(note="Mine."))
    job = bring_in(owner_client, *SECOND, update="on")
    assert (job.new, job.updated, job.already_there) == (1, 1, 2)
    assert notes() == ["alpha", "beta", "Mine.", "delta"]


def test_undoing_an_update_brings_back_what_was_said(owner: User, owner_client: Client) -> None:
    first = bring_in(owner_client, *FIRST)
    job = undo(owner_client, bring_in(owner_client, *SECOND, update="on"))
    assert (job.undone, job.reverted) == (1, 2)
    assert notes() == ["alpha", "beta", "gamma"]
    assert {t.name for t in Capture.objects.of(owner).earliest("taken_at").tags.all()} == {
        *("work", "rain")
    }
    assert undo(owner_client, first).undone == 3
    assert notes() == []


def test_what_was_changed_after_an_update_stays(owner: User, owner_client: Client) -> None:
    bring_in(owner_client, *FIRST)
    job = bring_in(owner_client, *SECOND, update="on")
    mine = Capture.objects.of(owner).get(note="gamma, and a word more")
    editing.edit_capture(capture=mine, changes=Changes(note="Mine."))
    undo(owner_client, job)
    assert notes() == ["alpha", "beta", "Mine."]


def test_rows_of_one_minute_are_told_apart(owner_client: Client) -> None:
    rows = [f"2026-01-05,x,x,20:00,good,,,,{note}" for note in ("one", "two")]
    bring_in(owner_client, *rows)
    changed = [f"{row} more" for row in rows]
    job = bring_in(owner_client, *changed, "2026-01-05,x,x,20:00,good,,,,three", update="on")
    assert (job.new, job.updated) == (1, 2)
    assert sorted(notes()) == ["one more", "three", "two more"]
    job = bring_in(owner_client, *changed, "2026-01-05,x,x,20:00,good,,,,three", update="on")
    assert (job.new, job.updated, job.already_there) == (0, 0, 3)


def test_a_wrong_zone_or_mood_is_put_right_by_the_same_file(owner_client: Client) -> None:
    decide(owner_client, send(owner_client, *FIRST, zone="Asia/Tokyo"), time_zone="Asia/Tokyo")
    page = send(owner_client, *FIRST, zone="Europe/Berlin")
    assert "3 have changed" in owner_client.get(page).text
    decide(owner_client, page, update="on")
    assert {capture.time_zone for capture in Capture.objects.all()} == {"Europe/Berlin"}
    assert Capture.objects.count() == 3


def test_what_is_deleted_here_does_not_come_back_changed(owner: User, owner_client: Client) -> None:
    bring_in(owner_client, *FIRST)
    purging.purge_capture(capture=Capture.objects.of(owner).get(note="gamma"))
    job = bring_in(owner_client, *SECOND, update="on")
    assert (job.new, job.updated, job.deleted) == (1, 1, 1)
    assert notes() == ["alpha", "beta", "delta"]


def test_what_an_undone_import_brought_may_come_again_after_it_is_purged(
    owner: User, owner_client: Client
) -> None:
    job = bring_in(owner_client, *FIRST)
    for capture in Capture.objects.of(owner):
        purging.purge_capture(capture=capture)
    undo(owner_client, job)
    assert bring_in(owner_client, *FIRST).new == 3
    assert notes() == ["alpha", "beta", "gamma"]


def test_a_killed_worker_leaves_nobody_locked_out(owner_client: Client) -> None:
    with (
        patch.object(previewing.Preview, "finish", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        send(owner_client, *FIRST)
    job = Import.objects.get()
    assert job.state == "reading"
    pass_time(RETRY_AFTER)
    run_jobs()
    job.refresh_from_db()
    assert job.state == "ready"
    assert (job.preview or {})["new"] == 3


def test_a_preview_whose_worker_is_killed_expires_too(owner_client: Client, media: Path) -> None:
    run_slice = running.run_slice

    def killed_at_the_end(*, job: Import) -> None:
        run_slice(job=job)
        raise KeyboardInterrupt

    with (
        patch.object(running, "run_slice", killed_at_the_end),
        pytest.raises(KeyboardInterrupt),
    ):
        send(owner_client, *FIRST)
    job = Import.objects.get()
    assert (job.state, len(files(media))) == ("ready", 1)
    Import.objects.update(finished_at=timezone.now() - PREVIEW_KEPT_FOR)
    pass_time(EXPIRE_AFTER)
    run_jobs()
    job.refresh_from_db()
    assert (job.state, str(job.file)) == ("cancelled", "")


def test_a_file_outlives_the_session_that_sent_it(owner: User, owner_client: Client) -> None:
    page = owner_client.post(
        "/data/import/", {"file": SimpleUploadedFile("x", "\n".join([HEADER, *FIRST]).encode())}
    )["Location"]
    owner_client.logout()
    run_jobs()
    owner_client.force_login(owner)
    assert "3 moments are new" in owner_client.get(page).text
    decide(owner_client, page)
    assert notes() == ["alpha", "beta", "gamma"]


def test_a_long_file_is_looked_through_in_slices(owner_client: Client) -> None:
    with (
        patch.object(running, "SLICE_SECONDS", 0),
        patch.object(running, "BATCH", 2),
        patch.object(default_storage, "open", wraps=default_storage.open) as opened,
    ):
        page = send(owner_client, *SECOND)
    job = Import.objects.get()
    assert job.attempts > 1
    assert opened.call_count == 1, "a bucket is asked for the file once"
    assert (job.preview or {})["new"] == 4
    assert "4 moments are new" in owner_client.get(page).text


def test_a_cut_note_is_told(owner_client: Client) -> None:
    page = send(owner_client, f"2026-01-05,x,x,20:00,good,,,,{'x' * 2345}")
    assert "The note has 2345 characters" in owner_client.get(page).text


def test_a_preview_is_its_owners_alone(owner_client: Client, other_client: Client) -> None:
    page = send(owner_client, *FIRST)
    for client, status in ((other_client, 404), (Client(), 302)):
        assert client.get(page).status_code == status
        assert client.post(f"{page}decide/", {"cancel": "1"}).status_code == status
    assert Import.objects.get().state == "ready"
    assert not ImportedMoment.objects.exists()


def test_pixels_are_previewed_brought_in_and_updated(owner_client: Client) -> None:
    def sent(notes: str) -> str:
        days = [{"date": "2025-1-31", "type": "Mood", "scores": [2, 5], "notes": notes, "tags": []}]
        file = SimpleUploadedFile("PIXELS-BACKUP.json", json.dumps(days).encode())
        sending = {"file": file, "time_zone": "Europe/Berlin"}
        page = owner_client.post("/data/import/", sending)["Location"]
        run_jobs()
        return str(page)

    page = sent("alpha")
    text = owner_client.get(page).text
    assert "A file from Pixels" in text
    assert "2 moments are new" in text
    assert 'name="time_zone"' in text
    decide(owner_client, page)
    page = sent("beta")
    assert "1 has changed since it was imported" in owner_client.get(page).text
    decide(owner_client, page, update="on")
    assert notes() == ["beta", ""]
    undo(owner_client, Import.objects.latest("pk"))
    assert notes() == ["alpha", ""]


def test_a_day_of_pixels_is_not_taken_for_what_another_app_brought(owner_client: Client) -> None:
    bring_in(owner_client, "2025-01-31,x,x,12:00,good,,,,alpha")
    file = SimpleUploadedFile("x.json", b'[{"date": "2025-1-31", "scores": [2], "notes": "beta"}]')
    page = owner_client.post("/data/import/", {"file": file, "time_zone": "Europe/Berlin"})
    run_jobs()
    decide(owner_client, page["Location"])
    assert sorted(notes()) == ["alpha", "beta"]
