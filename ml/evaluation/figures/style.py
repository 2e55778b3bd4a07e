"""What every figure has in common: paper, ink, one accent; written whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

INK, PAPER, ACCENT, SECOND, PALE = "#2a2522", "#ffffff", "#1d6460", "#993727", "#e5ddd2"
_STYLE: dict[Any, Any] = {
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "figure.dpi": 120,
    "figure.facecolor": PAPER,
    "figure.constrained_layout.use": True,
    "font.size": 9,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


@contextmanager
def drawing(path: Path, width: float, height: float) -> Iterator[Figure]:
    """Yield an empty figure of so many inches and write it as PNG once it is drawn."""
    aside = path.with_name(f"{path.name}.tmp")
    try:
        with mpl.rc_context(_STYLE):
            figure = Figure(figsize=(width, height))
            yield figure
            figure.savefig(aside, format="png")
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
