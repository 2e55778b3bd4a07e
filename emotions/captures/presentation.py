"""Captures and detections as the pages show them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from emotions.captures import selectors
from emotions.captures.excerpts import Part, excerpt
from emotions.captures.forms import EditForm, SelfReportForm, join_tags, reported, state_of
from emotions.captures.moods import answer_of
from emotions.captures.turning import upright_turn
from emotions.captures.wording import (
    MOODS,
    QUARTER_TURNS,
    headline,
    moment_headline,
    percent,
    rating,
)
from emotions.models import Capture, Detection, Feeling, Tag
from ml.emotions import EMOTIONS

CLOCK_TOLERANCE = timedelta(minutes=10)
TAG_CHIPS = 12
"""Tags that are one tap away, those that are chosen among them."""


@dataclass(frozen=True, slots=True)
class Item:
    """One capture in a list.

    Attributes:
        emotion: what was felt or, where nothing was said, what the face looks like.
        looks: what the face looks like, if it looks like one emotion.
        felt: what the person said they felt, if they did.
        headline: both of these in words; empty where neither is known.
        rating: how pleasant it was rated, in words; empty if it was not.
        note: an excerpt.
    """

    capture: Capture
    emotion: Feeling | None
    looks: Feeling | None
    felt: Feeling | None
    headline: str
    rating: str
    note: list[Part]
    local_time: datetime
    local_date: date

    @property
    def title(self) -> str:
        """The line that stands for the capture."""
        return self.headline or self.rating or self.without_feeling

    @property
    def parts(self) -> bool:
        """Whether the face looks like another emotion than was felt."""
        return self.looks is not None and self.felt is not None and self.looks != self.felt

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
        return _("A note") if self.in_words else _("No face found")


@dataclass(frozen=True, slots=True)
class Bar:
    """The probability of one emotion, to be drawn as a bar."""

    emotion: Feeling
    probability: float

    @property
    def width(self) -> int:
        """Per cent of the whole bar; 0 for what is out of the question."""
        return round(100 * self.probability)

    @property
    def percent(self) -> str:
        return percent(self.probability)


@dataclass(frozen=True, slots=True)
class FaceView:
    """One detected face on the page of its capture.

    Attributes:
        names: the emotions to agree with: one, or those between which the network was unsure.
        coverage_percent: how often sets of its version held the truth on photos, if measured.
        bars: of the emotions that are not out of the question, the most probable first.
        rest: the others.
    """

    number: int
    box: Detection
    emotion: Feeling
    headline: str
    unsure: bool
    names: list[Feeling]
    coverage_percent: int | None
    confidence: str
    is_me: bool
    bars: list[Bar]
    rest: list[Bar]


def item(capture: Capture, *, words: str = "") -> Item:
    """Return a capture for a list.

    Args:
        words: what was searched for, to be marked in the note.
    """
    answer = answer_of(capture)
    felt = Feeling(capture.felt) if capture.felt else None
    seen = Feeling(answer.emotion) if answer else None
    return Item(
        capture=capture,
        emotion=felt or seen,
        looks=None if answer and answer.unsure else seen,
        felt=felt,
        headline=moment_headline(felt, answer),
        rating=rating(capture),
        note=excerpt(capture.note, words=words),
        local_time=capture.taken_at.astimezone(ZoneInfo(capture.time_zone)),
        local_date=capture.local_date,
    )


def face_view(number: int, detection: Detection) -> FaceView:
    bars = [
        Bar(Feeling(emotion), probability)
        for emotion, probability in zip(EMOTIONS, detection.probabilities, strict=True)
    ]
    bars.sort(key=lambda bar: -bar.probability)
    return FaceView(
        number=number,
        box=detection,
        emotion=Feeling(detection.emotion),
        headline=headline(detection),
        unsure=detection.unsure,
        names=[Feeling(emotion) for emotion in detection.answer_set],
        coverage_percent=coverage_percent(detection),
        confidence=percent(detection.confidence),
        is_me=detection.is_me,
        bars=[bar for bar in bars if bar.width],
        rest=[bar for bar in bars if not bar.width],
    )


def coverage_percent(detection: Detection) -> int | None:
    """Return how often sets of its version held the truth on photos; None where not measured."""
    sets = detection.model_version.card.get("photos", {}).get("sets", {})
    return None if sets.get("share") is None else min(99, round(100 * sets["share"]))


def page_context(capture: Capture) -> dict[str, Any]:
    """Return the context of a capture's page; the owner's face first, then the others by size."""
    answers = [d for d in capture.detections.all() if d.role == Detection.Role.ANSWER]
    answers.sort(key=lambda d: (not d.is_me, -d.width * d.height))
    faces = [face_view(number, detection) for number, detection in enumerate(answers, start=1)]
    is_kept = bool(capture.photo or capture.crop)
    upright = upright_turn(answer_of(capture)) if is_kept else 0
    return {
        "capture": capture,
        "item": item(capture),
        "faces": faces,
        "model_name": answers[0].version_name if answers else "",
        "read_on_device": capture.read_on == Capture.ReadOn.DEVICE,
        "time_of_photo": time_of_photo(capture),
        "me": next((face for face in faces if face.is_me), None),
        "opened_with": state_of(capture),
        "turns": QUARTER_TURNS if is_kept else [],
        "upright_turn": upright,
        "upright_turns": [(upright, _("Turn it upright"))],
        "may_keep": list(Capture.Kept)[list(Capture.Kept).index(Capture.Kept(capture.kept)) + 1 :],
    }


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What one field of a capture says now, and what a form would make of it."""

    name: str
    label: str
    now: str
    mine: str
    sent: str


def conflict(capture: Capture, form: EditForm) -> dict[str, Any]:
    """Return the context in which somebody chooses between what is there and what they sent."""
    now = reported(capture)
    texts: dict[str, Callable[[Any], str]] = {
        "felt": lambda value: str(Feeling(value).label) if value else "",
        "mood": lambda value: str(dict(MOODS).get(str(value), "")),
        "note": str,
        "tags": join_tags,
    }
    return {
        "fields": [
            Disagreement(
                name=name,
                label=str(form.fields[name].label),
                now=texts[name](now[name]),
                mine=texts[name](form.cleaned_data[name]),
                sent=form[name].value(),
            )
            for name in form.changed()
        ],
        "opened_with": state_of(capture),
    }


class TagChip(NamedTuple):
    """A tag to choose.

    Attributes:
        sent: its name as `TagsField` reads it.
    """

    tag: Tag
    sent: str
    chosen: bool


def choices(form: SelfReportForm, *, owner: User) -> dict[str, Any]:
    """Return the context in which a self-report is chosen: faces, ratings and tags.

    Tags that are chosen come first, then those used last. What is typed and no list of tags stays
    in its line.
    """
    recent = selectors.recent_tags(owner=owner)
    known = {tag.name: tag for tag in recent}
    chosen, typed = form.chosen_tags()
    shown = list(dict.fromkeys([*chosen, *list(known)[: max(0, TAG_CHIPS - len(chosen))]]))
    return {
        "feelings": list(Feeling),
        "moods": MOODS,
        "tag_chips": [
            TagChip(known.get(name) or Tag(name=name), join_tags([name]), name in chosen)
            for name in shown
        ],
        "typed_tags": typed,
        "known_tags": [name for name in known if name not in shown],
    }


def saved(capture: Capture, form: EditForm) -> dict[str, str]:
    """Return what a sheet needs to know after it has been saved in place.

    What was changed elsewhere meanwhile it still shows as it was when it was opened.
    """
    return {"opened_with": form.state_after(capture), "headline": item(capture).headline}


def time_of_photo(capture: Capture) -> datetime | None:
    """Return when the photo says it was taken, where the capture has another time."""
    if capture.clock_of_photo is None:
        return None
    zone = ZoneInfo(capture.time_zone)
    moment = capture.clock_of_photo.replace(tzinfo=zone)
    apart = abs(moment - capture.taken_at)
    return moment if apart > CLOCK_TOLERANCE and moment <= timezone.now() else None
