"""What a person uses of what the site allows, for their settings."""

from typing import Any

from django import template
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from accounts.requests import person_of
from emotions.quotas.usage import usage_of
from emotions.quotas.wording import format_count

register = template.Library()


@register.inclusion_tag("components/usage.html", takes_context=True)
def usage(context: dict[str, Any]) -> dict[str, Any]:
    """Show what the signed-in person uses: a label, how much, and how much there can be."""
    used, allowed = usage_of(owner=person_of(context["request"])), settings.QUOTAS
    counts = [
        (_("Moments added today"), used.moments, allowed["moments"]),
        (
            _("Moments imported today"),
            used.imported_moments,
            allowed["imported_moments"],
        ),
        (_("Tags"), used.tags, allowed["tags"]),
    ]
    return {
        "rows": [
            (
                _("Pictures, including those in the trash"),
                filesizeformat(used.picture_bytes),
                filesizeformat(allowed["picture_bytes"]),
            ),
            *((label, format_count(count), format_count(most)) for label, count, most in counts),
        ],
        "at_once": allowed["heavy_at_once"],
    }
