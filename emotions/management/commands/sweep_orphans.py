"""Remove stored photos that no capture refers to."""

from typing import Any

from django.core.management.base import BaseCommand

from emotions import photos


class Command(BaseCommand):
    """Sweeps what a crash between writing a file and recording its capture left behind."""

    help = __doc__

    def handle(self, *_: Any, **__: Any) -> None:
        """Sweep once and say how much was removed."""
        self.stdout.write(f"{photos.sweep_orphans()} orphaned files removed.")
