"""Names of months in the languages that moods are known in, as Django translates them."""

from functools import cache

from django.utils import translation
from django.utils.dates import MONTHS, MONTHS_3, MONTHS_ALT, MONTHS_AP

LANGUAGES = ("en", "de", "es", "fr", "pt", "it", "nl", "pl", "ru", "tr")
"""Those that write dates with names; Japanese and Chinese write numbers."""


def month_of(name: str) -> int | None:
    """Return the number of the month that has this name, whole or shortened, in any capitals."""
    wanted = plain(name)
    numbers = month_numbers()
    found = {number for full, number in numbers.items() if full.startswith(wanted)}
    return numbers.get(wanted) or (found.pop() if len(found) == 1 else None)


@cache
def month_numbers() -> dict[str, int]:
    """Return the numbers of months by their names."""
    numbers: dict[str, int] = {}
    for language in LANGUAGES:
        with translation.override(language):
            for names in (MONTHS, MONTHS_ALT, MONTHS_3, MONTHS_AP):
                for number, name in names.items():
                    numbers.setdefault(plain(str(name)), number)
    return numbers


def plain(name: str) -> str:
    return name.casefold().strip(" .")
