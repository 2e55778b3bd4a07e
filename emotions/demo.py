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
FELT_SHARE = 0.6  # share of the photos whose person said what they felt
FELT_DIFFERENTLY = 0.1  # share of those who felt something else than their face showed
HIDDEN_ON_WORKDAYS = 0.3  # share of the neutral faces on workdays behind which somebody is sad
MOOD_SHARE = 0.6  # share of the moments with a feeling that are rated as well
WORDS_SHARE = 0.15  # share of the moments without a photo
SURE_SHARE = 0.7  # share of the photos of which the network is sure
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
TAGS = {
    "work": (0.3, Tag.Colour.GREY, "💼"),
    "family": (0.25, Tag.Colour.ROSE, ""),
    "piano": (0.12, Tag.Colour.TEAL, "🎹"),
    "walk": (0.15, Tag.Colour.GREEN, ""),
    "slept badly": (0.08, Tag.Colour.BLUE, "🌙"),
}
"""By name: the share of the moments with it, its colour and its sign."""
HAPPY_FACTORS = {"piano": 2.5, "walk": 1.6, "slept badly": 0.35}
"""By what the weight of happy is multiplied at moments with a tag."""
NOTES = {
    Emotion.ANGRY: ("Missed the train by a minute.", "That meeting again."),
    Emotion.DISGUST: ("Cleaned out the fridge.",),
    Emotion.FEAR: ("The dentist, at nine.", "Waiting for the call."),
    Emotion.HAPPY: (
        "A walk by the river.",
        "Called home.",
        "Bread came out well.",
        "We laughed until the lights went out. Ada told the story of the ladder again, and this "
        "time even her brother believed it.",
    ),
    Emotion.NEUTRAL: ("Too many meetings.", "An ordinary day.", "Read a while."),
    Emotion.SAD: ("Slept badly.", "Miss the sea.", "Quiet evening, too quiet."),
    Emotion.SURPRISE: ("A letter from Inês.", "Snow."),
}
NOTE_SHARE = 0.5  # share of the moments with a feeling that have a note


@transaction.atomic
def seed(*, password: str, now: datetime) -> int:
    """Create the demonstration account anew and return how many moments it has.

    Weekends are a little happier and winters a little sadder, some days are skipped, some
    moments are in words alone, and sometimes people feel something else than their face shows:
    above all on workdays, where a neutral face may hide a sad person.

    Args:
        now: the end of the year, aware; its time zone becomes the account's.
    """
    User.objects.filter(email=EMAIL).delete()
    person = User.objects.create_user(EMAIL, password, time_zone=str(now.tzinfo))
    give_consent(person=person, kind=Consent.Kind.USE)
    version = active_version()
    random = np.random.default_rng(SEED)
    tags = {
        name: Tag.objects.create(owner=person, name=name, colour=colour, sign=sign)
        for name, (_share, colour, sign) in TAGS.items()
    }
    for moment in moments(now, random):
        person.sequence += 1
        tag_names = [name for name, (share, *_marks) in TAGS.items() if random.random() < share]
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
    """Store a capture, with a made-up detection unless it is in words alone."""
    looks = draw_emotion(moment, tag_names, random)
    in_words = random.random() < WORDS_SHARE
    felt = None
    if in_words:
        felt = looks
    elif random.random() < FELT_SHARE:
        felt = draw_felt(looks, moment, random)
    capture = Capture.objects.create(
        owner=person,
        uuid=uuid.UUID(bytes=random.bytes(16)),
        sequence=person.sequence,
        source=Capture.Source.MANUAL if in_words else Capture.Source.CAMERA,
        taken_at=moment,
        time_zone=person.time_zone,
        local_date=moment.date(),
        kept=Capture.Kept.NOTHING,
        felt=Feeling(felt) if felt else None,
        mood=round(3 + 2 * VALENCES[felt]) if felt and random.random() < MOOD_SHARE else None,
        note=str(random.choice(NOTES[felt])) if felt and random.random() < NOTE_SHARE else "",
    )
    if not in_words:
        probabilities = draw_probabilities(looks, random)
        face = Face(
            Box(0, 0, 1, 1),
            tuple(probabilities.tolist()),
            unsure=bool(probabilities.max() < version.card["unsure_below"]),
        )
        Detection.from_face(
            face, capture=capture, model_version=version, is_me=True, milliseconds=None
        ).save()
    return capture


def draw_emotion(moment: datetime, tag_names: list[str], random: np.random.Generator) -> Emotion:
    """Return what a face shows at a moment."""
    weights = np.array([EMOTION_WEIGHTS[emotion] for emotion in EMOTIONS])
    weights[EMOTIONS.index(Emotion.HAPPY)] *= 1.6 if moment.weekday() >= SATURDAY else 1.0
    for tag in tag_names:
        weights[EMOTIONS.index(Emotion.HAPPY)] *= HAPPY_FACTORS.get(tag, 1.0)
    weights[EMOTIONS.index(Emotion.SAD)] *= 1.5 if moment.month in {11, 12, 1, 2} else 1.0
    return EMOTIONS[random.choice(len(EMOTIONS), p=weights / weights.sum())]


def draw_felt(looks: Emotion, moment: datetime, random: np.random.Generator) -> Emotion:
    """Return what somebody felt whose face shows an emotion."""
    on_workday = moment.weekday() < SATURDAY
    if looks == Emotion.NEUTRAL and on_workday and random.random() < HIDDEN_ON_WORKDAYS:
        return Emotion.SAD
    if random.random() < FELT_DIFFERENTLY:
        return EMOTIONS[random.integers(len(EMOTIONS))]
    return looks


def draw_probabilities(looks: Emotion, random: np.random.Generator) -> NDArray[np.float64]:
    """Return probabilities of the seven emotions that are highest for one of them."""
    sure = random.random() < SURE_SHARE
    highest = random.uniform(0.86, 0.99) if sure else random.uniform(0.5, 0.7)
    others = random.dirichlet(np.full(len(EMOTIONS) - 1, 0.35)) * (1 - highest)
    return np.insert(others, EMOTIONS.index(looks), highest)
