"""Faces become probabilities: by the vouched file only, the same in every thread and process."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from common.imaging.geometry import Box
from ml.emotions import EMOTIONS, Emotion
from ml.inference.card import BUNDLED, Card, ModelFileError
from ml.inference.predictor import Face, Predictor, bundled_predictor, predictor_for
from tests import pictures

ROOT = Path(__file__).parents[3]
TWO_OUTPUTS = Path(__file__).parents[1] / "two_outputs.tflite"
"""A tiny network: for a bright face its `folder` says happy and its `crowd` says sad."""


def card(**changes: Any) -> Card:
    """Return a card of the tiny network."""
    facts: dict[str, Any] = {
        "name": "tiny",
        "sha256": hashlib.sha256(TWO_OUTPUTS.read_bytes()).hexdigest(),
        "input_size": 48,
        "face_margin": 0.1,
        "shown": "folder",
        "unsure_below": 0.3,
    }
    return Card(**(facts | changes), facts={})


def test_the_portrait_comes_out_happy() -> None:
    (face,) = bundled_predictor().predict(pictures.astronaut())

    assert face.emotion == Emotion.HAPPY
    assert not face.unsure
    assert face.box.overlap(Box(175, 65, 100, 120)) > 0.8


def test_every_face_gets_seven_probabilities() -> None:
    faces = bundled_predictor().predict(pictures.several_faces())

    assert len(faces) == 3
    for face in faces:
        assert len(face.probabilities) == len(EMOTIONS)
        assert sum(face.probabilities) == pytest.approx(1, abs=1e-5)
        assert face.probabilities[EMOTIONS.index(face.emotion)] == face.confidence


def test_no_face_is_an_empty_answer() -> None:
    assert bundled_predictor().predict(pictures.no_face()) == []


def test_no_faces_to_classify_give_no_rows() -> None:
    empty = np.zeros((0, 48, 48), np.uint8)

    assert bundled_predictor().classify(empty).shape == (0, 7)


@pytest.mark.parametrize(("shown", "emotion"), [("folder", "happy"), ("crowd", "sad")])
def test_people_see_the_output_that_the_card_names(shown: str, emotion: str) -> None:
    bright = np.full((2, 48, 48), 255, np.uint8)

    shares = predictor_for(TWO_OUTPUTS, card(shown=shown)).classify(bright)

    assert [EMOTIONS[best] for best in shares.argmax(axis=1)] == [emotion, emotion]


def test_every_output_can_be_read_by_name() -> None:
    predictor = predictor_for(TWO_OUTPUTS, card(shown="crowd"))
    grey = np.random.default_rng(1).integers(0, 256, (3, 48, 48)).astype(np.uint8)

    told = predictor.predict_outputs(grey)

    assert sorted(predictor.outputs) == sorted(told) == ["crowd", "folder"]
    for output, shares in told.items():
        assert (predictor.classify(grey, output) == shares).all()
    assert (predictor.classify(grey) == told["crowd"]).all()
    assert predictor.predict_outputs(grey[:0])["folder"].shape == (0, 7)
    with pytest.raises(ModelFileError, match="expected an output among crowd, folder, received x"):
        predictor.classify(grey, "x")


def test_faces_are_found_as_the_network_wants_to_see_them() -> None:
    predictor = bundled_predictor()

    boxes, crops = predictor.detect(pictures.several_faces())

    assert [face.box for face in predictor.predict(pictures.several_faces())] == boxes
    assert crops.shape == (3, 48, 48)
    assert predictor.detect(pictures.no_face())[1].shape == (0, 48, 48)


def test_several_threads_of_the_processor_give_the_same_answers() -> None:
    card = Card.load(BUNDLED / "card.json")
    content = (BUNDLED / "emotion.tflite").read_bytes()
    grey = np.random.default_rng(1).integers(0, 256, (5, 48, 48)).astype(np.uint8)

    one, two = (Predictor(content, card, threads=count).classify(grey) for count in (1, 2))

    assert (one == two).all()


def test_a_card_that_names_no_output_is_refused() -> None:
    with pytest.raises(ModelFileError, match=r"other.*crowd.*folder"):
        predictor_for(TWO_OUTPUTS, card(shown="other")).classify(np.zeros((1, 48, 48), np.uint8))


def test_a_face_below_the_threshold_is_unsure() -> None:
    (sure,) = predictor_for(TWO_OUTPUTS, card(unsure_below=0.0)).predict(pictures.astronaut())
    (unsure,) = predictor_for(TWO_OUTPUTS, card(unsure_below=1.0)).predict(pictures.astronaut())

    assert (sure.unsure, unsure.unsure) == (False, True)
    assert sure.probabilities == unsure.probabilities


def test_emotion_and_confidence_are_of_the_most_probable() -> None:
    face = Face(Box(0, 0, 1, 1), (0.1, 0.0, 0.1, 0.2, 0.1, 0.4, 0.1), unsure=False)

    assert (face.emotion, face.confidence) == (Emotion.SAD, 0.4)


def test_a_file_that_is_not_the_one_on_the_card_is_refused(tmp_path: Path) -> None:
    damaged = tmp_path / "emotion.tflite"
    damaged.write_bytes(TWO_OUTPUTS.read_bytes()[:-1] + b"\x01")

    with pytest.raises(ModelFileError, match="sha256"):
        predictor_for(damaged, card())


def test_a_missing_file_is_a_model_file_error(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"gone\.tflite"):
        predictor_for(tmp_path / "gone.tflite", card())


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(None, id="missing"),
        pytest.param("{", id="not JSON"),
        pytest.param("[]", id="no object"),
        pytest.param("{}", id="no facts"),
        pytest.param(json.dumps({"emotions": ["happy"]}), id="other emotions"),
    ],
)
def test_an_unusable_card_is_a_model_file_error(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "card.json"
    if content is not None:
        path.write_text(content)

    with pytest.raises(ModelFileError, match=r"card\.json"):
        Card.load(path)


def test_the_bundled_card_vouches_for_the_bundled_file() -> None:
    bundled = Card.load(BUNDLED / "card.json")
    content = (BUNDLED / "emotion.tflite").read_bytes()

    assert hashlib.sha256(content).hexdigest() == bundled.sha256
    assert len(content) == bundled.facts["bytes"] <= 10_000_000


def test_a_version_is_opened_once(tmp_path: Path) -> None:
    path = tmp_path / "emotion.tflite"
    shutil.copy(TWO_OUTPUTS, path)

    first = predictor_for(path, card())
    path.unlink()

    assert predictor_for(path, card()) is first
    assert bundled_predictor() is bundled_predictor()


def test_no_interpreter_is_built_before_the_first_answer() -> None:
    with patch("ml.inference.predictor.Interpreter", side_effect=Interpreter) as built:
        predictor = Predictor(TWO_OUTPUTS.read_bytes(), card())
        built.assert_not_called()
        for _ in range(3):
            predictor.classify(np.zeros((2, 48, 48), np.uint8))

    built.assert_called_once()


def test_sixteen_threads_give_identical_answers() -> None:
    predictor = predictor_for(BUNDLED / "emotion.tflite", Card.load(BUNDLED / "card.json"))
    picture = pictures.several_faces()
    barrier = threading.Barrier(16)

    def answer(_: int) -> list[Face]:
        barrier.wait()
        return predictor.predict(picture)

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(answer, range(16)))

    assert len(answers[0]) == 3
    assert all(other == answers[0] for other in answers)


FORKING = """
import os, sys
import skimage.data
from ml.inference.predictor import bundled_predictor

picture = skimage.data.astronaut()
before = bundled_predictor().predict(picture)
child = os.fork()
if child == 0:
    same = bundled_predictor().predict(picture) == before
    os._exit(0 if same else 1)
_, status = os.waitpid(child, 0)
assert bundled_predictor().predict(picture) == before
sys.exit(os.waitstatus_to_exitcode(status))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_predictor_in_use_survives_a_fork() -> None:
    subprocess.run([sys.executable, "-c", FORKING], cwd=ROOT, check=True)


LIGHT = """
import sys
import skimage.data
from ml.inference.predictor import bundled_predictor

assert len(bundled_predictor().predict(skimage.data.astronaut())) == 1
heavy = {"tensorflow", "keras", "sklearn", "matplotlib", "django"} & set(sys.modules)
sys.exit(f"loaded {heavy}" if heavy else 0)
"""


def test_predicting_loads_neither_training_libraries_nor_django() -> None:
    subprocess.run([sys.executable, "-c", LIGHT], cwd=ROOT, check=True)
