"""Fill an empty site, after `migrate`, with a backup: whole or not at all."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from backups import restoring
from backups.archive import BackupError
from backups.sealing import public_key_of
from common.commands import BaseCommand
from common.path_options import file_path


class Command(BaseCommand):
    """Never writes over people or files that are there."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=file_path, help="what `backup` wrote")
        parser.add_argument(
            "--identity", type=Path, metavar="FILE", help="the key of an encrypted one"
        )
        signature = parser.add_mutually_exclusive_group()
        signature.add_argument(
            "--signed-by",
            metavar="KEY",
            help="who has to have signed it; this site, where it has BACKUP_SIGNING_KEY",
        )
        signature.add_argument(
            "--unsigned", action="store_true", help="take one that nobody has to have signed"
        )

    def handle(
        self,
        *_: Any,
        file: Path,
        identity: Path | None,
        signed_by: str | None,
        unsigned: bool,
        **__: Any,
    ) -> None:
        if settings.BACKUP_SIGNING_KEY and not unsigned:
            signed_by = signed_by or public_key_of(settings.BACKUP_SIGNING_KEY)
        try:
            restored = restoring.restore_backup(file, identity_file=identity, signed_by=signed_by)
        except BackupError as error:
            raise CommandError(f"Nothing was restored. {error}") from error
        self.stdout.write(
            f"{restored.rows} rows and {restored.files} files restored, as they were at "
            f"{restored.made_at}."
        )
