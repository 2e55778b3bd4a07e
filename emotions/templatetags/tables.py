"""Template filters for tables."""

from django import template
from django.utils.formats import localize

register = template.Library()


@register.filter
def cell(value: str | float | None) -> str:
    """Return the text of a cell: nothing for None, and floats in the format of the language.

    Whole numbers look alike in all of the site's languages, and localizing them takes many
    milliseconds in a table of eight years.
    """
    if value is None:
        return ""
    return str(localize(value)) if isinstance(value, float) else str(value)
