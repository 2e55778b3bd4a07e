"""An import is undone as a whole, and may come again."""

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from emotions.captures import editing, purging, trash
from emotions.captures.editing import Changes
from emotions.models import UNDOABLE_FOR, Capture, Import, ImportedMoment
from emotions.transfer import retention, running, tasks
from tests import pictures
from tests.emotions.api.calls import assert_problem, note
from tests.emotions.api.transfer.histories import (
    MOMENT,
    NOTHING,
    PHOTO,
    brought_in,
    packed,
    send,
    stored_files,
)
from tests.jobs import pass_time, run_jobs

pytestmark = pytest.mark.django_db
TABLE = b'full_date,time,mood,activities,note\n2023-05-14,00:30,good,"a | b","Words."\n'


def moments(number: int) -> list[dict[str, Any]]:
    return [{**MOMENT, "uuid": str(uuid.uuid4()), "note": f"No. {n}"} for n in range(number)]


def latest() -> Import:
    return Import.objects.latest("pk")


def undo(client: APIClient, job: Import | None = None) -> Any:
    return client.post(f"/api/v1/imports/{(job or latest()).uuid}/undo/")


def undone(client: APIClient) -> dict[str, Any]:
    """Undo the latest import, and return what its state says then."""
    accepted = undo(client)
    assert accepted.status_code == 202
    assert accepted.json()["state"] == "undoing"
    run_jobs()
    told: dict[str, Any] = client.get(f"/api/v1/imports/{latest().uuid}/").json()
    return told


def test_an_import_from_a_wrong_zone_is_put_right(owner_api: APIClient) -> None:
    own = note(owner_api, mood=3, note="Mine.")
    brought_in(owner_api, TABLE, time_zone="Asia/Tokyo")
    wrong = Capture.objects.get(source="import")
    told = undone(owner_api)
    assert (told["state"], told["undone"], told["trashed"]) == ("undone", 1, 0)
    assert told["undo_until"] is None
    (left,) = owner_api.get("/api/v1/captures/").json()["results"]
    assert left["uuid"] == own.json()["uuid"]
    assert brought_in(owner_api, TABLE, time_zone="Europe/Lisbon") == {**NOTHING, "new": 1}
    right = Capture.objects.get(source="import")
    assert right.uuid == wrong.uuid
    assert right.taken_at - wrong.taken_at == timedelta(hours=8)
    assert (right.note, right.tags.count(), right.deleted_at) == ("Words.", 2, None)
    assert undone(owner_api)["undone"] == 1, "as often as one likes"


def test_other_devices_learn_of_each_step(owner_api: APIClient) -> None:
    def changes(cursor: str = "") -> Any:
        return owner_api.get("/api/v1/changes/", {"cursor": cursor} if cursor else {}).json()

    brought_in(owner_api, packed(MOMENT))
    came = changes()
    undone(owner_api)
    gone = changes(came["cursor"])
    assert [change["deleted"] for change in gone["changes"]] == [True]
    brought_in(owner_api, packed(MOMENT))
    back = changes(gone["cursor"])
    assert [change["deleted"] for change in back["changes"]] == [False]
    assert back["changes"][0]["capture"]["mood"] == 4


def test_what_changed_since_goes_to_the_trash_and_words_are_not_lost(
    owner: User, owner_api: APIClient
) -> None:
    edited, trashed, purged, untouched = moments(4)
    archive = packed(edited, trashed, purged, untouched)
    brought_in(owner_api, archive)
    of = {str(capture.uuid): capture for capture in Capture.objects.all()}
    editing.edit_capture(capture=of[edited["uuid"]], changes=Changes(note="Since."))
    trash.delete_capture(capture=of[trashed["uuid"]])
    purging.purge_capture(capture=of[purged["uuid"]])
    told = undone(owner_api)
    assert (told["undone"], told["trashed"]) == (1, 3)
    assert not Capture.objects.of(owner).exists()
    restorable = Capture.objects.in_trash_of(owner)
    assert {str(capture.uuid) for capture in restorable} == {edited["uuid"], trashed["uuid"]}
    assert restorable.get(uuid=edited["uuid"]).note == "Since."
    assert brought_in(owner_api, archive) == {**NOTHING, "new": 2, "deleted": 2}


@pytest.mark.django_db(transaction=True)
def test_its_pictures_go_too(owner_api: APIClient, media: Path) -> None:
    archive = packed(PHOTO, photo=pictures.astronaut_jpeg())
    brought_in(owner_api, archive)
    assert stored_files(media)
    undone(owner_api)
    assert stored_files(media) == []
    brought_in(owner_api, archive)
    assert Capture.objects.get().photo


def test_it_is_undone_in_slices_and_a_killed_worker_is_replaced(owner_api: APIClient) -> None:
    brought_in(owner_api, packed(*moments(4)))
    assert undo(owner_api).status_code == 202
    with patch.object(running, "SLICE_SECONDS", -1), patch.object(running, "BATCH", 1):
        job = latest()
        tasks.run_import.call(job.pk, job.attempts)
        assert Capture.objects.filter(purged_at=None).count() == 3
        killed = patch.object(running, "take_back", side_effect=KeyboardInterrupt)
        with killed, pytest.raises(KeyboardInterrupt):
            run_jobs()
        assert_problem(send(owner_api, packed(MOMENT)), 429, "busy")
        pass_time(tasks.RETRY_AFTER)
        run_jobs()
    assert not Capture.objects.filter(purged_at=None).exists()
    assert (latest().state, latest().undone) == ("undone", 4)
    assert brought_in(owner_api, packed(MOMENT))["new"] == 1


def test_it_is_undone_once_within_thirty_days_by_its_owner(
    owner_api: APIClient, other_api: APIClient
) -> None:
    brought_in(owner_api, packed(MOMENT))
    job = latest()
    assert undo(other_api).status_code == 404
    assert undo(APIClient()).status_code == 401
    under_way = send(owner_api, packed(MOMENT))
    assert_problem(undo(owner_api, job), 429, "busy")
    run_jobs()
    assert under_way.status_code == 200
    assert_problem(undo(owner_api), 409, "not_undoable")
    Import.objects.filter(pk=job.pk).update(finished_at=timezone.now() - UNDOABLE_FOR)
    assert_problem(undo(owner_api, job), 409, "not_undoable")
    assert Capture.objects.filter(deleted_at=None).count() == 1
    pass_time(UNDOABLE_FOR + timedelta(minutes=2))
    run_jobs()
    assert list(Import.objects.exclude(pk=job.pk)) == [latest()], "it is forgotten, the later not"
    assert not ImportedMoment.objects.exists()
    assert Capture.objects.filter(deleted_at=None).count() == 1


def test_what_was_undone_may_come_again_however_late(owner_api: APIClient) -> None:
    brought_in(owner_api, packed(MOMENT))
    undone(owner_api)
    Import.objects.update(finished_at=timezone.now() - 2 * UNDOABLE_FOR)
    retention.forget_old_imports()
    assert brought_in(owner_api, packed(MOMENT)) == {**NOTHING, "new": 1}


def test_a_page_asks_before_it_is_undone(
    owner_client: Client, owner_api: APIClient, other_client: Client
) -> None:
    brought_in(owner_api, TABLE)
    page = f"/data/imports/{latest().uuid}/"
    ask = f"{page}undo/"
    assert ask in owner_client.get(page).text
    asked = owner_client.get(ask).text
    assert "1 imported moment will be deleted permanently" in asked
    assert other_client.get(ask).status_code == other_client.post(ask).status_code == 404
    assert Client().post(ask).status_code == 302
    assert "Undoing this import" in owner_client.post(ask, follow=True).content.decode()
    run_jobs()
    shown = owner_client.get(page).text
    assert "1 imported moment was removed" in shown
    assert ask not in shown
    assert "can no longer be undone" in owner_client.post(ask, follow=True).content.decode()
