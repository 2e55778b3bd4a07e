"""Long histories come in one at a time and entry by entry, by jobs that any worker goes on with."""

import io
import json
import tracemalloc
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import delete_account
from emotions.models import Capture, Import, Lease
from emotions.pictures import storage
from emotions.quotas.leases import LIFETIME, take_place
from emotions.transfer import following, importing, running, tasks
from emotions.transfer.readers import Entry, open_history
from tests.emotions.api.calls import assert_problem
from tests.emotions.api.transfer.histories import (
    MOMENT,
    NOTHING,
    brought_in,
    packed,
    send,
    sent_files,
)
from tests.jobs import pass_time, run_jobs

pytestmark = pytest.mark.django_db
IMPORTS = "/api/v1/imports/"


class KilledError(BaseException):
    """Ends a job as a kill does: nothing of it gets further."""


def moments(number: int) -> list[dict[str, Any]]:
    return [{**MOMENT, "uuid": str(uuid.uuid4())} for _ in range(number)]


def kill_at(number: int) -> Any:
    """Kill the worker when it has just written a batch, and not yet how far it is."""
    real, count = running.Progress.count, iter(range(1, 10**6))

    def counted(progress: running.Progress, results: Sequence[importing.Result]) -> None:
        if next(count) == number:
            raise KilledError
        real(progress, results)

    return patch.object(running.Progress, "count", counted)


def test_one_history_at_a_time_is_brought_in(owner_api: APIClient) -> None:
    under_way = send(owner_api, packed(MOMENT))
    busy = send(owner_api, packed(MOMENT))
    assert_problem(busy, 429, "busy")
    assert busy["Retry-After"] == "30"
    run_jobs()
    assert json.loads(b"".join(under_way.streaming_content))["new"] == 1
    assert brought_in(owner_api, packed(MOMENT)) == {**NOTHING, "already_there": 1}


def test_who_goes_away_meanwhile_finds_it_brought_in(owner_api: APIClient) -> None:
    send(owner_api, packed(MOMENT))
    place = take_place("x", places=1)
    assert place
    states = following.follow(Import.objects.get(), place)
    next(states)
    states.close()
    assert not Lease.objects.filter(key="x").exists()
    run_jobs()
    (job,) = owner_api.get(IMPORTS).json()
    assert (job["state"], job["new"], job["complete"]) == ("finished", 1, True)


def test_what_takes_too_long_goes_on_without_the_client(owner_api: APIClient) -> None:
    archive = packed(*moments(3))
    with patch("emotions.transfer.following.TIME_LIMIT", -1):
        response = send(owner_api, archive)
        assert json.loads(b"".join(response.streaming_content)) == {**NOTHING, "complete": False}
    assert_problem(send(owner_api, archive), 429, "busy")
    run_jobs()
    assert Capture.objects.count() == 3
    assert brought_in(owner_api, archive) == {**NOTHING, "already_there": 3}


def test_other_jobs_come_in_between(owner_api: APIClient) -> None:
    with patch.object(running, "SLICE_SECONDS", -1), patch.object(running, "BATCH", 1):
        send(owner_api, packed(*moments(3)))
        job = Import.objects.get()
        for read in (1, 2, 3):
            tasks.run_import.call(job.pk, job.attempts)
            job.refresh_from_db()
            assert (job.position, job.new, job.state) == (read, read, "running")
        run_jobs()
    job.refresh_from_db()
    assert (job.new, job.state, job.complete) == (3, "finished", True)
    slices = DBTaskResult.objects.filter(task_path__endswith="run_import")
    priorities = slices.values_list("priority", flat=True)
    assert set(priorities) == {tasks.PRIORITY}
    assert tasks.PRIORITY < 0


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_a_whole_import_in_the_end(
    owner_api: APIClient, media: Path
) -> None:
    response = send(owner_api, packed(*moments(5)))
    with patch.object(running, "BATCH", 2):
        with kill_at(2), pytest.raises(KilledError):
            run_jobs()
        assert Capture.objects.count() == 2, "nothing is left of a batch that was not finished"
        run_jobs()
        assert Capture.objects.count() == 2, "nobody takes over what may still be running"
        pass_time(max(LIFETIME, tasks.RETRY_AFTER))
        run_jobs()
    told = json.loads(b"".join(response.streaming_content))
    assert told == {**NOTHING, "new": 5}, "each is counted once"
    assert Capture.objects.count() == 5
    assert sent_files(media) == []
    assert brought_in(owner_api, packed(MOMENT))["new"] == 1, "nobody is locked out"


@pytest.mark.parametrize("killed_at", ["claim", "run_slice"])
def test_a_worker_that_was_killed_before_it_began_is_replaced(
    owner_api: APIClient, killed_at: str
) -> None:
    send(owner_api, packed(MOMENT))
    with patch.object(running, killed_at, side_effect=KilledError), pytest.raises(KilledError):
        run_jobs()
    pass_time(tasks.RETRY_AFTER)
    run_jobs()
    assert Capture.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_file_that_always_fails_is_given_up(owner_api: APIClient, media: Path) -> None:
    send(owner_api, packed(MOMENT))
    with patch.object(running, "import_entries", side_effect=RuntimeError("always")):
        for _ in range(running.MAX_STALLED):
            with pytest.raises(RuntimeError):
                run_jobs()
            pass_time(tasks.RETRY_AFTER)
        run_jobs()
    (job,) = owner_api.get(IMPORTS).json()
    assert job["state"] == "failed"
    assert "on our side" in job["error"]
    assert sent_files(media) == []
    assert brought_in(owner_api, packed(MOMENT))["new"] == 1


def test_a_file_that_is_gone_is_told(owner_api: APIClient, owner_client: Client) -> None:
    response = send(owner_api, packed(MOMENT))
    storage.remove_files([str(Import.objects.get().file)])
    run_jobs()
    assert not json.loads(b"".join(response.streaming_content))["complete"]
    job = Import.objects.get()
    assert "Upload it again" in owner_client.get(f"/data/imports/{job.uuid}/").text


def test_few_imports_of_the_site_run_at_once(owner_api: APIClient) -> None:
    places = [take_place("import", places=2) for _ in range(2)]
    send(owner_api, packed(MOMENT))
    run_jobs()
    assert not Capture.objects.exists()
    for place in places:
        assert place
        place.release()
    pass_time(running.PLACES_TAKEN_PAUSE)
    run_jobs()
    assert Capture.objects.count() == 1
    assert Import.objects.get().state == "finished"


@pytest.mark.django_db(transaction=True)
def test_an_account_that_goes_meanwhile_takes_its_file_along(
    owner: User, owner_api: APIClient, media: Path
) -> None:
    send(owner_api, packed(*moments(3)))
    assert len(sent_files(media)) == 1
    real = importing.import_entries

    def deleted(**values: Any) -> int:
        delete_account(person=owner)
        return real(**values)

    with patch.object(running, "import_entries", deleted):
        run_jobs()
    assert not Import.objects.exists()
    assert not Capture.objects.exists()
    assert sent_files(media) == []


def test_a_long_history_never_is_in_memory_at_once() -> None:
    data = packed(*({**moment, "note": "x" * 2000} for moment in moments(4000)))
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
    with (
        patch("common.streaming.KEEPALIVE_INTERVAL", 0),
        patch("emotions.transfer.following.POLL_INTERVAL", 0),
    ):
        response = send(owner_api, packed(*moments(3)))
        parts: Iterator[bytes] = iter(response.streaming_content)
        assert [next(parts), next(parts)] == [b"\n", b"\n"]
        run_jobs()
        rest = b"".join(parts)
    assert response["X-Accel-Buffering"] == "no", "so that nginx passes it on"
    assert json.loads(rest)["new"] == 3


@pytest.mark.parametrize("start", [0, 1, 3])
def test_a_reader_begins_where_the_last_one_ended(start: int) -> None:
    table = b"full_date,time,mood,activities,note\n" + b"".join(
        b"2023-05-1%d,12:00,good,,\n" % day for day in range(3)
    )
    for data in (table, packed(*moments(3))):
        history = open_history(io.BytesIO(data), size=len(data), time_zone="UTC", moods={})
        assert len(list(history.entries(start=start))) == 3 - start


# --- How far it is, for its owner alone -------------------------------------------------------


def test_how_far_it_is_is_told_to_its_owner_alone(
    owner_api: APIClient, owner_client: Client, other_api: APIClient, other_client: Client
) -> None:
    send(owner_api, packed(MOMENT))
    (waiting,) = owner_api.get(IMPORTS).json()
    assert (waiting["state"], waiting["position"], waiting["finished_at"]) == ("waiting", 0, None)
    state, page = f"{IMPORTS}{waiting['uuid']}/", f"/data/imports/{waiting['uuid']}/"
    shown = owner_client.get(page).text
    assert "is waiting its turn" in shown
    assert "<noscript>" in shown
    assert page in owner_client.get("/data/").text
    run_jobs()
    told = owner_api.get(state).json()
    assert (told["state"], told["position"]) == ("finished", 1)
    assert told["finished_at"]
    assert "1 moment is new" in owner_client.get(page).text
    assert other_api.get(IMPORTS).json() == []
    assert page not in other_client.get("/data/").text
    for client, address in ((other_api, state), (other_client, page)):
        assert client.get(address).status_code == 404
    assert APIClient().get(state).status_code == 401
    assert Client().get(page).status_code == 302
