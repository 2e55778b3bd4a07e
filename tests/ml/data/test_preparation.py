"""Preparing a dataset: a fair split, no face on both sides, every dropped picture counted."""

import zlib
from pathlib import Path

import numpy as np
import pytest

from common.imaging.images import MESSAGES
from ml.data.datasets import Dataset
from ml.data.decoding import read_face
from ml.data.errors import DatasetError
from ml.data.preparation import DROP_REASONS, PreparationReport, open_dataset, prepare
from ml.data.sources import Source
from tests.ml import faces


def prepared(
    folder: Path, files: dict[str, bytes], *, seed: int = 1
) -> tuple[Dataset, PreparationReport]:
    return prepare(Source(faces.archive(folder / "a.zip", files)), seed=seed)


def test_training_is_split_80_to_20_and_the_other_folder_is_the_test(tmp_path: Path) -> None:
    dataset, report = prepared(tmp_path, faces.tree(train=10, test=3))
    counts = dataset.counts()
    assert set(counts["train"].values()) == {8}
    assert set(counts["validation"].values()) == {2}
    assert set(counts["test"].values()) == {3}
    assert (report.duplicate_groups, report.conflicting_groups, report.test_duplicates) == (0, 0, 0)
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
    assert (report.duplicate_groups, report.conflicting_groups, report.test_duplicates) == (
        10,
        10,
        1,
    )


def huge() -> bytes:
    """Return a picture that would unpack to 10 gigabytes, or so its header says."""
    small = bytearray(faces.png(faces.drawn_face(0, 0)))
    small[16:24] = (100_000).to_bytes(4) * 2
    small[29:33] = zlib.crc32(small[12:29]).to_bytes(4)
    return bytes(small)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty or damaged in the archive"),
        (b"I am a text.", "no JPEG, PNG or WebP inside"),
        (faces.png(faces.drawn_face(0, 0), "GIF"), "no JPEG, PNG or WebP inside"),
        (faces.png(faces.drawn_face(0, 0), "BMP"), "no JPEG, PNG or WebP inside"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "no JPEG, PNG or WebP inside"),
        (faces.png(faces.drawn_face(0, 0))[:-100], "a damaged picture"),
        (huge(), "more than 25 megapixels"),
        (faces.png(faces.drawn_face(0, 0)).ljust(15 * 2**20 + 1), "larger than 15 MB"),
    ],
)
def test_a_file_that_is_no_good_picture_is_dropped_and_told(
    tmp_path: Path, data: bytes, reason: str
) -> None:
    dataset, report = prepared(tmp_path, faces.tree() | {"images/train/sad/bad.png": data})
    assert report.dropped == {reason: 1}
    assert len(dataset) == 7 * 13


def test_every_reason_for_a_picture_to_be_unreadable_has_its_words() -> None:
    assert DROP_REASONS.keys() == MESSAGES.keys()


def test_stray_files_are_dropped_and_told(tmp_path: Path) -> None:
    _, report = prepared(tmp_path, faces.tree() | {"notes.txt": b"x"})
    assert report.dropped == {"no labelled picture": 1}


def test_a_source_without_one_good_picture_is_refused_with_the_reasons(tmp_path: Path) -> None:
    files = dict.fromkeys(faces.tree(train=1, test=1), b"I am a text.")
    with pytest.raises(DatasetError, match=r"read none of them.*no JPEG, PNG or WebP inside"):
        prepared(tmp_path, files)


def test_colour_and_larger_pictures_become_small_grey_ones(tmp_path: Path) -> None:
    face = faces.drawn_face(2, 1)
    large = face.repeat(3, 0).repeat(3, 1)
    grey, changes = read_face(faces.png(np.stack([large] * 3, axis=2)))
    assert np.array_equal(grey, face)
    assert changes == ["another size to 48 × 48"], "three equal channels are grey already"
    red = np.stack([face, face // 2, face // 2], axis=2)
    files = faces.tree() | {
        "images/train/sad/large.png": faces.png(large),
        "images/train/sad/red.png": faces.png(red),
        "images/train/sad/red.jpg": faces.png(red, "JPEG"),
    }
    _, report = prepared(tmp_path, files)
    assert report.converted == {"colour to grey": 2, "another size to 48 × 48": 1}


def test_the_table_gives_the_same_dataset_as_its_pictures(tmp_path: Path) -> None:
    files = faces.tree(train=12, test=3)
    table = faces.folder(tmp_path, {"fer2013.csv": faces.table(files)}) / "fer2013.csv"
    assert (
        open_dataset(table).fingerprint()
        == open_dataset(faces.archive(tmp_path / "a.zip", files)).fingerprint()
    )


def test_of_three_folders_validation_is_dropped_and_told(tmp_path: Path) -> None:
    files = faces.tree(train=10, test=4) | faces.tree(train=0, test=3, other="test")
    dataset, report = prepared(tmp_path, files)
    assert report.dropped == {"in the split validation": 28}
    assert set(dataset.counts()["validation"].values()) == {2}
    assert all("/test/" in path for path in dataset.split("test").paths.tolist())


def test_a_second_copy_of_the_tree_is_dropped_and_told(tmp_path: Path) -> None:
    files = faces.tree(train=5, test=1)
    dataset, report = prepared(tmp_path, files | faces.tree(train=5, root="images/images", test=1))
    assert report.dropped == {"in a second copy of the tree": 42}
    assert len(dataset) == 42


def test_a_source_without_train_or_test_is_refused(tmp_path: Path) -> None:
    only_train = {name: data for name, data in faces.tree().items() if "/train/" in name}
    with pytest.raises(DatasetError, match="folder train beside validation or test, found train"):
        prepared(tmp_path, only_train)
