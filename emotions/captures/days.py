"""Days: their moods, which the database computes, however many moments they have."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import fmean
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, Sum, Window
from django.db.models.functions import RowNumber

from accounts.models import User
from emotions.captures import selectors
from emotions.captures.moods import Mood, probability_columns, valence_column
from emotions.models import Capture, CaptureQuerySet, Feeling
from ml.emotions import EMOTIONS

MAX_FEW = 4
"""The moments of a day up to which each is told."""
MIN_COMPARED = 5
"""The moments of a day that it takes to compare its parts."""
MAX_COMPARED = 1000
"""The moments of a day up to which its parts are compared."""
MIN_SPAN = timedelta(hours=3)
"""From the first to the last moment of a day whose parts are compared."""
MIN_PART = 2
"""The moments before noon and after it that it takes to compare these two."""
NOON = 12
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


class Change(NamedTuple):
    """How the mood of a day changed.

    Attributes:
        difference: the mean valence of the later part minus that of the earlier part.
        at_noon: whether the parts are those before and after noon; else they are halves.
    """

    difference: float
    at_noon: bool


@dataclass(frozen=True, slots=True)
class Threads:
    """What faces looked like beside what the person said they felt.

    Attributes:
        looked: how many faces looked like each emotion; under None those that did not look like
            one emotion.
        felt: how many times the person felt each emotion.
        told: how many moments were of each emotion: what was felt or, where nothing was said,
            what the face looked like.
        pairs: how many moments have both.
    """

    looked: Counter[Feeling | None]
    felt: Counter[Feeling]
    told: Counter[Feeling | None]
    pairs: int


@dataclass(frozen=True, slots=True)
class Day:
    """One local day.

    Attributes:
        captures: in chronological order, not read yet.
        count: how many there are.
        few: those that say something about a mood, in order, if there are at most `MAX_FEW`.
        change: from the earlier to the later part of the day; None below `MIN_COMPARED` moments
            that say something about a mood, above `MAX_COMPARED`, and within `MIN_SPAN`.
    """

    date: date
    captures: CaptureQuerySet
    count: int
    mood: Mood | None
    threads: Threads
    few: list[Capture]
    change: Change | None


def load_day(*, owner: User, on: date) -> Day:
    """Return one day of the owner's."""
    found = load_moods(owner=owner, first=on, last=on).get(on, DayMood(0, None))
    captures = selectors.history(owner=owner, first=on, last=on).order_by("taken_at", "id")
    change = None
    if found.mood and found.mood.captures >= MIN_COMPARED and found.captures <= MAX_COMPARED:
        change = change_within(owner, on)
    few = []
    if found.mood and found.mood.captures <= MAX_FEW:
        with_mood = Q(mood__isnull=False) | Q(feeling__isnull=False)
        few = list(captures.with_feeling().filter(with_mood)[:MAX_FEW])
    threads = load_threads(owner=owner, first=on, last=on)
    return Day(on, captures, found.captures, found.mood, threads, few, change)


def load_threads(*, owner: User, first: date, last: date) -> Threads:
    """Return what the owner looked like and felt from `first` to `last`, in one query."""
    captures = Capture.objects.of(owner).filter(local_date__range=(first, last)).with_feeling()
    rows = (
        captures.values_list("felt", "answer__emotion", "answer__unsure")  # type: ignore[misc]
        .annotate(Count("id"))
        .order_by()
    )
    threads = Threads(Counter(), Counter(), Counter(), pairs=0)
    pairs = 0
    for said, seen, unsure, count in rows:
        look = Feeling(seen) if seen and not unsure else None
        if seen:
            threads.looked[look] += count
        if said:
            threads.felt[Feeling(said)] += count
        if said or seen:
            threads.told[Feeling(said) if said else look] += count
        if said and seen:
            pairs += count
    return replace(threads, pairs=pairs)


def majority(counts: Counter[Feeling | None] | Counter[Feeling]) -> Feeling | None:
    """Return the emotion that more than half of all have, if one does."""
    if not counts:
        return None
    feeling, times = counts.most_common(1)[0]
    return feeling if 2 * times > counts.total() else None


def change_within(owner: User, on: date) -> Change | None:
    """Compare the part of a day after noon with the one before, or else its two halves."""
    captures = Capture.objects.of(owner).filter(local_date=on).with_feeling()
    rows = captures.order_by("taken_at", "id").values_list(
        "taken_at", "time_zone", valence_column()
    )
    known = [
        (taken_at.astimezone(ZoneInfo(zone)), valence)
        for taken_at, zone, valence in rows
        if valence is not None
    ]
    if len(known) < MIN_COMPARED or known[-1][0] - known[0][0] < MIN_SPAN:
        return None
    morning = sum(moment.hour < NOON for moment, _valence in known)
    at_noon = MIN_PART <= morning <= len(known) - MIN_PART
    valences = [valence for _moment, valence in known]
    edge = morning if at_noon else len(known) // 2
    return Change(fmean(valences[edge:]) - fmean(valences[:edge]), at_noon)


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
