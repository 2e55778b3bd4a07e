"""Pictures with what reading them has to give, by which other readers prove themselves.

A pack is a zip of pictures and `expected.json`. The pictures are lossless, so that every decoder
gives the same pixels, and in the public domain: Eileen Collins by NASA, Grace Hopper by the US Navy
and a rocket by SpaceX (`python -m scripts.conformance_pictures` draws them).
"""

import io
import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from common.imaging.images import read_image
from ml.emotions import EMOTIONS
from ml.inference.card import BUNDLED
from ml.inference.face_detection import detect_with_blazeface
from ml.inference.predictor import Face, Predictor
from ml.metrics.answer_sets import answer_set

PICTURES = BUNDLED / "conformance"
EXPECTED = "expected.json"

TOLERANCE = {"probability": 0.02, "box": 0.05, "roll": 2.0}
"""How much may differ: a probability, a side of a box as a share of its width, degrees."""

DIGITS = 3
"""Fewer than processors differ in, so that every server makes the same pack."""


def build_pack(predictor: Predictor) -> bytes:
    """Return the pack of a network, the same bytes whenever it is made."""
    card = predictor.card
    files = sorted(PICTURES.glob("*.png"))
    expected = {
        "version": {"name": card.name, "sha256": card.sha256},
        "tolerance": TOLERANCE,
        "pictures": [_expected(file, predictor) for file in files],
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as pack:
        pack.writestr(zipfile.ZipInfo(EXPECTED), json.dumps(expected, indent=1))
        for file in files:
            pack.writestr(zipfile.ZipInfo(file.name), file.read_bytes())
    return buffer.getvalue()


def _expected(file: Path, predictor: Predictor) -> dict[str, Any]:
    pixels = read_image(file.read_bytes())
    height, width = pixels.shape[:2]
    mass = predictor.card.set_mass
    # Whatever finds faces on this server, devices have BlazeFace.
    boxes = sorted(detect_with_blazeface(pixels), key=lambda box: box.area, reverse=True)
    faces = [_face(face, mass) for face in predictor.predict_boxes(pixels, boxes)]
    return {"file": file.name, "width": width, "height": height, "faces": faces}


def _face(face: Face, mass: float) -> dict[str, Any]:
    shares = zip(EMOTIONS, face.probabilities, strict=True)
    return {
        "box": asdict(face.box),
        "roll": round(face.roll, 1),
        "probabilities": {emotion: round(share, DIGITS) for emotion, share in shares},
        "emotion": face.emotion,
        "unsure": face.unsure,
        "set": answer_set(face.probabilities, unsure=face.unsure, mass=mass),
    }
