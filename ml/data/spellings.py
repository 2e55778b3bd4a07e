"""The names that datasets give emotions and splits, in folders and tables alike."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType

from ml.data.errors import DatasetError
from ml.emotions import EMOTIONS, Emotion

EMOTION_SPELLINGS: dict[str, Emotion] = {str(emotion): emotion for emotion in EMOTIONS} | {
    spelling: emotion
    for emotion, spellings in {
        Emotion.ANGRY: "anger angriness furious fury mad rage",
        Emotion.DISGUST: "disgusted disgusting disgustful",
        Emotion.FEAR: "afraid fearful fright frightened scared terrified",
        Emotion.HAPPY: "glad happiness happyness joy joyful joyous",
        Emotion.SAD: "sadness sorrow sorrowful unhappy unhappiness",
        Emotion.SURPRISE: (
            "astonished astonishment suprise suprised surprised surprize surprized surprising"
        ),
    }.items()
    for spelling in spellings.split()
}
SPLIT_SPELLINGS = {
    spelling: split
    for split, spellings in {
        "train": "train training trainset",
        "validation": "publictest val valid validation validationset valset",
        "test": "privatetest test testing testset",
    }.items()
    for spelling in spellings.split()
}
"""FER2013's PublicTest and PrivateTest are what others call validation and test."""
FILLERS = frozenset(
    {"crops", "data", "dataset", "db", "emotion", "expression", "face", "faces", "fer", "folder"}
    | {"class", "image", "images", "label", "photos", "pictures", "set", "split"}
)
"""Words that a name may have beside the one that counts, as in `dataset_train` or `happy faces`."""

MIN_LIKENESS = 0.7
"""Of two spellings, 1 if they are the same (`difflib`); below it, `extra` is like `train`."""

NO_LABELS: Mapping[str, Emotion] = MappingProxyType({})
LABELS_HELP = "emotions of class names that are not recognised, such as 1=surprise,2=fear"
"""Help of the option that `parse_labels` reads."""


@lru_cache(maxsize=4096)
def emotion_named(name: str) -> Emotion | None:
    """Return the emotion that a folder, cell or column names, if it names exactly one.

    Case, numbers and signs around the word do not matter (`3_Happy `), nor does a plural.
    """
    words = _words(name)
    if len(words) != 1:
        return None
    return EMOTION_SPELLINGS.get(words[0]) or EMOTION_SPELLINGS.get(words[0].removesuffix("s"))


@lru_cache(maxsize=4096)
def split_named(name: str) -> str | None:
    """Return `train`, `validation` or `test` if a folder, file or cell names one and no other."""
    found = {SPLIT_SPELLINGS[word] for word in _words(name) if word in SPLIT_SPELLINGS}
    return found.pop() if len(found) == 1 else None


def is_split(name: str) -> bool:
    """Tell whether a name is that of a split and says nothing else, unlike `wild-test`."""
    return len(_words(name)) == 1 and split_named(name) is not None


def with_closest_emotion(name: str) -> str:
    """Return an unknown name together with the emotion that is spelled most like it, if any is."""
    return _with_closest(name, EMOTION_SPELLINGS)


def with_closest_split(name: str) -> str:
    """Return a name together with the split that is spelled most like it, if it is none itself."""
    return name if name in SPLIT_SPELLINGS.values() else _with_closest(name, SPLIT_SPELLINGS)


def parse_labels(texts: Iterable[str]) -> dict[str, Emotion]:
    """Parse what classes stand for where their names do not say, such as `1=surprise,2=fear`.

    Raises:
        DatasetError: when a part is no NAME=EMOTION, or gives a name two emotions.
    """
    labels: dict[str, Emotion] = {}
    for part in (part for text in texts for part in text.split(",")):
        name, equals, emotion = (piece.strip() for piece in part.rpartition("="))
        if not equals or not name:
            raise DatasetError(
                f"--labels: expected NAME=EMOTION such as 1=surprise, received {part.strip()!r}."
            )
        known = emotion_named(emotion)
        if known is None:
            raise DatasetError(
                f"--labels: expected one of {', '.join(EMOTIONS)} for {name}, received "
                f"{with_closest_emotion(emotion)!r}."
            )
        if labels.setdefault(_key(name), known) != known:
            raise DatasetError(f"--labels: expected one emotion for {name}, received two.")
    return labels


def labelled(name: str, labels: Mapping[str, Emotion]) -> Emotion | None:
    """Return the emotion that `labels` gives a name, else the one that it names itself."""
    return labels.get(_key(name)) or emotion_named(name)


def _key(name: str) -> str:
    """Return what a name is looked up by: macOS takes the dots off an ü, for example."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _words(name: str) -> list[str]:
    """Return the words of a name, those of `PublicTest` as one, without fillers."""
    text = re.sub(r"(?<=[a-z\d])(?=[A-Z])", " ", unicodedata.normalize("NFKC", name))
    text = re.sub(r"\b(public|private)[\W_]+test", r"\1test", text.casefold().replace("_", " "))
    words = re.findall(r"[^\W\d_]+", text)
    return [word for word in words if word not in FILLERS]


def _with_closest(name: str, spellings: Mapping[str, str]) -> str:
    closest = get_close_matches("".join(_words(name)), spellings, n=1, cutoff=MIN_LIKENESS)
    return f"{name} (closest: {spellings[closest[0]]})" if closest else name
