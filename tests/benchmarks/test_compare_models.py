"""Other packages answer by a pipe, and the tables count what they answered."""

import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import compare_models
from benchmarks.compare_models import Result
from benchmarks.degradations import VIEWS, write_views
from benchmarks.peers.processes import Answers, Peer, PeerError, peers
from ml.data.sources import Source
from ml.emotions import EMOTIONS
from ml.evaluation.evaluation import MISSED
from ml.inference import blazeface
from tests import pictures
from tests.ml import faces
from tests.ml.evaluation.test_evaluation import voted

HAPPY, SAD = EMOTIONS.index("happy"), EMOTIONS.index("sad")
BRIGHT_IS_HAPPY = """
import json, struct, sys
while header := sys.stdin.buffer.read(8):
    height, width = struct.unpack("<II", header)
    pixels = sys.stdin.buffer.read(3 * height * width)
    emotion = "happy" if max(pixels) > 100 else "sad" if max(pixels) else None
    print(json.dumps({"emotion": emotion, "milliseconds": height}))
"""


def peer(code: str) -> Peer:
    return Peer("other", (sys.executable, "-c", code), "requirements.in")


def test_another_network_answers_each_picture_of_whatever_size() -> None:
    shown = [np.full((2, 3, 3), 200, np.uint8), np.full((5, 1, 3), 50, np.uint8)]
    shown.append(np.zeros((3, 3, 3), np.uint8))
    answers = peer(BRIGHT_IS_HAPPY).answer(shown, "photos")
    assert answers.predictions.tolist() == [HAPPY, SAD, MISSED]
    assert answers.milliseconds == 3


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import sys; sys.exit('broken')", "answered 0 of 1 faces|Is it installed"),
        ("import sys; sys.stdin.buffer.read()", "answered 0 of 1 faces"),
    ],
)
def test_a_network_that_fails_or_leaves_pictures_out_is_said(code: str, words: str) -> None:
    with pytest.raises(PeerError, match=words):
        peer(code).answer([np.zeros((48, 48, 3), np.uint8)], "faces")


def test_a_package_that_is_not_installed_is_said() -> None:
    missing = Peer("other", ("/nowhere/python",), "requirements.in")
    with pytest.raises(PeerError, match=r"other: .*make peers"):
        missing.answer([np.zeros((48, 48, 3), np.uint8)], "faces")


def test_every_package_is_named_with_the_version_that_is_locked() -> None:
    names = [peer.name for peer in peers()]
    assert names[0].startswith("@vladmandic/face-api 1.")
    assert [name.partition(", ")[2] for name in names] == ["", "", "Haar", "MTCNN"]


def test_differences_are_paired() -> None:
    truth = np.array([HAPPY] * 4)
    ours, others = np.array([HAPPY] * 4), np.array([HAPPY, HAPPY, HAPPY, SAD])
    # 0, 0, 0 and 1: a standard deviation of 0.5, a quarter of it as standard error of the mean.
    assert compare_models.paired_difference(truth, ours, others) == "+25.0 ± 25.0"
    assert compare_models.paired_difference(truth, ours, ours) == "+0.0 ± 0.0"


@pytest.mark.parametrize("installed", [True, False])
def test_a_comparison_that_finds_our_faces_with_the_cascades_says_so(
    installed: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if not installed:
        monkeypatch.setattr(blazeface, "FILE", tmp_path / "missing.tflite")
    monkeypatch.setattr(compare_models, "VIEWS", {})
    files = faces.tree(train=1, test=1)
    known = compare_models.load_pictures(
        faces.archive(tmp_path / "faces.zip", files),
        voted(tmp_path / "votes.csv", files, "sad"),
        faces.folder(tmp_path / "wild", {"wild/happy/a.jpg": pictures.astronaut_jpeg()}),
        tmp_path / "views",
    )
    assert len(known.faces.labels) == len(EMOTIONS)
    assert ("npm ci" in capsys.readouterr().err) is not installed


def test_the_tables_count_what_was_answered(tmp_path: Path) -> None:
    photos = {f"wild/happy/{name}.jpg": pictures.astronaut_jpeg() for name in "ab"}
    write_views(Source(faces.archive(tmp_path / "wild.zip", photos)), tmp_path / "views")
    test_faces = faces.with_votes(faces.dataset()).split("test")
    known = compare_models.with_crops(test_faces, Source(tmp_path / "views"))
    assert known.found["plain"].tolist() == [True, True]
    assert [crop.shape for crop in known.crops["plain"]] == [(112, 112, 3)] * 2
    right = Answers(test_faces.labels, 1)
    seen = {view: Answers(np.array([HAPPY, HAPPY]), 10) for view in VIEWS}
    missed = {**seen, "turned": Answers(np.array([HAPPY, MISSED]), 20)}
    ours = Result("ours", 1.4, right, test_faces.labels, seen, seen)
    other = Result("other", 0.1, right, test_faces.labels, missed, seen)
    lines = list(compare_models.tables([ours, other], known))
    assert lines[4].startswith("| `ours` | 100.0% | 1.000 |")
    cells = [line.split(" | ") for line in lines if line.startswith("| `other`")]
    turned = 1 + list(VIEWS).index("turned")
    # Faces; then accuracy, macro-F1 and differences, first with its own detector, then with ours.
    assert [row[turned].removesuffix(" |") for row in (cells[1], cells[3], cells[4])] == [
        "50.0% (1)",
        "+50.0 ± 50.0",
        "100.0% (0)",
    ]
    assert sum("+50.0" in cell for row in cells for cell in row) == 1
