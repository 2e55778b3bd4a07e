"""Reading what people contribute."""

from accounts.models import User
from emotions.models import Contribution


def count_contributions(*, owner: User) -> int:
    """Return how many of a person's moments help to improve the network."""
    return Contribution.objects.filter(contributor__person=owner).count()
