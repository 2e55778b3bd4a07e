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
DAYS_OFF = 0.12  # share of the days without a moment
FELT_SHARE = 0.4  # share of the moments with a felt emotion
FELT_DIFFERENTLY = 0.1  # share of those whose felt emotion is not the detected one
MOOD_SHARE = 0.5  # share of those with a mood as well
SATURDAY = 5
HOURS = (7, 23)  # between which moments are recorded
EMOTION_WEIGHTS = {
    Emotion.ANGRY: 0.5,
    Emotion.DISGUST: 0.15,
    Emotion.FEAR: 0.4,
    Emotion.HAPPY: 3.0,
    Emotion.NEUTRAL: 3.5,
    Emotion.SAD: 1.0,
    Emotion.SURPRISE: 0.6,
}
TAGS = {"work": 0.3, "family": 0.25, "piano": 0.12, "walk": 0.15, "slept badly": 0.08}
HAPPY_FACTORS = {"piano": 2.5, "walk": 1.6, "slept badly": 0.35}
"""By what the weight of happy is multiplied at moments with a tag."""
NOTES = ("", "", "", "Slept badly.", "A walk by the river.", "Too many meetings.", "Called home.")


@transaction.atomic
def seed(*, password: str, now: datetime) -> int:
    """Create the demonstration account anew and return how many moments it has.

    Weekends are a little happier and winters a little sadder, some days are skipped, and
    sometimes the felt emotion is not the detected one.

    Args:
        now: the end of the year, aware; its time zone becomes the account's.
    """
    User.objects.filter(email=EMAIL).delete()
    person = User.objects.create_user(EMAIL, password, time_zone=str(now.tzinfo))
    give_consent(person=person, kind=Consent.Kind.USE)
    version = active_version()
    random = np.random.default_rng(SEED)
    tags = {name: Tag.objects.create(owner=person, name=name) for name in TAGS}
    for moment in moments(now, random):
        person.sequence += 1
        tag_names = [name for name, share in TAGS.items() if random.random() < share]
        capture = record(person, version, moment, tag_names, random)
        capture.tags.add(*(tags[name] for name in tag_names))
    person.save(update_fields=["sequence"])
    # Paused, as nobody reads the emails of a demonstration.
    Reminder.objects.create(owner=person, at=time(20), paused=True, since=now)
    return person.sequence


def moments(now: datetime, random: np.random.Generator) -> Iterator[datetime]:
    """Yield the times of moments in order, up to four a day, with some days off."""
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
    tag_names: list[str],
    random: np.random.Generator,
) -> Capture:
    """Store a capture with a made-up detection."""
    probabilities = draw_probabilities(moment, tag_names, random)
    best = int(probabilities.argmax())
    felt = str(random.choice(EMOTIONS)) if random.random() < FELT_DIFFERENTLY else EMOTIONS[best]
    reported = random.random() < FELT_SHARE
    capture = Capture.objects.create(
        owner=person,
        uuid=uuid.UUID(bytes=random.bytes(16)),
        sequence=person.sequence,
        source=Capture.Source.CAMERA,
        taken_at=moment,
        time_zone=person.time_zone,
        local_date=moment.date(),
        kept=Capture.Kept.NOTHING,
        felt=Feeling(felt) if reported else None,
        mood=round(3 + 2 * VALENCES[Emotion(felt)])
        if reported and random.random() < MOOD_SHARE
        else None,
        note=str(random.choice(NOTES)) if reported else "",
    )
    face = Face(
        Box(0, 0, 1, 1),
        tuple(probabilities.tolist()),
        unsure=bool(probabilities[best] < version.card["unsure_below"]),
    )
    Detection.from_face(
        face, capture=capture, model_version=version, is_me=True, milliseconds=None
    ).save()
    return capture


def draw_probabilities(
    moment: datetime, tag_names: list[str], random: np.random.Generator
) -> NDArray[np.float64]:
    """Return probabilities of the seven emotions, drawn from a Dirichlet distribution."""
    weights = np.array([EMOTION_WEIGHTS[emotion] for emotion in EMOTIONS])
    weights[EMOTIONS.index(Emotion.HAPPY)] *= 1.6 if moment.weekday() >= SATURDAY else 1.0
    for tag in tag_names:
        weights[EMOTIONS.index(Emotion.HAPPY)] *= HAPPY_FACTORS.get(tag, 1.0)
    weights[EMOTIONS.index(Emotion.SAD)] *= 1.5 if moment.month in {11, 12, 1, 2} else 1.0
    return random.dirichlet(weights * 0.35)
