"""Hand the reminders that are due to the worker, once or repeatedly.

Hands each reminder over once a day, however many schedulers run.
"""

import time
from typing import Any

from django.core.management.base import CommandParser
from django.db import close_old_connections

from common.commands import BaseCommand
from common.number_options import whole_number
from emotions.reminders.scheduling import send_reminders

SECONDS_A_DAY = 24 * 60 * 60


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every",
            type=whole_number(1, SECONDS_A_DAY),
            metavar="SECONDS",
            help="stay, and do it so often",
        )

    def handle(self, *_: Any, every: int | None = None, **__: Any) -> None:
        while True:
            self.stdout.write(f"{send_reminders()} reminders handed over.")
            if every is None:
                return
            close_old_connections()
            time.sleep(every)
