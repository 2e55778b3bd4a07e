"""The style of all figures, and the one way to write them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from common.files import atomic_write

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
    """Yield an empty figure, sized in inches, and write it as PNG once it is drawn."""
    with atomic_write(path) as temporary, mpl.rc_context(_STYLE):
        figure = Figure(figsize=(width, height))
        yield figure
        figure.savefig(temporary, format="png")
