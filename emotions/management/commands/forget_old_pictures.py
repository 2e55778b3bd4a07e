"""Delete pictures that are older than their owners keep them.

Runs the worker's daily job now, for a site whose worker was away.
"""

from typing import Any

from common.commands import BaseCommand
from emotions.captures import retention


class Command(BaseCommand):
    help = __doc__

    def handle(self, *_: Any, **__: Any) -> None:
        self.stdout.write(f"{retention.forget_old_pictures()} moments keep their numbers only.")
