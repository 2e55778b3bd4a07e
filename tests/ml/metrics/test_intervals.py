"""Intervals are as wide as chance is, and say nothing where there is nothing."""

import numpy as np
import pytest

from ml.metrics.intervals import ResampledGroups, bootstrap_intervals, wilson_interval


def test_an_interval_is_as_wide_as_the_normal_distribution_says() -> None:
    truth = np.arange(2100) % 7
    answers = np.where(np.arange(2100) % 3, truth, (truth + 1) % 7)  # 1,400 right
    told = bootstrap_intervals(truth, answers)
    error = np.sqrt(2 / 3 * 1 / 3 / 2100)
    assert told.accuracy == pytest.approx([2 / 3 - 1.96 * error, 2 / 3 + 1.96 * error], abs=0.003)
    recall = told.recall[0]
    assert recall is not None
    assert recall[1] - recall[0] == pytest.approx(2 * 1.96 * error * np.sqrt(7), abs=0.01)
    macro_f1 = told.macro_f1
    assert macro_f1 is not None
    assert macro_f1[0] < 2 / 3 < macro_f1[1]
    assert told == bootstrap_intervals(truth, answers), "the same draws every time"


def test_emotions_that_are_never_there_or_never_answered_have_no_interval() -> None:
    told = bootstrap_intervals(np.array([0, 0, 1, 1]), np.array([0, 2, 7, 7]))
    assert [index for index, interval in enumerate(told.recall) if interval] == [0, 1]
    assert [index for index, interval in enumerate(told.precision) if interval] == [0, 2]
    assert told.recall[1] == [0, 0], "a face that is not found is a wrong answer"


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (263, 2000, 0.1174, 0.1470),
    ],
)
def test_the_interval_of_a_share_is_wilsons(hits: int, of: int, low: float, high: float) -> None:
    assert wilson_interval(hits, of) == pytest.approx([low, high], abs=0.0001)


def test_of_nothing_there_is_no_interval() -> None:
    assert wilson_interval(0, 0) is None


def test_photos_of_one_person_count_as_one_draw() -> None:
    people = np.repeat(np.arange(100), 10)
    alike = people % 2 == 0  # all ten photos of a person, or none
    everything = np.ones(1000, bool)
    alone = ResampledGroups(np.arange(1000)).interval(alike, everything)
    together = ResampledGroups(people).interval(alike, everything)
    assert alone is not None
    assert together is not None
    error = np.sqrt(0.25 / 100)
    assert together == pytest.approx([0.5 - 1.96 * error, 0.5 + 1.96 * error], abs=0.02)
    assert together[1] - together[0] > 2.5 * (alone[1] - alone[0])


def test_the_interval_of_a_mean_of_shares_gives_each_the_same_weight() -> None:
    resampled = ResampledGroups(np.arange(400))
    rare = np.arange(400) < 40
    low_high = resampled.interval(rare, rare, ~rare)
    assert low_high == [0.5, 0.5], "all of the rare and none of the others"
    assert resampled.interval(rare, np.zeros(400, bool)) is None


@pytest.mark.parametrize("right", [False, True])
def test_four_photos_that_are_all_right_or_all_wrong_promise_little(right: bool) -> None:
    people = np.array(["ada", "ada", "bea", "cleo", "dora", "dora"])
    fear = np.array([True, True, True, True, False, False])
    hits = np.where(fear, right, not right)
    interval = ResampledGroups(people).interval(hits, fear)
    assert interval == wilson_interval(3 if right else 0, 3), "of three people"
    assert interval
    assert interval[1] - interval[0] > 0.5
