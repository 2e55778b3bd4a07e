"""A day beside the weeks before, and days in a row."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import User
from emotions.captures.moods import Mood
from emotions.insights import baseline
from emotions.insights.baseline import Baseline
from emotions.insights.wording import compare_with_baseline, streak_sentence
from tests import factories

pytestmark = pytest.mark.django_db


def mood(valence: float, captures: int = 5) -> Mood:
    return Mood(None, valence, None, captures)


def test_a_day_of_five_moments_is_compared_with_ten_and_no_less() -> None:
    assert compare_with_baseline(mood(0.5, 4), Baseline(0.0, 50)) == ""
    assert compare_with_baseline(mood(0.5), Baseline(0.0, 9)) == ""
    assert compare_with_baseline(mood(0.5), Baseline(None, 0)) == ""
    assert compare_with_baseline(None, Baseline(0.0, 50)) == ""
    assert (
        compare_with_baseline(mood(0.5), Baseline(0.0, 10)) == "Brighter than your last four weeks."
    )
    assert (
        compare_with_baseline(mood(-0.5), Baseline(0.0, 10)) == "Heavier than your last four weeks."
    )
    assert compare_with_baseline(mood(0.1), Baseline(0.0, 10)) == "Much like your last four weeks."


def test_what_is_usual_ends_the_day_before(owner: User) -> None:
    on = date(2026, 3, 14)
    for days, felt in [(0, "happy"), (1, "sad"), (28, "sad"), (29, "happy")]:
        moment = datetime(2026, 3, 14, 12, tzinfo=UTC) - timedelta(days=days)
        factories.capture(owner=owner, felt=felt, taken_at=moment)
    weeks = baseline.baseline_before(owner=owner, on=on)
    assert weeks.captures == 2
    assert weeks.valence == pytest.approx(-0.8)


@pytest.mark.parametrize(
    ("ages", "row"),
    [([], 0), ([0], 1), ([1], 1), ([0, 1, 2], 3), ([1, 2], 2), ([0, 2], 1), ([2], 0)],
)
def test_days_in_a_row_go_on_while_today_is_young(owner: User, ages: list[int], row: int) -> None:
    today = datetime(2026, 3, 14, 12, tzinfo=UTC)
    for age in ages:
        for _ in range(2):
            factories.capture(owner=owner, felt="sad", taken_at=today - timedelta(days=age))
    assert baseline.streak(owner=owner, today=today.date()) == row


def test_only_a_real_row_is_told() -> None:
    assert streak_sentence(2) == ""
    assert streak_sentence(3) == "3 days in a row with a moment."
