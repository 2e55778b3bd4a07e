"""Download YuNet, which finds more faces than the cascades, and faster."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from common.commands import BaseCommand
from ml.inference import yunet


class Command(BaseCommand):
    """Installs the detector, which is used from the next photo on without a restart."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", type=Path, help="install this file instead of downloading it")

    def handle(self, *_: Any, file: Path | None = None, **__: Any) -> None:
        try:
            yunet.fetch(yunet.URL if file is None else file.resolve().as_uri())
        except yunet.DetectorFileError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Installed as {yunet.FILE}.")
