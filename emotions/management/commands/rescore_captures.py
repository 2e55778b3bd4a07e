"""Let another version of the network read the kept photos, beside what was answered.

May be interrupted at any moment; run again, it continues with the captures that are left.
"""

import time
from typing import Any

from django.core.management.base import CommandError, CommandParser

from common.commands import BaseCommand
from common.number_options import number_above
from emotions.captures.errors import UnreadablePictureError
from emotions.model_quality import rescoring
from ml import registry
from ml.inference.card import ModelFileError


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--model", required=True, help="name of a registered version")
        parser.add_argument(
            "--per-second", type=number_above(0), default=5.0, help="captures at most; default: 5"
        )

    def handle(self, *_: Any, model: str, per_second: float, **__: Any) -> None:
        try:
            version = registry.get_version(model)
            registry.predictor_of(version)
        except ModelFileError as error:
            raise CommandError(str(error)) from error
        total = rescoring.captures_to_rescore(version).count()
        rescored = skipped = 0
        try:
            for capture in rescoring.iter_captures_to_rescore(version):
                started = time.monotonic()
                try:
                    rescored += rescoring.rescore(capture=capture, version=version) is not None
                except UnreadablePictureError:
                    skipped += 1
                    self.stderr.write(f"{capture}: its photo cannot be read; skipped.")
                time.sleep(max(0.0, 1 / per_second - (time.monotonic() - started)))
        except KeyboardInterrupt as error:
            raise CommandError(
                f"Interrupted after {rescored} of {total} captures; the same command goes on."
            ) from error
        except ModelFileError as error:
            raise CommandError(f"{error} {rescored} captures were read.") from error
        self.stdout.write(f"{rescored} captures rescored with {version}, {skipped} skipped.")
