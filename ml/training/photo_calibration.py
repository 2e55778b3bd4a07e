"""Choosing what people see on labelled photos, and measuring it on people it was not chosen on."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from ml.data.errors import DatasetError
from ml.emotions import EMOTIONS
from ml.evaluation.evaluation import Evaluation
from ml.metrics.answer_sets import fit_mass, fit_unsure_below, set_sizes
from ml.training.pooling import Pooling, fit_pooling

FOLDS, INNER_FOLDS = 10, 5
SEED = 1


@dataclass(frozen=True, slots=True)
class Photos:
    """What both outputs say of n faces found in photos.

    Attributes:
        crowd, folder: n × 7 probabilities.
        labels: n indices into `EMOTIONS`.
        people: n names of who is in the photo.
        prior: how often each emotion is among the labels that `folder` learned from.
    """

    crowd: NDArray[np.floating]
    folder: NDArray[np.floating]
    labels: NDArray[np.int64]
    people: NDArray[np.str_]
    prior: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def where(self, rows: NDArray[Any]) -> "Photos":
        """Return the photos that a mask or indices select."""
        return Photos(
            self.crowd[rows], self.folder[rows], self.labels[rows], self.people[rows], self.prior
        )

    def fit_pooling(self) -> Pooling:
        return fit_pooling(self.crowd, self.folder, self.labels, self.prior)

    def folds(self, count: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Return rows to fit on and rows to hold out, so often that each is held out once.

        All photos of a person are on one side.

        Raises:
            DatasetError: there are too few people.
        """
        if len(np.unique(self.people)) < count:
            raise DatasetError(
                f"Expected photos of {count} people or more, whose names are those of the files "
                f"up to a number at their end; found {len(np.unique(self.people))}."
            )
        folds = GroupKFold(count, shuffle=True, random_state=SEED)
        return list(folds.split(self.labels, groups=self.people))


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything about what people see that is chosen on photos.

    Attributes:
        pooling: how both outputs become one.
        unsure_below: confidence below which a set is shown.
        mass: up to which the probabilities of a set are summed.
    """

    pooling: Pooling
    unsure_below: float
    mass: float


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What is shown of n photos, each by choices made on photos of other people.

    Attributes:
        probabilities: n × 7.
        sizes: n sizes of what is said: 1 where it is sure.
    """

    probabilities: NDArray[np.floating]
    sizes: NDArray[np.int64]


def photos_of(evaluation: Evaluation, prior: tuple[float, ...]) -> Photos:
    """Return the faces that were found in an evaluation of photos."""
    found = evaluation.folder.found
    return Photos(
        evaluation.probabilities["crowd"][found],
        evaluation.probabilities["folder"][found],
        evaluation.faces.labels[found],
        people_in(evaluation.faces.paths)[found],
        prior,
    )


def people_in(paths: NDArray[np.str_]) -> NDArray[np.str_]:
    """Return who is in each photo by its name: `Ada_Lovelace` in `Ada_Lovelace_0003.jpg`."""
    return np.array(
        [re.sub(r"[_-]?\d+[a-z]?$", "", PurePosixPath(path).stem) for path in paths.tolist()]
    )


def choose_shown(photos: Photos) -> Shown:
    """Choose on all photos; thresholds are fitted on probabilities that are held out."""
    return fit_thresholds(photos.fit_pooling(), hold_out(photos, FOLDS), photos.labels)


def fit_thresholds(
    pooling: Pooling, held_out: NDArray[np.floating], labels: NDArray[np.int64]
) -> Shown:
    """Return what is shown, by probabilities of photos that the pooling was not fitted on."""
    unsure_below = fit_unsure_below(held_out, labels)
    unsure = held_out.max(axis=1) < unsure_below
    return Shown(pooling, unsure_below, fit_mass(held_out[unsure], labels[unsure]))


def hold_out(photos: Photos, folds: int) -> NDArray[np.floating]:
    """Return n × 7 probabilities, each by a pooling that was fitted on photos of other people."""
    probabilities = np.zeros((len(photos), len(EMOTIONS)))
    for fitted, held in photos.folds(folds):
        pooling = photos.where(fitted).fit_pooling()
        probabilities[held] = pooling.pool(photos.crowd[held], photos.folder[held])
    return probabilities


def cross_validate(photos: Photos) -> HeldOut:
    """Choose everything anew for each fold, on photos of other people, and apply it to the fold."""
    probabilities = np.zeros((len(photos), len(EMOTIONS)))
    sizes = np.zeros(len(photos), np.int64)
    for fitted, held in photos.folds(FOLDS):
        others = photos.where(fitted)
        shown = fit_thresholds(others.fit_pooling(), hold_out(others, INNER_FOLDS), others.labels)
        pooled = shown.pooling.pool(photos.crowd[held], photos.folder[held])
        unsure = pooled.max(axis=1) < shown.unsure_below
        probabilities[held] = pooled
        sizes[held] = set_sizes(pooled, unsure=unsure, mass=shown.mass)
    return HeldOut(probabilities, sizes)
