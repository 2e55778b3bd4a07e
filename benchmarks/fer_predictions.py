"""Classify pictures with the `fer` package, for `benchmarks.compare_models`.

Usage: fer_predictions.py FOLDER faces|photos

Pictures of `faces` are cropped faces; in `photos`, faces have to be detected. Runs in an
environment of its own. Prints, as JSON, the emotion in each file of the folder, in order of their
names, and the median milliseconds per file.
"""

import json
import os
import statistics
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import cv2
from fer.fer import FER


def main(folder: Path, kind: str) -> None:
    """Classify every picture on a single core; the largest face of a picture counts."""
    os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
    # By default it adds ten pixels around a box, which would exceed a cropped face.
    detector = FER(offsets=(0, 0)) if kind == "faces" else FER()
    predictions: list[str | None] = []
    seconds: list[float] = []
    for file in sorted(folder.iterdir()):
        picture = cv2.imread(str(file))
        height, width = picture.shape[:2]
        boxes = [(0, 0, width, height)] if kind == "faces" else None
        began = time.perf_counter()
        found = detector.detect_emotions(picture, face_rectangles=boxes)
        seconds.append(time.perf_counter() - began)
        largest = max(found, key=lambda face: face["box"][2] * face["box"][3], default=None)
        scores = largest["emotions"] if largest else {}
        predictions.append(max(scores, key=scores.get) if scores else None)
    milliseconds = 1000 * statistics.median(seconds)
    print(json.dumps({"predictions": predictions, "milliseconds": milliseconds}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
