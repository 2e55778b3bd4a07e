"""Reading what people contribute."""

from accounts.models import User
from emotions.models import Contribution


def count_contributions(*, owner: User) -> int:
    return Contribution.objects.filter(contributor__person=owner).count()
