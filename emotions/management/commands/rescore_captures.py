"""Read kept photos again by another version of the network, beside what was answered."""

import time
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from emotions.captures.errors import UnreadablePictureError
from emotions.model_quality import rescoring
from ml import registry
from ml.inference.card import ModelFileError


def pace(text: str) -> float:
    """Return how many captures a second may be read.

    Raises:
        ArgumentTypeError: when it is no number above 0.
    """
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < float("inf"):
        raise ArgumentTypeError(f"expected a number above 0, received {text}.")
    return number


class Command(BaseCommand):
    """Can be stopped at any moment; run again, it does the rest and nothing twice."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a version and a pace."""
        parser.add_argument("--model", required=True, help="name of a registered version")
        parser.add_argument(
            "--per-second", type=pace, default=5.0, help="captures at most; default: 5"
        )

    def handle(self, *_: Any, model: str, per_second: float, **__: Any) -> None:
        """Read what is waiting, tell what cannot be read, and say how much there was."""
        try:
            version = registry.get_version(model)
            registry.predictor_of(version)
        except ModelFileError as error:
            raise CommandError(str(error)) from error
        waiting = rescoring.captures_to_rescore(version).count()
        read = skipped = 0
        try:
            for capture in rescoring.iter_captures_to_rescore(version):
                started = time.monotonic()
                try:
                    read += rescoring.rescore(capture=capture, version=version) is not None
                except UnreadablePictureError:
                    skipped += 1
                    self.stderr.write(f"{capture}: its photo cannot be read; skipped.")
                time.sleep(max(0.0, 1 / per_second - (time.monotonic() - started)))
        except KeyboardInterrupt as error:
            raise CommandError(
                f"Interrupted after {read} of {waiting} captures; the same command goes on."
            ) from error
        except ModelFileError as error:
            raise CommandError(f"{error} {read} captures were read.") from error
        self.stdout.write(f"{read} captures read again by {version}, {skipped} skipped.")
