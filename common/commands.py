"""What all `manage.py` commands of the project have in common."""

import io
import sys
from typing import Any, NoReturn

from django.core.management.base import BaseCommand as DjangoBaseCommand
from django.core.management.base import CommandError, CommandParser

from common.names import escape_controls
from common.option_parsers import end_with_one_line


class _OneLineCommandParser(CommandParser):
    def error(self, message: str) -> NoReturn:
        if not self.called_from_command_line:
            raise CommandError(f"Error: {escape_controls(message)}")
        end_with_one_line(self, message)


class BaseCommand(DjangoBaseCommand):
    """A command that no name can make fail by quoting it, and whose every error is one line."""

    def run_from_argv(self, argv: list[str]) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            # As Python does on stderr: names may hold what the terminal's encoding cannot.
            sys.stdout.reconfigure(errors="backslashreplace")
        super().run_from_argv(argv)

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        # Django leaves no choice of the class.
        parser.__class__ = _OneLineCommandParser
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except CommandError as error:
            error.args = (escape_controls(str(error)),)
            raise
