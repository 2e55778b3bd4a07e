"""Days: their moods, which the database computes, however many moments they have."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import fmean

from django.db.models import Count, F, Q, Sum, Window
from django.db.models.functions import RowNumber

from accounts.models import User
from emotions.captures import selectors
from emotions.captures.moods import Mood, probability_columns, valence_column
from emotions.models import Capture, CaptureQuerySet, Feeling
from ml.emotions import EMOTIONS

MIN_COMPARED = 4
"""The moments of a day that it takes to compare its halves."""
MAX_COMPARED = 1000
"""The moments of a day up to which its halves are compared."""
DECIMALS = 9
"""To which means are rounded, so that those that differ by floating-point error count as a tie."""


@dataclass(frozen=True, slots=True)
class DayMood:
    """What the moments of one day say together.

    Attributes:
        captures: how many there are.
        mood: the mean over those that say something about a mood, or None.
    """

    captures: int
    mood: Mood | None


@dataclass(frozen=True, slots=True)
class Day:
    """One local day.

    Attributes:
        captures: in chronological order, not read yet.
        count: how many there are.
        change: mean valence of the second half of the moments minus that of the first half; 0
            below `MIN_COMPARED` moments and above `MAX_COMPARED`.
    """

    date: date
    captures: CaptureQuerySet
    count: int
    mood: Mood | None
    change: float


def load_day(*, owner: User, on: date) -> Day:
    """Return one day of the owner's."""
    found = load_moods(owner=owner, first=on, last=on).get(on, DayMood(0, None))
    captures = selectors.history(owner=owner, first=on, last=on).order_by("taken_at", "id")
    change = 0.0
    if MIN_COMPARED <= found.captures <= MAX_COMPARED:
        change = change_within(owner, on)
    return Day(on, captures, found.captures, found.mood, change)


def change_within(owner: User, on: date) -> float:
    """Return the mean valence of the second half of a day minus that of the first half."""
    captures = Capture.objects.of(owner).filter(local_date=on).with_feeling()
    rows = captures.order_by("taken_at", "id").values_list(valence_column())
    valences = [valence for (valence,) in rows]
    middle = len(valences) // 2
    earlier, later = (
        [valence for valence in half if valence is not None]
        for half in (valences[:middle], valences[middle:])
    )
    return fmean(later) - fmean(earlier) if earlier and later else 0.0


def load_moods(*, owner: User, first: date, last: date, read_by: str = "") -> dict[date, DayMood]:
    """Return the moods of the owner's days with moments, in order.

    One query, and another where emotions tie.

    Args:
        read_by: name of a version that rescored kept photos. Its detections are used where there
            are any, instead of the original answers.
    """
    captures = (
        Capture.objects.of(owner)
        .filter(local_date__range=(first, last))
        .with_feeling(read_by=read_by)
    )
    sums = {
        f"sum_{emotion}": Sum(column) for emotion, column in probability_columns(read_by).items()
    }
    rows = (
        captures.values_list("local_date")
        .annotate(
            Count("id"),
            says_something=Count("id", filter=Q(mood__isnull=False) | Q(feeling__isnull=False)),
            shows_emotion=Count("id", filter=Q(feeling__isnull=False)),
            total=Sum(valence_column(read_by)),
            **sums,
        )
        .order_by("local_date")
    )
    counts: dict[date, tuple[int, int, float]] = {}
    means: dict[date, tuple[float, ...]] = {}
    for on, count, says_something, shows_emotion, total, *emotions in rows:
        counts[on] = count, says_something, total or 0.0
        if shows_emotion:
            means[on] = tuple(emotion / shows_emotion for emotion in emotions)
    dominant = dominant_emotions(captures, means, read_by)
    return {
        on: DayMood(
            count,
            Mood(means.get(on), total / known, dominant.get(on), known) if known else None,
        )
        for on, (count, known, total) in counts.items()
    }


def dominant_emotions(
    captures: CaptureQuerySet, means: Mapping[date, tuple[float, ...]], read_by: str
) -> dict[date, Feeling]:
    """Return the emotion with the largest mean on each day; a tie goes to the latest capture."""
    rounded = {on: [round(mean, DECIMALS) for mean in row] for on, row in means.items()}
    tied = [on for on, row in rounded.items() if row.count(max(row)) > 1]
    latest = latest_probabilities(captures, tied, read_by) if tied else {}
    dominant = {}
    for on, row in rounded.items():
        ranks = list(zip(row, latest.get(on, row), strict=True))
        dominant[on] = Feeling(EMOTIONS[ranks.index(max(ranks))])
    return dominant


def latest_probabilities(
    captures: CaptureQuerySet, on: Collection[date], read_by: str
) -> dict[date, tuple[float, ...]]:
    """Return the probabilities of the last capture of each day that shows an emotion."""
    position = Window(
        RowNumber(), partition_by=F("local_date"), order_by=(F("taken_at").desc(), F("id").desc())
    )
    rows = (
        captures.filter(local_date__in=on, feeling__isnull=False)  # type: ignore[misc]
        .annotate(
            position=position,
            **{
                f"shown_{emotion}": column
                for emotion, column in probability_columns(read_by).items()
            },
        )
        .filter(position=1)
        .values_list("local_date", *(f"shown_{emotion}" for emotion in EMOTIONS))
    )
    return {on: tuple(probabilities) for on, *probabilities in rows}
