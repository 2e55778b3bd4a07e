"""BlazeFace's full-range model, which the package of the short-range one carries, too.

Anchors and decoding are those of the graph that MediaPipe publishes for it.
"""

from functools import cache

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter

from common.imaging.geometry import Box
from common.imaging.images import Pixels
from ml.inference import blazeface

FILE = blazeface.FILE.with_name("face_detection_full_range.tflite")
SIDE = 192  # of the square that the network sees, in pixels
STRIDE = 4  # pixels between the middles of its anchors
MIN_SCORE = 0.6
MAX_OVERLAP = 0.3  # intersection over union, above which two boxes are the same face


def detect(pixels: Pixels) -> list[Box]:
    """Return the faces in an RGB picture, scaled to the network's square, the surest first."""
    height, width = pixels.shape[:2]
    scale = SIDE / max(height, width)
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    square = np.zeros((SIDE, SIDE, 3), np.uint8)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    square[: size[1], : size[0]] = cv2.resize(pixels, size, interpolation=interpolation)
    interpreter = _interpreter()
    interpreter.set_tensor(
        interpreter.get_input_details()[0]["index"], square[None].astype(np.float32) / 127.5 - 1
    )
    interpreter.invoke()
    values, logits = (
        interpreter.get_tensor(output["index"])[0] for output in interpreter.get_output_details()
    )
    scores = 1 / (1 + np.exp(-logits[:, 0].clip(-100, 100)))
    rows, columns = np.divmod(np.arange(len(values)), SIDE // STRIDE)
    middles = (np.stack([columns, rows], axis=1) + 0.5) * STRIDE + values[:, :2]
    boxes = np.hstack([middles - values[:, 2:4] / 2, values[:, 2:4]]) / scale
    kept = cv2.dnn.NMSBoxes(boxes.tolist(), scores.tolist(), MIN_SCORE, MAX_OVERLAP)
    return [Box(*(round(value) for value in boxes[index].tolist())) for index in np.ravel(kept)]


@cache
def _interpreter() -> Interpreter:
    interpreter = Interpreter(str(FILE), num_threads=1)
    interpreter.allocate_tensors()
    return interpreter
