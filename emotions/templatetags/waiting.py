"""What a browser keeps of moments that wait to be sent."""

from typing import Any

from django import template

from emotions.captures.wording import MOODS
from emotions.models import Feeling
from emotions.models.limits import EARLIEST_MOMENT, MAX_NOTE_LENGTH, MAX_TAG_LENGTH, MAX_TAGS

register = template.Library()


@register.inclusion_tag("components/waiting.html")
def waiting_moments() -> dict[str, Any]:
    """Render the panel of waiting moments and the form that puts one of them right.

    A browser fills both, and checks words by the limits that are written into the form.
    """
    return {
        "feelings": Feeling.choices,
        "moods": MOODS,
        "longest_note": MAX_NOTE_LENGTH,
        "most_tags": MAX_TAGS,
        "longest_tag": MAX_TAG_LENGTH,
        "earliest": EARLIEST_MOMENT,
    }
