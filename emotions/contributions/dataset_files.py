"""Dataset files with people's corrections: writing them, and taking faces out of them again."""

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
from ml.data.sources import DatasetError
from ml.emotions import Emotion

logger = logging.getLogger(__name__)


def export_corrections(*, path: Path, share: float = MAX_SHARE, seed: int = 1) -> Dataset:
    """Write what people lend into a dataset file and remember that it is there.

    Args:
        path: where to; a file that is there is replaced.
        share: of all faces, what one person may have at most. Above 0, at most 1.
        seed: decides who is held out and which faces are drawn.

    Returns:
        What is in the file.

    Raises:
        DatasetError: when too few people lend their faces, or the file cannot be written.
    """
    dataset = compose_dataset(lent(), share=share, seed=seed)
    # Known before it is there, so that whoever takes something back meanwhile finds it.
    file, _ = CorrectionsFile.objects.update_or_create(
        machine=platform.node(), path=str(path.resolve()), defaults=figures(dataset)
    )
    try:
        dataset.save(path)
    except OSError as error:
        raise DatasetError(f"{path}: cannot be written ({error}).") from error
    CorrectionsFile.objects.filter(pk=file.pk).update(gone_at=None)
    tidy(file)
    return Dataset.load(path)


def lent() -> list[ContributedFace]:
    """Return what people lend who agreed to the current text."""
    standing = Consent.objects.filter(
        kind=Consent.Kind.IMPROVE,
        version=CURRENT_VERSIONS[Consent.Kind.IMPROVE],
        withdrawn_at=None,
    )
    rows = Contribution.objects.filter(contributor__person__in=standing.values("person"))
    return [
        ContributedFace(name.hex, contributor.hex, Emotion(felt), bytes(face))
        for name, contributor, felt, face in rows.values_list(
            "name", "contributor__member", "felt", "face"
        )
    ]


def tidy_files() -> list[CorrectionsFile]:
    """Take out of every dataset file what is not lent any more; return those out of reach."""
    return [file for file in CorrectionsFile.objects.filter(gone_at=None) if not tidy(file)]


def tidy(file: CorrectionsFile) -> bool:
    """Take out of one dataset file what is not lent any more; return whether that was possible.

    A file that is gone is only marked. It is written aside and renamed, and looked at once more
    afterwards, so that nothing that two do at once can bring a face back.
    """
    path = Path(file.path)
    try:
        if file.machine != platform.node() or not path.parent.is_dir():
            raise FileNotFoundError(f"expected the folder of {path} on {file.machine}")
        for aside in path.parent.glob(f"{path.name}.*.tmp"):  # of somebody who was interrupted
            aside.unlink(missing_ok=True)
        if path.exists():
            dataset = Dataset.load(path)
            while len(kept := still_lent(dataset)) < len(dataset):
                rewrite(path, kept)
                CorrectionsFile.objects.filter(pk=file.pk).update(**figures(kept))
                dataset = kept
        if not path.exists():
            CorrectionsFile.objects.filter(pk=file.pk).update(gone_at=timezone.now())
    except (OSError, DatasetError) as error:
        logger.warning("corrections not taken out of %s: %s", file, error)
        return False
    return True


def still_lent(dataset: Dataset) -> Dataset:
    """Return the faces of a dataset that are lent, or no person's own."""
    names = [name.hex for name in Contribution.objects.values_list("name", flat=True)]
    return dataset.where(~dataset.is_contribution() | np.isin(dataset.paths, names))


def rewrite(path: Path, dataset: Dataset) -> None:
    """Replace a dataset file, or remove it where nothing is left."""
    if len(dataset):
        dataset.save(path)
    else:
        path.unlink(missing_ok=True)


def figures(dataset: Dataset) -> dict[str, str | int]:
    """Return what is remembered of a dataset."""
    people = dataset.contributor_names()[dataset.is_contribution()].tolist()
    return {
        "fingerprint": dataset.fingerprint(),
        "faces": len(people),
        "members": len(set(people)),
    }
