"""Reading a history: only one's own, in order, in few queries."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from emotions import selectors, services
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
    assert selectors.capture_of(owner=owner, uuid=capture.uuid) == capture
    with pytest.raises(Capture.DoesNotExist):
        selectors.capture_of(owner=other, uuid=capture.uuid)


def test_a_deleted_capture_is_in_no_selection(owner: User) -> None:
    services.delete_capture(capture=factories.capture(owner=owner, looks="happy"))
    assert not selectors.history(owner=owner).exists()
    assert selectors.day(owner=owner, on=MARCH_14.date()).captures == []
    today = MARCH_14.date()
    counts = selectors.feelings_by_day(owner=owner, first=today, last=today)
    assert counts == {MARCH_14.date(): Counter()}


def test_a_day_has_its_captures_in_the_order_of_time(owner: User) -> None:
    evening = factories.capture(owner=owner, taken_at=MARCH_14 + timedelta(hours=8), looks="sad")
    morning = factories.capture(owner=owner, taken_at=MARCH_14 - timedelta(hours=4), looks="happy")
    factories.capture(owner=owner, taken_at=MARCH_14 + timedelta(days=1))
    day = selectors.day(owner=owner, on=MARCH_14.date())
    assert day.captures == [morning, evening]
    assert day.mood
    assert day.mood.dominant == Feeling.SAD


def test_feelings_are_counted_by_day_felt_before_detected(owner: User, other: User) -> None:
    factories.capture(owner=owner, looks="happy")
    factories.capture(owner=owner, looks="happy", felt="sad")
    crowd = factories.capture(owner=owner, looks="happy")
    factories.detection(capture=crowd, looks="angry", is_me=False)
    factories.capture(owner=owner)
    factories.capture(owner=other, looks="fear")
    factories.capture(owner=owner, looks="fear", taken_at=MARCH_14 - timedelta(days=2))
    counts = selectors.feelings_by_day(owner=owner, first=date(2026, 3, 13), last=MARCH_14.date())
    assert counts == {
        date(2026, 3, 13): Counter(),
        date(2026, 3, 14): Counter({Feeling.HAPPY: 2, Feeling.SAD: 1}),
    }


def test_history_takes_the_same_queries_however_long_it_is(
    owner: User, django_assert_num_queries: Any
) -> None:
    for _ in range(12):
        factories.capture(owner=owner, looks="happy")
    with django_assert_num_queries(4):
        for capture in selectors.history(owner=owner):
            assert not capture.tags.all()
            assert capture.detections.all()[0].model_version.name
