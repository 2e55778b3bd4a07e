"""Types for `argparse`, so that every command checks its numbers in the same words."""

import math
from argparse import ArgumentTypeError
from collections.abc import Callable

MAX_SEED = 2**32 - 1
"""The largest seed that NumPy and Keras both take."""


def whole_number(minimum: int, maximum: int | None = None) -> Callable[[str], int]:
    """Return a type for whole numbers from `minimum` to `maximum`, both included."""
    up_to = "on" if maximum is None else f"to {maximum}"

    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = minimum - 1
        if number < minimum or (maximum is not None and number > maximum):
            raise ArgumentTypeError(
                f"expected a whole number from {minimum} {up_to}, received {text}."
            )
        return number

    return parse


def number_between(minimum: float, maximum: float) -> Callable[[str], float]:
    """Return a type for numbers from `minimum` to `maximum`, both included."""
    return _number(lambda number: minimum <= number <= maximum, f"from {minimum:g} to {maximum:g}")


def number_above(minimum: float, maximum: float = math.inf) -> Callable[[str], float]:
    """Return a type for finite numbers above `minimum`, and up to `maximum`."""
    return _number(
        lambda number: minimum < number <= maximum and math.isfinite(number),
        f"above {minimum:g}" + ("" if math.isinf(maximum) else f", at most {maximum:g}"),
    )


def _number(accepts: Callable[[float], bool], range_: str) -> Callable[[str], float]:
    def parse(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not accepts(number):
            raise ArgumentTypeError(f"expected a number {range_}, received {text}.")
        return number

    return parse
