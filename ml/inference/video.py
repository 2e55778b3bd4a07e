"""Reading the frames of a video file or a camera, and writing videos."""

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
MAX_CAMERA = 99
"""OpenCV reads the hundreds of a camera's index as the way to reach it."""
DEFAULT_RATE = 25.0  # frames per second, for sources that do not state theirs


class VideoError(ValueError):
    """A video or camera cannot be read; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a video.

    Attributes:
        seconds: time since the beginning.
        pixels: height × width × 3 RGB values.
    """

    seconds: float
    pixels: Pixels


class Video:
    """An open video file or camera.

    Attributes:
        name: path of the file, or `camera N`.
        rate: frames per second.
        frames: number of frames; 0 if unknown.
    """

    def __init__(self, source: Path | int) -> None:
        """Open a video.

        Args:
            source: path of a file, or index of a camera.

        Raises:
            VideoError: there is no such video or camera, or its frames are too large.
        """
        self.name = f"camera {source}" if isinstance(source, int) else str(source)
        self.is_camera = isinstance(source, int)
        with silenced():
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
        self.rate = rate if 0 < rate <= 1000 else DEFAULT_RATE  # noqa: PLR2004 - implausible above
        self.frames = max(0, int(count))

    def __iter__(self) -> Iterator[Frame]:
        """Yield every frame; a damaged file ends at its first unreadable frame."""
        started = cv2.getTickCount()
        number = 0
        while True:
            with silenced():
                read, colours = self._capture.read()
            if not read:
                return
            elapsed = (cv2.getTickCount() - started) / cv2.getTickFrequency()
            seconds = elapsed if self.is_camera else number / self.rate
            yield Frame(seconds, np.asarray(cv2.cvtColor(colours, cv2.COLOR_BGR2RGB), np.uint8))
            number += 1

    def close(self) -> None:
        self._capture.release()


@contextmanager
def silenced() -> Iterator[None]:
    """Silence OpenCV and its codecs, which write to file descriptor 2 directly."""
    stderr = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(null)


class VideoWriter:
    """Writes an MP4 file frame by frame; it appears at `path` when it is finished."""

    def __init__(self, path: Path, rate: float) -> None:
        self.path, self.rate = path, rate
        self._temporary = path.with_name(f"aside-{path.name}")
        self._writer: cv2.VideoWriter | None = None

    def add(self, pixels: Pixels) -> None:
        """Append a frame; all frames have the same size.

        Raises:
            VideoError: the file cannot be written.
        """
        if self._writer is None:
            height, width = pixels.shape[:2]
            codec = cv2.VideoWriter.fourcc(*"mp4v")
            self._writer = cv2.VideoWriter(str(self._temporary), codec, self.rate, (width, height))
            if not self._writer.isOpened():
                raise VideoError(f"Expected to write {self.path}, could not.")
        self._writer.write(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))

    def finish(self) -> None:
        """Move the file to `path`; without any frame there is no file."""
        if self._writer is not None:
            self._writer.release()
            self._temporary.replace(self.path)
