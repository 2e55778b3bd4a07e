"""Queries about preferences."""

from accounts.models import User
from emotions.models import Preferences


def get_preferences(*, owner: User) -> Preferences:
    """Return a person's preferences, unsaved where they have never set any."""
    return Preferences.objects.filter(owner=owner).first() or Preferences(owner=owner)


def reads_on_device(*, owner: User) -> bool:
    """Return whether a person's photos are read on their own devices, and not sent."""
    return get_preferences(owner=owner).read_on == Preferences.ReadOn.DEVICE
