"""Both outputs become one, by numbers that labelled photos choose."""

from dataclasses import replace

import numpy as np
import pytest

from ml.training.pooling import Pooling, fit_pooling

PRIOR = (0.3, 0.05, 0.05, 0.3, 0.1, 0.1, 0.1)


def outputs(count: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(1)
    return random.dirichlet([0.5] * 7, count), random.dirichlet([0.5] * 7, count)


def test_all_of_one_output_is_that_output() -> None:
    crowd, folder = outputs(20)
    assert np.allclose(Pooling(1.0, 0.0, 1.0, PRIOR).pool(crowd, folder), crowd, atol=1e-5)
    assert np.allclose(Pooling(0.0, 0.0, 1.0, PRIOR).pool(crowd, folder), folder, atol=1e-5)


def test_taking_the_prior_back_divides_by_it() -> None:
    crowd, folder = outputs(20)
    divided = np.maximum(crowd, 1e-7) / PRIOR
    pooled = Pooling(1.0, 1.0, 1.0, PRIOR).pool(crowd, folder)
    assert np.allclose(pooled, divided / divided.sum(axis=1, keepdims=True))


def test_a_temperature_changes_how_sure_it_is_and_not_what_it_says() -> None:
    crowd, folder = outputs(20)
    cold = Pooling(0.5, 0.5, 0.5, PRIOR)
    warm = replace(cold, temperature=2.0)
    assert (cold.pool(crowd, folder).argmax(1) == warm.pool(crowd, folder).argmax(1)).all()
    assert (cold.pool(crowd, folder).max(1) > warm.pool(crowd, folder).max(1)).all()


def test_the_numbers_that_made_the_labels_are_found_again() -> None:
    truth = Pooling(0.7, 0.6, 1.3, PRIOR)
    crowd, folder = outputs(3000)
    random = np.random.default_rng(2)
    labels = np.array([random.choice(7, p=row) for row in truth.pool(crowd, folder)])
    found = fit_pooling(crowd, folder, labels, PRIOR)
    assert found.crowd_weight == pytest.approx(truth.crowd_weight, abs=0.1)
    assert found.prior_share == pytest.approx(truth.prior_share, abs=0.2)
    assert found.temperature == pytest.approx(truth.temperature, rel=0.1)
