"""Learning curves, drawn from the log of a training run."""

import csv
from pathlib import Path

from ml.evaluation.figures.style import ACCENT, SECOND, drawing

MISSING = "NA"
"""What Keras's CSVLogger writes for a validation metric without validation data."""


def draw_curves(log: Path, path: Path) -> None:
    """Draw loss and accuracies of training, and of validation if there is any, over the epochs."""
    with log.open(newline="") as file:
        rows = list(csv.DictReader(file))
    epochs = [int(row["epoch"]) + 1 for row in rows]
    names = [name for name in rows[0] if not name.startswith("val_") and f"val_{name}" in rows[0]]
    accuracies = [name for name in names if name.endswith("accuracy")]
    panels = ["loss", *accuracies]
    marker = "." if len(epochs) == 1 else ""  # a line needs two points
    with drawing(path, 4 * len(panels), 3) as figure:
        for axes, name in zip(
            figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True
        ):
            for column, colour, label in (
                (name, SECOND, "train"),
                (f"val_{name}", ACCENT, "validation"),
            ):
                if rows[0][column] == MISSING:
                    continue
                axes.plot(
                    epochs,
                    [float(row[column]) for row in rows],
                    color=colour,
                    label=label,
                    marker=marker,
                )
            axes.set_title(name.replace("_", " "))
            axes.set_xlabel("epoch")
            axes.legend(frameon=False)
