"""Turn a dataset as it was downloaded into one checked file to train with."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ml.datasets import Dataset, Report, prepare
from ml.emotions import EMOTIONS
from ml.sources import DatasetError, Source


class Command(BaseCommand):
    """Reads an archive or folder, splits it, and says what is in it."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the source, the file to write and the seed of the split."""
        parser.add_argument("source", type=Path, help="zip archive or folder")
        parser.add_argument("--out", type=Path, required=True, help="file to write (.npz)")
        parser.add_argument("--seed", type=int, default=1, help="of the 80:20 split")

    def handle(self, *_: Any, source: Path, out: Path, seed: int, **__: Any) -> None:
        """Prepare, write and report."""
        if out.suffix != ".npz":
            raise CommandError(f"--out: expected a name that ends with .npz, received {out}.")
        try:
            dataset, report = prepare(Source(source), seed=seed)
            dataset.save(out)
        except (DatasetError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(table(dataset))
        self.stdout.write(findings(report))
        self.stdout.write(f"Written: {out}\nFingerprint: {dataset.fingerprint()}")


def table(dataset: Dataset) -> str:
    """Return the counts of each split and emotion as a text table."""
    counts = dataset.counts()
    rows = [["", *EMOTIONS, "all"]]
    for split in ("train", "validation", "test"):
        numbers = counts.get(split, {}).values()
        rows.append([split, *map(str, numbers), str(sum(numbers))])
    return "\n".join(" ".join(f"{cell:>10}" for cell in row) for row in rows)


def findings(report: Report) -> str:
    """Return what was noticed, a line each."""
    lines = [f"Dropped ({reason}): {count}" for reason, count in sorted(report.dropped.items())]
    lines += [
        f"Groups of identical pictures: {report.identical}, with different labels: "
        f"{report.conflicts}",
        f"Test pictures that stand in the training folder too: {report.twins}",
    ]
    return "\n".join(lines)
