"""The names that datasets give the emotions."""

from ml.emotions import EMOTIONS, Emotion

SPELLINGS = {str(emotion): emotion for emotion in EMOTIONS} | {
    "anger": Emotion.ANGRY,
    "disgusted": Emotion.DISGUST,
    "fearful": Emotion.FEAR,
    "happiness": Emotion.HAPPY,
    "sadness": Emotion.SAD,
    "surprised": Emotion.SURPRISE,
    "suprise": Emotion.SURPRISE,
}
