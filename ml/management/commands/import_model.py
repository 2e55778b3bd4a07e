"""Register the version in a file that export_model wrote, or in the folder of a run."""

import getpass
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from common.commands import BaseCommand
from common.path_options import any_path
from ml.inference.card import ModelFileError
from ml.registry.transfer import import_version


class Command(BaseCommand):
    """Imports a version; it does not answer until it is promoted."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=any_path)

    def handle(self, *_: Any, file: Path, **options: Any) -> None:
        try:
            version = import_version(file, made_by=getpass.getuser())
        except ModelFileError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Registered: {version.name}. To let it answer: promote_model {version.name}"
        )
