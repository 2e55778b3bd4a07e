"""Changing preferences."""

from collections.abc import Mapping

from django.db import transaction

from accounts.models import User
from emotions.models import Capture, Feeling, Preferences
from emotions.preferences.signals import preferences_changed


@transaction.atomic
def set_preferences(
    *,
    owner: User,
    kept: Capture.Kept | None = None,
    read_on: Preferences.ReadOn | None = None,
    keep_others: bool | None = None,
    pictures_kept_for: Preferences.KeptFor | None = None,
    theme: Preferences.Theme | None = None,
    show_streak: bool | None = None,
    colours: Mapping[Feeling, str] | None = None,
) -> Preferences:
    """Set a person's preferences; None leaves one as it is.

    Args:
        kept: how much of photos to come is kept.
        read_on: whether photos to come are read on the person's own device.
        keep_others: whether other people in them stay recognisable.
        pictures_kept_for: how long pictures are kept; older ones are removed at once.
        show_streak: whether Today tells how many days in a row have a moment.
        colours: of emotions, such as `#1d6460`; the others have the site's own.
    """
    User.objects.select_for_update().get(pk=owner.pk)
    changes = {
        "kept": kept,
        "read_on": read_on,
        "keep_others": keep_others,
        "pictures_kept_for": pictures_kept_for,
        "theme": theme,
        "show_streak": show_streak,
        "colours": colours,
    }
    defaults = {name: value for name, value in changes.items() if value is not None}
    preferences, _ = Preferences.objects.update_or_create(owner=owner, defaults=defaults)
    preferences_changed.send(sender=Preferences, preferences=preferences, fields=defaults.keys())
    return preferences
