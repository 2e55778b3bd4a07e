"""Queries about the captures of one person."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from emotions.captures import editing, selectors, trash
from emotions.captures.days import load_day
from emotions.captures.editing import Changes
from emotions.insights import trends
from emotions.insights.trends import Span
from emotions.models import Capture, Feeling
from tests import factories

MARCH_14 = datetime(2026, 3, 14, 12, tzinfo=UTC)


def test_history_is_newest_first_and_ones_own(owner: User, other: User) -> None:
    late = factories.capture(owner=owner, taken_at=MARCH_14)
    early = factories.capture(owner=owner, taken_at=MARCH_14 - timedelta(days=3))
    factories.capture(owner=other)
    assert list(selectors.history(owner=owner)) == [late, early]


def test_a_capture_of_another_does_not_exist(owner: User, other: User) -> None:
    capture = factories.capture(owner=owner)
    assert selectors.get_capture(owner=owner, uuid=capture.uuid) == capture
    with pytest.raises(Capture.DoesNotExist):
        selectors.get_capture(owner=other, uuid=capture.uuid)


def test_a_deleted_capture_is_in_no_selection(owner: User) -> None:
    trash.delete_capture(capture=factories.capture(owner=owner, looks="happy"))
    assert not selectors.history(owner=owner).exists()
    assert load_day(owner=owner, on=MARCH_14.date()).count == 0
    today = MARCH_14.date()
    [period] = trends.load_periods(owner=owner, by=Span.DAY, first=today, last=today)
    assert not period.captures


def test_a_day_has_its_captures_in_the_order_of_time(owner: User) -> None:
    evening = factories.capture(owner=owner, taken_at=MARCH_14 + timedelta(hours=8), looks="sad")
    morning = factories.capture(owner=owner, taken_at=MARCH_14 - timedelta(hours=4), looks="happy")
    factories.capture(owner=owner, taken_at=MARCH_14 + timedelta(days=1))
    day = load_day(owner=owner, on=MARCH_14.date())
    assert list(day.captures) == [morning, evening]
    assert day.mood
    assert day.mood.dominant == Feeling.SAD


def test_history_takes_the_same_queries_however_long_it_is(
    owner: User, django_assert_num_queries: Any
) -> None:
    for _ in range(12):
        factories.capture(owner=owner, looks="happy")
    with django_assert_num_queries(4):
        captures = list(selectors.history(owner=owner))
        assert not any(capture.tags.all() for capture in captures)
        versions = {id(capture.detections.all()[0].model_version) for capture in captures}
    assert len(versions) == 1, "each version is loaded once"


def test_tags_come_by_use_then_by_name_without_those_of_the_trash(
    owner: User, other: User, django_assert_num_queries: Any
) -> None:
    def tagged(person: User, *tags: str, on: datetime = MARCH_14) -> Capture:
        capture = factories.capture(owner=person, taken_at=on)
        return editing.edit_capture(capture=capture, changes=Changes(tags=list(tags)))

    tagged(owner, "work", "bus")
    tagged(owner, "work", "art", on=MARCH_14 + timedelta(days=1))
    tagged(other, "bus")
    trash.delete_capture(capture=tagged(owner, "work", "gone"))
    with django_assert_num_queries(3):
        found = selectors.tags(owner=owner)
    assert [(used.name, used.uses) for used in found] == [("work", 2), ("art", 1), ("bus", 1)]
    day = MARCH_14.date()
    with django_assert_num_queries(2):
        of_day = selectors.tags_between(owner=owner, first=day, last=day, limit=5)
    assert [(used.name, used.uses) for used in of_day] == [("bus", 1), ("work", 1)]
    assert selectors.tags_between(owner=owner, first=day, last=day, limit=1) == of_day[:1]


def test_changes_come_in_their_order_each_capture_once(owner: User, other: User) -> None:
    first, second, third = (factories.capture(owner=owner, mood=n) for n in (1, 2, 3))
    factories.capture(owner=other)
    editing.edit_capture(capture=first, changes=Changes(mood=5))
    trash.delete_capture(capture=second)
    found = selectors.changes(owner=owner, after=0, limit=10)
    assert [capture.pk for capture in found] == [third.pk, first.pk, second.pk]
    assert [capture.sequence for capture in found] == [3, 4, 5]
    assert selectors.changes(owner=owner, after=4, limit=10) == [second]
    assert selectors.changes(owner=owner, after=0, limit=1) == [third]


def test_history_is_narrowed_by_tag_source_words_and_trash(owner: User, other: User) -> None:
    walk = factories.capture(owner=owner, note="A walk by the River.")
    work = factories.capture(owner=owner, mood=2, taken_at=datetime(2026, 3, 15, tzinfo=UTC))
    editing.edit_capture(capture=work, changes=Changes(tags=["Office"]))
    theirs = factories.capture(owner=other, note="river")
    editing.edit_capture(capture=theirs, changes=Changes(tags=["Office"]))
    assert list(selectors.history(owner=owner, words="river")) == [walk]
    assert list(selectors.history(owner=owner, tag="office")) == [work]
    assert list(selectors.history(owner=owner, source=Capture.Source.UPLOAD)) == [work, walk]
    assert not selectors.history(owner=owner, source=Capture.Source.LIVE).exists()
    trash.delete_capture(capture=walk)
    assert list(selectors.history(owner=owner)) == [work]
    assert list(selectors.history(owner=owner, in_trash=True)) == [walk]
