"""The pictures of a dataset show what is in it, and nothing of personal photos."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ml.evaluation.figures.dataset import draw_balance, draw_dataset, draw_samples
from tests.ml import faces


def test_both_pictures_stand_beside_the_file(tmp_path: Path) -> None:
    dataset = faces.dataset(train=3, validation=1, test=1)
    written = draw_dataset(dataset, tmp_path / "faces.npz", seed=1)
    assert [path.name for path in written] == ["faces-samples.png", "faces-balance.png"]
    assert sorted(tmp_path.iterdir()) == sorted(written), "nothing is left aside"
    for path in written:
        with Image.open(path) as image:
            assert image.format == "PNG"
            assert image.width > 1000


def test_nothing_is_drawn_of_a_personal_dataset(tmp_path: Path) -> None:
    personal = replace(faces.dataset(train=3, validation=1, test=1), has_contributions=True)
    personal.save(tmp_path / "faces.npz")
    for dataset in (personal, personal.split("train"), personal.load(tmp_path / "faces.npz")):
        assert draw_dataset(dataset, tmp_path / "faces.npz", seed=1) == []
    assert [path.name for path in tmp_path.iterdir()] == ["faces.npz"]


def test_samples_are_drawn_by_seed_and_hold_the_faces(tmp_path: Path) -> None:
    dataset = faces.dataset(train=30, validation=0, test=0)
    sheets = []
    for seed in (1, 1, 2):
        draw_samples(dataset, tmp_path / "sheet.png", seed=seed)
        sheets.append((tmp_path / "sheet.png").read_bytes())
    assert sheets[0] == sheets[1]
    assert sheets[0] != sheets[2]
    black = replace(dataset, images=np.zeros_like(dataset.images))
    draw_samples(black, tmp_path / "black.png", seed=1)
    with Image.open(tmp_path / "black.png") as image:
        dark = float((np.asarray(image.convert("L")) == 0).mean())
    assert 0.6 < dark < 0.8, "seven rows of sixteen faces fill most of the sheet"


@pytest.mark.parametrize("name", ["x$\\frac$y", "a_b^c", "表情"])
@pytest.mark.filterwarnings("ignore:Glyph")
def test_an_odd_dataset_is_no_crash(tmp_path: Path, name: str) -> None:
    dataset = faces.dataset(train=1, validation=0, test=1)
    without_sad = replace(dataset, labels=np.where(dataset.labels == 5, 4, dataset.labels))
    draw_balance(replace(without_sad, name=name), tmp_path / "balance.png")
    draw_samples(replace(without_sad, name=name), tmp_path / "samples.png", seed=1)
    assert len(list(tmp_path.iterdir())) == 2
