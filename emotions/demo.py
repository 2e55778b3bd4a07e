"""A demonstration account: a year of plausible moods, drawn from a seed, and no real faces."""

import uuid
from collections.abc import Iterator
from datetime import datetime, time, timedelta

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from accounts.consents import give_consent
from accounts.models import Consent, User
from common.imaging.geometry import Box
from emotions.models import Capture, Detection, Feeling, Reminder, Tag
from ml.emotions import EMOTIONS, VALENCES, Emotion
from ml.inference.predictor import Face
from ml.models import ModelVersion
from ml.registry import active_version

EMAIL = "demo@example.org"
DAYS = 365
SEED = 7
DAYS_OFF = 0.12  # share of the days
SPOKEN = 0.4  # share of the moments at which the person says what they felt
FELT_OTHERWISE = 0.1  # share of those at which it is not what they looked like
RATED = 0.5  # share of those of which they also say how good they were
SATURDAY = 5
HOURS = (7, 23)  # of the day in which people take photos
USUAL = {
    Emotion.ANGRY: 0.5,
    Emotion.DISGUST: 0.15,
    Emotion.FEAR: 0.4,
    Emotion.HAPPY: 3.0,
    Emotion.NEUTRAL: 3.5,
    Emotion.SAD: 1.0,
    Emotion.SURPRISE: 0.6,
}
TAGS = {"work": 0.3, "family": 0.25, "piano": 0.12, "walk": 0.15, "slept badly": 0.08}
LIFTED_BY = {"piano": 2.5, "walk": 1.6, "slept badly": 0.35}
"""How much happier the account is with a tag than without."""
NOTES = ("", "", "", "Slept badly.", "A walk by the river.", "Too many meetings.", "Called home.")


@transaction.atomic
def seed(*, password: str, now: datetime) -> int:
    """Make the demonstration account anew and return how many moments it has.

    The year ends `now`, an aware moment whose zone is the account's. Weekends are a little
    happier, winters a little sadder, some days are skipped, and sometimes the person felt
    otherwise than they looked.
    """
    User.objects.filter(email=EMAIL).delete()
    person = User.objects.create_user(EMAIL, password, time_zone=str(now.tzinfo))
    give_consent(person=person, kind=Consent.Kind.USE)
    version = active_version()
    random = np.random.default_rng(SEED)
    tags = {name: Tag.objects.create(owner=person, name=name) for name in TAGS}
    for moment in moments(now, random):
        person.sequence += 1
        around = [name for name, share in TAGS.items() if random.random() < share]
        capture = record(person, version, moment, around, random)
        capture.tags.add(*(tags[name] for name in around))
    person.save(update_fields=["sequence"])
    # As one that can be looked at; nobody reads the e-mails of a demonstration.
    Reminder.objects.create(owner=person, at=time(20), paused=True, since=now)
    return person.sequence


def moments(now: datetime, random: np.random.Generator) -> Iterator[datetime]:
    """Yield the moments of the year in order: none to four a day, with gaps of days."""
    for age in reversed(range(DAYS)):
        on = now.date() - timedelta(days=age)
        if random.random() < DAYS_OFF and age:  # the last day is never off
            continue
        hours = np.sort(random.uniform(*(HOURS if age else (0, now.hour)), random.integers(1, 5)))
        for hour in hours.tolist():
            clock = time(int(hour), int(hour % 1 * 60))
            yield datetime.combine(on, clock, now.tzinfo)


def record(
    person: User,
    version: ModelVersion,
    moment: datetime,
    around: list[str],
    random: np.random.Generator,
) -> Capture:
    """Record one moment with a face that was never photographed; tags are around it."""
    shares = expression(moment, around, random)
    best = int(shares.argmax())
    felt = str(random.choice(EMOTIONS)) if random.random() < FELT_OTHERWISE else EMOTIONS[best]
    spoken = random.random() < SPOKEN
    capture = Capture.objects.create(
        owner=person,
        uuid=uuid.UUID(bytes=random.bytes(16)),
        sequence=person.sequence,
        source=Capture.Source.CAMERA,
        taken_at=moment,
        time_zone=person.time_zone,
        local_date=moment.date(),
        kept=Capture.Kept.NOTHING,
        felt=Feeling(felt) if spoken else None,
        mood=round(3 + 2 * VALENCES[Emotion(felt)]) if spoken and random.random() < RATED else None,
        note=str(random.choice(NOTES)) if spoken else "",
    )
    face = Face(
        Box(0, 0, 1, 1),
        tuple(shares.tolist()),
        unsure=bool(shares[best] < version.card["unsure_below"]),
    )
    Detection.from_face(
        face, capture=capture, model_version=version, is_me=True, milliseconds=None
    ).save()
    return capture


def expression(
    moment: datetime, around: list[str], random: np.random.Generator
) -> NDArray[np.float64]:
    """Return seven shares, sharper than a coin and softer than a certainty."""
    weights = np.array([USUAL[emotion] for emotion in EMOTIONS])
    weights[EMOTIONS.index(Emotion.HAPPY)] *= 1.6 if moment.weekday() >= SATURDAY else 1.0
    for tag in around:
        weights[EMOTIONS.index(Emotion.HAPPY)] *= LIFTED_BY.get(tag, 1.0)
    weights[EMOTIONS.index(Emotion.SAD)] *= 1.5 if moment.month in {11, 12, 1, 2} else 1.0
    return random.dirichlet(weights * 0.35)
