"""What training hands over to the release of a version, possibly under another Keras backend."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras

from ml.data.datasets import Dataset
from ml.inference.card import Card
from ml.training.config import TrainingConfig
from ml.training.refit import Recipe


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """A training run that is ready to be released.

    Attributes:
        folder: the run's folder, which the version's files are written to.
        network: the trained network.
        config: what it was trained with.
        dataset: what it was trained on.
        shown: name of the output that people see.
        command: the command that trained it, for the card.
        test_sets: the datasets that were joined for training, whose test splits are evaluated
            separately; empty for a single dataset.
        recipe: of the run that this one refits.
        calibrated_by: card of the version that it started from, if that has learned from the
            validation faces: these cannot tell any more how sure it may be.
    """

    folder: Path
    network: keras.Model
    config: TrainingConfig
    dataset: Dataset
    shown: str
    command: str
    test_sets: Sequence[Dataset] = ()
    recipe: Recipe | None = None
    calibrated_by: Card | None = None
