"""Refitting: training a selected run once more on all faces, the validation split included."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ml.data.datasets import Dataset
from ml.inference.card import Card, ModelFileError
from ml.training import run_folder
from ml.training.config import TrainingConfig
from ml.version_files import CARD


@dataclass(frozen=True, slots=True)
class Recipe:
    """Every decision that a run made on the validation split.

    A refit has no validation faces left to decide with, so it takes all of them over.

    Attributes:
        config: of the run.
        card: of its version, with the calibration, the precision of its file and the threshold of
            being unsure.
    """

    config: TrainingConfig
    card: Card

    @property
    def name(self) -> str:
        """Name of the selected version."""
        return self.card.name

    @property
    def calibrations(self) -> Mapping[str, Any]:
        """Temperature and calibration error of each output, on the run's validation faces."""
        calibrations: Mapping[str, Any] = self.card.facts["calibration"]
        return calibrations

    @property
    def precision(self) -> str:
        """The precision of the selected version's file."""
        precisions = self.card.facts["forms"]
        return next(precision for precision, facts in precisions.items() if facts["ships"])


def load_recipe(folder: Path, dataset: Dataset) -> Recipe:
    """Return the recipe of a finished run.

    Args:
        dataset: the one to refit on, which has to be the run's own.

    Raises:
        RunError: when there is no such run, it was trained on another dataset, or it cannot be
            repeated without validation faces.
    """
    try:
        settings = run_folder.read_settings(folder)
        card = Card.load(folder / CARD)
    except (run_folder.RunError, ModelFileError) as error:
        raise run_folder.RunError(
            f"{folder}: expected a finished run to refit ({error})."
        ) from error
    config = TrainingConfig(
        **{field.name: settings.get(field.name, field.default) for field in fields(TrainingConfig)}
    )
    if settings.get("dataset") != dataset.fingerprint():
        raise run_folder.RunError(
            f"{folder}: learned from another dataset; a refit needs the same one, with its votes."
        )
    if config.schedule != "cosine" or settings.get("start_from"):
        raise run_folder.RunError(
            f"{folder}: expected a run of its own with --schedule cosine; other runs cannot be "
            "refitted without validation faces."
        )
    return Recipe(config, card)
