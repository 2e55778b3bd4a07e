"""Entering versions into the registry: whole or not at all, and never twice."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from ml.inference.card import BUNDLED, Card, ModelFileError
from ml.inference.predictor import Predictor
from ml.metrics.gate import Answers
from ml.models import Artefact, ModelVersion, Promotion
from ml.registry import artefacts
from ml.version_files import ANSWERS, CARD, KERAS_NETWORK, NETWORK

ELSEWHERE = "elsewhere"
"""Name and, since no file has such a one, sha256 of what stands for versions that are not here."""


def is_known(name: str) -> bool:
    """Tell whether a version has files of this name: its networks, facts and pictures."""
    return name in (NETWORK, KERAS_NETWORK, CARD, ANSWERS) or (
        name.endswith(".png") and name.replace("-", "").removesuffix(".png").isalnum()
    )


def find_version(name: str) -> ModelVersion:
    """Return the version of a name.

    Raises:
        ModelFileError: when there is none.
    """
    version = ModelVersion.objects.filter(name=name).first()
    if version is None:
        names = ", ".join(ModelVersion.objects.order_by("pk").values_list("name", flat=True))
        raise ModelFileError(f"Expected a version among {names}, received {name}.")
    return version


def version_by_name(name: str) -> ModelVersion | None:
    """Return the version of a name; None where it is not here."""
    return ModelVersion.objects.filter(name=name).exclude(sha256=ELSEWHERE).first()


def version_elsewhere() -> ModelVersion:
    """Return what stands for every version that is not here.

    It has no files, so it can neither answer nor be promoted.
    """
    version, _ = ModelVersion.objects.get_or_create(
        sha256=ELSEWHERE,
        defaults={"name": unused_name(ELSEWHERE), "card": {}, "made_by": "Emoplatform"},
    )
    return version


def checked(files: Mapping[str, bytes]) -> Card:
    """Return the card of a version's files once its network was seen to answer.

    Raises:
        ModelFileError: when a file is missing, or not the one on the card, or does not work.
    """
    for name in (NETWORK, CARD):
        if name not in files:
            raise ModelFileError(f"Expected a version with a file {name}, found none.")
    card = Card.parse(files[CARD], CARD)
    Predictor(files[NETWORK], card).self_test()
    keras_sha256 = card.facts.get("keras_sha256")
    if KERAS_NETWORK in files and digest(files[KERAS_NETWORK]) != keras_sha256:
        raise ModelFileError(f"{KERAS_NETWORK}: is not the network on the card.")
    answers_in(files)
    return card


def verify(version: ModelVersion) -> None:
    """See a version's network answer.

    Raises:
        ModelFileError: when a file is missing or damaged, or does not work.
    """
    card = checked({name: artefacts.content(version, name) for name in (NETWORK, CARD)})
    if card.sha256 != version.sha256:
        raise ModelFileError(f"{version.name}: its card is that of another network.")


def answers_in(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """Return what a version's files say that it answered about test faces; often nothing.

    Raises:
        ModelFileError: when that is not as `ml.metrics.gate` writes it.
    """
    try:
        told: list[dict[str, Any]] = json.loads(files.get(ANSWERS, b"[]"))
        for answers in told:
            Answers.from_json(answers)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelFileError(
            f"{ANSWERS}: expected answers about test faces ({error!r})."
        ) from error
    return told


def digest(content: bytes) -> str:
    """Return a file's sha256."""
    return hashlib.sha256(content).hexdigest()


def register(files: Mapping[str, bytes], *, made_by: str) -> ModelVersion:
    """Store a version's files and enter it into the registry, inactive.

    Files come first, then one transaction, so nothing is half-registered. A version that is there
    already is returned as it is.

    Args:
        files: by name; those that no version has are left out.

    Raises:
        ModelFileError: when a file is missing, or not the one on the card, or does not work.
    """
    card = checked(files)
    if earlier := ModelVersion.objects.filter(sha256=card.sha256).first():
        return earlier
    stored: dict[str, str] = {}
    try:
        for name, content in files.items():
            if is_known(name):
                stored[name] = artefacts.write(name, content)
        return enter(card, files=files, stored=stored, made_by=made_by)
    except IntegrityError:
        # The same version was registered at the same moment, and the other one was faster.
        artefacts.remove([*stored.values()])
        return ModelVersion.objects.get(sha256=card.sha256)
    except BaseException:
        artefacts.remove([*stored.values()])
        raise


@transaction.atomic
def enter(
    card: Card,
    *,
    files: Mapping[str, bytes],
    stored: Mapping[str, str],
    made_by: str,
    bundled: bool = False,
) -> ModelVersion:
    """Create the records of a version whose files are stored."""
    version = ModelVersion.objects.create(
        name=unused_name(card.name),
        sha256=card.sha256,
        card=card.facts,
        answers=answers_in(files),
        made_by=made_by,
        bundled=bundled,
    )
    Artefact.objects.bulk_create(
        Artefact(
            version=version,
            name=name,
            file=place,
            sha256=digest(files[name]),
            bytes=len(files[name]),
        )
        for name, place in stored.items()
    )
    return version


@transaction.atomic
def remember_answers(version: ModelVersion, answers: Answers) -> None:
    """Keep with a version what it answered about a test set, in the place of earlier such answers.

    The gate can then compare another one with it, which answered the same faces.
    """
    current = ModelVersion.objects.select_for_update().get(pk=version.pk)
    others = [told for told in current.answers if told["digest"] != answers.digest]
    current.answers = [*others, answers.to_json()]
    current.save(update_fields=["answers"])


def count_look(version: ModelVersion) -> None:
    """Remember that a version's figures on a test split were looked at once more."""
    ModelVersion.objects.filter(pk=version.pk).update(looks=F("looks") + 1)


def unused_name(name: str) -> str:
    """Return `name`, numbered where an earlier version has it already."""
    taken = set(ModelVersion.objects.filter(name__startswith=name).values_list("name", flat=True))
    candidates = (name if n == 1 else f"{name}.{n}" for n in range(1, len(taken) + 2))
    return next(candidate for candidate in candidates if candidate not in taken)


@transaction.atomic
def register_bundled() -> ModelVersion:
    """Register the network that ships with the code; it takes over from another such one only."""
    files = {path.name: path.read_bytes() for path in BUNDLED.iterdir() if is_known(path.name)}
    card = Card.parse(files[CARD], CARD)
    # The files of an earlier bundled version went away with the earlier code.
    Artefact.objects.filter(version__bundled=True).exclude(version__sha256=card.sha256).delete()
    version = ModelVersion.objects.filter(sha256=card.sha256).first()
    if version is None:
        places = {name: f"bundled/{name}" for name in files}
        version = enter(card, files=files, stored=places, made_by="Emoplatform", bundled=True)
    elif version.bundled and version.card != card.facts:
        version.card = card.facts
        version.save(update_fields=["card"])
    active = ModelVersion.objects.select_for_update().filter(active=True).first()
    if active is None or (active.bundled and active != version):
        ModelVersion.objects.filter(active=True).update(active=False)
        ModelVersion.objects.filter(pk=version.pk).update(active=True)
        version.active = True
        Promotion.objects.create(
            version=version, previous=active, kind=Promotion.Kind.SHIPPED, by="Emoplatform"
        )
    return version
