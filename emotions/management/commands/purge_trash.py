"""Remove for ever what has been in the trash for 30 days."""

from typing import Any

from django.core.management.base import BaseCommand

from emotions.captures import purging


class Command(BaseCommand):
    """Does what the worker does by itself, for a site whose worker was away."""

    help = __doc__

    def handle(self, *_: Any, **__: Any) -> None:
        """Purge once and say how much was removed."""
        self.stdout.write(f"{purging.purge_trash()} moments removed for ever.")
