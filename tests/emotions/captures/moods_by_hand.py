"""The rule of moods once more, capture by capture, to compare what the database computes."""

from collections.abc import Sequence

from emotions.captures.moods import NEUTRAL_MOOD, Mood, answer_of
from emotions.models import Capture, Feeling
from ml.emotions import EMOTIONS, VALENCES


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
        valence = sum(
            probability * VALENCES[emotion]
            for probability, emotion in zip(probabilities, EMOTIONS, strict=True)
        )
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
