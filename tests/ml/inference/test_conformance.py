"""The pictures by which readers in other languages prove themselves."""

import io
import json
import zipfile
from typing import Any

import pytest
from PIL import Image

from ml.inference import face_detection
from ml.inference.card import BUNDLED, Card
from ml.inference.conformance import EXPECTED, TOLERANCE, build_pack
from ml.inference.predictor import Predictor
from ml.version_files import CARD, NETWORK


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor((BUNDLED / NETWORK).read_bytes(), Card.load(BUNDLED / CARD))


def pictures_of(pack: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(pack)) as files:
        expected = json.loads(files.read(EXPECTED))
        for picture in expected["pictures"]:
            image = Image.open(io.BytesIO(files.read(picture["file"])))
            assert image.size == (picture["width"], picture["height"])
    assert expected["tolerance"] == TOLERANCE
    return {picture["file"]: picture["faces"] for picture in expected["pictures"]}


def test_a_pack_shows_one_face_and_several_and_none_upright_and_not(predictor: Predictor) -> None:
    pack = build_pack(predictor)
    assert len(pack) < 1_000_000
    faces = pictures_of(pack)
    assert {file: len(found) for file, found in faces.items()} == {
        "close-up.png": 1,
        "dark-upside-down.png": 1,
        "group.png": 3,
        "hat-and-glasses.png": 1,
        "leaning.png": 1,
        "no-face.png": 0,
        "portrait.png": 1,
    }
    assert faces["portrait.png"][0]["emotion"] == "happy"
    assert faces["portrait.png"][0]["set"] == ["happy"]
    assert faces["leaning.png"][0]["roll"] == pytest.approx(25, abs=8)
    assert abs(faces["dark-upside-down.png"][0]["roll"]) > 165
    assert faces["hat-and-glasses.png"][0]["unsure"]
    assert len(faces["hat-and-glasses.png"][0]["set"]) in (2, 3)


def test_a_pack_is_the_same_whenever_and_wherever_it_is_made(
    predictor: Predictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build_pack(predictor)
    monkeypatch.setattr(face_detection, "detector_name", lambda: "cascades")
    assert build_pack(predictor) == first
