"""Create a demonstration account with a year of plausible history and no real faces.

Replaces the account of an earlier run.
"""

import secrets
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import CommandParser
from django.utils import timezone

from common.commands import BaseCommand
from emotions.demo import EMAIL, seed


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--password", help="default: a random one, printed")

    def handle(self, *_: Any, password: str | None, **__: Any) -> None:
        password = password or secrets.token_urlsafe(12)
        count = seed(password=password, now=timezone.localtime(timezone=ZoneInfo("Europe/Lisbon")))
        self.stdout.write(f"{count} moments. Sign in as {EMAIL} with the password {password}")
