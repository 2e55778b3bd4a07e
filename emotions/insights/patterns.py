"""Patterns in a span of days: by day, by hour of the week, by tag, felt against detected."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce, NullIf
from numpy.typing import NDArray

from accounts.models import User
from emotions.captures.days import load_moods
from emotions.captures.moods import NEUTRAL_MOOD
from emotions.models import Capture, CaptureQuerySet, Feeling, detected_column
from ml.emotions import EMOTIONS, VALENCES
from ml.metrics.intervals import Interval, percentile_interval

MAX_SPAN = timedelta(days=366)
MAX_MOMENTS = 10_000
"""The moments of a span that are looked at, so that no diary is too large for a page."""
MAX_TAGS = 100
"""The tags whose effects are estimated: those used most."""
MIN_MOMENTS = 10
"""The moments with a tag, and those without it, that it takes to estimate its effect."""
BOOTSTRAP_DRAWS = 2000

_VALENCES = np.array([VALENCES[emotion] for emotion in EMOTIONS])


@dataclass(frozen=True, slots=True)
class Moments:
    """Captures as columns, in chronological order.

    Attributes:
        captures: a query for the captures; `ids` are the primary keys of those that it had.
        days: the local date of each.
        hours: the local hour of each, from 0 to 23.
        felt: what the person said they felt, or None.
        detected: what was detected in their face, or None.
        versions: the name of the model version that detected it, or None.
        valences: from -1 to 1, by the rule of `emotions.captures.moods`; NaN where a moment says
            nothing about a mood.
        weights: shape (n, 7), what each moment adds to the emotions of its day, in the order of
            `ml.emotions.EMOTIONS`; zeros where it says nothing about one.
    """

    captures: CaptureQuerySet
    ids: list[int]
    days: list[date]
    hours: list[int]
    felt: list[Feeling | None]
    detected: list[Feeling | None]
    versions: list[str | None]
    valences: NDArray[np.float64]
    weights: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def are_latest(self) -> bool:
        """Whether the span may have more moments, before these."""
        return len(self) == MAX_MOMENTS


def load_moments(*, owner: User, first: date, last: date, read_by: str = "") -> Moments:
    """Return the latest `MAX_MOMENTS` moments of the owner from `first` to `last`, in one query.

    Args:
        read_by: name of a version that rescored kept photos. Its detections are used where there
            are any, instead of the original answers.

    Raises:
        ValueError: the span is empty or longer than `MAX_SPAN`.
    """
    if not timedelta(0) <= last - first < MAX_SPAN:
        raise ValueError(
            f"first: expected 1 to {MAX_SPAN.days} days up to {last}, received {first}."
        )
    captures = Capture.objects.of(owner).filter(local_date__range=(first, last))
    latest = captures.order_by("-taken_at", "-id")
    rows = latest.with_feeling(read_by=read_by).values_list(
        *("id", "local_date", "taken_at", "time_zone", "felt", "mood"),
        detected_column("emotion", read_by=read_by),
        version_name(read_by),
        *(detected_column(f"p_{emotion}", read_by=read_by) for emotion in EMOTIONS),
    )[:MAX_MOMENTS]
    columns = list(zip(*list(rows)[::-1], strict=True)) or [()] * (8 + len(EMOTIONS))
    ids, days, taken_at, zones, felt, moods, detected, versions, *probabilities = columns
    predicted = np.array(probabilities, dtype=np.float64).T.reshape(-1, len(EMOTIONS))
    felt_index = np.array([EMOTIONS.index(one) if one else -1 for one in felt], dtype=int)
    weights = np.where(felt_index[:, None] >= 0, np.eye(len(EMOTIONS))[felt_index], predicted)
    mood = np.array(moods, dtype=np.float64)
    valences = np.where(np.isnan(mood), weights @ _VALENCES, (mood - NEUTRAL_MOOD) / 2)
    return Moments(
        captures=latest[:MAX_MOMENTS],
        ids=list(ids),
        days=list(days),
        hours=[local_hour(*moment) for moment in zip(taken_at, zones, strict=True)],
        felt=[Feeling(one) if one else None for one in felt],
        detected=[Feeling(one) if one else None for one in detected],
        versions=list(versions),
        valences=valences,
        weights=np.nan_to_num(weights),
    )


def version_name(read_by: str) -> Coalesce:
    """Return an expression for the name of the version, on a queryset `with_feeling`."""
    elsewhere = NullIf("answer__version_elsewhere", Value(""))
    answered = Coalesce(elsewhere, F("answer__model_version__name"))
    if not read_by:
        return answered
    return Coalesce(Case(When(rescore__isnull=False, then=Value(read_by))), answered)


def local_hour(moment: datetime, zone: str) -> int:
    return moment.astimezone(ZoneInfo(zone)).hour


@dataclass(frozen=True, slots=True)
class Pixel:
    """The mood of one day, or of one hour of the week.

    Attributes:
        moments: how many there are.
        valence: the mean over those that say something about a mood, from -1 to 1, or None.
        dominant: the emotion with the most weight, or None; a tie goes to the latest moment.
    """

    moments: int
    valence: float | None
    dominant: Feeling | None


def summarise(moments: Moments, indices: list[int]) -> Pixel:
    """Return the mood of the moments at some indices together."""
    valences = moments.valences[indices]
    known = valences[~np.isnan(valences)]
    weights = moments.weights[indices]
    dominant = None
    if weights.any():
        latest = weights[weights.any(axis=1)][-1]
        ranks = list(zip(np.round(weights.sum(axis=0), 9).tolist(), latest.tolist(), strict=True))
        dominant = list(Feeling)[ranks.index(max(ranks))]
    return Pixel(len(indices), float(known.mean()) if len(known) else None, dominant)


def by_day(*, owner: User, first: date, last: date, read_by: str = "") -> dict[date, Pixel]:
    """Return the mood of each of the owner's days with moments, in order, whatever their number.

    Args:
        read_by: as `load_moments` takes it.
    """
    moods = load_moods(owner=owner, first=first, last=last, read_by=read_by)
    return {
        on: Pixel(
            day.captures,
            day.mood.valence if day.mood else None,
            day.mood.dominant if day.mood else None,
        )
        for on, day in moods.items()
    }


def by_hour_of_week(moments: Moments) -> dict[tuple[int, int], Pixel]:
    """Return the mood of each hour of the week with moments, by (weekday, hour); Monday is 0."""
    groups: dict[tuple[int, int], list[int]] = {}
    for index, (on, hour) in enumerate(zip(moments.days, moments.hours, strict=True)):
        groups.setdefault((on.weekday(), hour), []).append(index)
    return {hour: summarise(moments, indices) for hour, indices in groups.items()}


def weekday_means(moments: Moments, *, enough: int) -> dict[int, float]:
    """Return the mean valence of each weekday with enough moments that have one; Monday is 0."""
    weekdays = np.array([on.weekday() for on in moments.days], dtype=int)
    known = ~np.isnan(moments.valences)
    of_weekday = {day: moments.valences[known & (weekdays == day)] for day in range(7)}
    return {
        day: float(valences.mean())
        for day, valences in of_weekday.items()
        if len(valences) >= enough
    }


def felt_and_detected(moments: Moments) -> tuple[Counter[Feeling], Counter[Feeling]]:
    """Count what was felt and what was detected, over the moments that have both."""
    both = [pair for pair in zip(moments.felt, moments.detected, strict=True) if all(pair)]
    felt, detected = zip(*both, strict=True) if both else ((), ())
    return Counter(felt), Counter(detected)


def network_changes(moments: Moments) -> list[tuple[date, str]]:
    """Return the days on which another version began to answer, with its name, in order."""
    changes: list[tuple[date, str]] = []
    for on, name in zip(moments.days, moments.versions, strict=True):
        if name and (not changes or changes[-1][1] != name):
            changes.append((on, name))
    return changes[1:]


@dataclass(frozen=True, slots=True)
class TagEffect:
    """How moments with a tag differ from those without it.

    Attributes:
        moments: how many with the tag say something about a mood.
        difference: mean valence with the tag minus the mean without it, from -2 to 2; None where
            either group has fewer than `MIN_MOMENTS` moments.
        interval: bootstrap 95 % confidence interval of the difference, or None.
    """

    tag: str
    moments: int
    difference: float | None
    interval: Interval

    @property
    def direction(self) -> int:
        """1 for better moods, -1 for worse, 0 where the interval includes 0 or is unknown."""
        if self.interval is None:
            return 0
        low, high = self.interval
        return int(low > 0) - int(high < 0)


def tag_effects(moments: Moments, *, seed: int = 1) -> list[TagEffect]:
    """Compare the moments with each of the `MAX_TAGS` most used tags to those without it.

    The most used tag comes first.

    Moments of the same day resemble each other, so days are resampled instead of moments: the
    cluster bootstrap of Davison and Hinkley (1997), section 3.8.
    """
    links = tag_links(moments)
    uses = Counter(name for _, name in links)
    names = [name for name, _ in uses.most_common(MAX_TAGS)]
    known = np.flatnonzero(~np.isnan(moments.valences))
    if not names or not len(known):
        return []
    days = {on: row for row, on in enumerate(dict.fromkeys(moments.days))}
    rows = np.array([days[on] for on in moments.days])
    columns = {name: column for column, name in enumerate(names)}
    tagged, column_of = np.array(
        [(index, columns[name]) for index, name in links if name in columns]
    ).T
    says_something = ~np.isnan(moments.valences[tagged])
    # Sums and counts of valences, a row for each day, a column for each tag, the last for all.
    sums, counts = np.zeros((2, len(days), len(names) + 1))
    for indices, place in (
        (tagged[says_something], column_of[says_something]),
        (known, np.full(len(known), len(names))),
    ):
        np.add.at(sums, (rows[indices], place), moments.valences[indices])
        np.add.at(counts, (rows[indices], place), 1)
    rng = np.random.default_rng(seed)
    uniform = np.full(len(days), 1 / len(days))
    draws = rng.multinomial(len(days), uniform, BOOTSTRAP_DRAWS).astype(np.float64)
    resampled = mean_differences(draws @ sums, draws @ counts)
    observed = mean_differences(sums.sum(axis=0)[None], counts.sum(axis=0)[None])[0]
    with_tag = counts.sum(axis=0).astype(int)
    effects = []
    for column, name in enumerate(names):
        enough = min(with_tag[column], with_tag[-1] - with_tag[column]) >= MIN_MOMENTS
        differences = resampled[~np.isnan(resampled[:, column]), column]
        effects.append(
            TagEffect(
                tag=name,
                moments=int(with_tag[column]),
                difference=float(observed[column]) if enough else None,
                interval=percentile_interval(differences) if enough else None,
            )
        )
    return effects


def mean_differences(sums: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean with each tag minus the mean without it.

    Args:
        sums: shape (draws, tags + 1), sums of valences; the last column is of all moments.
        counts: the same shape, the number of moments.

    Returns:
        Shape (draws, tags); NaN where a draw has no moment with, or none without, the tag.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        with_tag = sums[:, :-1] / counts[:, :-1]
        without = (sums[:, -1:] - sums[:, :-1]) / (counts[:, -1:] - counts[:, :-1])
    return with_tag - without


def tag_links(moments: Moments) -> list[tuple[int, str]]:
    """Return the index of a moment and the name of a tag for each tag of each, in one query."""
    index_of = {key: index for index, key in enumerate(moments.ids)}
    links = (
        Capture.tags.through.objects.filter(capture__in=moments.captures)
        .order_by("id")
        .values_list("capture_id", "tag__name")
    )
    # Without what was recorded since the moments were loaded.
    return [(index_of[capture], name) for capture, name in links if capture in index_of]
