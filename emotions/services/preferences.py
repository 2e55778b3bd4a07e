"""Writing what a person wants by default."""

from accounts.models import User
from emotions.models import Capture, Preferences


def set_preferences(*, owner: User, kept: Capture.Kept) -> Preferences:
    """Set how much of the photos to come is kept."""
    preferences, _ = Preferences.objects.update_or_create(owner=owner, defaults={"kept": kept})
    return preferences
