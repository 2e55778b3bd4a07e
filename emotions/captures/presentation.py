"""Captures and detections as the pages show them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from emotions.captures.moods import answer_of
from emotions.captures.wording import MOODS, headline
from emotions.models import Capture, Detection, Feeling
from ml.emotions import EMOTIONS

CLOCK_TOLERANCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Item:
    """One capture in a list."""

    capture: Capture
    emotion: Feeling | None
    headline: str
    unsure: bool
    local_time: datetime
    local_date: date

    @property
    def in_words(self) -> bool:
        """Whether it never had a photo."""
        return self.capture.source in Capture.PHOTOLESS_SOURCES

    @property
    def icon(self) -> str:
        """The icon that stands in for a picture."""
        return "words" if self.in_words else "camera"

    @property
    def without_feeling(self) -> str:
        """The text in place of an emotion where none is known."""
        return _("In words") if self.in_words else _("No face found")


@dataclass(frozen=True, slots=True)
class Bar:
    """The probability of one emotion, to be drawn as a bar."""

    emotion: Feeling
    probability: float
    percent: int


@dataclass(frozen=True, slots=True)
class FaceView:
    """One detected face on the page of its capture.

    Attributes:
        coverage_percent: how often sets of its version held the truth on photos, if measured.
    """

    number: int
    box: Detection
    emotion: Feeling
    headline: str
    unsure: bool
    coverage_percent: int | None
    confidence_percent: int
    is_me: bool
    bars: list[Bar]


def item(capture: Capture) -> Item:
    """Return a capture for a list, with what was felt or, not reported, what the face shows."""
    answer = answer_of(capture)
    feeling = capture.felt or (answer and answer.emotion)
    words = ""
    if capture.felt:
        words = str(Feeling(capture.felt).label)
    elif answer:
        words = headline(answer)
    return Item(
        capture=capture,
        emotion=Feeling(feeling) if feeling else None,
        headline=words,
        unsure=bool(answer and answer.unsure),
        local_time=capture.taken_at.astimezone(ZoneInfo(capture.time_zone)),
        local_date=capture.local_date,
    )


def face_view(number: int, detection: Detection) -> FaceView:
    bars = [
        Bar(Feeling(emotion), probability, round(100 * probability))
        for emotion, probability in zip(EMOTIONS, detection.probabilities, strict=True)
    ]
    return FaceView(
        number=number,
        box=detection,
        emotion=Feeling(detection.emotion),
        headline=headline(detection),
        unsure=detection.unsure,
        coverage_percent=coverage_percent(detection),
        confidence_percent=min(99, round(100 * detection.confidence)),
        is_me=detection.is_me,
        bars=sorted(bars, key=lambda bar: -bar.probability),
    )


def coverage_percent(detection: Detection) -> int | None:
    """Return how often sets of its version held the truth on photos; None where not measured."""
    sets = detection.model_version.card.get("photos", {}).get("sets", {})
    return None if sets.get("share") is None else round(100 * sets["share"])


def page_context(capture: Capture) -> dict[str, Any]:
    """Return the context of a capture's page; the owner's face first, then the others by size."""
    answers = [d for d in capture.detections.all() if d.role == Detection.Role.ANSWER]
    answers.sort(key=lambda d: (not d.is_me, -d.width * d.height))
    faces = [face_view(number, detection) for number, detection in enumerate(answers, start=1)]
    return {
        "capture": capture,
        "item": item(capture),
        "faces": faces,
        "model_name": answers[0].version_name if answers else "",
        "time_of_photo": time_of_photo(capture),
        "me": next((face for face in faces if face.is_me), None),
        "moods": MOODS,
        "feelings": list(Feeling),
        "may_keep": list(Capture.Kept)[list(Capture.Kept).index(Capture.Kept(capture.kept)) + 1 :],
    }


def time_of_photo(capture: Capture) -> datetime | None:
    """Return when the photo says it was taken, where the capture has another time."""
    if capture.clock_of_photo is None:
        return None
    zone = ZoneInfo(capture.time_zone)
    moment = capture.clock_of_photo.replace(tzinfo=zone)
    apart = abs(moment - capture.taken_at)
    return moment if apart > CLOCK_TOLERANCE and moment <= timezone.now() else None
