"""Moods of captures: valence, sentiment and the dominant emotion."""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Case, Expression, F, FloatField, Value, When

from emotions.models import Capture, Detection, Feeling, detected_column
from ml.emotions import EMOTIONS, VALENCES

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


def valence_column(read_by: str = "") -> Expression:
    """Return the valence of captures `with_feeling`; null where nothing is known about a mood.

    A reported mood from 1 to 5 takes precedence, mapped to -1 to 1; then what the owner felt,
    which counts as certain; then what was detected.

    Args:
        read_by: name of the version whose rescore counts where there is one.
    """
    from_mood = (F("mood") - Value(float(NEUTRAL_MOOD))) / Value(2.0)
    from_detection = sum(
        (
            detected_column(f"p_{emotion}", read_by=read_by) * Value(valence)
            for emotion, valence in VALENCES.items()
            if valence
        ),
        Value(0.0),
    )
    from_felt = [When(felt=emotion, then=Value(VALENCES[emotion])) for emotion in EMOTIONS]
    return Case(
        When(mood__isnull=False, then=from_mood),
        When(felt__isnull=True, then=from_detection),  # the most frequent first
        *from_felt,
        output_field=FloatField(),
    )


def probability_columns(read_by: str = "") -> dict[str, Expression]:
    """Return the seven probabilities of captures `with_feeling`, by emotion; null where unknown.

    What the owner felt counts as certain and takes precedence over what was detected.

    Args:
        read_by: name of the version whose rescore counts where there is one.
    """
    return {
        str(emotion): Case(
            When(felt__isnull=True, then=detected_column(f"p_{emotion}", read_by=read_by)),
            When(felt=emotion, then=Value(1.0)),
            default=Value(0.0),
            output_field=FloatField(),
        )
        for emotion in EMOTIONS
    }
