"""Calibration figures that were worked out by hand."""

import numpy as np
import pytest

from ml.metrics import calibration


def certain(correct: int, wrong: int, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Return answers that are all given with one confidence."""
    shares = np.full((correct + wrong, 7), (1 - confidence) / 6)
    shares[:, 0] = confidence
    return shares, np.array([0] * correct + [1] * wrong)


def test_the_calibration_error_is_confidence_less_accuracy() -> None:
    assert calibration.expected_calibration_error(*certain(8, 2, 0.8)) == pytest.approx(0)
    assert calibration.expected_calibration_error(*certain(5, 5, 0.9)) == pytest.approx(0.4)


def test_errors_of_bins_are_weighed_by_their_answers() -> None:
    sure, unsure = certain(5, 5, 0.9), certain(1, 1, 0.5)
    both = [np.concatenate(parts) for parts in zip(sure, unsure, strict=True)]
    error = calibration.expected_calibration_error(*both)
    assert error == pytest.approx(0.4 * 10 / 12 + 0.0 * 2 / 12)


def test_the_temperature_undoes_overconfidence() -> None:
    shares, labels = certain(70, 30, 0.99)
    temperature = calibration.fit_temperature(shares, labels)
    cooled = calibration.tempered_softmax(np.log(shares), temperature)
    assert temperature > 1
    assert cooled[0].max() == pytest.approx(0.7, abs=0.02)
    assert (cooled.argmax(axis=1) == shares.argmax(axis=1)).all()


def test_four_of_five_faces_are_answered() -> None:
    shares = np.random.default_rng(1).dirichlet(np.ones(7), 1000)
    threshold = calibration.unsure_threshold(shares)
    assert (shares.max(axis=1) >= threshold).mean() == pytest.approx(0.8, abs=0.002)


def test_a_perfectly_calibrated_network_lies_in_its_band_and_another_does_not() -> None:
    random = np.random.default_rng(3)
    shares = random.dirichlet([0.6] * 7, 3000)
    labels = np.array([random.choice(7, p=share) for share in shares])
    low, high = calibration.perfect_calibration_band(shares)
    assert 0 < low <= calibration.expected_calibration_error(shares, labels) <= high < 0.05
    over = shares**2 / (shares**2).sum(axis=1, keepdims=True)
    assert (
        calibration.expected_calibration_error(over, labels)
        > calibration.perfect_calibration_band(over)[1]
    )


def test_the_bins_of_a_reliability_diagram_hold_every_answer_once() -> None:
    shares, labels = certain(6, 4, 0.62)
    exact, exact_labels = certain(1, 1, 9 / 15)
    bins = calibration.reliability_bins(
        np.concatenate([shares, exact]), np.concatenate([labels, exact_labels])
    )
    assert [(bin_.start, bin_.count) for bin_ in bins] == [(8 / 15, 2), (9 / 15, 10)]
    assert (bins[1].confidence, bins[1].accuracy) == (pytest.approx(0.62), 0.6)
    assert bins[1].low == pytest.approx(0.3, abs=0.1)
    assert bins[1].high == pytest.approx(0.9, abs=0.1)


def test_the_accuracy_of_each_bin_of_a_perfectly_calibrated_network_lies_in_its_interval() -> None:
    random = np.random.default_rng(4)
    shares = random.dirichlet([0.6] * 7, 20_000)
    labels = np.array([random.choice(7, p=share) for share in shares])
    bins = calibration.reliability_bins(shares, labels)
    assert sum(bin_.count for bin_ in bins) == 20_000
    assert sum(bin_.low <= bin_.accuracy <= bin_.high for bin_ in bins) >= len(bins) - 2
