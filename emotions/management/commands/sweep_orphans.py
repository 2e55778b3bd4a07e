"""Delete stored files that neither a capture nor a version of the network refers to.

Cleans up after crashes between writing a file and committing the record that refers to it, and
measures pictures that earlier releases stored without their size.
"""

from typing import Any

from django.core.management.base import BaseCommand

from emotions.pictures import storage
from emotions.quotas.measuring import measure_pictures
from ml.registry import artefacts


class Command(BaseCommand):
    help = __doc__

    def handle(self, *_: Any, **__: Any) -> None:
        removed = storage.sweep_orphans() + artefacts.sweep()
        measured = measure_pictures()
        self.stdout.write(f"{removed} orphaned files removed.")
        if measured:
            self.stdout.write(f"Pictures of {measured} captures measured.")
