"""Moods of captures: valence, sentiment and the dominant emotion."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from emotions.models import Capture, Detection, Feeling
from ml.emotions import EMOTIONS, expected_valence

POSITIVE_ABOVE = 0.2
NEGATIVE_BELOW = -0.2
NEUTRAL_MOOD = 3  # on the scale from 1 to 5


class Sentiment(StrEnum):
    """Whether a mood is pleasant."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


@dataclass(frozen=True, slots=True)
class Mood:
    """The mood of one moment or of a day.

    Attributes:
        probabilities: seven, which sum to 1, in the order of `EMOTIONS`; None where a mood from
            1 to 5 was reported and no emotion is known.
        valence: from -1 (unpleasant) to 1 (pleasant).
        dominant: the emotion with the largest probability, if any is known.
        captures: how many captures it was computed from.
    """

    probabilities: tuple[float, ...] | None
    valence: float
    dominant: Feeling | None
    captures: int = 1

    @property
    def sentiment(self) -> Sentiment:
        return sentiment_of(self.valence)


def sentiment_of(valence: float) -> Sentiment:
    """Return positive above 0.2, negative below -0.2, else neutral."""
    if valence > POSITIVE_ABOVE:
        return Sentiment.POSITIVE
    if valence < NEGATIVE_BELOW:
        return Sentiment.NEGATIVE
    return Sentiment.NEUTRAL


def answer_of(capture: Capture) -> Detection | None:
    """Return the detection of the owner's face that was answered, if there is one."""
    return next((d for d in capture.detections.all() if d.role == d.Role.ANSWER and d.is_me), None)


def mood_of_capture(capture: Capture) -> Mood | None:
    """Return the mood of one capture, or None where nothing about it is known.

    What the owner felt counts as certain and takes precedence over what was detected. A reported
    mood from 1 to 5 takes precedence over both as valence, mapped to -1 to 1.
    """
    answer = answer_of(capture)
    probabilities = None
    if capture.felt:
        probabilities = tuple(float(emotion == capture.felt) for emotion in EMOTIONS)
    elif answer:
        probabilities = answer.probabilities

    if capture.mood:
        valence = (capture.mood - NEUTRAL_MOOD) / 2
    elif probabilities:
        valence = expected_valence(probabilities)
    else:
        return None
    dominant = probabilities and Feeling(EMOTIONS[probabilities.index(max(probabilities))])
    return Mood(probabilities, valence, dominant or None)


def mood_of_captures(captures: Sequence[Capture]) -> Mood | None:
    """Return the mean mood of captures in chronological order, or None where no mood is known.

    The dominant emotion has the largest mean probability; a tie goes to the latest capture.
    """
    moods = [mood for capture in captures if (mood := mood_of_capture(capture))]
    if not moods:
        return None
    shares = [mood.probabilities for mood in moods if mood.probabilities]
    means = dominant = None
    if shares:
        means = tuple(sum(column) / len(shares) for column in zip(*shares, strict=True))
        # Rounded, so that means that differ by floating-point error count as a tie.
        ranks = [(round(mean, 9), last) for mean, last in zip(means, shares[-1], strict=True)]
        dominant = Feeling(EMOTIONS[ranks.index(max(ranks))])
    valence = sum(mood.valence for mood in moods) / len(moods)
    return Mood(means, valence, dominant, len(moods))
