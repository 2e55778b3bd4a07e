"""Frames of a video file or a camera, one at a time, and videos with the faces framed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from common.imaging.images import MAX_PIXELS, Pixels

SUFFIXES = {".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm", ".wmv"}
DEFAULT_RATE = 25.0  # frames a second, where a source does not tell


class VideoError(ValueError):
    """A video or camera cannot be read; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a video.

    Attributes:
        seconds: since the beginning.
        pixels: height × width × 3 RGB values.
    """

    seconds: float
    pixels: Pixels


class Video:
    """An open video file or camera.

    Attributes:
        name: the file's path, or `camera N`.
        rate: frames a second.
        frames: how many there are, 0 where nobody knows.
    """

    def __init__(self, source: Path | int) -> None:
        """Open it.

        Args:
            source: a file, or the index of a camera.

        Raises:
            VideoError: when there is no such file or camera, or it has frames of too many pixels.
        """
        self.name = f"camera {source}" if isinstance(source, int) else str(source)
        self.is_camera = isinstance(source, int)
        with quiet():
            self._capture = cv2.VideoCapture(source if isinstance(source, int) else str(source))
        if not self._capture.isOpened():
            expected = "a camera" if self.is_camera else "a video that OpenCV can read"
            raise VideoError(f"Expected {expected}, found none.")
        width, height, rate, count = (
            self._capture.get(fact)
            for fact in (
                cv2.CAP_PROP_FRAME_WIDTH,
                cv2.CAP_PROP_FRAME_HEIGHT,
                cv2.CAP_PROP_FPS,
                cv2.CAP_PROP_FRAME_COUNT,
            )
        )
        if width * height > MAX_PIXELS:
            raise VideoError(
                f"Expected frames of at most {MAX_PIXELS // 10**6} megapixels, received "
                f"{width:.0f} × {height:.0f}."
            )
        self.rate = rate if 0 < rate <= 1000 else DEFAULT_RATE  # noqa: PLR2004 - nonsense above
        self.frames = max(0, int(count))

    def __iter__(self) -> Iterator[Frame]:
        """Yield every frame; a damaged file ends where it cannot be read any more."""
        started = cv2.getTickCount()
        number = 0
        while True:
            with quiet():
                read, colours = self._capture.read()
            if not read:
                return
            passed = (cv2.getTickCount() - started) / cv2.getTickFrequency()
            seconds = passed if self.is_camera else number / self.rate
            yield Frame(seconds, np.asarray(cv2.cvtColor(colours, cv2.COLOR_BGR2RGB), np.uint8))
            number += 1

    def close(self) -> None:
        """Let go of the file or camera."""
        self._capture.release()


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what OpenCV and its codecs say about bad files from the terminal: we say it ourselves.

    They write to the descriptor behind stderr, past Python.
    """
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


class Recorder:
    """Writes an MP4 file frame by frame, aside until it is finished."""

    def __init__(self, path: Path, rate: float) -> None:
        self.path, self.rate = path, rate
        self._aside = path.with_name(f"aside-{path.name}")
        self._writer: cv2.VideoWriter | None = None

    def add(self, pixels: Pixels) -> None:
        """Append a picture; all have the same size.

        Raises:
            VideoError: when it cannot be written.
        """
        if self._writer is None:
            height, width = pixels.shape[:2]
            codec = cv2.VideoWriter.fourcc(*"mp4v")
            self._writer = cv2.VideoWriter(str(self._aside), codec, self.rate, (width, height))
            if not self._writer.isOpened():
                raise VideoError(f"Expected to write {self.path}, could not.")
        self._writer.write(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))

    def finish(self) -> None:
        """Put the file in its place; without any frame there is none."""
        if self._writer is not None:
            self._writer.release()
            self._aside.replace(self.path)
