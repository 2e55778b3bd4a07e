"""What some days say beside their course: when, with what and how a person feels, and how sure."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce, NullIf
from numpy.typing import NDArray

from accounts.models import User
from emotions.captures.moods import CALM_MOOD
from emotions.models import Capture, Feeling, detected_column
from ml.emotions import EMOTIONS, VALENCES
from ml.metrics.intervals import Interval, central

LONGEST = timedelta(days=366)
ENOUGH = 10
"""Moments with a tag, and moments without it, below which nothing is said of the tag."""
DRAWS = 2000

FEELINGS = [Feeling(emotion.value) for emotion in EMOTIONS]
_VALENCES = np.array([VALENCES[emotion] for emotion in EMOTIONS])


@dataclass(frozen=True, slots=True)
class Moments:
    """Captures as columns, in the order of time.

    Attributes:
        ids: of the captures.
        days: on which local day each was.
        hours: the hour of each on the clock of its place, 0 to 23.
        felt: what the person said they felt, None where they did not.
        looked: what their face looked like, None where none was read.
        versions: which network read it, None where none did.
        valences: from -1 to 1 by the rule of `emotions.captures.moods`; NaN where a moment says
            nothing.
        shares: n x 7, what a moment adds to each emotion of its day; zeros where nothing.
    """

    ids: list[int]
    days: list[date]
    hours: list[int]
    felt: list[Feeling | None]
    looked: list[Feeling | None]
    versions: list[str | None]
    valences: NDArray[np.float64]
    shares: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.ids)


def read(*, owner: User, first: date, last: date, read_by: str = "") -> Moments:
    """Return the owner's moments from `first` to `last`, at most a year, in one query.

    Args:
        read_by: name of a version that read kept photos again, to go by that where it did.

    Raises:
        ValueError: the days are in the wrong order or too many.
    """
    if not timedelta(0) <= last - first < LONGEST:
        raise ValueError(
            f"first: expected 1 to {LONGEST.days} days up to {last}, received {first}."
        )
    rows = (
        Capture.objects.of(owner)
        .filter(local_date__range=(first, last))
        .with_feeling(read_by=read_by)
        .order_by("taken_at", "id")
        .values_list(
            *("id", "local_date", "taken_at", "time_zone", "felt", "mood"),
            detected_column("emotion", read_by=read_by),
            name_of_version(read_by),
            *(detected_column(f"p_{emotion}", read_by=read_by) for emotion in EMOTIONS),
        )
    )
    columns = list(zip(*rows, strict=True)) or [()] * (8 + len(EMOTIONS))
    ids, days, taken_at, zones, felt, moods, looked, versions, *probabilities = columns
    seen = np.array(probabilities, dtype=np.float64).T.reshape(-1, len(EMOTIONS))
    said = np.array([EMOTIONS.index(one) if one else -1 for one in felt], dtype=int)
    shares = np.where(said[:, None] >= 0, np.eye(len(EMOTIONS))[said], seen)
    given = np.array(moods, dtype=np.float64)
    valences = np.where(np.isnan(given), shares @ _VALENCES, (given - CALM_MOOD) / 2)
    return Moments(
        ids=list(ids),
        days=list(days),
        hours=[local_hour(*moment) for moment in zip(taken_at, zones, strict=True)],
        felt=[Feeling(one) if one else None for one in felt],
        looked=[Feeling(one) if one else None for one in looked],
        versions=list(versions),
        valences=valences,
        shares=np.nan_to_num(shares),
    )


def name_of_version(read_by: str) -> Coalesce:
    """Return the name of the network that read my face, over captures `with_feeling`."""
    elsewhere = NullIf("answer__version_elsewhere", Value(""))
    answered = Coalesce(elsewhere, F("answer__model_version__name"))
    if not read_by:
        return answered
    return Coalesce(Case(When(again__isnull=False, then=Value(read_by))), answered)


def local_hour(moment: datetime, zone: str) -> int:
    """Return the hour on the clock where a moment was lived."""
    return moment.astimezone(ZoneInfo(zone)).hour


@dataclass(frozen=True, slots=True)
class Pixel:
    """What one day, or one hour of the week, was like.

    Attributes:
        moments: how many there are.
        valence: the mean of those that say something, from -1 to 1, or None.
        dominant: the emotion with the largest share; a tie goes to the latest; None where none.
    """

    moments: int
    valence: float | None
    dominant: Feeling | None


def pixel(moments: Moments, of: list[int]) -> Pixel:
    """Return what some moments, by their place, were like together."""
    valences = moments.valences[of]
    said = valences[~np.isnan(valences)]
    shares = moments.shares[of]
    dominant = None
    if shares.any():
        latest = shares[shares.any(axis=1)][-1]
        ranks = list(zip(np.round(shares.sum(axis=0), 9).tolist(), latest.tolist(), strict=True))
        dominant = FEELINGS[ranks.index(max(ranks))]
    return Pixel(len(of), float(said.mean()) if len(said) else None, dominant)


def by_day(moments: Moments) -> dict[date, Pixel]:
    """Return what each day with a moment was like."""
    places: dict[date, list[int]] = {}
    for place, on in enumerate(moments.days):
        places.setdefault(on, []).append(place)
    return {on: pixel(moments, of) for on, of in places.items()}


def by_hour_of_week(moments: Moments) -> dict[tuple[int, int], Pixel]:
    """Return what each hour of the week with a moment was like, by weekday (Monday 0) and hour."""
    places: dict[tuple[int, int], list[int]] = {}
    for place, (on, hour) in enumerate(zip(moments.days, moments.hours, strict=True)):
        places.setdefault((on.weekday(), hour), []).append(place)
    return {hour: pixel(moments, of) for hour, of in places.items()}


def distribution(moments: Moments) -> Counter[Feeling]:
    """Count the moments of each emotion: felt where said, otherwise detected."""
    pairs = zip(moments.felt, moments.looked, strict=True)
    return Counter(one for felt, looked in pairs if (one := felt or looked))


def felt_and_looked(moments: Moments) -> tuple[Counter[Feeling], Counter[Feeling]]:
    """Count what was felt and what was detected, over the moments of which both are known."""
    both = [pair for pair in zip(moments.felt, moments.looked, strict=True) if all(pair)]
    felt, looked = zip(*both, strict=True) if both else ((), ())
    return Counter(felt), Counter(looked)


def changes_of_network(moments: Moments) -> list[tuple[date, str]]:
    """Return since when another network answered than before, by its name, in order."""
    changes: list[tuple[date, str]] = []
    for on, name in zip(moments.days, moments.versions, strict=True):
        if name and (not changes or changes[-1][1] != name):
            changes.append((on, name))
    return changes[1:]


@dataclass(frozen=True, slots=True)
class TagEffect:
    """How moments with a tag differ from those without.

    Attributes:
        moments: how many with the tag say something about a mood.
        difference: mean valence with the tag less the mean without, from -2 to 2; None where one
            of the two has fewer than `ENOUGH` moments.
        interval: where the difference lies by 95 % of draws of days.
    """

    tag: str
    moments: int
    difference: float | None
    interval: Interval

    @property
    def direction(self) -> int:
        """1 for better moods, -1 for worse, 0 where the interval allows both or nothing is said."""
        if self.interval is None:
            return 0
        low, high = self.interval
        return int(low > 0) - int(high < 0)


def tag_effects(moments: Moments, *, owner: User, seed: int = 1) -> list[TagEffect]:
    """Compare moments with each tag to those without, tags that are used most first.

    Moments of one day are alike, so whole days are drawn with replacement, again and again (the
    cluster bootstrap of Davison and Hinkley 1997, section 3.8), and not single moments.
    """
    tagged = tags_by_capture(moments, owner)
    names = [name for name, _ in Counter(n for ns in tagged.values() for n in ns).most_common()]
    saying = np.flatnonzero(~np.isnan(moments.valences)).tolist()
    if not names or not saying:
        return []
    days = {on: number for number, on in enumerate(dict.fromkeys(moments.days))}
    # Sums and counts of each day over moments with a tag, by tag, and over all moments.
    sums, counts = np.zeros((2, len(days), len(names) + 1))
    columns = {name: column for column, name in enumerate(names)}
    for place in saying:
        tags = [columns[name] for name in tagged.get(moments.ids[place], ())]
        on = days[moments.days[place]]
        sums[on, [*tags, -1]] += moments.valences[place]
        counts[on, [*tags, -1]] += 1
    random = np.random.default_rng(seed)
    chances = np.full(len(days), 1 / len(days))
    draws = random.multinomial(len(days), chances, DRAWS).astype(np.float64)
    drawn = difference(draws @ sums, draws @ counts)
    measured = difference(sums.sum(axis=0)[None], counts.sum(axis=0)[None])[0]
    with_tag = counts.sum(axis=0).astype(int)
    effects = []
    for column, name in enumerate(names):
        enough = min(with_tag[column], with_tag[-1] - with_tag[column]) >= ENOUGH
        known = drawn[~np.isnan(drawn[:, column]), column]
        effects.append(
            TagEffect(
                tag=name,
                moments=int(with_tag[column]),
                difference=float(measured[column]) if enough else None,
                interval=central(known) if enough else None,
            )
        )
    return effects


def difference(sums: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return mean with less mean without, by draw and tag; the last column is of all moments."""
    with np.errstate(invalid="ignore", divide="ignore"):
        with_tag = sums[:, :-1] / counts[:, :-1]
        without = (sums[:, -1:] - sums[:, :-1]) / (counts[:, -1:] - counts[:, :-1])
    return with_tag - without


def tags_by_capture(moments: Moments, owner: User) -> dict[int, list[str]]:
    """Return the tags of each capture that has some, in one query."""
    if not len(moments):
        return {}
    tagged: dict[int, list[str]] = {}
    rows = (
        Capture.tags.through.objects.filter(
            tag__owner=owner,
            capture__local_date__range=(min(moments.days), max(moments.days)),
            capture__deleted_at=None,
        )
        .order_by("id")
        .values_list("capture_id", "tag__name")
    )
    for capture, name in rows:
        tagged.setdefault(capture, []).append(name)
    return tagged
