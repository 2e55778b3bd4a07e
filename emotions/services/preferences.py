"""Writing what a person wants by default."""

from accounts.models import User
from emotions.models import Capture, Preferences


def set_preferences(
    *, owner: User, kept: Capture.Kept | None = None, keep_others: bool | None = None
) -> Preferences:
    """Set what is kept of photos to come; None leaves as it is.

    Args:
        kept: how much.
        keep_others: whether other people in them stay recognisable.
    """
    changes = {"kept": kept, "keep_others": keep_others}
    defaults = {name: value for name, value in changes.items() if value is not None}
    preferences, _ = Preferences.objects.update_or_create(owner=owner, defaults=defaults)
    return preferences
