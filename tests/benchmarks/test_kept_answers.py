"""Answers of other packages are asked for once, as long as the pictures are the same."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks.peers.kept_answers import kept_answers
from benchmarks.peers.processes import Peer, PeerError
from common.imaging.images import Pixels
from ml.emotions import EMOTIONS
from ml.evaluation.evaluation import MISSED

ANSWERS = """
import sys
sys.stdin.buffer.read()
print('{"emotion": "happy", "milliseconds": 2.5}')
print('{"emotion": null, "milliseconds": 3.5}')
"""


def peer(code: str) -> Peer:
    return Peer("@some/one 1.2, Haar", (sys.executable, "-c", code), "requirements.in")


def pictures() -> Iterator[Pixels]:
    return (np.full((2, 3, 3), value, np.uint8) for value in (1, 2))


def test_answers_outlive_the_command_that_asked(tmp_path: Path) -> None:
    folder = tmp_path / "answers"
    first = kept_answers(peer(ANSWERS), pictures, "photos", folder)
    again = kept_answers(peer("raise SystemExit(1)"), pictures, "photos", folder)
    for answers in (first, again):
        assert answers.predictions.tolist() == [EMOTIONS.index("happy"), MISSED]
        assert answers.milliseconds == 3
    (file,) = folder.iterdir()
    assert file.name.startswith("some-one-1.2-Haar-photos-")


@pytest.mark.parametrize("other", ["pictures", "shape", "kind"])
def test_another_question_is_asked_anew(tmp_path: Path, other: str) -> None:
    kept_answers(peer(ANSWERS), pictures, "photos", tmp_path)

    def changed() -> Iterator[Pixels]:
        if other == "pictures":
            return (picture + 1 for picture in pictures())
        if other == "shape":
            return (picture.reshape(3, 2, 3) for picture in pictures())
        return pictures()

    kind = "faces" if other == "kind" else "photos"
    with pytest.raises(PeerError):
        kept_answers(peer("raise SystemExit(1)"), changed, kind, tmp_path)


def test_nothing_is_kept_of_a_package_that_fails(tmp_path: Path) -> None:
    with pytest.raises(PeerError):
        kept_answers(peer("raise SystemExit(1)"), pictures, "photos", tmp_path)
    assert not list(tmp_path.iterdir())
