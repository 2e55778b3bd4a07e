"""Hand the reminders that have come due to the worker: once, or again and again."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from emotions.reminders.scheduling import send_reminders


class Command(BaseCommand):
    """Each reminder is handed over once a day, however often and by how many this is run."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Define the command's arguments."""
        parser.add_argument("--every", type=int, metavar="SECONDS", help="stay, and do it so often")

    def handle(self, *_: Any, every: int | None = None, **__: Any) -> None:
        """Hand over what is due and say how many there were."""
        while True:
            self.stdout.write(f"{send_reminders()} reminders handed over.")
            if every is None:
                return
            close_old_connections()
            time.sleep(every)
