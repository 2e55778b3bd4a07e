"""Preparing a dataset: split fairly, nothing on both sides, written whole."""

import zlib
from pathlib import Path

import numpy as np
import pytest

from ml.datasets import Dataset, Report, decode, open_dataset, prepare
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


def test_a_picture_that_would_unpack_to_gigabytes_is_dropped_undecoded(tmp_path: Path) -> None:
    small = bytearray(faces.png(faces.drawn_face(0, 0)))
    small[16:24] = (100_000).to_bytes(4) * 2  # what the header says about width and height
    small[29:33] = zlib.crc32(small[12:29]).to_bytes(4)
    _, report = prepared(tmp_path, faces.tree() | {"images/train/sad/huge.png": bytes(small)})
    assert report.dropped == {"unreadable": 1}


def test_colour_and_larger_pictures_become_small_grey_ones() -> None:
    face = faces.drawn_face(2, 1)
    colour = np.stack([face.repeat(3, 0).repeat(3, 1)] * 3, axis=2)
    grey = decode(faces.png(colour))
    assert grey is not None
    assert np.array_equal(grey, face)


def test_of_three_folders_validation_is_dropped_and_told(tmp_path: Path) -> None:
    files = faces.tree(train=10, test=4) | faces.tree(train=0, test=3, other="test")
    dataset, report = prepared(tmp_path, files)
    assert report.dropped == {"in the folder validation": 28}
    assert set(dataset.counts()["validation"].values()) == {2}
    assert all("/test/" in path for path in dataset.split("test").paths.tolist())


def test_a_second_copy_of_the_tree_is_dropped_and_told(tmp_path: Path) -> None:
    files = faces.tree(train=5, test=1)
    dataset, report = prepared(tmp_path, files | faces.tree(train=5, root="images/images", test=1))
    assert report.dropped == {"in a second copy of the tree": 42}
    assert len(dataset) == 42


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
