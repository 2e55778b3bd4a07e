"""Model cards: the JSON file beside a network that says how to use it and how well it does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ml.emotions import EMOTIONS
from ml.metrics.answer_sets import NO_MASS

BUNDLED = Path(__file__).parents[1] / "bundled"
"""The folder of the network that ships with the repository."""


class ModelFileError(RuntimeError):
    """A network file or its card is missing or damaged, or the two do not belong together."""


@dataclass(frozen=True, slots=True)
class Card:
    """A model card; two cards are equal when everything but `facts` is.

    Attributes:
        name: name of the version.
        sha256: digest of the network file.
        input_size: side of the network's square greyscale input, in pixels.
        face_margin: margin to add on each side of the face box, as a share of the box.
        shown: name of the output that is shown to people.
        unsure_below: confidence below which a prediction counts as unsure, 0 to 1.
        set_mass: what the probabilities of the set that is then shown sum to, if two emotions or
            three can (see `ml.metrics.answer_sets`).
        facts: the whole content of the card.
    """

    name: str
    sha256: str
    input_size: int
    face_margin: float
    shown: str
    unsure_below: float
    facts: Mapping[str, Any] = field(compare=False, repr=False)
    set_mass: float = NO_MASS

    @classmethod
    def load(cls, path: Path) -> Card:
        """Read a card from a JSON file.

        Raises:
            ModelFileError: the file cannot be read or is not a model card.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ModelFileError(f"{path}: not a readable model card ({error!r}).") from error
        return cls.parse(content, str(path))

    @classmethod
    def parse(cls, content: bytes, place: str) -> Card:
        """Parse the JSON of a card.

        Args:
            place: where it was found, for error messages.

        Raises:
            ModelFileError: the content is not a model card, or its emotions are not `EMOTIONS`.
        """
        try:
            facts = json.loads(content)
            if facts["emotions"] != list(EMOTIONS):
                raise ModelFileError(
                    f"{place}: expected the emotions {', '.join(EMOTIONS)} in this order, "
                    f"received {facts['emotions']}."
                )
            return cls.from_facts(facts)
        except (TypeError, ValueError, KeyError) as error:
            raise ModelFileError(f"{place}: not a readable model card ({error!r}).") from error

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Card:
        """Create a card from its parsed content."""
        return cls(
            name=str(facts["name"]),
            sha256=str(facts["sha256"]),
            input_size=int(facts["input_size"]),
            face_margin=float(facts["face_margin"]),
            shown=str(facts["shown"]),
            unsure_below=float(facts["unsure_below"]),
            facts=facts,
            set_mass=float(facts.get("set_mass", NO_MASS)),
        )
