"""Write the faces that people contribute into a dataset file, to train a network with.

The file names nobody, and is registered so that withdrawn faces are removed from it.
"""

from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from common.commands import BaseCommand
from common.number_options import MAX_SEED, number_above, whole_number
from emotions.contributions.dataset_files import export_contributions
from ml.data.contributions import MAX_SHARE
from ml.data.errors import DatasetError


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("--out", type=dataset_file, required=True, help="the file to write, such as mine.npz")
        add(
            "--share",
            type=number_above(0, 1),
            default=MAX_SHARE,
            help=f"of all faces, what one person may have at most; default: {MAX_SHARE:g}",
        )
        add(
            "--seed",
            type=whole_number(0, MAX_SEED),
            default=1,
            help="decides who is held out; default: 1",
        )

    def handle(self, *_: Any, out: Path, **options: Any) -> None:
        try:
            dataset = export_contributions(path=out, share=options["share"], seed=options["seed"])
        except DatasetError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{out}: {dataset.fingerprint()}")
        for split, counts in dataset.counts().items():
            people = len(set(dataset.split(split).contributor_names().tolist()))
            by_emotion = ", ".join(f"{emotion} {count}" for emotion, count in counts.items())
            self.stdout.write(
                f"{split}: {sum(counts.values())} faces of {people} people ({by_emotion})"
            )


def dataset_file(text: str) -> Path:
    """Return the path of an .npz file in a folder that exists."""
    path = Path(text)
    if path.suffix != ".npz" or not path.parent.is_dir():
        raise ArgumentTypeError(
            f"expected the path of an .npz file in a folder that exists, received {text}."
        )
    return path
