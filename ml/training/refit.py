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


def load_recipe(
    folder: Path, dataset: Dataset, start_from: str | None = None, *, taught: bool = False
) -> Recipe:
    """Return the recipe of a finished run.

    Args:
        dataset: the one to refit on, which has to be the run's own.
        start_from: architecture of the network that the refit starts from, if the run was
            fine-tuned.
        taught: whether the refit has teachers.

    Raises:
        RunError: when there is no such run, it was trained on another dataset, it started from
            something else than the refit, or it cannot be repeated without validation faces.
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
    if config.schedule != "cosine":
        raise run_folder.RunError(
            f"{folder}: expected a run with --schedule cosine; other runs cannot be refitted "
            "without validation faces."
        )
    if settings.get("start_from") and not start_from:
        raise run_folder.RunError(
            f"{folder}: was fine-tuned; expected --start-from with a refit of what it started from."
        )
    expected = config.architecture if settings.get("start_from") else None
    if start_from != expected:
        raise run_folder.RunError(
            f"{folder}: expected to start from {expected or 'random weights'}, received "
            f"{start_from}."
        )
    if taught != bool(settings.get("teachers")):
        raise run_folder.RunError(
            f"{folder}: had {len(settings.get('teachers', []))} teachers; a refit needs --teachers "
            "if and only if its run had some."
        )
    return Recipe(config, card)


def knows_validation(card: Card) -> bool:
    """Return whether a version has learned from validation faces, or started from one that has."""
    training = card.facts.get("training", {})
    return bool(training.get("refit") or training.get("calibrated_by"))
