"""Make a demonstration account with a year of plausible history and no real faces."""

import secrets
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from emotions.demo import EMAIL, seed


class Command(BaseCommand):
    """Makes the account anew each time."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the account's password."""
        parser.add_argument("--password", help="default: a random one, printed")

    def handle(self, *_: Any, password: str | None, **__: Any) -> None:
        """Seed and say how to sign in."""
        password = password or secrets.token_urlsafe(12)
        count = seed(password=password, now=timezone.localtime(timezone=ZoneInfo("Europe/Lisbon")))
        self.stdout.write(f"{count} moments. Sign in as {EMAIL} with the password {password}")
