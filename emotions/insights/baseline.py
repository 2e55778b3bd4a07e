"""A person's baseline: their last weeks, their streak, and how often they and the network agree."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count

from accounts.models import User
from emotions.insights import trends
from emotions.insights.trends import Span
from emotions.models import Capture, Feeling

BASELINE_SPAN = timedelta(days=28)
MAX_STREAK = 366  # days


@dataclass(frozen=True, slots=True)
class Baseline:
    """The weeks before a day.

    Attributes:
        valence: the mean over all captures, from -1 to 1, or None where there is none.
        captures: how many captures the mean is computed from.
    """

    valence: float | None
    captures: int


def baseline_before(*, owner: User, on: date) -> Baseline:
    """Return the owner's baseline over the four weeks before a day."""
    periods = trends.load_periods(
        owner=owner, by=Span.MONTH, first=on - BASELINE_SPAN, last=on - timedelta(days=1)
    )
    weeks = trends.merge(periods)
    return Baseline(weeks.valence, weeks.computed_from)


def streak(*, owner: User, today: date) -> int:
    """Return the number of consecutive days with a capture, up to today.

    A streak that ends yesterday still counts: today is not over yet.
    """
    days = (
        Capture.objects.of(owner)
        .filter(local_date__lte=today, local_date__gt=today - timedelta(days=MAX_STREAK))
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
class SelfAgreement:
    """How often people felt what their face looked like, for faces that look like one emotion.

    Attributes:
        detected: what the faces looked like.
        felt: what the person said they felt, with the number of times.
    """

    detected: Feeling
    felt: Counter[Feeling] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """How often the person said what they felt."""
        return self.felt.total()

    @property
    def agreed(self) -> int:
        """How often that was what was detected."""
        return self.felt[self.detected]

    @property
    def most_common_other(self) -> Feeling | None:
        """The emotion felt most often where it was not what was detected."""
        others = [(count, felt) for felt, count in self.felt.items() if felt != self.detected]
        return max(others, key=lambda pair: pair[0])[1] if others else None


def self_agreement(*, owner: User) -> list[SelfAgreement]:
    """Return the agreement of the owner with what was detected, for each of the seven emotions."""
    rows = (
        Capture.objects.of(owner)
        .exclude(felt=None)
        .with_feeling()
        .exclude(answer__emotion=None)  # type: ignore[misc]  # of with_feeling
        .values_list("answer__emotion", "felt")
        .annotate(Count("id"))
        .order_by()
    )
    by_detected = {feeling: SelfAgreement(feeling) for feeling in Feeling}
    for detected, felt, count in rows:
        by_detected[Feeling(detected)].felt[Feeling(felt)] += count
    return list(by_detected.values())
