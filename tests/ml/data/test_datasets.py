"""A dataset keeps everything through its file, which is written whole or not at all."""

import io
from dataclasses import fields, replace
from pathlib import Path
from typing import IO

import numpy as np
import pytest

from ml.data.datasets import Dataset
from ml.data.errors import DatasetError
from tests.ml import faces


def test_a_dataset_survives_its_file(tmp_path: Path) -> None:
    plain = faces.dataset(train=2, validation=1, test=1)
    voted = replace(plain, votes=np.ones((len(plain), 10), np.uint8), has_contributions=True)
    for dataset in (plain, voted):
        dataset.save(tmp_path / "d.npz")
        read = Dataset.load(tmp_path / "d.npz")
        for field in fields(dataset):
            assert np.array_equal(getattr(read, field.name), getattr(dataset, field.name))
        assert read.fingerprint() == dataset.fingerprint()
    assert plain.fingerprint() != voted.fingerprint()
    assert [path.name for path in tmp_path.iterdir()] == ["d.npz"], "nothing is left aside"


def test_a_file_without_a_mark_is_not_personal(tmp_path: Path) -> None:
    dataset = faces.dataset(train=2, validation=1, test=1)
    arrays = {name: getattr(dataset, name) for name in ("images", "labels", "splits", "paths")}
    np.savez_compressed(tmp_path / "d.npz", allow_pickle=False, name="drawn", **arrays)
    read = Dataset.load(tmp_path / "d.npz")
    assert (read.has_contributions, read.votes) == (False, None)


def test_a_split_keeps_votes_and_the_mark_of_personal_photos() -> None:
    whole = faces.dataset(train=2, validation=1, test=1)
    votes = np.arange(len(whole) * 10, dtype=np.uint8).reshape(-1, 10)
    split = replace(whole, votes=votes, has_contributions=True).split("validation")
    assert split.has_contributions
    assert split.votes is not None
    assert np.array_equal(split.votes, votes[whole.splits == "validation"])


def test_a_file_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: IO[bytes], **_: object) -> None:
        file.write(b"half")
        raise OSError("No space left on device")

    (tmp_path / "d.npz").write_bytes(b"old")
    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(OSError, match="No space left"):
        faces.dataset(train=2, validation=1, test=1).save(tmp_path / "d.npz")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("d.npz", b"old")]


def saved(array: object) -> bytes:
    """Return a single array as NumPy saves it."""
    file = io.BytesIO()
    np.save(file, np.asarray(array))
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"I am a text.", b"", saved([1, 2]), saved([1, 2])[:20], b"PK\5\6" + bytes(18), b"PK\3\4"],
    ids=["text", "empty", "one array", "cut array", "empty archive", "cut archive"],
)
def test_another_kind_of_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "d.npz").write_bytes(content)
    with pytest.raises(DatasetError, match="expected a file that prepare_dataset wrote"):
        Dataset.load(tmp_path / "d.npz")
