"""Sentences about quotas."""

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.translation import gettext as _


def format_count(count: int) -> str:
    """Return a number as people write it, such as 100,000."""
    return str(number_format(count, force_grouping=True))


def no_room_for_pictures() -> str:
    return _(
        "Your pictures fill the %(size)s you have here. Nothing was saved. Delete some moments "
        "permanently, or save less of your photos."
    ) % {"size": filesizeformat(settings.QUOTAS["picture_bytes"])}


def too_many_moments() -> str:
    return _(
        "You've reached today's limit of %(count)s moments. Nothing was saved. You can "
        "continue tomorrow."
    ) % {"count": format_count(settings.QUOTAS["moments"])}


def too_many_tags() -> str:
    return _("You can have up to %(count)s tags. Nothing was saved. Use one you already have.") % {
        "count": format_count(settings.QUOTAS["tags"])
    }


def too_many_imported() -> str:
    return _(
        "You've imported %(count)s moments today, which is the limit. Upload the file again "
        "tomorrow to continue."
    ) % {"count": format_count(settings.QUOTAS["imported_moments"])}
