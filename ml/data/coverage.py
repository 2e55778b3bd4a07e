"""What a prepared dataset is too small to teach or to prove, in sentences."""

from ml.data.datasets import Dataset
from ml.emotions import EMOTIONS


def gaps(dataset: Dataset) -> list[str]:
    """Return a sentence for each thing that a network cannot learn, or nobody can check, with it.

    Args:
        dataset: with the splits `train`, `validation` and `test`.
    """
    counts = dataset.counts()
    train, validation, test = (
        {emotion: counts.get(split, {}).get(emotion, 0) for emotion in EMOTIONS}
        for split in ("train", "validation", "test")
    )
    learned = [emotion for emotion in EMOTIONS if train[emotion]]
    findings = {
        "No pictures to train on, so no network can learn": [
            str(emotion) for emotion in EMOTIONS if not train[emotion]
        ],
        "Too few different pictures to keep one for validation": [
            f"{emotion} ({train[emotion]} to train on)"
            for emotion in learned
            if not validation[emotion]
        ],
        "No pictures in the test split, so nothing measures": [
            str(emotion) for emotion in learned if not test[emotion]
        ],
    }
    return [f"{words}: {', '.join(found)}." for words, found in findings.items() if found]
