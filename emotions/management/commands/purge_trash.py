"""Delete for ever what has been in the trash for 30 days.

Runs the worker's daily job now, for a site whose worker was away.
"""

from typing import Any

from common.commands import BaseCommand
from emotions.captures import purging


class Command(BaseCommand):
    help = __doc__

    def handle(self, *_: Any, **__: Any) -> None:
        self.stdout.write(f"{purging.purge_trash()} moments removed for ever.")
