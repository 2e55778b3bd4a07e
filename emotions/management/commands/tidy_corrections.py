"""Remove withdrawn contributions from dataset files.

Runs the worker's job on a machine whose dataset files the worker cannot reach.
"""

from typing import Any

from django.core.management.base import CommandError

from common.commands import BaseCommand
from emotions.contributions.dataset_files import prune_files


class Command(BaseCommand):
    help = __doc__

    def handle(self, *_: Any, **__: Any) -> None:
        if unreached := prune_files():
            raise CommandError(f"Out of reach: {', '.join(map(str, unreached))}.")
        self.stdout.write("Every dataset file is as it should be.")
