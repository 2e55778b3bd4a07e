"""Let the `fer` package read pictures, in an environment of its own: `benchmarks.compare_models`.

Usage: fer_answers.py FOLDER faces|photos

A picture of `faces` is a face as it is; in one of `photos` the face has to be found. Prints what it
reads from each file of the folder, in order of their names, and the median milliseconds for one.
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
    """Read every picture on one core; where several faces are found the largest counts."""
    os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
    # It adds ten pixels around a box: right in a photo, wrong where the face is the picture.
    reader = FER(offsets=(0, 0)) if kind == "faces" else FER()
    answers: list[str | None] = []
    seconds: list[float] = []
    for file in sorted(folder.iterdir()):
        picture = cv2.imread(str(file))
        height, width = picture.shape[:2]
        boxes = [(0, 0, width, height)] if kind == "faces" else None
        began = time.perf_counter()
        found = reader.detect_emotions(picture, face_rectangles=boxes)
        seconds.append(time.perf_counter() - began)
        largest = max(found, key=lambda face: face["box"][2] * face["box"][3], default=None)
        scores = largest["emotions"] if largest else {}
        answers.append(max(scores, key=scores.get) if scores else None)
    told = {"answers": answers, "milliseconds": 1000 * statistics.median(seconds)}
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
