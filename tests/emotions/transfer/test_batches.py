"""Entries come in and go again many at a time, with as few queries for many as for one."""

import json
from collections.abc import Callable
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Consent, User
from accounts.services import next_sequence
from emotions.captures import purging, selectors
from emotions.models import Capture, Detection, Import, Tag
from emotions.transfer import running, tasks
from emotions.transfer.undoing import undo_import
from tests import pictures
from tests.emotions.api.transfer.histories import LOOK, MOMENT, PHOTO, packed
from tests.emotions.api.transfer.histories import UUID as UUID_OF_MOMENT
from tests.emotions.transfer.histories import archive, brought_in, sent, table, undone

pytestmark = pytest.mark.django_db


def queries_of_slice(job: Import) -> int:
    """Return with how many queries a job does all that is left of an import."""
    job.refresh_from_db()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        running.run_slice(job=running.claim(import_id=job.pk, attempt=job.attempts) or job)
    job.refresh_from_db()
    assert not job.is_unfinished
    return len(queries)


def of_new(owner: User, number: int) -> Import:
    return sent(owner, archive(number, tags=["rain", "sun"]))


def of_faces(owner: User, number: int) -> Import:
    return sent(owner, archive(number, **{**LOOK, "tags": ["rain"]}))


def of_rows(owner: User, number: int) -> Import:
    return sent(owner, table(number))


def of_known(owner: User, number: int) -> Import:
    brought_in(owner, table(number))
    return sent(owner, table(number))


def of_changed(owner: User, number: int) -> Import:
    brought_in(owner, table(number))
    return sent(owner, table(number, note="beta", tag="office"), update=True)


def of_undone(owner: User, number: int) -> Import:
    undone(brought_in(owner, archive(number, tags=["rain"])))
    return sent(owner, archive(number, tags=["rain"]))


def of_undoing(owner: User, number: int) -> Import:
    return undo_import(job=brought_in(owner, archive(number, **{**LOOK, "tags": ["rain"]})))


def of_reverting(owner: User, number: int) -> Import:
    brought_in(owner, table(number))
    return undo_import(job=brought_in(owner, table(number, note="beta"), update=True))


@pytest.mark.parametrize(
    "begun",
    [of_new, of_faces, of_rows, of_known, of_changed, of_undone, of_undoing, of_reverting],
)
def test_many_take_as_few_queries_as_few(
    owner: User, other: User, begun: Callable[[User, int], Import], media: object
) -> None:
    few, many = (queries_of_slice(begun(*case)) for case in ((owner, 3), (other, 30)))
    assert many <= few < 60, "the first one makes what both need"


def test_what_is_in_one_batch_has_each_its_own_outcome(owner: User) -> None:
    moments = [{**MOMENT, "uuid": str(uuid4()), "note": f"No. {n}"} for n in range(4)]
    here, deleted, new, other = moments
    brought_in(owner, packed(here, deleted))
    purging.purge_capture(capture=Capture.objects.get(uuid=str(deleted["uuid"])))
    job = brought_in(owner, packed(new, here, {**MOMENT, "mood": 9}, deleted, other, "{"))
    assert (job.new, job.already_there, job.deleted, job.refused) == (2, 1, 1, 2)
    assert [one["place"] for one in job.refusals] == [f"captures.json, line {n}" for n in (4, 7)]
    assert (job.position, job.complete) == (6, True)
    stored = Capture.objects.of(owner).get(uuid=str(new["uuid"]))
    assert stored.note == "No. 2"
    assert list(selectors.history(owner=owner, words="no. 3")), "it is found by its words"


def test_an_entry_that_stands_there_twice_comes_once(owner: User) -> None:
    again = {**MOMENT, "note": "Not this."}
    job = brought_in(
        owner, packed({**MOMENT, "note": "This."}, again, again, {**MOMENT, "uuid": str(uuid4())})
    )
    assert (job.new, job.already_there) == (2, 2)
    assert Capture.objects.get(uuid=UUID_OF_MOMENT).note == "This."


def test_photos_come_in_between_words(owner: User, media: object) -> None:
    words = [{**MOMENT, "uuid": str(uuid4())} for _ in range(4)]
    file = packed(*words[:2], PHOTO, *words[2:], photo=pictures.astronaut_jpeg())
    job = brought_in(owner, file)
    assert (job.new, job.position) == (5, 5)
    assert Capture.objects.exclude(photo="").get().thumbnail
    assert (undone(job).undone, Detection.objects.count()) == (5, 0)
    assert brought_in(owner, file).new == 5


def test_what_comes_in_together_is_ordered_for_apps(owner: User) -> None:
    before = next_sequence(person=owner)
    brought_in(owner, archive(5, tags=["rain"]))
    changes = selectors.changes(owner=owner, after=before, limit=100)
    numbers = [change.sequence for change in changes]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == 5
    assert max(numbers) <= User.objects.get(pk=owner.pk).sequence
    assert selectors.also_changed(owner=owner, after=before) == ["tags"]
    assert next_sequence(person=owner) > max(numbers)


def test_each_entry_has_its_own_tags_and_each_tag_is_made_once(owner: User) -> None:
    Tag.objects.create(owner=owner, name="Work")
    moments = [
        {**MOMENT, "uuid": str(UUID(int=n)), "tags": tags}
        for n, tags in enumerate([["work", "rain"], [], ["RAIN"], ["sun"]])
    ]
    brought_in(owner, packed(*moments))
    found = Capture.objects.order_by("uuid").prefetch_related("tags")
    assert [{tag.name for tag in capture.tags.all()} for capture in found] == [
        {"Work", "rain"},
        set(),
        {"rain"},
        {"sun"},
    ]
    assert Tag.objects.filter(owner=owner).count() == 3


def test_a_whole_table_is_put_right_and_back(owner: User) -> None:
    first = brought_in(owner, table(7))
    job = brought_in(owner, table(7, note="beta", tag="office"), update=True)
    assert (job.new, job.updated) == (0, 7)
    assert set(Capture.objects.values_list("note", flat=True)) == {"beta"}
    assert list(selectors.history(owner=owner, words="BETA")), "it is found by its new words"
    third = brought_in(owner, table(7, note="gamma", tag="office"), update=True)
    assert third.updated == 7
    assert undone(third).reverted == 7
    assert undone(job).reverted == 7
    captures = Capture.objects.of(owner).prefetch_related("tags")
    assert {capture.note for capture in captures} == {"alpha"}
    assert {tag.name for capture in captures for tag in capture.tags.all()} == {
        "rain",
        *(f"work {n}" for n in range(7)),
    }
    assert (undone(first).undone, Capture.objects.of(owner).count()) == (7, 0)


def test_a_batch_that_fails_leaves_nothing_and_is_done_again(owner: User, media: object) -> None:
    job = sent(
        owner,
        packed(PHOTO, *[{**MOMENT, "uuid": str(uuid4())}] * 2, photo=pictures.astronaut_jpeg()),
    )
    with (
        patch.object(running.Progress, "count", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        tasks.run_import.call(job.pk, job.attempts)
    assert not Capture.objects.exists()
    assert not Tag.objects.exists()


def test_consent_is_asked_for_once_a_batch_and_words_come_without(owner: User) -> None:
    owner.consents.filter(kind=Consent.Kind.USE).delete()
    looks = [{**LOOK, "uuid": str(uuid4())} for _ in range(3)]
    job = brought_in(owner, packed(*looks, MOMENT))
    assert (job.new, job.refused) == (1, 3)


def test_json_of_what_was_said_before_is_that_of_earlier_versions(owner: User) -> None:
    brought_in(owner, table(1))
    job = brought_in(owner, table(1, note="beta"), update=True)
    before = job.moments.get().before
    assert json.loads(json.dumps(before)) == {
        "taken_at": "2026-01-01T00:00:00+00:00",
        "time_zone": "UTC",
        "mood": 4,
        "note": "alpha",
        "tags": ["rain", "work 0"],
    }
