"""Check that stored files and the records that refer to them match, and repair what does not.

Prints one line for each finding, and a total; fails where a finding is not repaired.
"""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from common.commands import BaseCommand
from emotions.integrity import findings


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--repair",
            action="store_true",
            help="remove files that belong to nothing; make lost pictures anew from the photo, or "
            "let their moments keep what is left, never less than their numbers",
        )

    def handle(self, *_: Any, repair: bool, **__: Any) -> None:
        found = repaired = 0
        for finding in findings():
            found += 1
            outcome = ""
            if repair and finding.repair:
                finding.repair()
                repaired += 1
                outcome = " Repaired."
            self.stdout.write(f"{finding.what}{outcome}")
        total = f"{found} found, {repaired} repaired."
        if found > repaired:
            raise CommandError(total)
        self.stdout.write(total)
