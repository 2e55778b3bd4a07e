"""Turn a downloaded dataset into one validated file to train on."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from django.core.management.base import CommandError, CommandParser
from numpy.typing import NDArray

from common.commands import BaseCommand
from common.number_options import MAX_SEED, whole_number
from ml.data.coverage import gaps
from ml.data.crowd_votes import NO_MAJORITY, majority
from ml.data.datasets import Dataset
from ml.data.errors import DatasetError
from ml.data.preparation import prepare
from ml.data.sources import Source
from ml.data.spellings import LABELS_HELP, parse_labels
from ml.emotions import EMOTIONS


class Command(BaseCommand):
    """Reads and splits a source, writes and draws the dataset, and reports what it contains."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "source", type=Path, help="archive (zip, tar.gz), folder or fer2013.csv"
        )
        parser.add_argument("--out", type=Path, required=True, help="file to write, ending in .npz")
        parser.add_argument("--votes", type=Path, help="crowd votes to join (CSV)")
        parser.add_argument("--labels", action="append", default=[], help=LABELS_HELP)
        parser.add_argument(
            "--seed",
            type=whole_number(0, MAX_SEED),
            default=1,
            help="seed of the 80:20 split and of the sample pictures; default: 1",
        )

    def handle(
        self,
        *_: Any,
        source: Path,
        out: Path,
        votes: Path | None,
        labels: list[str],
        seed: int,
        **__: Any,
    ) -> None:
        if out.suffix != ".npz":
            raise CommandError(f"--out: expected a name that ends with .npz, received {out}.")
        if not out.parent.is_dir():
            raise CommandError(f"--out: expected a file in a folder, there is no {out.parent}.")
        try:
            from ml.evaluation.figures.dataset import draw_dataset  # noqa: PLC0415 - matplotlib, only here
        except ModuleNotFoundError as error:
            raise CommandError(
                "Preparing a dataset needs matplotlib: pip install -r requirements-train.txt"
            ) from error
        try:
            opened = Source(source, parse_labels(labels))
            dataset, report = prepare(opened, seed=seed, votes=votes)
            with TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as temporary:
                file = Path(temporary) / out.name
                dataset.save(file)
                pictures = draw_dataset(dataset, file, seed=seed)
                written = [path.replace(out.with_name(path.name)) for path in (file, *pictures)]
        except (DatasetError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(format_counts(dataset))
        for line in report.lines():
            self.stdout.write(line)
        if dataset.votes is not None:
            self.stdout.write(format_votes(dataset.votes, dataset.labels))
        for path in written:
            self.stdout.write(f"Written: {path}")
        self.stdout.write(f"Fingerprint: {dataset.fingerprint()}")
        for gap in gaps(dataset):
            self.stderr.write(f"Warning: {gap}")


def format_counts(dataset: Dataset) -> str:
    counts = dataset.counts()
    rows = [["", *EMOTIONS, "all"]]
    for split in ("train", "validation", "test"):
        numbers = counts.get(split, {}).values()
        rows.append([split, *map(str, numbers), str(sum(numbers))])
    return "\n".join(" ".join(f"{cell:>10}" for cell in row) for row in rows)


def format_votes(votes: NDArray[np.uint8], labels: NDArray[np.int64]) -> str:
    """Return how many faces have votes, and how often their majority agrees with the label."""
    majorities = majority(votes)
    clear = majorities != NO_MAJORITY
    agreed = float((majorities == labels)[clear].mean()) if clear.any() else 0
    return (
        f"Faces with votes: {int(votes.any(axis=1).sum())} of {len(votes)}, with a majority for "
        f"one emotion: {int(clear.sum())}, of which {agreed:.1%} agree with the label"
    )
