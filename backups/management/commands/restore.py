"""Fill an empty site, after `migrate`, with a backup: whole or not at all."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backups import restoring
from backups.archive import BackupError


class Command(BaseCommand):
    """Never writes over people or files that are there."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="what `backup` wrote")

    def handle(self, *_: Any, file: Path, **__: Any) -> None:
        try:
            restored = restoring.restore_backup(file)
        except BackupError as error:
            raise CommandError(f"Nothing was restored. {error}") from error
        self.stdout.write(
            f"{restored.rows} rows and {restored.files} files restored, as they were at "
            f"{restored.made_at}."
        )
