"""The sign that stands before the name of a tag."""

import regex  # type: ignore[import-untyped]
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from emotions.models.limits import MAX_SIGN_LENGTH

ONE_GRAPHEME = regex.compile(r"(?=[\p{L}\p{N}\p{P}\p{S}])\X")
"""What readers see as one character (UAX #29) that begins with something visible."""
REGIONAL_INDICATOR = regex.compile(r"\p{Regional_Indicator}")


def validate_sign(text: str) -> None:
    """Expect one emoji, letter, number or symbol.

    Raises:
        ValidationError: it is something else, or half of a flag.
    """
    if (
        len(text) > MAX_SIGN_LENGTH
        or not ONE_GRAPHEME.fullmatch(text)
        or REGIONAL_INDICATOR.fullmatch(text)
    ):
        raise ValidationError(_("Choose one emoji or one letter."), code="not_a_sign")
