"""Take out of dataset files what people do not lend any more."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from emotions.contributions.dataset_files import prune_files


class Command(BaseCommand):
    """Does what the worker does, on a machine with dataset files that the worker cannot reach."""

    help = __doc__

    def handle(self, *_: Any, **__: Any) -> None:
        """Tidy once and name the files that are out of reach."""
        if unreached := prune_files():
            raise CommandError(f"Out of reach: {', '.join(map(str, unreached))}.")
        self.stdout.write("Every dataset file is as it should be.")
