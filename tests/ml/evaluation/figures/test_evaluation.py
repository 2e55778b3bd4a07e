"""The pictures of an evaluation are drawn whatever was found, and never with a contributed face."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ml.evaluation.evaluation import Evaluation
from ml.evaluation.figures.evaluation import draw_evaluation, draw_mistakes
from ml.evaluation.report import report
from tests.ml import faces
from tests.ml.evaluation.test_evaluation import card

ALL = ["confusion-matrix.png", "per-class.png", "reliability.png", "mistakes.png"]


def evaluation(*, shown: str = "folder", count: int = 3) -> Evaluation:
    """Return made-up answers, of which the first are the most confident and wrong."""
    some = faces.dataset(train=count, validation=0, test=0)
    votes = np.zeros((len(some), 10), np.uint8)
    votes[np.arange(len(some)), some.labels] = 8
    some = replace(some, votes=votes)
    random = np.random.default_rng(1)
    probabilities = random.dirichlet([0.5] * 7, len(some)).astype(np.float32)
    return Evaluation(
        card(shown=shown), "train", some, {"folder": probabilities, "crowd": probabilities}
    )


def drawn(evaluated: Evaluation, folder: Path) -> list[str]:
    return [path.name for path in draw_evaluation(evaluated, report(evaluated), folder)]


@pytest.mark.parametrize("shown", ["folder", "crowd"])
def test_four_pictures_are_drawn_and_nothing_is_left_aside(tmp_path: Path, shown: str) -> None:
    assert drawn(evaluation(shown=shown, count=30), tmp_path) == ALL
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(ALL)
    for path in tmp_path.iterdir():
        with Image.open(path) as image:
            assert image.format == "PNG"
            assert image.width > 600


def test_mistakes_of_contributed_faces_are_never_drawn(tmp_path: Path) -> None:
    evaluated = evaluation()
    contributed = replace(evaluated, faces=replace(evaluated.faces, has_contributions=True))
    assert drawn(contributed, tmp_path) == ALL[:3]
    assert not (tmp_path / "mistakes.png").exists()


def test_without_a_face_there_is_no_calibration_to_draw(tmp_path: Path) -> None:
    evaluated = replace(evaluation(), found=np.zeros(21, bool))
    assert drawn(evaluated, tmp_path) == ["confusion-matrix.png", "per-class.png", "mistakes.png"]


def test_only_mistakes_are_on_the_sheet_of_mistakes(tmp_path: Path) -> None:
    evaluated = evaluation()
    right = np.eye(7, dtype=np.float32)[evaluated.faces.labels]
    black = replace(evaluated.faces, images=np.zeros_like(evaluated.faces.images))

    def dark(probabilities: np.ndarray) -> float:
        outputs = {"folder": probabilities, "crowd": probabilities}
        draw_mistakes(replace(evaluated, faces=black, probabilities=outputs), tmp_path / "m.png")
        with Image.open(tmp_path / "m.png") as image:
            return float((np.asarray(image.convert("L")) == 0).mean())

    assert dark(right) == 0
    one_wrong = right.copy()
    one_wrong[5] = np.roll(one_wrong[5], 1)
    assert 0.01 < dark(one_wrong) < 0.04
    assert dark(np.roll(right, 1, axis=1)) > 0.35


@pytest.mark.parametrize("name", ["x$\\frac$y", "a_b^c"])
def test_an_odd_name_is_no_crash(tmp_path: Path, name: str) -> None:
    evaluated = replace(evaluation(), card=replace(card(), name=name), split=name)
    assert drawn(evaluated, tmp_path) == ALL
