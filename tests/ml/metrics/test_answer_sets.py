"""One emotion where it is sure; else a set that holds the truth as often as it was asked to."""

import numpy as np
import pytest

from ml.emotions import Emotion
from ml.metrics.answer_sets import (
    NO_MASS,
    answer_set,
    fit_mass,
    fit_unsure_below,
    ranks,
    set_sizes,
)

CLOSE = (0.1, 0.0, 0.0, 0.1, 0.45, 0.35, 0.0)
OPEN = (0.22, 0.0, 0.02, 0.1, 0.36, 0.3, 0.0)


@pytest.mark.parametrize(
    ("probabilities", "unsure", "mass", "said"),
    [
        (CLOSE, False, 0.7, ["neutral"]),
        (CLOSE, True, 0.7, ["neutral", "sad"]),
        (OPEN, True, 0.7, ["neutral", "sad", "angry"]),
        (OPEN, True, NO_MASS, ["neutral", "sad"]),
        ((1 / 7,) * 7, True, 0.7, ["angry", "disgust", "fear"]),
    ],
)
def test_a_set_is_as_large_as_its_mass_asks_for(
    probabilities: tuple[float, ...], unsure: bool, mass: float, said: list[str]
) -> None:
    assert answer_set(probabilities, unsure=unsure, mass=mass) == tuple(map(Emotion, said))
    sizes = set_sizes(np.array([probabilities]), unsure=np.array([unsure]), mass=mass)
    assert sizes.tolist() == [len(said)]


def drawn(count: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities and labels that are drawn from them."""
    random = np.random.default_rng(seed)
    probabilities = random.dirichlet([0.25] * 7, count)
    return probabilities, np.array([random.choice(7, p=row) for row in probabilities])


def test_answers_above_the_threshold_are_right_nine_times_in_ten_and_no_lower_one_is() -> None:
    probabilities, labels = drawn(4000, seed=1)
    threshold = fit_unsure_below(probabilities, labels)
    confidences = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == labels
    assert correct[confidences >= threshold].mean() == pytest.approx(0.9, abs=0.002)
    assert correct[confidences >= threshold - 0.02].mean() < 0.9
    others, truth = drawn(4000, seed=2)
    sure = others.max(axis=1) >= threshold
    assert (others.argmax(axis=1) == truth)[sure].mean() == pytest.approx(0.9, abs=0.03)


def test_a_network_that_is_never_right_is_always_unsure() -> None:
    probabilities = np.eye(7)[[0, 1, 2]] * 0.93 + 0.01
    assert fit_unsure_below(probabilities, np.array([1, 2, 3])) == 1


def test_sets_hold_the_truth_of_other_photos_nine_times_in_ten_where_three_can() -> None:
    random = np.random.default_rng(3)

    def unsure(count: int) -> tuple[np.ndarray, np.ndarray]:
        three = random.dirichlet([3, 3, 1], count)
        probabilities = np.concatenate([three * 0.97, np.full((count, 4), 0.0075)], axis=1)
        return probabilities, np.array([random.choice(7, p=row) for row in probabilities])

    mass = fit_mass(*unsure(3000))
    probabilities, labels = unsure(3000)
    sizes = set_sizes(probabilities, unsure=np.ones(3000, bool), mass=mass)
    assert (ranks(probabilities, labels) < sizes).mean() == pytest.approx(0.9, abs=0.02)
    assert 2 < sizes.mean() < 3, "and are no larger than that takes"


def test_where_two_are_enough_a_set_has_two() -> None:
    probabilities = np.tile([0.5, 0.4, 0.02, 0.02, 0.02, 0.02, 0.02], (50, 1))
    assert fit_mass(probabilities, np.arange(50) % 2) == NO_MASS
    assert fit_mass(np.empty((0, 7)), np.empty(0, np.int64)) == NO_MASS


def test_where_three_are_not_enough_no_set_is_larger_than_helps() -> None:
    likeliest = np.linspace(0.3, 0.5, 40)
    rest = (1 - likeliest) / 6
    probabilities = np.column_stack([likeliest, 1.3 * rest, 1.2 * rest, *[rest * 0.625] * 4])
    labels = np.full(40, 6)  # in no set at all, but for these two
    labels[[3, 7]] = 2
    mass = fit_mass(probabilities, labels)
    sizes = set_sizes(probabilities, unsure=np.ones(40, bool), mass=mass)
    assert (sizes[[3, 7]] == 3).all()
    assert (sizes[8:] == 2).all()
