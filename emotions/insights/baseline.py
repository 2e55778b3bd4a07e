"""What is usual for a person: their last weeks, their days in a row, and who is right how often."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count

from accounts.models import User
from emotions.insights import trends
from emotions.insights.trends import Span
from emotions.models import Capture, Feeling

LAST_WEEKS = timedelta(days=28)
LONGEST_ROW = 366


@dataclass(frozen=True, slots=True)
class Usual:
    """The weeks before a day.

    Attributes:
        valence: the mean over all captures, from -1 to 1; None where none says anything.
        captures: how many it was computed from.
    """

    valence: float | None
    captures: int


def weeks_before(*, owner: User, on: date) -> Usual:
    """Return the owner's mood in the four weeks before a day."""
    periods = trends.trend(
        owner=owner, by=Span.MONTH, first=on - LAST_WEEKS, last=on - timedelta(days=1)
    )
    weeks = trends.together(periods)
    return Usual(weeks.valence, weeks.computed_from)


def days_in_a_row(*, owner: User, today: date) -> int:
    """Count the days in a row with a capture, up to today or, while today is young, yesterday."""
    days = (
        Capture.objects.of(owner)
        .filter(local_date__lte=today, local_date__gt=today - timedelta(days=LONGEST_ROW))
        .order_by("-local_date")
        .values_list("local_date", flat=True)
        .distinct()
    )
    expected, count = today, 0
    for on in days:
        if count == 0 and on == today - timedelta(days=1):
            expected = on
        if on != expected:
            break
        count += 1
        expected -= timedelta(days=1)
    return count


@dataclass(slots=True)
class Agreement:
    """How often the network and the person say the same of faces that look like one emotion.

    Attributes:
        looked: what the faces looked like.
        felt: what the person said they felt, with how often.
    """

    looked: Feeling
    felt: Counter[Feeling] = field(default_factory=Counter)

    @property
    def said(self) -> int:
        """How often the person said anything."""
        return self.felt.total()

    @property
    def agreed(self) -> int:
        """How often it was the same."""
        return self.felt[self.looked]

    @property
    def instead(self) -> Feeling | None:
        """What the person felt most often when it was something else."""
        others = [(count, felt) for felt, count in self.felt.items() if felt != self.looked]
        return max(others, key=lambda pair: pair[0])[1] if others else None


def agreement(*, owner: User) -> list[Agreement]:
    """Return for each emotion what the owner felt when their face looked like it."""
    rows = (
        Capture.objects.of(owner)
        .exclude(felt=None)
        .with_feeling()
        .exclude(answer__emotion=None)  # type: ignore[misc]  # of with_feeling
        .values_list("answer__emotion", "felt")
        .annotate(Count("id"))
        .order_by()
    )
    by_looks = {feeling: Agreement(feeling) for feeling in Feeling}
    for looked, felt, count in rows:
        by_looks[Feeling(looked)].felt[Feeling(felt)] += count
    return list(by_looks.values())
