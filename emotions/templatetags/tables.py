"""What templates ask about tables."""

from django import template
from django.utils.formats import localize

register = template.Library()


@register.filter
def cell(value: str | float | None) -> str:
    """Return what a cell shows: nothing for a gap, and a number as the language writes it.

    Whole numbers are written alike in every language of the site, without separators; looking that
    up for each of them costs a table of eight years many milliseconds.
    """
    if value is None:
        return ""
    return str(localize(value)) if isinstance(value, float) else str(value)
