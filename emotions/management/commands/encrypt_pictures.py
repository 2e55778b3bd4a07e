"""Encrypt all stored pictures with the newest of PICTURE_KEYS.

Run it once after a key was added or set for the first time; then older keys can be removed. It can
be interrupted and run again at any time, while the site runs.
"""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management.base import CommandError

from common.commands import BaseCommand
from emotions.pictures.encryption import PictureKeyError
from emotions.pictures.storage import FOLDERS, names_in


class Command(BaseCommand):
    help = __doc__

    def handle(self, *_: Any, **__: Any) -> None:
        if not settings.PICTURE_KEYS:
            raise CommandError("Expected a key in the environment variable PICTURE_KEYS.")
        renewed = 0
        unreadable: list[str] = []
        for folder in FOLDERS.values():
            for name in names_in(folder):
                try:
                    with suppress(FileNotFoundError):  # removed meanwhile
                        renewed += default_storage.renew(name)  # type: ignore[attr-defined]
                except PictureKeyError:
                    unreadable.append(name)
        self.stdout.write(f"{renewed} pictures stored anew.")
        if unreadable:
            raise CommandError(
                f"{len(unreadable)} pictures, such as {unreadable[0]}: no key of PICTURE_KEYS "
                "opens them, or they were changed."
            )
