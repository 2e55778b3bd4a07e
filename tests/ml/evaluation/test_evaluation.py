"""The report of an evaluation: the figures of answers that were made up by hand."""

import csv
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from common.imaging.images import read_image
from ml.data.crowd_votes import OTHERS
from ml.data.errors import DatasetError
from ml.emotions import EMOTIONS
from ml.evaluation.evaluation import Evaluation, evaluate, evaluate_photos, evaluate_source
from ml.evaluation.photo_report import labels_sha256
from ml.evaluation.report import report
from ml.inference.card import Card, ModelFileError
from ml.inference.predictor import Predictor
from tests import pictures, uploads
from tests.ml import faces

TWO_OUTPUTS = Path(__file__).parents[1] / "two_outputs.tflite"
"""A tiny network: for a bright face its `folder` says happy and its `crowd` says sad."""
KEYS = {
    "model",
    "split",
    "images",
    "accuracy",
    "macro_f1",
    "ece",
    "ece_band",
    "nll",
    "intervals",
    "per_class",
    "confusion_matrix",
    "words",
    "votes",
    "shown",
    "without_twins",
    "faces",
    "keras",
    "model_bytes",
}
HAPPY = EMOTIONS.index("happy")


def card(**changes: Any) -> Card:
    """Return a card of the tiny network."""
    content = TWO_OUTPUTS.read_bytes()
    return Card.from_facts(
        {
            "name": "tiny",
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
            "input_size": 48,
            "face_margin": 0.1,
            "shown": "folder",
            "unsure_below": 0.3,
        }
        | changes
    )


def tiny(**changes: Any) -> Predictor:
    return Predictor(TWO_OUTPUTS.read_bytes(), card(**changes))


def answers(*indices: int, confidence: float = 0.88) -> np.ndarray:
    shares = np.full((len(indices), 7), (1 - confidence) / 6, np.float32)
    shares[np.arange(len(indices)), indices] = confidence
    return shares


def votes(*majorities: int | None) -> np.ndarray:
    """Return eight of ten votes for each majority; None is a tie, and 7 is contempt."""
    counts = np.zeros((len(majorities), len(EMOTIONS) + len(OTHERS)), np.uint8)
    for row, majority in zip(counts, majorities, strict=True):
        row[[0, 1] if majority is None else majority] = 5 if majority is None else 8
    return counts


def about(
    labels: Sequence[int],
    folder: np.ndarray,
    *,
    crowd: np.ndarray | None = None,
    shown: str = "folder",
    counts: np.ndarray | None = None,
    pooled: np.ndarray | None = None,
    found: Sequence[bool] | None = None,
    duplicates: Sequence[bool] | None = None,
    **facts: float,
) -> dict[str, Any]:
    """Return the report on answers that were made up."""
    some = faces.dataset(train=len(labels), validation=0, test=0)
    some = replace(
        some,
        images=some.images[: len(labels)],
        labels=np.array(labels),
        splits=some.splits[: len(labels)],
        paths=some.paths[: len(labels)],
        votes=counts,
    )
    outputs = {"folder": folder} if crowd is None else {"folder": folder, "crowd": crowd}
    evaluation = Evaluation(
        card(shown=shown, **facts),
        "test",
        some,
        outputs if pooled is None else outputs | {"shown": pooled},
        None if found is None else np.array(found),
        None if duplicates is None else np.array(duplicates),
    )
    return report(evaluation)


def test_the_report_counts_answers() -> None:
    metrics = about([0, 3, 3, 3], answers(0, 0, 3, 3))
    assert set(metrics) == KEYS
    assert metrics["accuracy"] == 0.75
    angry = metrics["per_class"]["angry"]
    assert {name: angry[name] for name in ("precision", "recall", "f1", "support")} == {
        "precision": 0.5,
        "recall": 1,
        "f1": pytest.approx(2 / 3),
        "support": 1,
    }
    assert metrics["per_class"]["happy"]["recall"] == pytest.approx(2 / 3)
    assert metrics["macro_f1"] == pytest.approx((2 / 3 + 0.8) / 7)
    assert metrics["confusion_matrix"][3][0] == 1
    assert metrics["ece"] == pytest.approx(0.88 - 0.75)
    assert metrics["nll"] == pytest.approx(-(3 * np.log(0.88) + np.log(0.02)) / 4)
    assert metrics["shown"]["answered"] == 1
    assert metrics["shown"]["accuracy_answered"] == 0.75
    assert list(metrics["per_class"]) == list(metrics["words"]) == list(EMOTIONS)


def test_a_report_is_valid_json_even_where_nothing_can_be_said() -> None:
    metrics = about([0, 0], answers(0, 0), found=[False, False])
    assert json.loads(json.dumps(metrics, allow_nan=False)) == metrics
    assert (metrics["accuracy"], metrics["ece"], metrics["nll"], metrics["ece_band"]) == (
        0,
        None,
        None,
        None,
    )
    assert metrics["faces"] == {"found": 0, "missed": 2}
    assert metrics["shown"]["accuracy_answered"] is None
    assert metrics["per_class"]["sad"]["intervals"] == {"precision": None, "recall": None}


def test_unsure_answers_are_not_given() -> None:
    shares = np.concatenate([answers(0, confidence=0.99), answers(1, confidence=0.15)])
    metrics = about([0, 0], shares)
    assert metrics["shown"]["answered"] == 0.5
    assert (metrics["accuracy"], metrics["shown"]["accuracy_answered"]) == (0.5, 1)


def test_a_missed_face_is_a_wrong_answer() -> None:
    metrics = about([0, 0], answers(0, 0), found=[True, False])
    assert metrics["accuracy"] == 0.5
    assert metrics["per_class"]["angry"]["recall"] == 0.5
    assert np.sum(metrics["confusion_matrix"]) == 1
    assert metrics["shown"]["answered"] == 0.5


def test_the_crowd_is_measured_where_its_votes_have_a_majority() -> None:
    metrics = about(
        [0, 0, 0, 0],
        answers(0, 0, 0, 0),
        crowd=answers(3, 3, 5, 0),
        counts=votes(3, 3, None, 7),
        shown="crowd",
    )
    assert metrics["accuracy"] == 1, "folder is measured against the labels"
    assert metrics["votes"]["images"] == 2, "a tie and contempt are left out"
    assert (metrics["votes"]["accuracy"], metrics["votes"]["macro_f1"]) == (1, pytest.approx(1 / 7))
    assert metrics["votes"]["ece"] == pytest.approx(0.12)
    assert (metrics["shown"]["output"], metrics["shown"]["truth"]) == ("crowd", "votes")
    assert (metrics["shown"]["images"], metrics["shown"]["accuracy"]) == (2, 1)


@pytest.mark.parametrize("counts", [None, votes(None, 7)])
def test_without_a_majority_what_people_see_is_measured_against_the_labels(
    counts: np.ndarray | None,
) -> None:
    metrics = about([0, 3], answers(0, 3), crowd=answers(0, 0), counts=counts, shown="crowd")
    assert metrics["votes"] is None
    assert metrics["shown"]["truth"] == "labels"
    assert (metrics["shown"]["images"], metrics["shown"]["accuracy"]) == (2, 0.5)
    assert metrics["accuracy"] == 1


def test_votes_say_nothing_about_a_network_without_that_output() -> None:
    metrics = about([0, 3], answers(0, 3), counts=votes(0, 3))
    assert metrics["votes"] is None
    assert metrics["shown"]["truth"] == "labels"


def test_figures_without_twins_leave_out_faces_that_were_learned() -> None:
    metrics = about([0, 3, 3], answers(0, 0, 3), duplicates=[True, False, False])
    assert metrics["without_twins"]["images"] == 2
    assert metrics["without_twins"]["accuracy"] == 0.5
    assert about([0], answers(0), duplicates=[True])["without_twins"] is None
    assert about([0], answers(0))["without_twins"] is None


def test_identical_pictures_in_the_folder_to_learn_from_are_twins(tmp_path: Path) -> None:
    files = faces.tree(train=2, test=2, other="test")
    files["images/train/sad/other-name.png"] = files["images/test/angry/0.png"]
    evaluation = evaluate_source(faces.archive(tmp_path / "a.zip", files), tiny(), split=None)
    assert evaluation.duplicates is not None
    assert evaluation.duplicates.tolist() == [True] + [False] * 13

    prepared = faces.dataset(train=2, validation=2, test=2)
    copies = prepared.images.copy()
    copies[prepared.splits == "test"] = copies[prepared.splits == "validation"]
    prepared = replace(prepared, images=copies)
    duplicates = evaluate(prepared, "test", tiny()).duplicates
    assert duplicates is not None
    assert duplicates.all(), "the validation split comes from the same folder"
    assert evaluate(prepared, "train", tiny()).duplicates is None
    assert evaluate(prepared.split("test"), "test", tiny()).duplicates is None


def test_an_archive_and_its_prepared_faces_give_the_same_report(tmp_path: Path) -> None:
    path = faces.archive(tmp_path / "a.zip", faces.tree(train=3, test=2))
    evaluation = evaluate_source(path, tiny(), split=None)
    assert (evaluation.split, len(evaluation.faces)) == ("validation", 14)
    prepared = replace(evaluation.faces, splits=np.full(14, "test"))
    prepared.save(tmp_path / "a.npz")
    again = evaluate_source(tmp_path / "a.npz", tiny(), split=None)
    assert again.split == "test"
    assert report(again) == report(evaluation) | {"split": "test", "without_twins": None}


def voted(path: Path, files: dict[str, bytes], majority: str) -> Path:
    """Write a file in which everybody votes for one emotion."""
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["image", *EMOTIONS, *OTHERS])
        for name in files:
            rows.writerow([name, *(10 * (emotion == majority) for emotion in EMOTIONS), 0, 0, 0])
    return path


def test_votes_of_a_file_are_joined_and_replace_those_of_the_dataset(tmp_path: Path) -> None:
    files = {
        f"test/{emotion}/{n}.png": faces.png(np.full((48, 48), 250 - n, np.uint8))
        for emotion in ("happy", "sad")
        for n in range(3)
    }
    source = faces.archive(tmp_path / "a.zip", files)
    sad, angry = (voted(tmp_path / f"{name}.csv", files, name) for name in ("sad", "angry"))
    metrics = report(evaluate_source(source, tiny(shown="crowd"), split=None, votes=sad))
    assert metrics["accuracy"] == 0.5
    assert (metrics["votes"]["images"], metrics["votes"]["accuracy"]) == (6, 1)
    assert metrics["shown"]["accuracy"] == 1

    evaluated = evaluate_source(source, tiny(), split=None, votes=sad)
    evaluated.faces.save(tmp_path / "a.npz")
    own = report(evaluate_source(tmp_path / "a.npz", tiny(), split="test"))
    assert own["votes"] == metrics["votes"]
    other = report(evaluate_source(tmp_path / "a.npz", tiny(), split="test", votes=angry))
    assert other["votes"]["accuracy"] == 0


def test_photos_go_the_whole_way_and_a_missed_face_is_told(tmp_path: Path) -> None:
    files = {
        "wild/happy/1.jpg": pictures.astronaut_jpeg(),
        "wild/sad/1.jpg": uploads.landscape_jpeg(),
        "wild/fear/1.jpg": b"not a photo",
    }
    source = faces.archive(tmp_path / "a.zip", files)
    evaluated = evaluate_photos(source, tiny(shown="crowd"), split=None)
    metrics = report(evaluated)
    assert metrics["faces"] == {"found": 1, "missed": 2}
    shown = tiny(shown="crowd").predict(read_image(pictures.astronaut_jpeg()))[0].probabilities
    happy = evaluated.faces.labels.tolist().index(HAPPY)
    assert evaluated.probabilities["crowd"][happy].tolist() == pytest.approx(shown), (
        "people see the same answer about the same photo"
    )
    assert evaluated.probabilities["folder"][happy].argmax() == HAPPY
    assert (metrics["accuracy"], metrics["per_class"]["happy"]["recall"]) == (
        pytest.approx(1 / 3),
        1,
    )
    assert metrics["shown"] | {"accuracy": 0, "truth": "labels"} == metrics["shown"]


def test_what_is_left_out_of_an_evaluation_is_told_with_the_first_names(tmp_path: Path) -> None:
    files = faces.tree(train=1, test=2) | {
        f"images/validation/sad/x{number}.png": b"not a picture" for number in range(4)
    }
    files |= {"images/train/sad/cut.png": faces.png(np.zeros((48, 48), np.uint8))[:-30]}
    files |= {"images/validation/contempt/1.png": b"", "notes.csv": b"a,b\n"}
    path = faces.archive(tmp_path / "a.zip", files)
    evaluated = evaluate_source(path, tiny(), split=None)
    assert len(evaluated.faces) == 14
    assert evaluated.left_out.lines() == [
        "Dropped (a damaged picture): 1: images/train/sad/cut.png",
        "Dropped (in the folder contempt, which names no emotion): 1",
        "Dropped (no JPEG, PNG or WebP inside): 4: images/validation/sad/x0.png, "
        "images/validation/sad/x1.png, images/validation/sad/x2.png, …",
        "Dropped (notes.csv, a table that is not used): 1",
    ]
    photos = evaluate_photos(path, tiny(), split=None)
    assert "no JPEG, PNG or WebP inside; counted as missed" in photos.left_out
    assert not evaluate(faces.dataset(test=1), "test", tiny()).left_out


def test_votes_inside_the_source_are_used_as_in_training(tmp_path: Path) -> None:
    files = faces.tree(train=1, test=2)
    table = voted(tmp_path / "votes.csv", files, "sad")
    path = faces.archive(tmp_path / "a.zip", files | {"votes.csv": table.read_bytes()})
    for evaluated in (
        evaluate_source(path, tiny(), split=None),
        evaluate_photos(path, tiny(), split=None),
    ):
        assert evaluated.joined == "votes.csv"
        assert evaluated.faces.votes is not None
        assert evaluated.faces.votes.any(axis=1).all()


def test_votes_in_the_order_of_the_table_are_joined_to_its_rows(tmp_path: Path) -> None:
    files = faces.tree(train=1, test=2, other="test")
    rows = [f"{faces.USAGES[name.split('/')[1]]},," for name in files]
    votes = tmp_path / "fer2013new.csv"
    head = ",".join(("Usage", "Image name", "neutral", "happiness", "surprise", "sadness"))
    head += ",anger,disgust,fear,contempt,unknown,NF"
    votes.write_text("\n".join([head, *(f"{row}0,0,0,10,0,0,0,0,0,0" for row in rows)]))
    table = tmp_path / "fer2013.csv"
    table.write_bytes(faces.table(files))
    evaluated = evaluate_source(table, tiny(), split=None, votes=votes)
    assert evaluated.faces.votes is not None
    assert evaluated.faces.votes.any(axis=1).all()


def test_a_source_without_a_readable_picture_is_refused(tmp_path: Path) -> None:
    source = faces.archive(tmp_path / "a.zip", {"test/sad/1.png": b"x"})
    with pytest.raises(DatasetError, match="could read none of them"):
        evaluate_source(source, tiny(), split=None)
    beside = faces.tree(train=1, test=0) | {"images/test/sad/1.png": b"x"}
    source = faces.archive(tmp_path / "b.zip", beside)
    with pytest.raises(DatasetError, match="expected pictures in test, could read none of them"):
        evaluate_source(source, tiny(), split=None)


def test_a_network_without_the_output_for_labels_is_refused() -> None:
    class CrowdOnly(Predictor):
        @property
        def outputs(self) -> list[str]:
            return ["crowd"]

    predictor = CrowdOnly(TWO_OUTPUTS.read_bytes(), card(shown="crowd"))
    with pytest.raises(ModelFileError, match="expected an output named folder, received crowd"):
        evaluate(faces.dataset(train=0, validation=0, test=1), "test", predictor)


def test_sets_of_faces_that_it_is_unsure_of_are_measured() -> None:
    shares = np.array([[0.30, 0.28, 0.22, 0.05, 0.05, 0.05, 0.05]] * 4, np.float32)
    metrics = about([0, 1, 2, 3], np.concatenate([shares[:3], answers(3)]), unsure_below=0.5)
    sets = metrics["shown"]["sets"]
    assert (sets["images"], sets["mean_size"]) == (3, 2)
    assert sets["coverage"] == pytest.approx(2 / 3)
    wide = about([0, 1, 2, 3], shares, unsure_below=0.5, set_mass=0.6)["shown"]["sets"]
    assert (wide["coverage"], wide["mean_size"]) == (0.75, 3)
    assert about([0], answers(0))["shown"]["sets"]["coverage"] is None


def test_an_output_chosen_for_photos_is_measured_against_the_votes_on_faces() -> None:
    metrics = about(
        [0, 0],
        answers(0, 0),
        crowd=answers(3, 5),
        counts=votes(3, 3),
        shown="shown",
        pooled=answers(5, 3),
    )
    assert metrics["votes"]["accuracy"] == 0.5
    assert (metrics["shown"]["output"], metrics["shown"]["truth"]) == ("shown", "votes")
    assert metrics["shown"]["accuracy"] == 0.5
    assert metrics["shown"]["per_class"]["sad"]["precision"] == 0


def test_photos_that_decided_what_is_shown_are_known_by_their_names_and_labels() -> None:
    some = faces.dataset(train=2, validation=0, test=0)
    digest = labels_sha256(some)
    assert labels_sha256(replace(some, images=some.images // 2)) == digest
    assert labels_sha256(replace(some, labels=(some.labels + 1) % 7)) != digest
