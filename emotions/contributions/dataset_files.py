"""Dataset files of contributions: writing them, and removing withdrawn contributions from them."""

import logging
import platform
from pathlib import Path

import numpy as np
from django.utils import timezone

from accounts.consents import CURRENT_VERSIONS
from accounts.models import Consent
from emotions.models import Contribution, CorrectionsFile
from ml.data.contributions import MAX_SHARE, ContributedFace, compose_dataset
from ml.data.datasets import Dataset
from ml.data.errors import DatasetError
from ml.emotions import Emotion

logger = logging.getLogger(__name__)


def export_contributions(*, path: Path, share: float = MAX_SHARE, seed: int = 1) -> Dataset:
    """Write the contributions into a dataset file and register it.

    Args:
        path: the file to write; an existing one is replaced.
        share: the largest share of all faces that one contributor may have, above 0, at most 1.
        seed: decides who is held out and which faces are sampled.

    Returns:
        The dataset in the file.

    Raises:
        DatasetError: there are too few contributors, or the file cannot be written.
    """
    longest = CorrectionsFile._meta.get_field("path").max_length or 0
    if len(str(path.resolve())) > longest:
        raise DatasetError(f"Expected a path of at most {longest} letters, received {path}.")
    dataset = compose_dataset(current_contributions(), share=share, seed=seed)
    # Registered before it is written, so that what is withdrawn meanwhile is removed from it.
    file, _ = CorrectionsFile.objects.update_or_create(
        machine=platform.node(), path=str(path.resolve()), defaults=summary_fields(dataset)
    )
    try:
        dataset.save(path)
    except OSError as error:
        raise DatasetError(f"{path}: cannot be written ({error}).") from error
    CorrectionsFile.objects.filter(pk=file.pk).update(gone_at=None)
    prune_file(file)
    return Dataset.load(path)


def current_contributions() -> list[ContributedFace]:
    """Return the contributions of people who consented to the current text."""
    consents = Consent.objects.filter(
        kind=Consent.Kind.IMPROVE,
        version=CURRENT_VERSIONS[Consent.Kind.IMPROVE],
        withdrawn_at=None,
    )
    contributions = Contribution.objects.filter(contributor__person__in=consents.values("person"))
    return [
        ContributedFace(name.hex, contributor.hex, Emotion(felt), bytes(face))
        for name, contributor, felt, face in contributions.values_list(
            "name", "contributor__member", "felt", "face"
        )
    ]


def prune_files() -> list[CorrectionsFile]:
    """Remove withdrawn contributions from every dataset file; return the files out of reach."""
    return [file for file in CorrectionsFile.objects.filter(gone_at=None) if not prune_file(file)]


def prune_file(file: CorrectionsFile) -> bool:
    """Remove withdrawn contributions from a dataset file; return whether it could be reached.

    A file that no longer exists is marked as gone. After each write the contributions are compared
    again, so that no concurrent write can bring a withdrawn face back.
    """
    path = Path(file.path)
    try:
        if file.machine != platform.node() or not path.parent.is_dir():
            raise FileNotFoundError(f"expected the folder of {path} on {file.machine}")
        for leftover in path.parent.glob(f"{path.name}.*.tmp"):  # of a writer that was killed
            leftover.unlink(missing_ok=True)
        if path.exists():
            dataset = Dataset.load(path)
            while len(pruned := without_withdrawn(dataset)) < len(dataset):
                save_or_remove(pruned, path)
                CorrectionsFile.objects.filter(pk=file.pk).update(**summary_fields(pruned))
                dataset = pruned
        if not path.exists():
            CorrectionsFile.objects.filter(pk=file.pk).update(gone_at=timezone.now())
    except (OSError, DatasetError) as error:
        logger.warning("contributions not removed from %s: %s", file, error)
        return False
    return True


def without_withdrawn(dataset: Dataset) -> Dataset:
    """Return a dataset without the contributions that no longer exist."""
    names = [name.hex for name in Contribution.objects.values_list("name", flat=True)]
    return dataset.where(~dataset.is_contribution() | np.isin(dataset.paths, names))


def save_or_remove(dataset: Dataset, path: Path) -> None:
    """Save a dataset to its file, or remove the file where the dataset is empty."""
    if len(dataset):
        dataset.save(path)
    else:
        path.unlink(missing_ok=True)


def summary_fields(dataset: Dataset) -> dict[str, str | int]:
    """Return the fields of `CorrectionsFile` that describe a dataset."""
    contributors = dataset.contributor_names()[dataset.is_contribution()].tolist()
    return {
        "fingerprint": dataset.fingerprint(),
        "faces": len(contributors),
        "members": len(set(contributors)),
    }
