"""How the network does on people's own photos, in sums over whole weeks.

Every figure covers a finished week with at least `MIN_PEOPLE` people, or is a sum of such weeks. As
weeks do not overlap and nothing smaller is reported, no single person can be found by subtraction.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

import numpy as np
from django.core.cache import cache
from django.utils import timezone

from emotions.model_quality.k_anonymity import (
    Latency,
    Share,
    anonymous_latency,
    anonymous_share,
    has_enough_people,
)
from emotions.models import Capture, Feeling

WEEKS = 12
WEEK = timedelta(days=7)
CACHE_TIMEOUT = 3600  # seconds; a finished week hardly changes
RESAMPLES = 500


@dataclass(frozen=True, slots=True)
class Week:
    """The figures of one week.

    Attributes:
        monday: its first day, in UTC.
        captures: photos a day.
        without_face: the share of photos that show no face of their person.
        unsure: the share of faces that the network was unsure of; None of too few people.
        drift: the Jensen-Shannon distance, from 0 to 1, between its emotions and those of all
            weeks before it; None for the first week.
        by_chance: the 95 % quantile of that distance where nothing changed.
        latency: how long the network took for a face; None of too few people.
    """

    monday: date
    captures: float
    without_face: Share
    unsure: Share | None
    drift: float | None
    by_chance: float | None
    latency: Latency | None


@dataclass(frozen=True, slots=True)
class ProductionAgreement:
    """How often people felt what a version detected, over all reported weeks.

    Attributes:
        version: the name of the version.
        overall: over all emotions; None where it would reveal an emotion that is left out.
        by_emotion: by the emotion detected; those of too few people are left out.
    """

    version: str
    overall: Share | None
    by_emotion: dict[Feeling, Share]


@dataclass(frozen=True, slots=True)
class Report:
    """The production metrics; weeks in chronological order, agreement by version."""

    weeks: list[Week]
    agreement: list[ProductionAgreement]


class Face(NamedTuple):
    """What the network answered for one photo, and what its person said they felt."""

    owner_id: int
    emotion: str
    felt: str | None
    unsure: bool
    milliseconds: float | None
    version: str


@dataclass(slots=True)
class WeekOfPhotos:
    """The photos of one week.

    Attributes:
        owner_ids: the owner of each photo.
        faces: those of the photos that show a face of their person.
    """

    owner_ids: list[int] = field(default_factory=list)
    faces: list[Face] = field(default_factory=list)

    @property
    def emotion_counts(self) -> Counter[str]:
        return Counter(face.emotion for face in self.faces)


def get_report() -> Report:
    """Return the report on the weeks before this one, from the cache for up to an hour."""
    today = timezone.now().astimezone(UTC).date()
    monday = monday_of(today)
    key = f"production_metrics:{monday}"
    report: Report | None = cache.get(key)
    if report is None:
        report = compute_report(before=monday)
        cache.set(key, report, CACHE_TIMEOUT)
    return report


def compute_report(*, before: date) -> Report:
    """Compute the report on the `WEEKS` weeks before a Monday.

    A photo counts in the week in which it was uploaded; moments without a photo do not count, nor
    do those whose photo was read on a device, where nobody knows what read it.
    """
    reported = {
        monday: photos
        for monday, photos in sorted(photos_by_week(before).items())
        if has_enough_people(photos.owner_ids)
    }
    weeks, counts_before = [], Counter[str]()
    for monday, photos in reported.items():
        weeks.append(summarize_week(monday, photos, counts_before))
        counts_before += photos.emotion_counts
    return Report(weeks, compute_agreement(reported.values()))


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def photos_by_week(before: date) -> dict[date, WeekOfPhotos]:
    """Return the photos of the weeks before a Monday by the Monday of their week, in one query."""
    end = datetime.combine(before, time(), tzinfo=UTC)
    rows = (
        Capture.objects.filter(
            deleted_at=None,
            read_on=Capture.ReadOn.SERVER,
            created_at__gte=end - WEEKS * WEEK,
            created_at__lt=end,
        )
        .exclude(source__in=Capture.PHOTOLESS_SOURCES)
        .with_feeling()
        .values_list(
            *("owner_id", "created_at", "felt", "answer__emotion", "answer__unsure"),
            *("answer__milliseconds", "answer__model_version__name", "answer__version_elsewhere"),
        )
    )
    weeks: dict[date, WeekOfPhotos] = defaultdict(WeekOfPhotos)
    for owner_id, created_at, felt, emotion, unsure, milliseconds, *versions in rows.iterator():
        week = weeks[monday_of(created_at.astimezone(UTC).date())]
        week.owner_ids.append(owner_id)
        if emotion:
            version, version_elsewhere = versions
            week.faces.append(
                Face(owner_id, emotion, felt, unsure, milliseconds, version_elsewhere or version)
            )
    return weeks


def summarize_week(monday: date, photos: WeekOfPhotos, counts_before: Mapping[str, int]) -> Week:
    """Return the figures of a week of enough people.

    Args:
        counts_before: how many faces showed each emotion in the weeks before.
    """
    faces, total = photos.faces, len(photos.owner_ids)
    owner_ids = {face.owner_id for face in faces}
    timed = [(face.owner_id, face.milliseconds) for face in faces if face.milliseconds is not None]
    drift, by_chance = (
        compute_drift(counts_before, photos.emotion_counts)
        if has_enough_people(owner_ids)
        else (None, None)
    )
    return Week(
        monday=monday,
        captures=round(total / 7, 1),
        without_face=Share(total - len(faces), total),
        unsure=anonymous_share([face.unsure for face in faces], owner_ids),
        drift=drift,
        by_chance=by_chance,
        latency=anonymous_latency(
            [milliseconds for _, milliseconds in timed], {owner_id for owner_id, _ in timed}
        ),
    )


def compute_agreement(weeks: Iterable[WeekOfPhotos]) -> list[ProductionAgreement]:
    """Return how often people felt what each version detected, in the order of their names."""
    faces_felt: dict[str, dict[Feeling, list[Face]]] = defaultdict(lambda: defaultdict(list))
    for photos in weeks:
        for face in photos.faces:
            if face.felt:
                faces_felt[face.version][Feeling(face.emotion)].append(face)
    agreements = []
    for version, faces_by_emotion in sorted(faces_felt.items()):
        by_emotion = {
            feeling: share
            for feeling in Feeling
            if (share := share_felt(faces_by_emotion.get(feeling, [])))
        }
        all_faces = [face for faces in faces_by_emotion.values() for face in faces]
        complete = len(by_emotion) == len(faces_by_emotion)
        overall = share_felt(all_faces) if complete else None
        if by_emotion or overall:
            agreements.append(ProductionAgreement(version, overall, by_emotion))
    return agreements


def share_felt(faces: list[Face]) -> Share | None:
    """Return the share of faces whose person felt what was detected; None of too few people."""
    return anonymous_share(
        [face.felt == face.emotion for face in faces], {face.owner_id for face in faces}
    )


def compute_drift(
    before: Mapping[str, int], now: Mapping[str, int]
) -> tuple[float, float] | tuple[None, None]:
    """Return how far two distributions of emotions are apart, and how far they are by chance.

    Returns:
        The Jensen-Shannon distance (Endres and Schindelin 2003) to base 2, from 0 to 1, and its
        95 % quantile where both are drawn from their common distribution; None where either is
        empty.
    """
    counts = np.array([[one.get(feeling, 0) for feeling in Feeling] for one in (before, now)])
    sizes = counts.sum(axis=1)
    if not sizes.all():
        return None, None
    common = counts.sum(axis=0) / counts.sum()
    random = np.random.default_rng(1)
    draws = np.stack([random.multinomial(size, common, RESAMPLES) for size in sizes], axis=1)
    chance_distances = [jensen_shannon_distance(pair / sizes[:, None]) for pair in draws]
    distance = jensen_shannon_distance(counts / sizes[:, None])
    return round(distance, 3), round(float(np.percentile(chance_distances, 95)), 3)


def jensen_shannon_distance(shares: np.ndarray) -> float:
    """Return the Jensen-Shannon distance to base 2 between two rows that each sum to 1."""
    mixture = shares.mean(axis=0)
    ratios = np.divide(shares, mixture, out=np.ones_like(shares), where=shares > 0)
    return float(np.sqrt(max(0.0, (shares * np.log2(ratios)).sum() / 2)))
