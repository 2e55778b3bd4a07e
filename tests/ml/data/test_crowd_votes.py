"""Crowd votes are joined by path, and a majority is one that nobody can doubt."""

import re
from pathlib import Path

import numpy as np
import pytest

from ml.data.crowd_votes import NO_MAJORITY, OTHERS, majority, read_votes, vote_shares, votes_on
from ml.data.errors import DatasetError
from ml.emotions import EMOTIONS

FERPLUS = "image,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,nf"


def table(folder: Path, *rows: str, header: str = FERPLUS) -> Path:
    path = folder / "votes.csv"
    path.write_text("\n".join([header, *rows]))
    return path


def answers(**counts: int) -> np.ndarray:
    """Return the votes on one face, 1 × 10."""
    return np.array([[counts.get(answer, 0) for answer in (*EMOTIONS, *OTHERS)]], np.uint8)


def test_columns_are_brought_into_the_order_of_the_emotions(tmp_path: Path) -> None:
    votes = read_votes(table(tmp_path, "images/train/sad/1.png,1,2,3,4,5,6,7,8,9,10"))
    assert votes == {"train/sad/1": [5, 6, 7, 2, 1, 4, 3, 8, 9, 10]}


def test_a_mark_of_byte_order_is_no_part_of_a_column(tmp_path: Path) -> None:
    votes = read_votes(table(tmp_path, "a/b/c.png" + ",1" * 10, header=f"\ufeff{FERPLUS}"))
    assert list(votes) == ["a/b/c"]


def test_votes_find_their_picture_wherever_the_tree_lies_and_whatever_format_it_has(
    tmp_path: Path,
) -> None:
    file = table(tmp_path, "images/train/sad/1.png,0,0,0,9,0,0,0,0,1,0")
    paths = np.array(["a/images/train/sad/1.jpg", "train/sad/1", "train/sad/2", "test/sad/1"])
    votes = votes_on(paths, file)
    assert votes.shape == (4, 10)
    assert votes.sum(axis=1).tolist() == [10, 10, 0, 0]
    assert votes[0].tolist() == [0, 0, 0, 0, 0, 9, 0, 0, 1, 0]


@pytest.mark.parametrize(
    ("row", "header"),
    [
        ("a/b/c.png" + ",1" * 10, FERPLUS.replace("nf", "other")),
        ("a/b/c.png" + ",1" * 10, FERPLUS.replace("image", "path")),
        ("a/b/c.png" + ",1" * 9, FERPLUS),
        ("a/b/c.png,x" + ",1" * 9, FERPLUS),
        ("a/b/c.png,0.5" + ",1" * 9, FERPLUS),
        ("a/b/c.png,-1" + ",1" * 9, FERPLUS),
        ("a/b/c.png,256" + ",1" * 9, FERPLUS),
        (",1" * 10, FERPLUS),
    ],
)
def test_another_table_is_refused_in_one_line(tmp_path: Path, row: str, header: str) -> None:
    path = table(tmp_path, row, header=header)
    words = f"{re.escape(str(path))}: expected the columns image, angry, .*whole numbers"
    with pytest.raises(DatasetError, match=words) as refused:
        read_votes(path)
    assert "\n" not in str(refused.value)


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "missing.csv", tmp_path, tmp_path / "binary.csv"):
        with pytest.raises(DatasetError, match="expected a CSV file of votes"):
            read_votes(path)


def test_votes_on_none_of_the_pictures_are_refused(tmp_path: Path) -> None:
    file = table(tmp_path, "images/train/sad/1.png" + ",1" * 10)
    with pytest.raises(DatasetError, match=r"pictures such as a/b/c\.png, found none of them"):
        votes_on(np.array(["a/b/c.png"]), file)


@pytest.mark.parametrize(
    ("counts", "answer"),
    [
        ({"sad": 6, "fear": 4}, "sad"),
        ({"sad": 2, "fear": 1}, "sad"),
        ({"sad": 5, "fear": 5}, None),
        ({"sad": 4, "unknown": 4, "fear": 2}, None),
        ({"contempt": 6, "sad": 4}, None),
        ({"nf": 10}, None),
        ({}, None),
    ],
)
def test_a_majority_is_one_emotion_with_more_votes_than_any_other_answer(
    counts: dict[str, int], answer: str | None
) -> None:
    expected = NO_MAJORITY if answer is None else list(EMOTIONS).index(answer)  # type: ignore[arg-type]
    assert majority(answers(**counts)).tolist() == [expected]


def test_shares_are_of_the_votes_for_emotions() -> None:
    share = dict(
        zip(EMOTIONS, vote_shares(answers(sad=6, fear=2, unknown=2))[0].tolist(), strict=True)
    )
    assert share["sad"] == 0.75
    assert share["fear"] == 0.25
    assert sum(share.values()) == 1


@pytest.mark.parametrize("counts", [{"sad": 4, "unknown": 6}, {"sad": 5, "nf": 5}, {}])
def test_there_are_no_shares_unless_most_votes_are_for_emotions(counts: dict[str, int]) -> None:
    assert not vote_shares(answers(**counts)).any()
