"""The report of an evaluation: the figures of answers that were made up by hand."""

from pathlib import Path

import numpy as np
import pytest

from ml.emotions import EMOTIONS
from ml.evaluation import evaluate_photos, evaluate_source, report
from ml.predictor import bundled_predictor
from ml.sources import DatasetError
from tests import pictures, uploads
from tests.ml import faces

KEYS = {
    "model",
    "images",
    "split",
    "accuracy",
    "macro_f1",
    "ece",
    "nll",
    "per_class",
    "confusion_matrix",
    "votes",
    "shown",
    "faces",
    "model_bytes",
}


def answers(*indices: int, confidence: float = 0.88) -> np.ndarray:
    shares = np.full((len(indices), 7), (1 - confidence) / 6)
    shares[np.arange(len(indices)), indices] = confidence
    return shares


def test_the_report_counts_answers() -> None:
    told = report(
        answers(0, 0, 3, 3),
        np.array([0, 3, 3, 3]),
        predictor=bundled_predictor(),
        split="test",
    )
    assert set(told) == KEYS
    assert told["accuracy"] == 0.75
    assert told["per_class"]["angry"] == {"precision": 0.5, "recall": 1, "f1": 2 / 3, "support": 1}
    assert told["per_class"]["happy"]["recall"] == pytest.approx(2 / 3)
    assert told["macro_f1"] == pytest.approx((2 / 3 + 0.8) / 7)
    assert told["confusion_matrix"][3][0] == 1
    assert told["ece"] == pytest.approx(0.88 - 0.75)
    assert told["nll"] == pytest.approx(-(3 * np.log(0.88) + np.log(0.02)) / 4)
    assert told["shown"]["answered"] == 1
    assert told["shown"]["accuracy_answered"] == 0.75
    assert list(told["per_class"]) == list(EMOTIONS)


def test_unsure_answers_are_not_given() -> None:
    shares = np.concatenate([answers(0, confidence=0.99), answers(1, confidence=0.15)])
    told = report(shares, np.array([0, 0]), predictor=bundled_predictor(), split="test")
    assert told["shown"]["answered"] == 0.5
    assert (told["accuracy"], told["shown"]["accuracy_answered"]) == (0.5, 1)


def test_a_missed_face_is_a_wrong_answer() -> None:
    told = report(
        answers(0, 0),
        np.array([0, 0]),
        predictor=bundled_predictor(),
        split="test",
        missed=np.array([False, True]),
    )
    assert told["accuracy"] == 0.5
    assert told["per_class"]["angry"]["recall"] == 0.5
    assert np.sum(told["confusion_matrix"]) == 1


def test_an_archive_and_its_prepared_faces_give_the_same_report(tmp_path: Path) -> None:
    path = faces.archive(tmp_path / "a.zip", faces.tree(train=3, test=2))
    told = evaluate_source(path, bundled_predictor(), split=None)
    assert (told["split"], told["images"]) == ("validation", 14)
    again = evaluate_source(path, bundled_predictor(), split="validation")
    assert told == again


def test_photos_go_the_whole_way_and_a_missed_face_is_told(tmp_path: Path) -> None:
    files = {
        "wild/happy/1.jpg": pictures.astronaut_jpeg(),
        "wild/sad/1.jpg": uploads.landscape_jpeg(),
        "wild/fear/1.jpg": b"not a photo",
    }
    source = faces.archive(tmp_path / "a.zip", files)
    told = evaluate_photos(source, bundled_predictor(), split=None)
    assert told["faces"] == {"found": 1, "missed": 2}
    assert told["accuracy"] == pytest.approx(1 / 3)
    assert told["per_class"]["happy"]["recall"] == 1


def test_a_source_without_a_readable_picture_is_refused(tmp_path: Path) -> None:
    source = faces.archive(tmp_path / "a.zip", {"test/sad/1.png": b"x"})
    with pytest.raises(DatasetError, match="could read none of them"):
        evaluate_source(source, bundled_predictor(), split=None)
