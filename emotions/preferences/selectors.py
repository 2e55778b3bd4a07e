"""Reading what a person wants by default."""

from accounts.models import User
from emotions.models import Preferences


def get_preferences(*, owner: User) -> Preferences:
    """Return what a person wants by default, which is not stored before they say something."""
    return Preferences.objects.filter(owner=owner).first() or Preferences(owner=owner)
