"""Seeing that a registered version can answer."""

from ml.models import ModelVersion
from ml.predictor import ModelFileError
from ml.registry.artefacts import content
from ml.registry.versions import CARD, NETWORK, checked


def verify(version: ModelVersion) -> None:
    """See a version's network answer.

    Raises:
        ModelFileError: when a file is missing or damaged, or does not work.
    """
    card = checked({name: content(version, name) for name in (NETWORK, CARD)})
    if card.sha256 != version.sha256:
        raise ModelFileError(f"{version.name}: its card is that of another network.")
