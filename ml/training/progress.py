"""How far a training run is: a bar in a terminal, a line an epoch in a log."""

import sys
import time
from collections.abc import Callable
from typing import Any

import keras
from tqdm import tqdm


class Progress(keras.callbacks.Callback):
    """Tells loss, accuracies and the time that is left."""

    def __init__(self, log: Callable[[str], object]) -> None:
        """Give `log` a line an epoch, and a bar to stderr where that is a terminal."""
        super().__init__()
        self.log = log
        self.bar: tqdm[Any] | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start the clock."""
        self.started, self.done = time.monotonic(), 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Draw the bar of this epoch."""
        self.epoch_started = time.monotonic()
        self.bar = tqdm(
            total=self.params["steps"],
            desc=f"epoch {epoch + 1}/{self.params['epochs']}",
            unit=" steps",
            leave=False,
            disable=not sys.stderr.isatty(),
        )

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Move the bar."""
        if self.bar is not None:
            self.bar.update()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write the line of this epoch."""
        if self.bar is not None:
            self.bar.close()
        self.done += 1
        now = time.monotonic()
        left = (self.params["epochs"] - epoch - 1) * (now - self.started) / self.done
        figures = ", ".join(
            f"{name} {value:.4f}" for name, value in (logs or {}).items() if "rate" not in name
        )
        self.log(
            f"epoch {epoch + 1}/{self.params['epochs']}: {figures}; "
            f"{now - self.epoch_started:.0f} s, {duration(left)} left"
        )


def duration(seconds: float) -> str:
    """Return a time as `2 h 05 min`, `12 min` or `40 s`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min" if minutes else f"{rest} s"
