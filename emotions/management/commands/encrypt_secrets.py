"""Encrypt second factors, keys of notifications and sessions with the newest of ENCRYPTION_KEYS.

Run it once after a key was added or set for the first time; then older keys can be removed.
"""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from accounts.encryption import renew_second_factors, renew_sessions
from common.commands import BaseCommand
from common.encryption import UndecryptableError
from emotions.reminders.services import renew_subscriptions


class Command(BaseCommand):
    help = __doc__

    def handle(self, *_: Any, **__: Any) -> None:
        if not settings.ENCRYPTION_KEYS:
            raise CommandError("Expected a key in the environment variable ENCRYPTION_KEYS.")
        try:
            renewed = renew_second_factors() + renew_subscriptions()
        except UndecryptableError as error:
            raise CommandError(str(error)) from error
        renew_sessions()
        self.stdout.write(f"{renewed} secrets encrypted with the newest key.")
