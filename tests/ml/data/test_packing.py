"""Packed datasets come out as they went in."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ml.data.datasets import Dataset
from ml.data.errors import DatasetError
from ml.data.packing import from_differences, pack, to_differences, unpack
from tests.ml import faces


@pytest.fixture
def data() -> Dataset:
    data = faces.dataset(train=2, validation=1, test=1)
    votes = np.random.default_rng(1).integers(0, 11, (len(data), 10)).astype(np.uint8)
    return replace(data, votes=votes)


def test_a_dataset_comes_out_as_it_went_in(tmp_path: Path, data: Dataset) -> None:
    for dataset in (data, replace(data, votes=None)):
        pack(dataset, tmp_path / "faces.xz")
        unpacked = unpack(tmp_path / "faces.xz")
        assert unpacked.fingerprint() == dataset.fingerprint()
        assert unpacked.name == dataset.name
        assert unpacked.paths.tolist() == dataset.paths.tolist()


def test_any_image_can_be_restored_from_its_differences() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (20, 48, 48)).astype(np.uint8)
    edges = np.where(noise > 127, 255, 0).astype(np.uint8)
    for images in (noise, edges):
        assert np.array_equal(from_differences(to_differences(images)), images)


def test_smooth_images_have_small_differences() -> None:
    ramp = np.add.outer(np.arange(48), 2 * np.arange(48)).astype(np.uint8)
    differences = to_differences(ramp[None])[0]
    assert differences.max() <= 2


def test_contributed_faces_are_never_packed(tmp_path: Path, data: Dataset) -> None:
    with pytest.raises(DatasetError, match="Contributed faces stay on this machine"):
        pack(replace(data, has_contributions=True), tmp_path / "faces.xz")
    assert not (tmp_path / "faces.xz").exists()


def test_another_kind_of_file_is_refused(tmp_path: Path, data: Dataset) -> None:
    path = tmp_path / "faces.xz"
    path.write_bytes(b"no archive")
    with pytest.raises(DatasetError, match=r"faces\.xz: expected a packed dataset"):
        unpack(path)
