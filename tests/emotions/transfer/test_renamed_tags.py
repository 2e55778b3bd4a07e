"""Imports can be undone, and come again, after their tags were renamed, merged or deleted."""

from collections.abc import Callable
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from emotions.captures import editing, selectors
from emotions.captures.editing import Changes
from emotions.models import Capture, Tag
from emotions.tags.services import TagChanges, delete_tag, edit_tag, merge_tags
from emotions.transfer import running, tasks
from tests import factories
from tests.emotions.transfer.histories import brought_in, sent, table, undone
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db


def tag_of(owner: User, name: str) -> Tag:
    return Tag.objects.get(owner=owner, name=name)


def rename(owner: User, name: str) -> None:
    edit_tag(tag=tag_of(owner, name), changes=TagChanges(name="Job"))


def merge(owner: User, name: str) -> None:
    into, _ = Tag.objects.get_or_create(owner=owner, key="job", defaults={"name": "Job"})
    merge_tags(tag=tag_of(owner, name), into=into)


def delete(owner: User, name: str) -> None:
    delete_tag(tag=tag_of(owner, name))


CHANGES = pytest.mark.parametrize("change", [rename, merge, delete])
Change = Callable[[User, str], None]


def tags_of(capture: Capture) -> set[str]:
    return set(capture.tags.values_list("name", flat=True))


@CHANGES
def test_what_came_goes_for_good_and_may_come_again(owner: User, change: Change) -> None:
    mine = factories.capture(owner=owner, looks="happy")
    editing.edit_capture(capture=mine, changes=Changes(tags=["rain"]))
    job = brought_in(owner, table(3))
    change(owner, "rain")
    mine.refresh_from_db()
    kept = tags_of(mine)
    job = undone(job)
    assert (job.undone, job.trashed) == (3, 0)
    assert not Capture.objects.in_trash_of(owner).exists()
    assert list(Capture.objects.of(owner)) == [mine]
    assert tags_of(mine) == kept
    assert brought_in(owner, table(3)).new == 3
    assert tags_of(Capture.objects.of(owner).earliest("taken_at")) == {"rain", "work 0"}


@CHANGES
def test_what_was_edited_before_or_after_goes_to_the_trash(owner: User, change: Change) -> None:
    job = brought_in(owner, table(3))
    first, second, _third = Capture.objects.order_by("pk")
    editing.edit_capture(capture=first, changes=Changes(note="Before."))
    change(owner, "rain")
    editing.edit_capture(capture=second, changes=Changes(note="After."))
    job = undone(job)
    assert (job.undone, job.trashed) == (1, 2)
    trashed = Capture.objects.in_trash_of(owner)
    assert {capture.note for capture in trashed} == {"Before.", "After."}


@pytest.mark.parametrize(("change", "tag"), [(rename, "Job"), (merge, "Job"), (delete, None)])
def test_an_undone_update_has_the_tags_of_before_as_they_are_named_now(
    owner: User, change: Change, tag: str | None
) -> None:
    first = brought_in(owner, table(2))
    job = brought_in(owner, table(2, note="beta", tag="office"), update=True)
    change(owner, "work 0")
    job = undone(job)
    assert job.reverted == 2
    one, other = Capture.objects.of(owner).order_by("taken_at")
    assert {one.note, other.note} == {"alpha"}
    assert tags_of(one) == {"rain", *([tag] if tag else [])}
    assert tags_of(other) == {"rain", "work 1"}
    assert undone(first).undone == 2


@CHANGES
def test_an_update_is_taken_back_although_a_tag_that_it_brought_has_changed(
    owner: User, change: Change
) -> None:
    brought_in(owner, table(2))
    job = brought_in(owner, table(2, note="beta", tag="office"), update=True)
    change(owner, "office 0")
    assert undone(job).reverted == 2
    one = Capture.objects.of(owner).earliest("taken_at")
    assert (one.note, tags_of(one)) == ("alpha", {"rain", "work 0"})


@CHANGES
def test_a_later_export_leaves_renamed_tags_as_they_are(owner: User, change: Change) -> None:
    brought_in(owner, table(2))
    change(owner, "work 0")
    before = tags_of(Capture.objects.earliest("taken_at"))
    job = brought_in(owner, table(2), update=True)
    assert (job.new, job.updated, job.already_there) == (0, 0, 2)
    assert tags_of(Capture.objects.earliest("taken_at")) == before


@CHANGES
def test_apps_learn_of_each_capture(owner: User, change: Change) -> None:
    job = brought_in(owner, table(3))
    before = User.objects.get(pk=owner.pk).sequence
    change(owner, "rain")
    renamed = selectors.changes(owner=owner, after=before, limit=100)
    assert len(renamed) == 3
    undone(job)
    gone = selectors.changes(owner=owner, after=renamed[-1].sequence, limit=100)
    assert [bool(capture.purged_at) for capture in gone] == [True] * 3


@CHANGES
def test_it_takes_as_few_queries_for_many_captures(
    owner: User, other: User, change: Change
) -> None:
    counts = []
    for person, number in ((owner, 2), (other, 20)):
        brought_in(person, table(number))
        brought_in(person, table(number, note="beta"), update=True)
        with CaptureQueriesContext(connection) as queries:
            change(person, "rain")
        counts.append(len(queries))
    assert counts[0] == counts[1]


@CHANGES
def test_imports_of_others_stay_as_they_are(owner: User, other: User, change: Change) -> None:
    brought_in(owner, table(2))
    brought_in(other, table(2))
    job = brought_in(other, table(2, note="beta", tag="office"), update=True)
    change(owner, "work 0")
    assert undone(job).reverted == 2
    assert tags_of(Capture.objects.of(other).earliest("taken_at")) == {"rain", "work 0"}


def test_a_tag_may_change_while_an_import_is_under_way(owner: User) -> None:
    job = sent(owner, table(4))
    with patch.object(running, "BATCH", 2), patch.object(running, "SLICE_SECONDS", -1):
        tasks.run_import.call(job.pk, job.attempts)
        rename(owner, "rain")
        run_jobs()
    assert sorted(map(sorted, map(tags_of, Capture.objects.all()))) == [
        ["Job", "work 0"],
        ["Job", "work 1"],
        ["rain", "work 2"],
        ["rain", "work 3"],
    ]
    job.refresh_from_db()
    assert undone(job).undone == 4
