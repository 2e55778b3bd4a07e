"""Drawings of a dataset: random samples of each emotion and the balance of the splits."""

from pathlib import Path

import numpy as np

from ml.data.datasets import Dataset
from ml.data.faces import FACE_SIDE
from ml.emotions import EMOTIONS
from ml.evaluation.figures.style import ACCENT, PALE, SECOND, drawing

SAMPLES = 16  # in a row of the contact sheet
GAP = 4  # pixels between samples

COLOURS = {"train": ACCENT, "validation": SECOND, "test": PALE}


def draw_dataset(dataset: Dataset, file: Path, *, seed: int) -> list[Path]:
    """Draw `NAME-samples.png` and `NAME-balance.png` beside a dataset's file `NAME.npz`.

    Nothing is drawn of a dataset with contributed faces.

    Args:
        file: the dataset's file.
        seed: decides which samples are drawn.

    Returns:
        the pictures that were written.
    """
    if dataset.has_contributions:
        return []
    samples, balance = (
        file.with_name(f"{file.stem}-{what}.png") for what in ("samples", "balance")
    )
    draw_samples(dataset, samples, seed=seed)
    draw_balance(dataset, balance)
    return [samples, balance]


def draw_samples(dataset: Dataset, path: Path, *, seed: int) -> None:
    """Draw a contact sheet: a row of random faces for each emotion, whatever their split."""
    random = np.random.default_rng(seed)
    step = FACE_SIDE + GAP
    sheet = np.full((len(EMOTIONS) * step - GAP, SAMPLES * step - GAP), 255, np.uint8)
    names = []
    for index, emotion in enumerate(EMOTIONS):
        rows = np.flatnonzero(dataset.labels == index)
        names.append(f"{emotion}\n{len(rows):,}")
        top = index * step
        for place, row in enumerate(random.permutation(rows)[:SAMPLES]):
            left = place * step
            sheet[top : top + FACE_SIDE, left : left + FACE_SIDE] = dataset.images[row]
    with drawing(path, 11, 5) as figure:
        axes = figure.subplots()
        axes.imshow(sheet, cmap="gray", vmin=0, vmax=255)
        title = f"{dataset.name}: random samples of {len(dataset):,} faces"
        axes.set_title(title, pad=10, parse_math=False)
        axes.set_yticks(np.arange(len(EMOTIONS)) * step + FACE_SIDE / 2, names)
        axes.set_xticks([])
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)


def draw_balance(dataset: Dataset, path: Path) -> None:
    """Draw the number of faces of each emotion and split as bars."""
    counts = dataset.counts()
    width = 0.8 / len(COLOURS)
    with drawing(path, 11, 4) as figure:
        axes = figure.subplots()
        for place, (split, colour) in enumerate(COLOURS.items()):
            numbers = list(counts.get(split, dict.fromkeys(EMOTIONS, 0)).values())
            bars = axes.bar(
                np.arange(len(EMOTIONS)) + (place - 1) * width,
                numbers,
                width * 0.92,
                color=colour,
                label=f"{split}, {sum(numbers):,}",
            )
            axes.bar_label(bars, [f"{number:,}" for number in numbers], padding=2, fontsize=7)
        title = f"{dataset.name}: faces of each emotion and split"
        axes.set_title(title, pad=10, parse_math=False)
        axes.set_xticks(range(len(EMOTIONS)), EMOTIONS)
        axes.tick_params(axis="x", length=0)
        axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.legend(frameon=False)
