"""Preparing a dataset: split fairly, nothing on both sides, written whole."""

from pathlib import Path

import numpy as np
import pytest

from ml.datasets import Dataset, Report, open_dataset, prepare
from ml.sources import DatasetError, Source
from tests.ml import faces


def prepared(folder: Path, files: dict[str, bytes], *, seed: int = 1) -> tuple[Dataset, Report]:
    return prepare(Source(faces.archive(folder / "a.zip", files)), seed=seed)


def test_training_is_split_80_to_20_and_the_other_folder_is_the_test(tmp_path: Path) -> None:
    dataset, report = prepared(tmp_path, faces.tree(train=10, test=3))
    counts = dataset.counts()
    assert set(counts["train"].values()) == {8}
    assert set(counts["validation"].values()) == {2}
    assert set(counts["test"].values()) == {3}
    assert (report.identical, report.conflicts, report.twins) == (0, 0, 0)
    tests = dataset.split("test")
    assert all("/validation/" in path for path in tests.paths.tolist())


def test_the_split_is_drawn_by_seed(tmp_path: Path) -> None:
    files = faces.tree()
    one, again, two = (prepared(tmp_path, files, seed=seed)[0] for seed in (1, 1, 2))
    assert one.fingerprint() == again.fingerprint()
    assert one.fingerprint() != two.fingerprint()


def test_identical_pictures_never_stand_on_both_sides(tmp_path: Path) -> None:
    files = faces.tree(train=20)
    for number in range(10):
        twin = files[f"images/train/sad/{number}.png"]
        files[f"images/train/sad/{number}-again.png"] = twin
        files[f"images/train/fear/{number}-mislabelled.png"] = twin
    files["images/validation/sad/twin.png"] = files["images/train/sad/1.png"]
    dataset, report = prepared(tmp_path, files)
    pixels = {
        split: {image.tobytes() for image in dataset.split(split).images}
        for split in ("train", "validation")
    }
    assert pixels["train"]
    assert pixels["validation"]
    assert not pixels["train"] & pixels["validation"]
    assert (report.identical, report.conflicts, report.twins) == (10, 10, 1)


def test_unreadable_pictures_and_strays_are_dropped_and_told(tmp_path: Path) -> None:
    files = faces.tree() | {"images/train/sad/broken.png": b"x", "images/train/sad/empty.png": b""}
    dataset, report = prepared(tmp_path, files | {"notes.txt": b"x"})
    assert report.dropped == {"unreadable": 2, "no labelled picture": 1}
    assert len(dataset) == 7 * 13


def test_a_dataset_survives_its_file(tmp_path: Path) -> None:
    dataset = faces.dataset(train=2, validation=1, test=1)
    dataset.save(tmp_path / "d.npz")
    read = open_dataset(tmp_path / "d.npz")
    assert read.fingerprint() == dataset.fingerprint()
    assert read.name == "drawn"
    assert np.array_equal(read.paths, dataset.paths)
    assert [path.name for path in tmp_path.iterdir()] == ["d.npz"], "nothing is left aside"


def test_a_source_without_train_or_test_is_refused(tmp_path: Path) -> None:
    only_train = {name: data for name, data in faces.tree().items() if "/train/" in name}
    with pytest.raises(DatasetError, match="folder train beside validation or test, found train"):
        prepared(tmp_path, only_train)


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "d.npz").write_text("I am a text.")
    with pytest.raises(DatasetError, match="expected a file that prepare_dataset wrote"):
        open_dataset(tmp_path / "d.npz")
