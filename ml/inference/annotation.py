"""Drawing predictions onto pictures."""

from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from common.imaging.images import Pixels
from ml.inference.predictor import Face

_BOX_COLOUR = "#ffd400"
_TEXT_COLOUR = "#111111"


def draw_faces(pixels: Pixels, faces: Iterable[Face]) -> Pixels:
    """Return a copy of an RGB picture with a box and a label such as “happy 93%” at each face."""
    image = Image.fromarray(pixels)
    draw = ImageDraw.Draw(image)
    line = max(2, max(image.size) // 300)
    font = ImageFont.load_default(size=max(12, max(image.size) // 40))
    for face in faces:
        box = face.box
        draw.rectangle(
            (box.x, box.y, box.x + box.width, box.y + box.height), outline=_BOX_COLOUR, width=line
        )
        label = _label(face)
        left, top, right, bottom = draw.textbbox((0, 0), label, font=font)
        x = min(max(0, box.x), max(0, image.width - (right - left) - 2 * line))
        y = max(0, box.y - (bottom - top) - 2 * line)
        draw.rectangle(
            (x, y, x + right - left + 2 * line, y + bottom - top + 2 * line), fill=_BOX_COLOUR
        )
        draw.text((x + line - left, y + line - top), label, fill=_TEXT_COLOUR, font=font)
    return np.array(image)


def _label(face: Face) -> str:
    """Return the label of a face, with a question mark if the prediction is unsure."""
    suffix = " ?" if face.unsure else ""
    return f"{face.emotion} {face.confidence:.0%}{suffix}"
