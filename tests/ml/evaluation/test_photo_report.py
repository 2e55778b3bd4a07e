"""What a card says about photos: shares of people held out, and missed faces as mistakes."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from ml.evaluation.evaluation import Evaluation
from ml.evaluation.photo_report import answerable, photo_report
from tests.ml import faces
from tests.ml.evaluation.test_evaluation import answers, card


def test_shares_count_missed_faces_and_sets_only_faces_that_were_found() -> None:
    some = faces.dataset(train=1, validation=0, test=0)
    some = replace(some, labels=np.arange(7))
    found = np.array([True] * 6 + [False])
    shown = answers(0, 1, 3, 3, 5, 5, 6)
    sizes = np.array([1, 1, 2, 1, 3, 1, 0])
    evaluation = Evaluation(card(), "wild", some, {"folder": shown, "crowd": shown}, found)
    people = np.array(["ada", "bob", "cem", "dan", "eve", "fay", "gus"])
    report = photo_report(evaluation, people, shown, sizes)
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert report["faces"] == {"found": 6, "missed": 1}
    assert report["accuracy"]["share"] == pytest.approx(4 / 7)
    assert report["outputs"] == {"folder": pytest.approx(4 / 7), "crowd": pytest.approx(4 / 7)}
    assert report["answered"] == pytest.approx(4 / 7)
    assert report["right_answers"]["share"] == 1
    assert report["sets"]["images"] == 2
    assert report["sets"]["mean_size"] == 2.5
    assert report["per_class"]["surprise"]["recall"]["share"] == 0
    assert report["per_class"]["fear"]["precision"] == {
        "share": None,
        "interval": None,
        "images": 0,
    }
    assert report["recall"]["share"] is None, "no emotion has enough photos"
    assert len(report["labels_sha256"]) == hashlib.sha256().digest_size * 2


def test_the_share_answerable_is_the_largest_that_is_right_nine_times_in_ten() -> None:
    confidences = np.linspace(1, 0, 100)
    correct = np.ones(100, bool)
    correct[[20, 40, 50, *range(60, 100)]] = False
    assert answerable(confidences, correct) == pytest.approx(0.63)
    assert answerable(confidences, np.zeros(100, bool)) == 0
