"""Queries about preferences."""

from accounts.models import User
from emotions.models import Preferences


def get_preferences(*, owner: User) -> Preferences:
    """Return a person's preferences, unsaved where they have never set any."""
    return Preferences.objects.filter(owner=owner).first() or Preferences(owner=owner)
