"""The made-up day with which the first page shows what a diary looks like."""

from dataclasses import dataclass
from datetime import time

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emotions.captures.wording import in_sentence, rating
from emotions.insights.day_sentences import sequence_sentence
from emotions.models import Capture, Feeling, Tag


@dataclass(frozen=True, slots=True)
class SampleMoment:
    """A moment of the day, which is never stored.

    Attributes:
        looks: what the face looked like; None for a moment in words.
        mood: how pleasant it was, from 1 to 5.
    """

    at: time
    looks: Feeling | None
    felt: Feeling
    mood: int
    note: Promise
    tag: Promise
    tag_colour: Tag.Colour

    @property
    def capture(self) -> Capture:
        """The moment as the diary would store it."""
        return Capture(felt=self.felt, mood=self.mood)

    @property
    def title(self) -> str:
        """What an entry of a list would be called."""
        felt = {"feeling": in_sentence(self.felt)}
        if self.looks is None:
            return _("Felt %(feeling)s") % felt
        if self.looks == self.felt:
            return _("Looked and felt %(feeling)s") % felt
        looks = _("Looks %(feeling)s") % {"feeling": in_sentence(self.looks)}
        return _("%(looks)s · you felt %(feeling)s") % (felt | {"looks": looks})

    @property
    def rating(self) -> str:
        """How pleasant it was, in words."""
        return rating(self.capture)


MOMENTS = (
    SampleMoment(
        at=time(7, 50),
        looks=Feeling.NEUTRAL,
        felt=Feeling.SAD,
        mood=2,
        note=gettext_lazy("Slept badly. Nobody would have guessed."),
        tag=gettext_lazy("sleep"),
        tag_colour=Tag.Colour.BLUE,
    ),
    SampleMoment(
        at=time(13, 15),
        looks=Feeling.HAPPY,
        felt=Feeling.HAPPY,
        mood=5,
        note=gettext_lazy("Lunch by the river with Ada."),
        tag=gettext_lazy("friends"),
        tag_colour=Tag.Colour.GOLD,
    ),
    SampleMoment(
        at=time(21, 30),
        looks=None,
        felt=Feeling.NEUTRAL,
        mood=4,
        note=gettext_lazy("Played the slow movement twice."),
        tag=gettext_lazy("piano"),
        tag_colour=Tag.Colour.TEAL,
    ),
)


def sample_sentence() -> str:
    """Say what the day was like, by the rule that real days go by."""
    return sequence_sentence([moment.capture for moment in MOMENTS])
