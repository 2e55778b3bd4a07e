"""Hand the reminders that have come due to the worker; run it every five minutes."""

from typing import Any

from django.core.management.base import BaseCommand

from emotions import services


class Command(BaseCommand):
    """Each reminder is handed over once a day, however often and by how many this is run."""

    help = __doc__

    def handle(self, *_: Any, **__: Any) -> None:
        """Hand over once and say how many there were."""
        self.stdout.write(f"{services.send_reminders()} reminders handed over.")
