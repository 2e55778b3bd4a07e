"""Parsers of command lines that answer wrong options in one line."""

from argparse import ArgumentParser
from typing import NoReturn

from common.names import escape_controls

USAGE_ERROR = 2
"""The exit status of a program whose options are wrong."""


def end_with_one_line(parser: ArgumentParser, message: str) -> NoReturn:
    """End the program, saying what is wrong with its options."""
    parser.exit(USAGE_ERROR, f"{parser.prog}: {escape_controls(message)}\n")


class OneLineParser(ArgumentParser):
    """A parser that leaves its usage to `--help` when it says what is wrong with an option."""

    def error(self, message: str) -> NoReturn:
        end_with_one_line(self, message)
