"""The seven emotions in their fixed order, and the valence of each."""

from enum import StrEnum


class Emotion(StrEnum):
    """An emotion that a face can express, in the alphabetical order of all networks and records."""

    ANGRY = "angry"
    DISGUST = "disgust"
    FEAR = "fear"
    HAPPY = "happy"
    NEUTRAL = "neutral"
    SAD = "sad"
    SURPRISE = "surprise"


EMOTIONS: tuple[Emotion, ...] = tuple(Emotion)

VALENCES: dict[Emotion, float] = {
    Emotion.ANGRY: -0.8,
    Emotion.DISGUST: -0.8,
    Emotion.FEAR: -0.6,
    Emotion.HAPPY: 1.0,
    Emotion.NEUTRAL: 0.0,
    Emotion.SAD: -0.8,
    Emotion.SURPRISE: 0.0,
}
