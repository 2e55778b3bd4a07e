"""A type for `argparse`, so that every command refuses a text that its column does not hold."""

from argparse import ArgumentTypeError
from collections.abc import Callable


def text_up_to(most: int) -> Callable[[str], str]:
    """Return a type for texts of at most `most` letters."""

    def parse(text: str) -> str:
        if len(text) > most:
            raise ArgumentTypeError(
                f"expected a text of at most {most} letters, received {len(text)}."
            )
        return text

    return parse
