"""Fitting a selected recipe once more, on all training faces, validation included."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ml.data.datasets import Dataset
from ml.inference.card import Card, ModelFileError
from ml.training import run_folder
from ml.training.fitting import Settings
from ml.version_files import CARD


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is frozen once a run was selected on the validation split.

    A refit has no validation faces left to decide anything with, so it takes everything over.

    Attributes:
        settings: of the run.
        card: of its version, with the calibration, the form of the file and the threshold of
            being unsure.
    """

    settings: Settings
    card: Card

    @property
    def name(self) -> str:
        """What the selected version is called."""
        return self.card.name

    @property
    def calibration(self) -> Mapping[str, Any]:
        """Temperature and calibration error of each output, on the run's validation faces."""
        facts: Mapping[str, Any] = self.card.facts["calibration"]
        return facts

    @property
    def form(self) -> str:
        """The form that the file of the selected version has."""
        return next(form for form, facts in self.card.facts["forms"].items() if facts["ships"])


def recipe(folder: Path, dataset: Dataset) -> Recipe:
    """Return the recipe of a finished run.

    Args:
        dataset: to refit on, which has to be the run's own.

    Raises:
        RunError: when there is no such run, it learned from something else, or its pace followed
            the validation loss.
    """
    try:
        facts = json.loads((folder / run_folder.SETTINGS).read_text())
        card = Card.load(folder / CARD)
    except (OSError, ModelFileError) as error:
        raise run_folder.RunError(
            f"{folder}: expected a finished run to refit ({error})."
        ) from error
    settings = Settings(
        **{field.name: facts.get(field.name, field.default) for field in fields(Settings)}
    )
    if facts["dataset"] != dataset.fingerprint():
        raise run_folder.RunError(
            f"{folder}: learned from another dataset; a refit needs the same one, with its votes."
        )
    if settings.schedule != "cosine" or facts.get("start_from"):
        raise run_folder.RunError(
            f"{folder}: expected a run of its own with --schedule cosine; other runs cannot be "
            "refitted without validation faces."
        )
    return Recipe(settings, card)
