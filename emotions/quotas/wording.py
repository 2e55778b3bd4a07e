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
        "Your pictures fill the %(size)s that you have here. Nothing was saved. Delete some "
        "moments for good, or keep less of your photos."
    ) % {"size": filesizeformat(settings.QUOTAS["picture_bytes"])}


def too_many_moments() -> str:
    return _(
        "%(count)s moments came in today, and more cannot. Nothing was saved. Go on tomorrow."
    ) % {"count": format_count(settings.QUOTAS["moments"])}


def too_many_tags() -> str:
    return _("There can be %(count)s different tags. Nothing was saved. Use one that you have.") % {
        "count": format_count(settings.QUOTAS["tags"])
    }


def too_many_imported() -> str:
    return _("%(count)s moments were brought in today. Send the file again tomorrow to go on.") % {
        "count": format_count(settings.QUOTAS["imported_moments"])
    }
