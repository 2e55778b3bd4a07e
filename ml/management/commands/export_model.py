"""Export a version to one file, to import it into another installation."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from common.commands import BaseCommand
from common.path_options import file_path
from ml.inference.card import ModelFileError
from ml.registry import get_version
from ml.registry.transfer import export_version


class Command(BaseCommand):
    """Exports a registered version."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("version", help="name of a registered version")
        parser.add_argument("file", nargs="?", type=file_path, help="default: VERSION.zip")

    def handle(self, *_: Any, version: str, file: Path | None, **options: Any) -> None:
        path = file or Path(f"{version}.zip")
        try:
            export_version(get_version(version), path)
        except (ModelFileError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Written: {path}")
