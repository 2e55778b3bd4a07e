"""Drawings of an evaluation: confusion matrix, metrics per class, calibration, mistakes."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import NDArray

from ml.emotions import EMOTIONS
from ml.evaluation.evaluation import Evaluation, OutputEvaluation
from ml.evaluation.figures.style import ACCENT, INK, PALE, PAPER, SECOND, drawing
from ml.metrics.calibration import BINS, reliability_bins

COLOUR_MAP = LinearSegmentedColormap.from_list("shades", [PAPER, ACCENT])
MISTAKE_ROWS, MISTAKE_COLUMNS = 4, 8


def draw_evaluation(evaluation: Evaluation, report: dict[str, Any], folder: Path) -> list[Path]:
    """Draw an evaluation into a folder.

    Mistakes are not drawn of contributed faces; calibration is drawn only if a face was found.

    Args:
        report: what `ml.evaluation.report.report` returns for the evaluation.
        folder: an existing folder.

    Returns:
        the pictures that were written.
    """
    paths = {
        name: folder / f"{name}.png"
        for name in ("confusion-matrix", "per-class", "reliability", "mistakes")
    }
    draw_confusion(evaluation, np.array(report["confusion_matrix"]), paths["confusion-matrix"])
    draw_per_class(evaluation, report["per_class"], paths["per-class"])
    if report["shown"]["ece"] is None:
        del paths["reliability"]
    else:
        draw_reliability(evaluation, report, paths["reliability"])
    if evaluation.faces.has_contributions:
        del paths["mistakes"]
    else:
        draw_mistakes(evaluation, paths["mistakes"])
    return [*paths.values()]


def draw_confusion(evaluation: Evaluation, confusion: NDArray[np.int64], path: Path) -> None:
    """Draw 7 × 7 counts, rows truth, in absolute numbers and as shares of their row."""
    row_shares = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    with drawing(path, 11, 5) as figure:
        figure.suptitle(title_of(evaluation), x=0.01, ha="left", parse_math=False)
        left, right = figure.subplots(1, 2)
        draw_matrix(left, confusion / max(confusion.max(), 1), confusion, "{:,}")
        left.set_title("faces")
        draw_matrix(right, row_shares, 100 * row_shares, "{:.0f}")
        right.set_title("per cent of the label's faces")


def draw_matrix(axes: Axes, shades: NDArray[Any], values: NDArray[Any], form: str) -> None:
    """Write 7 × 7 values on shades from 0 to 1."""
    axes.imshow(shades, cmap=COLOUR_MAP, vmin=0, vmax=1)
    for row in range(len(EMOTIONS)):
        for column in range(len(EMOTIONS)):
            axes.text(
                column,
                row,
                form.format(values[row, column]),
                ha="center",
                va="center",
                color=PAPER if shades[row, column] > 0.5 else INK,  # noqa: PLR2004 - readable on it
            )
    axes.set_xticks(range(len(EMOTIONS)), EMOTIONS)
    axes.set_yticks(range(len(EMOTIONS)), EMOTIONS)
    axes.set_xlabel("answer")
    axes.set_ylabel("label")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def draw_per_class(
    evaluation: Evaluation, per_class: dict[str, dict[str, Any]], path: Path
) -> None:
    """Draw precision and recall of each emotion with their intervals."""
    with drawing(path, 9, 4) as figure:
        axes = figure.subplots()
        for figure_name, colour, shift in (("precision", ACCENT, -0.13), ("recall", SECOND, 0.13)):
            values = [facts[figure_name] for facts in per_class.values()]
            places = np.arange(len(values)) + shift
            for place, facts in zip(places, per_class.values(), strict=True):
                if interval := facts["intervals"][figure_name]:
                    axes.plot(
                        [place, place], interval, color=colour, linewidth=2, alpha=0.5, zorder=1
                    )
            axes.plot(places, values, "o", color=colour, clip_on=False, label=figure_name)
            for place, value in zip(places, values, strict=True):
                side = -1 if shift < 0 else 1
                axes.annotate(
                    f"{value:.2f}",
                    (place, value),
                    (6 * side, 0),
                    textcoords="offset points",
                    ha="right" if shift < 0 else "left",
                    va="center",
                    fontsize=7,
                    color=colour,
                )
        names = [f"{emotion}\n{facts['support']:,} faces" for emotion, facts in per_class.items()]
        axes.set_xticks(range(len(names)), names)
        axes.tick_params(axis="x", length=0)
        axes.set_ylim(0, 1)
        axes.yaxis.grid(visible=True, color=PALE)
        axes.set_axisbelow(True)
        axes.set_title(f"{title_of(evaluation)}, with 95 % intervals", parse_math=False)
        axes.legend(frameon=False, ncols=2, loc="lower right")


def draw_reliability(evaluation: Evaluation, report: dict[str, Any], path: Path) -> None:
    """Draw the reliability diagram of `folder`, and of the output that people see if it differs."""
    shown, truth = evaluation.shown
    panels = [(evaluation.folder, "folder, beside the labels", report)]
    if evaluation.card.shown != "folder":
        name = f"{evaluation.card.shown}, beside the {truth}"
        panels.append((shown, name, report["shown"]))
    with drawing(path, 5.5 * len(panels), 6) as figure:
        figure.suptitle(title_of(evaluation), x=0.01, ha="left", parse_math=False)
        grid = figure.subplots(2, len(panels), sharex=True, squeeze=False, height_ratios=(3, 1))
        for (upper, lower), (output, name, facts) in zip(grid.T, panels, strict=True):
            draw_bins(upper, lower, output.where(output.found))
            low, high = facts["ece_band"]
            upper.set_title(
                f"{name}: calibration error {facts['ece']:.3f}\n"
                f"({low:.3f} to {high:.3f} if perfectly calibrated)"
            )


def draw_bins(upper: Axes, lower: Axes, output: OutputEvaluation) -> None:
    """Draw accuracy over confidence, and the number of predictions in each bin."""
    bins = reliability_bins(output.probabilities, output.truth)
    width = 1 / BINS
    starts = [bin_.start for bin_ in bins]
    upper.bar(
        starts,
        [bin_.high - bin_.low for bin_ in bins],
        width,
        [bin_.low for bin_ in bins],
        align="edge",
        color=PALE,
        label="perfectly calibrated, 95 %",
    )
    upper.plot([0, 1], [0, 1], color=INK, linewidth=0.8, linestyle=":")
    upper.plot(
        [bin_.confidence for bin_ in bins],
        [bin_.accuracy for bin_ in bins],
        "o-",
        color=ACCENT,
        clip_on=False,
        label="this device",
    )
    upper.set_ylabel("share of right answers")
    upper.set_xlim(0, 1)
    upper.set_ylim(0, 1)
    upper.legend(frameon=False, loc="lower right")
    bars = lower.bar(starts, [bin_.count for bin_ in bins], width * 0.9, align="edge", color=ACCENT)
    lower.bar_label(bars, [f"{bin_.count:,}" for bin_ in bins], padding=2, fontsize=7)
    lower.set_xlabel("confidence")
    lower.set_ylabel("answers")
    lower.margins(y=0.2)


def draw_mistakes(evaluation: Evaluation, path: Path) -> None:
    """Draw the most confident mistakes of the output that people see."""
    output, truth = evaluation.shown
    confidences = output.probabilities.max(axis=1)
    wrong = np.flatnonzero(output.found & ~output.correct)
    worst = wrong[np.argsort(-confidences[wrong], kind="stable")][: MISTAKE_ROWS * MISTAKE_COLUMNS]
    with drawing(path, 11, 7.2) as figure:
        figure.suptitle(
            f"{title_of(evaluation)}: the most confident of {len(wrong):,} mistakes "
            f"of the output {evaluation.card.shown}\n"
            f"above what the {truth} say, below the answer",
            x=0.01,
            ha="left",
            parse_math=False,
        )
        grid = figure.subplots(MISTAKE_ROWS, MISTAKE_COLUMNS)
        for axes in grid.flat:
            axes.set_axis_off()
        for axes, index in zip(grid.flat, worst, strict=False):
            axes.imshow(evaluation.faces.images[output.rows[index]], cmap="gray", vmin=0, vmax=255)
            answer = EMOTIONS[output.predictions[index]]
            axes.set_title(EMOTIONS[output.truth[index]], loc="center", fontsize=8, pad=3)
            axes.text(
                0.5,
                -0.04,
                f"{answer} {100 * confidences[index]:.0f} %",
                transform=axes.transAxes,
                ha="center",
                va="top",
                fontsize=8,
                color=SECOND,
            )


def title_of(evaluation: Evaluation) -> str:
    """Return the title of all drawings: what was evaluated on what."""
    return f"{evaluation.card.name} on {len(evaluation.faces):,} faces of {evaluation.split}"
