"""Make an access token for a script and print it, alone on its line."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.models import AccessToken, User
from accounts.tokens.services import DEFAULT_TOKEN_DAYS, MAX_TOKEN_DAYS, create_token
from common.commands import BaseCommand
from common.number_options import whole_number
from common.text_options import text_up_to


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the person whom the token acts for")
        parser.add_argument("--write", action="store_true", help="default: it only reads")
        parser.add_argument(
            "--export", action="store_true", help="it may download everything at once"
        )
        parser.add_argument(
            "--name",
            type=text_up_to(80),
            default="script",
            help="what it is for (default: script)",
        )
        parser.add_argument(
            "--days",
            type=whole_number(1, MAX_TOKEN_DAYS),
            default=DEFAULT_TOKEN_DAYS,
            help=f"how long it lasts, up to {MAX_TOKEN_DAYS} (default: {DEFAULT_TOKEN_DAYS})",
        )

    def handle(
        self, *_: Any, email: str, write: bool, export: bool, name: str, days: int, **__: Any
    ) -> None:
        try:
            person = User.objects.get_by_natural_key(email)
        except User.DoesNotExist as unknown:
            raise CommandError(f"Nobody signs in with {email}.") from unknown
        scope = AccessToken.Scope.WRITE if write else AccessToken.Scope.READ
        try:
            _token, secret = create_token(
                person=person, name=name, scope=scope, may_export=export, days=days
            )
        except ValueError as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(secret)
