"""Remove stored photos that no capture refers to, and files that no version of the network has."""

from typing import Any

from django.core.management.base import BaseCommand

from emotions.pictures import storage
from ml.registry import artefacts


class Command(BaseCommand):
    """Sweeps what a crash between writing a file and recording what it belongs to left behind."""

    help = __doc__

    def handle(self, *_: Any, **__: Any) -> None:
        """Sweep once and say how much was removed."""
        removed = storage.sweep_orphans() + artefacts.sweep()
        self.stdout.write(f"{removed} orphaned files removed.")
