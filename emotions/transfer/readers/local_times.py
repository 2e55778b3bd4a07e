"""Dates and times of day as clocks and spreadsheets of many countries write them."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, time, timedelta
from enum import StrEnum

from emotions.transfer.readers.month_names import month_of

TIME_SIGNS = frozenset(":.,'’")
DATE_SIGNS = frozenset("-/.,:T年月日년월일")
CENTURY = 2000
"""Added to years of two digits: the diaries that are read began after it."""


class DateOrder(StrEnum):
    """What stands first in dates."""

    YEAR_FIRST = "year_first"
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


def letters_of(text: str) -> str:
    return "".join(filter(str.isalpha, text.casefold()))


BEFORE_NOON = frozenset(
    map(
        letters_of,
        (
            *("am", "vorm", "fm", "ap", "öö", "πμ", "de", "дп", "пробед", "dop", "sa"),
            *("ص", "قظ", "पूर्वाह्न", "上午", "凌晨", "早上", "午前", "오전"),
        ),
    )
)
AFTER_NOON = frozenset(
    map(
        letters_of,
        (
            *("pm", "nachm", "em", "ip", "ös", "μμ", "du", "пп", "следобед", "odp", "ch"),
            *("م", "بظ", "अपराह्न", "下午", "中午", "晚上", "午後", "오후"),
        ),
    )
)
CLOCK_SIGNS = frozenset("時时點点시分분")
WITHOUT_MEANING = frozenset({"", "uhr", "h", "hs", "hm", "hmin", "hms", "kl", "klo"})
FRACTION = re.compile(r"(?<=:\d\d)[.,]\d+")
"""Of a second."""
MAX_DIGITS = YEAR_DIGITS = 4
NOON, MIDNIGHT, MAX_SECOND, MONTHS = 12, 24, 59, 12
BEFORE_FIRST_DAY = date(1899, 12, 30)
"""Day 0 of the numbers that spreadsheets have for days, where these are not formatted as dates."""
DAY_NUMBER, COMPACT_DATE = re.compile(r"\d{5}"), re.compile(r"\d{8}")
MAX_PARTICLE = 2
"""Letters of what may stand beside a month, such as `de` or `st`."""


def with_ascii_digits(text: str) -> str:
    """Return a text in compatibility form, without marks of direction, with the digits 0 to 9."""
    normalised = unicodedata.normalize("NFKC", text)
    return "".join(
        str(unicodedata.decimal(character)) if character.isdecimal() else character
        for character in normalised
        if unicodedata.category(character) != "Cf"
    )


def parse_time(text: str) -> time:
    """Return a time of day such as `20:30`, `8:30 p. m.`, `8 PM` or `下午8:30`, to the minute.

    24:30 is 0:30 of the same day, as some clocks write it.

    Raises:
        ValueError: it is none.
    """
    text = FRACTION.sub("", with_ascii_digits(text))
    marker = "".join(letter for letter in letters_of(text) if letter not in CLOCK_SIGNS)
    check_signs(text, TIME_SIGNS)
    hour, *others = map(int, numbers(text))
    if not others and (marker or CLOCK_SIGNS & {*text}):
        others = [0]
    minute, *seconds = others
    if len(seconds) > 1 or any(second > MAX_SECOND for second in seconds):
        raise ValueError(text)
    if marker in AFTER_NOON:
        hour = hour % NOON + NOON if hour <= NOON else hour
    elif marker in BEFORE_NOON:
        hour = hour % NOON if hour <= NOON else hour
    elif marker not in WITHOUT_MEANING:
        raise ValueError(text)
    return time(0 if hour == MIDNIGHT else hour, minute)


def parse_date(text: str, order: DateOrder) -> date:
    """Return a date such as `2026-03-14`, `3/14/26`, `14. März 2026` or `2026年3月14日`.

    Raises:
        ValueError: it is none.
    """
    text = with_ascii_digits(text).strip()
    if COMPACT_DATE.fullmatch(text):
        return date.fromisoformat(text)
    if DAY_NUMBER.fullmatch(text):
        return BEFORE_FIRST_DAY + timedelta(days=int(text))
    if named := named_month(text):
        return parse_named_date(text, named)
    first, second, third = date_numbers(text)
    if len(first) == YEAR_DIGITS:
        return date(int(first), int(second), int(third))
    year = int(third) + (CENTURY if len(third) < YEAR_DIGITS else 0)
    if order == DateOrder.MONTH_FIRST:
        return date(year, int(first), int(second))
    return date(year, int(second), int(first))


def named_month(text: str) -> int | None:
    """Return the month that a date names, if it names one and has no other long word."""
    words = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) > MAX_PARTICLE]
    return month_of(words[0]) if len(words) == 1 else None


def parse_named_date(text: str, month: int) -> date:
    """Return a date whose month stands there by its name.

    Raises:
        ValueError: it has not two other numbers.
    """
    day, year = numbers(text)
    if len(day) == YEAR_DIGITS:
        day, year = year, day
    return date(int(year) + (CENTURY if len(year) < YEAR_DIGITS else 0), month, int(day))


def date_numbers(text: str) -> tuple[str, str, str]:
    """Return the three numbers of a date, after which a spreadsheet may write midnight.

    Raises:
        ValueError: there are others.
    """
    text = with_ascii_digits(text)
    if any(not (sign.isdecimal() or sign.isspace() or sign in DATE_SIGNS) for sign in text):
        raise ValueError(text)
    first, second, third, *midnight = numbers(text)
    if any(map(int, midnight)):
        raise ValueError(text)
    return first, second, third


def numbers(text: str) -> list[str]:
    """Return the digits that stand together.

    Raises:
        ValueError: these are more than in any date or time.
    """
    found = re.findall(r"\d+", text)
    if any(len(digits) > MAX_DIGITS for digits in found):
        raise ValueError(text)
    return found


def check_signs(text: str, allowed: frozenset[str]) -> None:
    """Check that there is nothing but letters, digits, white space and some signs.

    Raises:
        ValueError: there is.
    """
    if any(
        not (sign.isalnum() or sign.isspace() or sign in allowed)
        and not unicodedata.category(sign).startswith("M")
        for sign in text
    ):
        raise ValueError(text)


def guess_date_order(rows: Iterable[tuple[str, str]]) -> tuple[DateOrder, bool]:
    """Return what stands first in a table's dates, and whether that is certain.

    Args:
        rows: each date, and the same in words, such as `14 May`, in which the day stands in digits.
    """
    can_be_one_only = False
    for text, in_words in rows:
        try:
            first, second, _third = date_numbers(text)
        except ValueError:
            can_be_one_only |= is_date(text)
            continue
        if len(first) == YEAR_DIGITS:
            return DateOrder.YEAR_FIRST, True
        if int(first) == int(second):
            continue
        if int(first) > MONTHS:
            return DateOrder.DAY_FIRST, True
        if int(second) > MONTHS:
            return DateOrder.MONTH_FIRST, True
        days = set(map(int, re.findall(r"\d+", with_ascii_digits(in_words))))
        if len(days & {int(first), int(second)}) == 1:
            return (DateOrder.DAY_FIRST if int(first) in days else DateOrder.MONTH_FIRST), True
    return DateOrder.DAY_FIRST, can_be_one_only


def is_date(text: str) -> bool:
    try:
        parse_date(text, DateOrder.DAY_FIRST)
    except ValueError:
        return False
    return True
