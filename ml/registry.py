"""Which trained version answers, and the predictor that belongs to it."""

from django.db import transaction

from ml.models import ModelVersion
from ml.predictor import BUNDLED, Card, Predictor, bundled_predictor


class NoModelError(Exception):
    """No registered version can answer now."""


@transaction.atomic
def register_bundled() -> ModelVersion:
    """Register the bundled network by its sha256; it takes over from another bundled one only."""
    card = Card.read(BUNDLED / "card.json")
    version, created = ModelVersion.objects.get_or_create(
        sha256=card.sha256,
        defaults={
            "name": unused_name(card.name),
            "card": card.facts,
            "made_by": "bundled",
            "bundled": True,
        },
    )
    if not created and version.card != card.facts:
        version.card = card.facts
        version.save(update_fields=["card"])
    active = ModelVersion.objects.select_for_update().filter(active=True).first()
    # The file of an earlier bundled version went away with the earlier code.
    if active is None or active.bundled:
        ModelVersion.objects.filter(active=True).update(active=False)
        version.active = True
        version.save(update_fields=["active"])
    return version


def unused_name(name: str) -> str:
    """Return `name`, numbered where an earlier version has it already."""
    taken = set(ModelVersion.objects.filter(name__startswith=name).values_list("name", flat=True))
    candidates = (name if n == 1 else f"{name}.{n}" for n in range(1, len(taken) + 2))
    return next(candidate for candidate in candidates if candidate not in taken)


def active_version() -> ModelVersion:
    """Return the version that answers.

    Raises:
        NoModelError: when none is registered yet.
    """
    version = ModelVersion.objects.filter(active=True).first()
    if version is None:
        raise NoModelError("No trained version is registered: run `manage.py migrate`.")
    return version


def predictor_of(version: ModelVersion) -> Predictor:
    """Return the cached predictor of a version.

    Raises:
        NoModelError: when this installation does not hold the version's file.
    """
    predictor = bundled_predictor()
    if predictor.card.sha256 != version.sha256:
        raise NoModelError(f"The file of {version.name} is not here: run `manage.py migrate`.")
    return predictor
