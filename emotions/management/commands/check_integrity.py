"""Look at every stored file and record whether they belong together; mend what does not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from emotions.integrity import findings


class Command(BaseCommand):
    """A line a finding and a total; fails where something is wrong and was not repaired."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Define the command's arguments."""
        parser.add_argument(
            "--repair",
            action="store_true",
            help="remove files that belong to nothing; make lost pictures anew from the photo, or "
            "let their moments keep what is left, never less than their numbers",
        )

    def handle(self, *_: Any, repair: bool, **__: Any) -> None:
        """Check once.

        Raises:
            CommandError: something is wrong and was not repaired.
        """
        found = repaired = 0
        for finding in findings():
            found += 1
            done = ""
            if repair and finding.repair:
                finding.repair()
                repaired += 1
                done = " Repaired."
            self.stdout.write(f"{finding.what}{done}")
        total = f"{found} found, {repaired} repaired."
        if found > repaired:
            raise CommandError(total)
        self.stdout.write(total)
