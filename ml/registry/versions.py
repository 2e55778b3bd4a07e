"""Registering versions: completely or not at all, and each only once."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from ml.inference.card import BUNDLED, Card, ModelFileError
from ml.inference.predictor import Predictor
from ml.metrics.gate import Answers
from ml.models import MAX_NAME_LENGTH, MAX_PERSON_LENGTH, Artefact, ModelVersion, Promotion, Trial
from ml.registry import artefacts
from ml.version_files import ANSWERS, CARD, KERAS_NETWORK, NETWORK

MAX_ENDING_LENGTH = 10
"""Of the number behind a name that is there already."""
PLACEHOLDER = "elsewhere"
"""Name and sha256 (which no file can have) of the version that stands for unknown ones."""


def is_version_file(name: str) -> bool:
    """Tell whether a version may have a file of this name: networks, card, answers, figures."""
    return name in (NETWORK, KERAS_NETWORK, CARD, ANSWERS) or (
        name.endswith(".png")
        and name.replace("-", "").removesuffix(".png").isalnum()
        and len(name) <= MAX_NAME_LENGTH
    )


def get_version(name: str) -> ModelVersion:
    """Return the version of a name.

    Raises:
        ModelFileError: there is no such version.
    """
    version = ModelVersion.objects.filter(name=name).first()
    if version is None:
        names = ", ".join(ModelVersion.objects.order_by("pk").values_list("name", flat=True))
        raise ModelFileError(f"Expected a version among {names}, received {name}.")
    return version


def version_by_name(name: str) -> ModelVersion | None:
    """Return the version of a name, or None if it is not registered here."""
    return ModelVersion.objects.filter(name=name).exclude(sha256=PLACEHOLDER).first()


def placeholder_version() -> ModelVersion:
    """Return the version that stands for every version that is not registered here.

    It has no files, so it can neither serve nor be promoted.
    """
    version, _ = ModelVersion.objects.get_or_create(
        sha256=PLACEHOLDER,
        defaults={"name": unused_name(PLACEHOLDER), "card": {}, "made_by": "Emoplatform"},
    )
    return version


def validate_files(files: Mapping[str, bytes]) -> Card:
    """Check the files of a version, run its network once, and return its card.

    Raises:
        ModelFileError: a file is missing, is not the one on the card, or cannot be used.
    """
    for name in (NETWORK, CARD):
        if name not in files:
            raise ModelFileError(f"Expected a version with a file {name}, found none.")
    card = Card.parse(files[CARD], CARD)
    Predictor(files[NETWORK], card).self_test()
    keras_sha256 = card.facts.get("keras_sha256")
    if KERAS_NETWORK in files and sha256_hex(files[KERAS_NETWORK]) != keras_sha256:
        raise ModelFileError(f"{KERAS_NETWORK}: is not the network on the card.")
    parse_answers(files)
    return card


def verify(version: ModelVersion) -> None:
    """Check that the network of a registered version can be run.

    Raises:
        ModelFileError: a file is missing or damaged, or the network cannot be run.
    """
    card = validate_files({name: artefacts.content(version, name) for name in (NETWORK, CARD)})
    if card.sha256 != version.sha256:
        raise ModelFileError(f"{version.name}: its card is that of another network.")


def parse_answers(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """Return the answers about test faces among a version's files, as JSON; often none.

    Raises:
        ModelFileError: they are not in the format of `ml.metrics.gate`.
    """
    try:
        answers: list[dict[str, Any]] = json.loads(files.get(ANSWERS, b"[]"))
        for payload in answers:
            Answers.from_json(payload)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelFileError(
            f"{ANSWERS}: expected answers about test faces ({error!r})."
        ) from error
    return answers


def sha256_hex(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def register(files: Mapping[str, bytes], *, made_by: str) -> ModelVersion:
    """Store a version's files and create its records; the version is not active.

    Files are written first and records in one transaction, so that nothing is half-registered. A
    version that is registered already is returned unchanged.

    Args:
        files: content by name; files that are not part of a version are ignored.

    Raises:
        ModelFileError: a file is missing, is not the one on the card, or cannot be used; or a name
            is too long.
    """
    card = validate_files(files)
    require_short(card.name, MAX_NAME_LENGTH)
    require_short(made_by, MAX_PERSON_LENGTH)
    if earlier := ModelVersion.objects.filter(sha256=card.sha256).first():
        return earlier
    stored: dict[str, str] = {}
    try:
        for name, content in files.items():
            if is_version_file(name):
                stored[name] = artefacts.write(name, content)
        return create_records(card, files=files, stored=stored, made_by=made_by)
    except IntegrityError:
        # Somebody else registered the same version at the same moment.
        artefacts.remove([*stored.values()])
        return ModelVersion.objects.get(sha256=card.sha256)
    except BaseException:
        artefacts.remove([*stored.values()])
        raise


def require_short(name: str, most: int) -> None:
    """Check that a name is not longer than its column.

    Raises:
        ModelFileError: it is.
    """
    if len(name) > most:
        raise ModelFileError(f"Expected a name of at most {most} letters, received {name}.")


@transaction.atomic
def create_records(
    card: Card,
    *,
    files: Mapping[str, bytes],
    stored: Mapping[str, str],
    made_by: str,
    bundled: bool = False,
) -> ModelVersion:
    """Create the records of a version whose files are stored.

    Args:
        stored: storage name of each file, by name.
    """
    version = ModelVersion.objects.create(
        name=unused_name(card.name),
        sha256=card.sha256,
        card=card.facts,
        answers=parse_answers(files),
        made_by=made_by,
        bundled=bundled,
    )
    Artefact.objects.bulk_create(
        Artefact(
            version=version,
            name=name,
            file=place,
            sha256=sha256_hex(files[name]),
            bytes=len(files[name]),
        )
        for name, place in stored.items()
    )
    return version


@transaction.atomic
def save_answers(version: ModelVersion, answers: Answers) -> None:
    """Save a version's answers about a test set, replacing earlier ones about the same test set.

    The gate compares versions that have answers about the same test set.
    """
    current = ModelVersion.objects.select_for_update().get(pk=version.pk)
    others = [saved for saved in current.answers if saved["digest"] != answers.digest]
    current.answers = [*others, answers.to_json()]
    current.save(update_fields=["answers"])


def increment_looks(version: ModelVersion) -> None:
    """Count one more look at a version's figures on a test split."""
    ModelVersion.objects.filter(pk=version.pk).update(looks=F("looks") + 1)


def unused_name(name: str) -> str:
    """Return `name`, with a number appended if a version has that name already."""
    beginning = name[: MAX_NAME_LENGTH - MAX_ENDING_LENGTH]
    same = ModelVersion.objects.filter(name__startswith=beginning)
    taken = set(same.values_list("name", flat=True))
    endings = ("" if n == 1 else f".{n}" for n in range(1, len(taken) + 2))
    candidates = (name[: MAX_NAME_LENGTH - len(ending)] + ending for ending in endings)
    return next(candidate for candidate in candidates if candidate not in taken)


@transaction.atomic
def register_bundled() -> ModelVersion:
    """Register the network that ships with the code; it replaces only an earlier bundled one."""
    files = {
        path.name: path.read_bytes() for path in BUNDLED.iterdir() if is_version_file(path.name)
    }
    card = Card.parse(files[CARD], CARD)
    # The files of an earlier bundled version went away with the code that they came with.
    Artefact.objects.filter(version__bundled=True).exclude(version__sha256=card.sha256).delete()
    earlier_trials = Trial.objects.filter(running=True, version__bundled=True)
    earlier_trials.exclude(version__sha256=card.sha256).update(
        running=False, ended_at=timezone.now()
    )
    version = ModelVersion.objects.filter(sha256=card.sha256).first()
    if version is None:
        places = {name: f"bundled/{name}" for name in files}
        version = create_records(
            card, files=files, stored=places, made_by="Emoplatform", bundled=True
        )
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
