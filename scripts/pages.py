"""The pages that a command is about."""

from collections.abc import Iterable

from common.option_parsers import OneLineParser


def chosen_pages(description: str, known: Iterable[str]) -> list[str]:
    """Return the pages that are named on the command line; without a name, all.

    Raises:
        SystemExit: If there is no page of such a name.
    """
    names = list(known)
    parser = OneLineParser(description=description)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    chosen: list[str] = parser.parse_args().names
    if unknown := set(chosen) - set(names):
        parser.error(f"expected names among {', '.join(names)}, received {unknown.pop()}.")
    return chosen or names
