"""Read faces with the `fer` package, for `benchmarks.compare_models`.

Usage: fer_predictions.py haar|mtcnn faces|photos <PICTURES

Runs in an environment of its own. Pictures come by stdin as `benchmarks.peers.processes` writes
them; for each a line of JSON goes out. Pictures of `faces` are cropped faces; in `photos` fer's
detector, with its defaults, has to find the largest one.
"""

import json
import struct
import sys
import time
from typing import Any, BinaryIO

import cv2
import numpy as np
from fer.fer import FER


def pictures(source: BinaryIO) -> Any:
    """Yield pictures as OpenCV has them: blue, green, red."""
    while header := source.read(8):
        height, width = struct.unpack("<II", header)
        pixels = np.frombuffer(source.read(3 * height * width), np.uint8)
        yield cv2.cvtColor(pixels.reshape(height, width, 3), cv2.COLOR_RGB2BGR)


def main(face_detector: str, kind: str) -> None:
    """Answer for every picture; the largest face of a photo counts."""
    cv2.setNumThreads(1)
    # By default it adds ten pixels around a box, which would exceed a cropped face.
    offsets = {"offsets": (0, 0)} if kind == "faces" else {}
    detector = FER(mtcnn=face_detector == "mtcnn", **offsets)
    # What libraries print must not mix with the answers.
    answers, sys.stdout = sys.stdout, sys.stderr
    for picture in pictures(sys.stdin.buffer):
        height, width = picture.shape[:2]
        boxes = [(0, 0, width, height)] if kind == "faces" else None
        began = time.process_time()
        found = detector.detect_emotions(picture, face_rectangles=boxes)
        milliseconds = 1000 * (time.process_time() - began)
        largest = max(found, key=lambda face: face["box"][2] * face["box"][3], default=None)
        scores = largest["emotions"] if largest else {}
        emotion = max(scores, key=scores.get) if scores else None
        print(json.dumps({"emotion": emotion, "milliseconds": milliseconds}), file=answers)


if __name__ == "__main__":
    main(*sys.argv[1:])
