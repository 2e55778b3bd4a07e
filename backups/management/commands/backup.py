"""Write the whole site, its database and its files, into one file; the site may run meanwhile."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from backups import writing
from backups.archive import BackupError
from common.commands import BaseCommand
from common.path_options import file_path


class Command(BaseCommand):
    """Sessions are left out: who has the file must not be signed in as anybody."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", type=file_path, help="where to write it; one that is there goes"
        )

    def handle(self, *_: Any, file: Path, **__: Any) -> None:
        try:
            summary = writing.write_backup(file)
        except BackupError as error:
            raise CommandError(str(error)) from error
        for name in summary.removed:
            self.stdout.write(f"{name}: was removed meanwhile and is not in the backup.")
        self.stdout.write(f"{summary.rows} rows and {summary.files} files written to {file}.")
