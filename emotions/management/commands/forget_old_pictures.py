"""Forget pictures that are older than their people want them to be."""

from typing import Any

from django.core.management.base import BaseCommand

from emotions.captures import retention


class Command(BaseCommand):
    """Does what the worker does by itself, for a site whose worker was away."""

    help = __doc__

    def handle(self, *_: Any, **__: Any) -> None:
        """Forget once and say of how many moments."""
        self.stdout.write(f"{retention.forget_old_pictures()} moments keep their numbers only.")
